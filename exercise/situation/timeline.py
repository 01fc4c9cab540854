"""The timeline of the MSEL: one lane per unit, bars on the calendar axis, in percent.

Drawn as SVG with attributes, because the content security policy forbids inline styles.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from operator import itemgetter
from typing import NamedTuple

from exercise.models import Inject, InjectState, Tasking, TaskingState
from exercise.situation.facts import INJECT_GLYPH, Facts
from scenarios.calendar import HOUR_US, MINUTE_US, DrillCalendar
from units.models import Unit

SHORTEST_US = 25 * MINUTE_US
"""A bar is at least this long, so that its number can be read."""
LONG_LATE_US = 90 * MINUTE_US
"""What is late for longer may have begun left of what the console's pane shows."""
ROW_PX = 22
OUT = (InjectState.RELEASED, InjectState.CLOSED, InjectState.RECALLED)
"""Shown by their taskings."""


@dataclass(frozen=True)
class Scale:
    """The axis: whole hours of the calendar from the first phase's start to the last one's end."""

    from_us: int
    to_us: int
    calendar: DrillCalendar

    def x(self, calendar_us: int) -> float:
        return (calendar_us - self.from_us) * 100 / (self.to_us - self.from_us)

    def place(self, from_us: int, to_us: int) -> tuple[float, float]:
        """Where a bar begins and how wide it is, as fine as they are drawn."""
        x = self.x(from_us)
        return round(x, 2), round(self.x(to_us) - x, 1)

    @property
    def length_us(self) -> int:
        return self.to_us - self.from_us


@dataclass(frozen=True)
class Tick:
    """A mark of the axis."""

    x: float
    label: str
    strong: str


@dataclass(frozen=True)
class Off:
    """A stand-down on the axis."""

    x: float
    width: float


class Bar(NamedTuple):
    """One inject in one lane; ``limit_x`` is the deadline's place where it is past.

    Nothing but plain values, as fine as they are drawn: equal bars look the same.
    """

    inject_id: int
    number: str
    glyph: str
    word: str
    x: float
    width: float
    grow_from_us: int | None = None
    grow_to_us: int | None = None
    limit_x: float | None = None
    late_to_us: int | None = None
    late_width: float = 0
    long_late: bool = False


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars with the place of each one's row in pixels. Those of a lane are the same object for as
    long as nothing in it looks different.
    """

    placed: Sequence[tuple[int, Bar]]
    rows: int


@dataclass(frozen=True)
class Lane:
    """One unit's bars."""

    unit: Unit
    glyph: str
    bars: Bars

    @property
    def height(self) -> int:
        return self.bars.rows * ROW_PX + 2


@dataclass(frozen=True)
class Axis:
    """The scale with its marks, for the template."""

    scale: Scale
    ticks: tuple[Tick, ...]
    offs: tuple[Off, ...]


def scale(facts: Facts) -> Axis:
    """The axis of the whole drill."""
    base = _scale(facts)
    phases = {row.planned_start_us: row for row in reversed(facts.phases)}
    calendar = base.calendar
    starts = {calendar.to_calendar_us(us): str(row.number) for us, row in phases.items()}
    ticks = []
    for hour in range(base.from_us, base.to_us, HOUR_US):
        moment = calendar.zero + timedelta(microseconds=hour)
        ticks.append(Tick(base.x(hour), f"{moment:%H:%M}", starts.get(hour, "")))
    offs = [
        Off(base.x(s.from_us), s.length_us * 100 / base.length_us) for s in calendar.stand_downs
    ]
    return Axis(base, tuple(ticks), tuple(offs))


def _scale(facts: Facts) -> Scale:
    calendar = facts.exercise.calendar
    rows = facts.phases
    first = min((row.planned_start_us for row in rows), default=0)
    last = max((row.planned_end_us for row in rows), default=HOUR_US)
    to_us = calendar.to_calendar_us(max(last, facts.position_us), before_break=True)
    from_us = calendar.to_calendar_us(first) // HOUR_US * HOUR_US
    return Scale(from_us, max(-(-to_us // HOUR_US), from_us // HOUR_US + 1) * HOUR_US, calendar)


def lanes(facts: Facts, units: Collection[str] | None) -> list[Lane]:
    """The lanes of these units (``None``: all), bars stacked where they overlap."""
    base = _scale(facts)
    words = {state.value: str(state.label) for state in TaskingState}
    planned = {state.value: str(state.label) for state in InjectState}
    coming: dict[int, list[Piece]] = {}
    for inject in facts.injects:
        if inject.state in OUT or (piece := _planned(base, planned, inject)) is None:
            continue
        for unit_id in facts.addressees.get(inject.pk, ()):
            coming.setdefault(unit_id, []).append(piece)
    found = []
    for unit_id, work in facts.rows.work.items():
        unit = facts.units[unit_id]
        if units is not None and unit.code not in units:
            continue
        # Of a drill's taskings most are over. Their bars are made once for each axis.
        over = work.once(
            "bars",
            base,
            lambda work=work: [  # type: ignore[misc]
                _tasking(facts, base, words, t) for t in work.taskings if t.pk in work.settled
            ],
        )
        still = (*(_tasking(facts, base, words, t) for t in work.open), *coming.get(unit_id, ()))
        bars = work.once(
            "lane",
            (base, still),
            lambda over=over, still=still: _stack(  # type: ignore[misc]
                sorted((*over, *still), key=itemgetter(0, 1))
            ),
        )
        found.append(Lane(unit, lane_glyph(facts, unit_id), bars))
    return found


def lane_glyph(facts: Facts, unit_id: int) -> str:
    """The worst of a unit's open taskings."""
    glyphs = {facts.glyph(t) for t in facts.rows.work[unit_id].open}
    for glyph in ("late", "due", "delivered", "ack", "work"):
        if glyph in glyphs:
            return glyph
    return "done" if facts.by_unit[unit_id] else "plan"


# A piece: calendar start, what comes first of two that start together, calendar end, and the bar.
Piece = tuple[int, float, int, Bar]


def _tasking(facts: Facts, base: Scale, words: Mapping[str, str], tasking: Tasking) -> Piece:
    # As of the whole minute, finer than is drawn, so that a bar is the same for as long.
    calendar, now_us = base.calendar, facts.position_us // MINUTE_US * MINUTE_US
    standing = facts.standings[tasking.pk]
    start = calendar.to_calendar_us(tasking.delivered_us)
    due = tasking.complete_due_us if tasking.complete_due_us is not None else tasking.ack_due_us
    finished = tasking.completed_us or (None if standing.open else tasking.acknowledged_us)
    end_us = finished if finished is not None else due if due is not None else now_us
    if standing.late:
        end_us = max(end_us, now_us)
    end = max(calendar.to_calendar_us(end_us), start + SHORTEST_US)
    inject, glyph, word = tasking.inject, standing.glyph, words[tasking.state]
    bar = Bar(inject.pk, inject.number, glyph, word, *base.place(start, end))
    if standing.late and due is not None:
        limit = calendar.to_calendar_us(due)
        limit_x, late_width = base.place(limit, end)
        bar = bar._replace(
            limit_x=limit_x,
            late_to_us=limit,
            late_width=late_width,
            long_late=end - limit > LONG_LATE_US,
        )
    elif standing.open and not standing.late:
        _x, grown = base.place(start, min(max(calendar.to_calendar_us(now_us), start), end))
        bar = bar._replace(grow_from_us=start, grow_to_us=end, late_width=grown)
    return start, tasking.pk, end, bar


def _planned(base: Scale, words: Mapping[str, str], inject: Inject) -> Piece | None:
    at = inject.due_us if inject.due_us is not None else inject.planned_us
    if at is None:
        return None
    start = base.calendar.to_calendar_us(at)
    length = (inject.complete_within_s or inject.acknowledge_within_s or 0) * 1_000_000
    end = max(base.calendar.to_calendar_us(at + length), start + SHORTEST_US)
    glyph, word = INJECT_GLYPH[InjectState(inject.state)], words[inject.state]
    return start, inf, end, Bar(inject.pk, inject.number, glyph, word, *base.place(start, end))


def _stack(pieces: list[Piece]) -> Bars:
    """Put each bar into the first row that is free where it begins."""
    ends: list[int] = []
    bars = []
    for start, _place, end, bar in pieces:
        for row, busy in enumerate(ends):
            if busy <= start:
                ends[row] = end
                break
        else:
            row = len(ends)
            ends.append(end)
        bars.append((row * ROW_PX + 2, bar))
    return Bars(bars, max(1, len(ends)))
