"""After any act the pages that stay open show what they would show if they were loaded anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from exercise.conduct import Actor, Upload, recover
from exercise.live.draw import draw
from tests.chaos.pages import Shown, fragments
from tests.factories import MINUTE, Drill, entry, make_drill
from units.models import User

pytestmark = pytest.mark.django_db

Act = Callable[[Drill], object]
PAGES = {
    "control": ("console", "director", None),
    "unit-U1": ("inbox", "lead", "U1"),
    "unit-U2": ("inbox", "lead", "U2"),
    "evaluation-U1": ("evaluate", "evaluator", "U1"),
    "evaluation": ("evaluate", "evaluator", None),
    "evaluated": ("evaluation", "director", None),
    "board": ("board", "observer", None),
}
"""Which page each audience's frames are for, and whom it is shown to."""


@pytest.fixture
def drill() -> Drill:
    """At 07:12, U1 has read nothing: one is late, one is due at 07:15; U2 has nothing."""
    injects = [
        entry("1.01", 1, ["U1"], complete_within_s=3600),
        entry("1.02", 5, ["U1"], complete_within_s=3600),
        entry("1.03", 200, ["U2"]),
    ]
    made = make_drill(2, injects, stand_downs=[(1, 2)], started=True)
    everyone = User.objects.create_user("evaluator.all")
    made.exercise.participants.create(user=everyone, role="evaluator", unit=None)
    for minutes in (1, 4, 7):
        made.later(minutes).sweep()
    return made


def step_back(drill: Drill) -> None:
    """The wall clock is set back by 25 minutes, and the timers find it so."""
    drill.later(-25).sweep()


def outage(drill: Drill) -> None:
    """The clock comes back at a sign of life 19 minutes ago."""
    with drill.at_now():
        assert recover(drill.exercise.pk, drill.now - 19 * MINUTE)


def unswept(act: Act, *, minutes: float) -> Act:
    """The same when a deadline has passed that the timers have not told of."""
    return lambda drill: act(drill.later(minutes))


def pause(drill: Drill) -> None:
    drill.do("pause")


def end(drill: Drill) -> None:
    drill.do("end")


def ended_and_closed(drill: Drill) -> None:
    drill.do("end")
    drill.do("close")


def real_world(drill: Drill) -> None:
    words = {"place": "Cổng 2", "words": "Có người ngã"}
    drill.do("call_real_world_stop", drill.actor("lead", "U1"), **words)


def jump(drill: Drill) -> None:
    drill.do("jump", to_us=100 * MINUTE, missed="skip")


def stand_down(drill: Drill) -> None:
    drill.later(50).sweep()


def pace(drill: Drill) -> None:
    drill.do("set_pace", rate_permille=60_000)


def rating(drill: Drill) -> None:
    by = drill.actor("evaluator", "U1")
    drill.do("rate", by, tasking_id=drill.tasking("1.01", "U1").pk, rating="M")


def disagreement(drill: Drill) -> None:
    rating(drill)
    by = Actor.of(drill.exercise.participants.get(role="evaluator", unit=None))
    drill.do("rate", by, tasking_id=drill.tasking("1.01", "U1").pk, rating="S")


def finding(drill: Drill) -> None:
    by = Actor.of(drill.exercise.participants.get(role="evaluator", unit=None))
    photo = Upload("anh.png", "image/png", "0" * 64, b"PNG")
    drill.do("record_finding", by, kind="observation", text="Loa hỏng", files=[photo])


def publication(drill: Drill) -> None:
    drill.do("end")
    drill.do("publish_evaluation")


def withdrawal(drill: Drill) -> None:
    publication(drill)
    drill.do("withdraw_evaluation")


ACTS: dict[str, Act] = {
    "a publication": publication,
    "a publication, withdrawn": withdrawal,
    "a rating": rating,
    "a disagreement of evaluators": disagreement,
    "what was seen of no unit, with a photo": finding,
    "the end": end,
    "the end, closed at once": ended_and_closed,
    "a pause, past a deadline": unswept(pause, minutes=4),
    "a pause, past the sign that a deadline is near": unswept(pause, minutes=45),
    "a real emergency, past a deadline": unswept(real_world, minutes=4),
    "another pace, past a deadline": unswept(pace, minutes=4),
    "a jump": jump,
    "a stand-down": stand_down,
    "a wall clock set back": step_back,
    "an outage": unswept(outage, minutes=20),
}


@pytest.fixture
def readers(drill: Drill) -> dict[str, Client]:
    """Somebody signed in for each page."""
    found = {}
    for audience, (_page, role, unit) in PAGES.items():
        people = drill.exercise.participants.filter(role=role, unit__code=unit)
        found[audience] = Client()
        found[audience].force_login(people.order_by("pk")[0].user)
    return found


def loaded(drill: Drill, readers: dict[str, Client]) -> dict[str, str]:
    """Every page as it is loaded now."""
    pages = {}
    for audience, client in readers.items():
        with drill.at_now():
            answer = client.get(f"/x/{drill.exercise.code}/{PAGES[audience][0]}/")
        assert answer.status_code == 200, (audience, answer)
        pages[audience] = answer.content.decode()
    return pages


def drawn(drill: Drill, since_seq: int | None) -> dict[str, str]:
    """The frames of all entries since, in Vietnamese, by audience."""
    with drill.at_now():
        frames, _seq = draw(drill.exercise.pk, since_seq=since_seq)
    return {f.audience[:-3]: f.html for f in frames if f.audience.endswith(".vi")}


def differences(drill: Drill, readers: dict[str, Client], act: Act) -> dict[str, list[str]]:
    """Where pages that were open during an act differ from pages loaded after it."""
    shown = {audience: Shown(page) for audience, page in loaded(drill, readers).items()}
    seq = drill.fresh().journal_seq
    act(drill)
    for audience, html in drawn(drill, seq).items():
        shown[audience].apply(html)
    whole, found = drawn(drill, None), {}
    for audience, page in loaded(drill, readers).items():
        names = {name for _how, name, _html in fragments(whole[audience]) if name}
        found[audience] = shown[audience].differs_from(page, names)
    return {audience: parts for audience, parts in found.items() if parts}


@pytest.mark.parametrize("name", ACTS)
def test_an_open_page_shows_what_it_would_show_loaded_anew(
    drill: Drill, readers: dict[str, Client], name: str
) -> None:
    assert differences(drill, readers, ACTS[name]) == {}


@pytest.mark.parametrize("act", [step_back, outage], ids=["a wall clock set back", "an outage"])
def test_what_was_drawn_of_a_time_that_is_not_played_goes_away(
    drill: Drill, readers: dict[str, Client], act: Act
) -> None:
    """Such as a frame drawn after the wall clock's step and before the exercise clock's."""
    assert differences(drill.later(20), readers, act) == {}
