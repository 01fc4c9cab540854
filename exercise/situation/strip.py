"""The strip every signed-in page and the board carry: the clock's anchors, the phase, what stands still and why."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

from django.utils.translation import get_language

from exercise.models import PLAYED, Exercise, Status
from exercise.situation.facts import Facts
from scenarios.phases import Phase


def context(facts: Facts) -> dict[str, Any]:
    """What ``components/strip.html`` draws; the same for every audience."""
    return {
        "exercise": facts.exercise,
        "clock": clock_data(facts.exercise, facts.position_us),
        "now_wall_us": facts.now_wall_us,
        "phase_number": phase_number(facts.exercise),
    }


def phase_number(exercise: Exercise) -> int | None:
    """1, 2 or 3; ``None`` before and after."""
    return PLAYED.index(Phase(exercise.phase)) + 1 if exercise.phase in PLAYED else None


def clock_data(exercise: Exercise, position_us: int) -> dict[str, Any]:
    """The clock as the browser needs it to tick by itself, and as text for a reader without it.

    ``zero_ms`` is the calendar at time zero written as if it were UTC: the browser formats it
    without knowing the exercise's time zone.
    """
    calendar = exercise.calendar
    moment = calendar.moment(position_us, before_break=exercise.in_stand_down)
    english = (get_language() or "vi").startswith("en")
    return {
        "anchor_wall_ms": exercise.anchor_wall_us / 1000,
        "anchor_us": exercise.anchor_us,
        "rate_permille": exercise.rate_permille,
        "pace": f"{exercise.rate_permille / 1000:g}",
        "running": exercise.running,
        "paused": exercise.status == Status.PAUSED,
        "version": exercise.clock_version,
        "breaks": json.dumps(calendar.breaks),
        "zero_ms": int(calendar.zero.replace(tzinfo=UTC).timestamp() * 1000),
        "before_break": exercise.in_stand_down,
        "position_us": position_us,
        "time": f"{moment:%H:%M}",
        "seconds": f"{moment:%S}",
        "day": f"{'D' if english else 'N'}{calendar.day(moment)}",
        "moment": moment,
    }
