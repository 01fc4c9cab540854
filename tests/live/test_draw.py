"""What is drawn of a run of entries: who gets a frame at all, and what is in it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from exercise.live.draw import ALL_AT_ONCE, draw
from exercise.situation.log import SHOWN
from tests.factories import Drill, entry, make_drill
from units.models import User
from units.text import Text

pytestmark = pytest.mark.django_db

CONTROL = {"control"}
OF_U1 = {"control", "board", "unit-U1", "evaluation-U1", "evaluation"}
EVERYBODY = OF_U1 | {"unit-U2", "evaluation-U2", "evaluated"}
REASON = "Sai số liệu ở trang hai"
Act = Callable[[Drill], object]


def inject(drill: Drill, number: str) -> int:
    return drill.inject(number).pk


def tasking(drill: Drill) -> int:
    return drill.tasking("1.01", "U1").pk


WORDS = Text(vi="Chưa ai biết", en="Nobody knows")
ACTS: dict[str, tuple[Act, set[str]]] = {
    "a rating": (
        lambda d: d.do("rate", d.actor("evaluator"), tasking_id=tasking(d), rating="U"),
        CONTROL | {"evaluated"},
    ),
    "a publication": (lambda d: d.do("publish_evaluation"), CONTROL | {"evaluated"}),
    "an inject in two hours": (
        lambda d: d.do("add_inject", title=WORDS, content=WORDS, to=["U1"], in_minutes=120),
        CONTROL,
    ),
    "a hold": (lambda d: d.do("hold", inject_id=inject(d, "1.02")), CONTROL),
    "a skip": (lambda d: d.do("skip", inject_id=inject(d, "1.02")), CONTROL),
    "a release": (lambda d: d.do("release", inject_id=inject(d, "1.02")), OF_U1),
    "an opening": (
        lambda d: d.do("open_tasking", d.actor("lead", "U1"), tasking_id=tasking(d)),
        OF_U1 - {"board"},
    ),
    "an acknowledgement": (
        lambda d: d.do("acknowledge", d.actor("lead", "U1"), tasking_id=tasking(d)),
        OF_U1,
    ),
    "a correction": (
        lambda d: d.do(
            "correct", inject_id=inject(d, "1.01"), title=WORDS, content=WORDS, reason=REASON
        ),
        OF_U1,
    ),
    "a pause": (lambda d: d.do("pause"), EVERYBODY),
}


@pytest.fixture
def drill() -> Drill:
    injects = [entry("1.01", 1, ["U1"], complete_within_s=1800), entry("1.02", 60, ["U1"])]
    made = make_drill(2, injects, started=True).later(1)
    for name, unit in (("u2", made.posture("U2").unit), ("all", None)):
        user = User.objects.create_user(f"evaluator.{name}")
        made.exercise.participants.create(user=user, role="evaluator", unit=unit)
    made.sweep()
    return made


def drawn_of(drill: Drill, act: Act) -> dict[str, str]:
    """The frames that one act makes, in English, by audience."""
    before = drill.fresh().journal_seq
    act(drill)
    return drawn(drill, before)


def drawn(drill: Drill, since_seq: int | None) -> dict[str, str]:
    with drill.at_now():
        frames, seq = draw(drill.exercise.pk, since_seq=since_seq)
    assert seq == drill.fresh().journal_seq
    return {f.audience[:-3]: f.html for f in frames if f.audience.endswith(".en")}


@pytest.mark.parametrize("name", ACTS)
def test_only_those_get_a_frame_who_may_learn_of(drill: Drill, name: str) -> None:
    act, audiences = ACTS[name]
    assert set(drawn_of(drill, act)) == audiences


def test_nothing_is_drawn_for_evaluators_who_are_not_there(drill: Drill) -> None:
    drill.exercise.participants.filter(user__username__startswith="evaluator.").delete()
    found = set(drawn_of(drill, ACTS["a pause"][0]))
    assert found == EVERYBODY - {"evaluation", "evaluation-U2"}


def test_control_is_told_of_which_unit_something_was_judged(drill: Drill) -> None:
    html = drawn_of(drill, ACTS["a rating"][0])
    assert 'id="judged" hx-swap-oob="true" hidden data-touched="U1"' in html["evaluated"]
    everything = drawn(drill, None)
    assert 'data-touched="*"' in everything["evaluated"]


@pytest.mark.parametrize("name", ["a hold", "a skip"])
def test_the_card_and_the_lane_of_a_unit_show(drill: Drill, name: str) -> None:
    html = drawn_of(drill, ACTS[name][0])["control"]
    first, second = (drill.posture(code).unit_id for code in ("U1", "U2"))
    assert f'id="unit-{first}"' in html
    assert f'id="lane-{first}"' in html
    assert f'id="unit-{second}"' not in html


def test_a_unit_is_told_which_of_its_injects_changed_and_of_no_other(drill: Drill) -> None:
    def several(drill: Drill) -> None:
        ACTS["a hold"][0](drill)
        ACTS["an acknowledgement"][0](drill)

    html = drawn_of(drill, several)
    for audience in ("unit-U1", "evaluation-U1", "evaluation"):
        assert 'data-touched="1.01"' in html[audience]
        assert "1.02" not in html[audience]


def test_after_a_burst_the_log_has_its_newest_rows() -> None:
    injects = [entry(f"1.{number:03}", 1, ["U1"]) for number in range(1, ALL_AT_ONCE + 50)]
    drill = make_drill(1, injects, started=True)
    before = drill.fresh().journal_seq
    drill.later(1).sweep()
    last = drill.fresh().journal_seq
    assert last - before > ALL_AT_ONCE + 40
    rows = re.findall(r'id="entry-(\d+)"', drawn(drill, before)["control"])
    assert sorted(map(int, rows)) == list(range(last - SHOWN + 1, last + 1))
