"""What every page of an exercise carries: the clock's anchors, how it runs, what stands still and
why.
"""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from typing import Any

from django.utils.translation import get_language

from exercise.clock import wall_us
from exercise.models import Exercise, Status
from scenarios.phases import PLAYED, Phase


def context(exercise: Exercise) -> dict[str, Any]:
    """What ``components/strip.html`` draws; the same for every audience."""
    now = wall_us()
    return {
        "exercise": exercise,
        "clock": clock_data(exercise, exercise.clock.position_us(now)),
        "now_wall_us": now,
        "phase_number": phase_number(exercise),
        "calendar": exercise.calendar,
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
    moment = calendar.moment(position_us, before_break=exercise.before_break)
    english = (get_language() or "vi").startswith("en")
    return {
        "anchor_wall_ms": exercise.anchor_wall_us // 1000,
        "anchor_us": exercise.anchor_us,
        "rate_permille": exercise.rate_permille,
        "running": exercise.running,
        "paused": exercise.status == Status.PAUSED,
        "version": exercise.clock_version,
        "breaks": json.dumps(calendar.breaks),
        "zero_ms": int(calendar.zero.replace(tzinfo=UTC).timestamp() * 1000),
        "utc_offset_minutes": (calendar.zero.utcoffset() or timedelta()) // timedelta(minutes=1),
        "before_break": exercise.before_break,
        "position_us": position_us,
        "time": f"{moment:%H:%M}",
        "seconds": f"{moment:%S}",
        "day_letter": "D" if english else "N",
        "day_number": calendar.day(moment),
        "date": f"{moment:%d/%m/%Y}",
    }
