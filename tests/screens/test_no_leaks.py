"""Nobody learns what is still to come, and nobody but control and evaluators how it is judged.

Words that stand nowhere else are put into everything that is to be kept from somebody, then all
that each audience can obtain is collected and searched for them.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import NoReverseMatch, reverse

from exercise.conduct import COMMANDS
from exercise.live.draw import draw
from exercise.models import Attachment, CorrectiveAction, Tasking
from exercise.screens.access import PAGES
from exercise.situation.words import hm
from tests.factories import Drill, entry, make_drill
from tests.screens.test_who_may_what import as_
from units.models import User
from units.text import Text

pytestmark = pytest.mark.django_db

FUTURE = "1.77", "1.88", "1.99"
"""Injects that nobody but control knows of: scheduled, held, on standby."""
UNRELEASED = (*FUTURE, "MKTITLE", "MKCONTENT", "MKSENDER", "MKEXPECT", "MKGATE")
JUDGED = ("MKACTION", "MKNOTE", "MKGATE", "đạt tốt", "MKFINDING", "MKMEASURE")
FOREIGN = ("MKREPORT2", "MKDOC2", "MKREASON2", "MKFILE2", "MKCONTENT2")
"""What belongs to U2."""


def hidden(number: str, at_min: float | None, **fields: Any) -> dict[str, Any]:
    words = {
        name: {"vi": f"{mark} vi", "en": f"{mark} en"}
        for name, mark in (("title", "MKTITLE"), ("content", "MKCONTENT"), ("sender", "MKSENDER"))
    }
    expected = [{"vi": "MKEXPECT vi", "en": "MKEXPECT en"}]
    return entry(number, at_min, ["U1", "U2"], expected_actions=expected, **words, **fields)


@pytest.fixture
def drill() -> Drill:
    return full_of_words()


def full_of_words() -> Drill:
    """A drill in which whatever is not for everybody is said in words that stand nowhere else."""
    acted = [{"vi": "MKACTION vi", "en": "MKACTION en"}]
    own = {"vi": "MKCONTENT2 vi", "en": "MKCONTENT2 en"}
    injects = [
        entry("1.01", 5, ["U1"], complete_within_s=7200, expected_actions=acted),
        entry("1.02", 5, ["U2"], complete_within_s=7200, content=own, sender=own),
        # 53 minutes past: a moment that no other figure on a page shows.
        hidden("1.77", 53),
        hidden("1.88", 59),
        hidden("1.99", None, when=("1.01", "completed", 600)),
    ]
    made = make_drill(units=2, injects=injects, conditions={"MKGATE": FUTURE}, started=True)
    made.later(5).sweep()
    for unit in made.units:
        number = {"U1": "1.01", "U2": "1.02"}[unit]
        tasking, lead = made.tasking(number, unit), made.actor("lead", unit)
        mark = "" if unit == "U1" else "MKREPORT2"
        made.do("acknowledge", lead, tasking_id=tasking.pk)
        document = {"number": "1", "signer": "MKDOC2", "abstract": "x"} if mark else {}
        report = made.do(
            "report", lead, tasking_id=tasking.pk, text=f"Báo cáo {mark}", document=document
        )
        if mark:
            file = Attachment(
                tasking=tasking, report=report, name="MKFILE2.pdf", content_type="x/y", size=7
            )
            file.file.save("a.pdf", ContentFile(b"MKFILE2"), save=True)
        made.do("complete", lead, tasking_id=tasking.pk)
    second = made.tasking("1.02", "U2")
    made.do("return_tasking", tasking_id=second.pk, reason="MKREASON2 thiếu số liệu")
    for unit in made.units:
        # The unit's evaluator judges it; U2 gets one for the purpose.
        _evaluator(made, unit)
    first = made.tasking("1.01", "U1")
    made.do("rate", made.actor("evaluator", "U1"), tasking_id=first.pk, rating="P", note="MKNOTE")
    made.do("hold", inject_id=made.inject("1.88").pk)
    words = {"finding": "MKFINDING", "measure": "MKMEASURE", "due": date(2030, 1, 1)}
    for unit in made.units:
        made.do("add_action", owner_code=unit, **words)
    made.fresh()
    return made


def _evaluator(drill: Drill, unit: str) -> None:
    found = drill.exercise.participants.filter(role="evaluator", unit__code=unit)
    if not found.exists():
        user = User.objects.create_user("danh-gia-2", name="Đánh giá hai")
        drill.exercise.participants.create(
            user=user, role="evaluator", unit=drill.posture(unit).unit
        )


def obtainable(
    drill: Drill, user: User | None, *, orders: bool = False
) -> Iterator[tuple[str, str]]:
    """Every answer this person can get: where, and its text; ``orders`` tries each command too."""
    code = drill.exercise.code
    ids: dict[str, list[Any]] = {
        "inject_id": list(drill.exercise.injects.values_list("pk", flat=True)),
        "tasking_id": list(drill.exercise.taskings.values_list("pk", flat=True)),
        "unit_id": [drill.posture(unit).unit_id for unit in drill.units],
        "form": ["csv", "jsonl"],
        "action_id": list(CorrectiveAction.objects.values_list("pk", flat=True)),
        "participant_id": [1],
    }
    client = as_(user)
    with drill.at_now():
        for language in ("vi", "en"):
            headers = {"Accept-Language": language}
            outside = ("landing", "home", "improvements", "improvements_export")
            paths = [reverse(name) for name in outside]
            for name in PAGES:
                paths += list(_paths(name, code, ids))
            paths += [reverse("attachment", args=[one.uuid]) for one in Attachment.objects.all()]
            token = drill.exercise.board_token
            paths += [reverse(name, args=[token]) for name in ("board_public", "board_public_live")]
            for path in paths:
                answer = client.get(path, headers=headers, follow=True)
                yield f"GET {path}", _text(answer)
        for command in COMMANDS if orders else ():
            path = reverse("do", args=[code, command])
            for sent in _orders(drill):
                answer = client.post(path, sent, headers={"HX-Request": "true"})
                yield f"POST {path} {sent}", _text(answer)


def _paths(name: str, code: str, ids: dict[str, list[Any]]) -> Iterator[str]:
    for key, values in {"": [None], **ids}.items():
        for value in values:
            try:
                yield reverse(name, kwargs={"code": code} | ({key: value} if key else {}))
            except NoReverseMatch:
                break


def _orders(drill: Drill) -> Iterator[dict[str, Any]]:
    """Orders about what is not theirs to know: each fails, and must fail without a word of it."""
    reason = {"reason": "Lý do đủ dài để hiểu", "text": "Thử", "rating": "P", "channel": "phone"}
    for number in FUTURE[:1]:
        inject = drill.inject(number)
        yield reason | {"inject_id": inject.pk, "tasking_id": 10**6, "inject_ids": [inject.pk]}
    for action in CorrectiveAction.objects.all():
        yield reason | {"action_id": action.pk, "note": "Thử"}
    foreign = drill.tasking("1.02", "U2").pk
    yield reason | {"tasking_id": foreign, "unit_code": "U2", "inject_id": 10**6}


def _text(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    heads = " ".join(f"{key}: {value}" for key, value in answer.headers.items())
    return html.unescape(body.decode("utf-8", "replace")) + heads


def leaks(found: Iterator[tuple[str, str]], marks: tuple[str, ...]) -> list[tuple[str, str]]:
    pages = list(found)
    assert pages
    return [(where, mark) for where, text in pages for mark in marks if mark in text]


WHO = {
    "lead": ("lead", "U1"),
    "staff": ("staff", "U1"),
    "observer": ("observer", None),
    "evaluator": ("evaluator", "U1"),
}


@pytest.mark.parametrize("who", [*WHO, "anonymous"])
def test_nobody_obtains_what_is_kept_from_them(drill: Drill, who: str) -> None:
    """Neither what is to come and when, nor another unit's words, nor how units are judged."""
    user = drill.user(*WHO[who]) if who in WHO else None
    secret = UNRELEASED + FOREIGN + moments(drill) + (() if who == "evaluator" else JUDGED)
    assert leaks(obtainable(drill, user, orders=True), secret) == []


def moments(drill: Drill) -> tuple[str, ...]:
    """When the next inject comes, as a page would write it."""
    due_us = drill.inject("1.77").due_us
    assert due_us is not None
    assert hm(due_us, drill.exercise) == "07:53"
    return "07:53", str(due_us)


def test_the_words_are_there_for_those_they_are_meant_for(drill: Drill) -> None:
    """Without this, a page that shows nothing at all would pass."""
    control = "".join(text for _where, text in obtainable(drill, drill.user("controller")))
    for mark in (
        *UNRELEASED,
        *moments(drill),
        "MKACTION",
        "MKREPORT2",
        "MKREASON2",
        "MKFILE2",
        "MKNOTE",
        "MKFINDING",
        "MKMEASURE",
    ):
        assert mark in control, mark
    evaluator = "".join(text for _where, text in obtainable(drill, drill.user("evaluator", "U1")))
    assert "MKACTION" in evaluator
    assert "MKNOTE" in evaluator
    lead = "".join(text for _where, text in obtainable(drill, drill.user("lead", "U2")))
    for mark in FOREIGN:
        assert mark in lead, mark


# ── the stream ──────────────────────────────────────────────────────────────────────────────────
def frames(drill: Drill, since: int | None) -> dict[str, str]:
    with drill.at_now():
        found, _seq = draw(drill.exercise.pk, since_seq=since)
    return {frame.audience: html.unescape(frame.html) for frame in found}


def everything_drawn(drill: Drill) -> list[dict[str, str]]:
    """What the stream would have carried: all at once, and entry by entry."""
    return [frames(drill, since) for since in (None, *range(1, drill.fresh().journal_seq))]


def test_the_stream_tells_each_audience_no_more_than_its_pages(drill: Drill) -> None:
    wrong = []
    for drawn in everything_drawn(drill):
        for audience, text in drawn.items():
            name = audience.split(".")[0]
            if name == "control":
                continue
            secret = UNRELEASED + moments(drill)
            if name != "evaluation" and not name.endswith("U2"):
                secret += FOREIGN
            if name == "board" or name.startswith("unit-"):
                secret += JUDGED
            wrong += [(audience, mark) for mark in secret if mark in text]
    assert wrong == []


def test_a_change_of_an_inject_to_come_is_not_named_to_units(drill: Drill) -> None:
    """The inject that a unit's own act makes ready is journalled with that act."""
    before = drill.fresh().journal_seq
    drill.do("unhold", inject_id=drill.inject("1.88").pk)
    lead = drill.actor("lead", "U2")
    drill.do("report", lead, tasking_id=drill.tasking("1.02", "U2").pk, text="Bổ sung số liệu")
    drawn = frames(drill, before)
    assert "1.88" in drawn["control.vi"]
    assert 'data-touched="1.02"' in drawn["unit-U2.vi"]
    assert 'data-touched="1.02"' in drawn["evaluation-U2.vi"]
    assert "1.88" not in drawn["evaluation-U2.vi"]


# ── after a release ─────────────────────────────────────────────────────────────────────────────
def test_a_released_inject_is_read_by_its_addressee_alone(drill: Drill) -> None:
    words = Text(vi="MKADDED vi", en="MKADDED en")
    with drill.at_now():
        drill.do("add_inject", title=Text(vi="Tin gấp", en="Urgent"), content=words, to=["U2"])
    mine = "".join(text for _where, text in obtainable(drill, drill.user("lead", "U2")))
    assert "MKADDED" in mine
    for who in ("lead", "observer", "evaluator"):
        assert leaks(obtainable(drill, drill.user(*WHO[who])), ("MKADDED",)) == []


def test_an_evaluator_reads_expected_actions_once_the_inject_is_out(drill: Drill) -> None:
    user = drill.user("evaluator", "U1")
    assert leaks(obtainable(drill, user), ("MKEXPECT",)) == []
    drill.do("release", inject_id=drill.inject("1.77").pk)
    tasking = Tasking.objects.get(inject__number="1.77", unit__code="U1")
    path = reverse("evaluate_tasking", args=[drill.exercise.code, tasking.pk])
    with drill.at_now():
        assert "MKEXPECT" in _text(as_(user).get(path))
