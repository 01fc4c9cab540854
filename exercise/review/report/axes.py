"""Where the marks of the report's axes stand. Pure."""

from __future__ import annotations

from math import isqrt

from exercise.review.report.values import Tick
from exercise.review.report.words import number
from scenarios.calendar import MINUTE_US, DrillCalendar, InStandDown

_STEPS_US = tuple(
    minutes * MINUTE_US for minutes in (5, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080)
)
MOST_TICKS = 10
_MINUTES = (0, 1, 2, 5, 10, 20, 40, 60, 90, 120, 180, 240, 360, 480, 720, 1440, 2880, 5760, 10080)
_LEAST_APART = 90
"""Thousandths of a square-root axis between two labels."""


def day_ticks(calendar: DrillCalendar, from_us: int, to_us: int, language: str) -> tuple[Tick, ...]:
    """Round times of the drill's calendar on an axis of play time; the day stands at its first."""
    first, last = calendar.to_calendar_us(from_us), calendar.to_calendar_us(to_us)
    fitting = (step for step in _STEPS_US if (to_us - from_us) // step < MOST_TICKS)
    step = next(fitting, max(_STEPS_US[-1], (to_us - from_us) // MOST_TICKS))
    ticks: list[Tick] = []
    told_day = None
    for calendar_us in range(first - first % step, last + 1, step):
        try:
            at_us = calendar.to_play_us(calendar_us)
        except InStandDown:
            continue
        if not from_us <= at_us <= to_us:
            continue
        day = calendar.day(calendar.moment(at_us))
        label = calendar.label(at_us, language=language)
        ticks.append(Tick(at_us, label if day != told_day else label.split(" ", 1)[1]))
        told_day = day
    return tuple(ticks)


def minute_ticks(most_us: int) -> tuple[Tick, ...]:
    """Minutes on a square-root axis that holds ``most_us``; the last one is where it ends."""
    most = -(-most_us // MINUTE_US)
    ends = next((end for end in _MINUTES[2:] if end >= most), 0)
    if not ends:  # longer than a week
        ends = -(-most // (24 * 60)) * 24 * 60
    ticks = [0]
    for minute in _MINUTES[1:]:
        if minute >= ends:
            break
        if _place(minute, ends) - _place(ticks[-1], ends) >= _LEAST_APART:
            ticks.append(minute)
    if len(ticks) > 1 and 1000 - _place(ticks[-1], ends) < _LEAST_APART:
        ticks.pop()
    return tuple(Tick(minute * MINUTE_US, number(minute)) for minute in (*ticks, ends))


def _place(minute: int, ends: int) -> int:
    return isqrt(minute * 1_000_000 // ends)
