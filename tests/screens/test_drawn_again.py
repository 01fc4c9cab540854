"""What is carried over from an earlier page is what would be drawn anew."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import caches
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from exercise.situation import console, rows, timeline
from exercise.situation.facts import read_facts
from exercise.templatetags.lanes import _at_rest, bars
from tests.factories import Drill, entry, make_drill
from units.text import Text

pytestmark = pytest.mark.django_db
REASON = "theo lệnh của Ban Chỉ đạo"


@pytest.fixture
def drill() -> Drill:
    injects = [
        entry("1.01", 5, ["U1", "U2"], complete_within_s=3600, mandatory=True),
        entry("1.02", 5, ["U1"], acknowledge_within_s=600),
        entry("1.03", 90, ["U2"], complete_within_s=1800),
        entry("1.04", None, ["U1"]),
    ]
    made = make_drill(units=2, injects=injects, conditions={"A": ["1.01"]}, started=True)
    made.later(5).sweep()
    return made


def drawn(drill: Drill, language: str) -> str:
    with drill.at_now(), translation.override(language):
        facts = read_facts(drill.fresh())
        return render_to_string("console/_live.html", console.page_context(facts) | {"oob": True})


def forget_all() -> None:
    rows.forget()
    caches["template_fragments"].clear()
    _at_rest.cache_clear()


def of_tasking(name: str, unit: str = "U1", **more: Any) -> Callable[[Drill], object]:
    return lambda drill: drill.do(
        name, drill.actor("lead", unit), tasking_id=drill.tasking("1.01", unit).pk, **more
    )


def of_inject(name: str, number: str, **more: Any) -> Callable[[Drill], object]:
    return lambda drill: drill.do(name, inject_id=drill.inject(number).pk, **more)


COURSE: list[Callable[[Drill], object]] = [
    of_tasking("acknowledge"),
    lambda drill: drill.later(0, seconds=20),
    of_tasking("start_work"),
    of_inject("hold", "1.03"),
    lambda drill: drill.later(10),  # the other acknowledgements are late; nobody wrote that down
    lambda drill: drill.sweep(),
    of_inject("unhold", "1.03"),
    of_inject("correct", "1.01", title=Text("Đính chính"), content=Text("Mới"), reason=REASON),
    of_tasking("acknowledge"),
    of_tasking("complete", text="Xong"),
    lambda drill: drill.later(50).sweep(),  # the deadline is near
    of_inject("release", "1.04"),
    lambda drill: drill.do("pause"),
    lambda drill: drill.do("resume"),
    of_tasking("acknowledge", "U2"),
    lambda drill: drill.later(40).sweep(),  # past it, and 1.03 is out
    of_inject("recall", "1.02", reason=REASON),
    of_tasking("start_work", "U2"),
    of_tasking("complete", "U2", text="Xong"),
    lambda drill: drill.do("report_posture", drill.actor("lead", "U1"), unit_code="U1"),
    lambda drill: drill.do("confirm_posture", unit_code="U1"),
    lambda drill: drill.later(200).sweep(),
]


def pages(drill: Drill, before_each: Callable[[], None]) -> list[tuple[str, str]]:
    """The console after each step, in both languages; the drill is then where it was."""
    found = []
    with transaction.atomic():
        course = Drill(drill.exercise, drill.now)
        for act in COURSE:
            act(course)
            before_each()
            found.append((drawn(course, "vi"), drawn(course, "en")))
        transaction.set_rollback(True)
    return found


def test_a_page_after_any_change_is_that_of_a_process_that_knows_nothing(drill: Drill) -> None:
    carried_over = pages(drill, lambda: None)
    assert carried_over == pages(drill, forget_all)
    assert len(set(carried_over)) > len(COURSE) // 2


def test_bars_that_grow_with_time_leave_nothing_behind(drill: Drill) -> None:
    """Each minute they look different, in every language, and never again as they did."""

    exercise = drill.fresh()

    def draw_for(minutes: int) -> None:
        for _minute in range(minutes):
            drill.later(1)
            for language in ("vi", "en"):
                with drill.at_now(), translation.override(language):
                    lanes = timeline.lanes(read_facts(exercise), units=None)
                    assert any("data-grow" in bars(lane) for lane in lanes)

    draw_for(5)
    tracemalloc.start()
    try:
        draw_for(50)
        gc.collect()
        held, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 100_000


@pytest.mark.parametrize("first", [True, False])
def test_a_card_of_the_past_opens_nothing_and_one_of_now_does(drill: Drill, first: bool) -> None:
    forget_all()
    with drill.at_now():
        card = console.page_context(read_facts(drill.fresh()))["cards"][0]
        context = {"card": card, "exercise": drill.exercise}
        opens = {
            past: 'href="/' in _card(context | {"replaying": past}) for past in (first, not first)
        }
    assert opens == {True: False, False: True}


def _card(context: dict[str, Any]) -> str:
    html = render_to_string("console/_unit.html", context)
    return html[: html.index("<div")]  # the glyphs inside have addresses too
