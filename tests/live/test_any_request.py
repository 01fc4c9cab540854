"""Any request at the stream's address, which Django never sees: answered as it is documented.

The tables of addresses (``tests/screens/test_any_session.py``) know nothing of this door.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from exercise.live import hub, tokens

from .driver import Browser, play, until
from .test_http import GUARDED

ID = "ID"
"""Stands for the exercise's number until a test has one."""
OWN = f"/live/{ID}/"
odd = st.text("aé/.%\x00\n -_:=&\u202e", max_size=12)
places = (
    st.just(OWN)
    | st.just(OWN)
    | st.sampled_from(
        [
            *("/live/", "/live//", f"/live/{ID}", f"/live/{ID}//", f"/live/{ID}/{ID}/", "/live/x/"),
            *(f"/live/-{ID}/", f"/live/+{ID}/", f"/live/{ID}.0/", f"/live/%3{ID}/", "/live/../"),
            *(f"/live/{ID}/\n", "/live/\u0661/", f"/live/{'9' * 19}/", f"/live/{'9' * 5000}/"),
        ]
    )
    | odd.map("/live/{}".format)
)
methods = st.just("GET") | st.sampled_from(
    ["GET", "HEAD", "POST", "PUT", "OPTIONS", "get", "", "X"]
)
broken = st.sampled_from(
    ["changed", "cut", "longer", "doubled", "of another exercise", "none", "odd"]
)
from_elsewhere = st.sampled_from(
    [
        *(("origin", "null"), ("origin", "http://["), ("origin", "https://evil.example")),
        *(("origin", "http://localhost.evil.example"), ("origin", "http://localhost@evil.example")),
        *(
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", ""),
        ),
    ]
) | st.tuples(st.just("origin"), odd.filter(bool))
from_here = st.sampled_from(
    [("origin", "http://localhost:8000"), ("origin", ""), ("sec-fetch-site", "none")]
) | st.tuples(
    st.sampled_from(["last-event-id", "cookie", "host", "x-forwarded-for", "range", "accept"]),
    odd | st.sampled_from(["0-0", "9" * 19 + "-0", "-1", "1-" + "9" * 5000]),
)


@dataclass(frozen=True)
class Asked:
    """One request; what is wrong with it is known, so the one right answer is as well."""

    place: str
    method: str
    token: str
    at: int
    letter: str
    last: str
    more: str
    header: tuple[str, str]
    foreign: bool
    client: tuple[str, int] | None

    def token_for(self, exercise_id: int) -> str:
        good = tokens.issue(exercise_id, "control.vi", participant_id=5)
        at = self.at % len(good)
        return {
            "good": good,
            "changed": f"{good[:at]}{self.letter}{good[at + 1 :]}",
            "cut": good[:at],
            "longer": good + self.letter,
            "doubled": f"{good}:{good}",
            "of another exercise": tokens.issue(exercise_id + 1, "control.vi"),
            "none": "",
            "odd": self.more,
        }[self.token]

    def expected(self) -> int:
        if self.place != OWN:
            return 404
        if self.method != "GET":
            return 405
        return 403 if self.foreign or self.token != "good" else 200


def requests(foreign: bool) -> st.SearchStrategy[Asked]:
    return st.builds(
        Asked,
        place=places,
        method=methods,
        token=st.just("good") | st.just("good") | broken,
        at=st.integers(0, 200),
        # No letter that any token has: what is changed is never what it was.
        letter=st.sampled_from(["é", "\x00", " ", "=", "~", "\n"]),
        last=odd | st.sampled_from(["0-0", "5-5", "9" * 40, f"{'9' * 19}-{'9' * 19}"]),
        more=odd,
        header=from_elsewhere if foreign else from_here,
        foreign=st.just(foreign),
        client=st.none() | st.sampled_from([("10.0.0.9", 1), ("::1", 1), ("unix:", 0), ("", 0)]),
    )


# The door must not be praised for being shut.
LET_IN = Asked(OWN, "GET", "good", 0, "", "0-0", "", ("host", ""), False, None)


@example(asked=[LET_IN, LET_IN])
@given(asked=st.lists(requests(False) | requests(False) | requests(True), min_size=8, max_size=16))
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_request_has_the_answer_that_is_documented_for_it(
    drill: int, asked: list[Asked]
) -> None:
    async def scene() -> None:
        for one in asked:
            query = urlencode({"t": one.token_for(drill), "last": one.last})
            where = f"{one.place.replace(ID, str(drill))}?{query}&{one.more}"
            browser = Browser(where, one.method, dict([one.header]), one.client)
            await until(lambda: browser.body or browser.task.done())  # noqa: B023
            if browser.task.done():
                browser.task.result()
            assert browser.status == one.expected(), one
            assert browser.headers.items() >= GUARDED.items(), one
            assert browser.body, one
            await browser.leave()
        assert hub.current().count == 0, "a stream is still held for somebody who left"

    play(scene)
