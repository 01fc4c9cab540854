"""The timeline of the MSEL: one lane per unit, bars on the calendar axis, in percent.

Drawn as SVG with attributes, because the content security policy forbids inline styles.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from exercise.models import Inject, InjectState, Tasking, TaskingState
from exercise.situation.facts import INJECT_GLYPH, Facts
from scenarios.calendar import HOUR_US, MINUTE_US, DrillCalendar
from units.models import Unit

SHORTEST_US = 25 * MINUTE_US
"""A bar is at least this long, so that its number can be read."""
ROW_PX = 22


@dataclass(frozen=True)
class Scale:
    """The axis: whole hours of the calendar from the first phase's start to the last one's end."""

    from_us: int
    to_us: int
    calendar: DrillCalendar

    def x(self, calendar_us: int) -> float:
        return (calendar_us - self.from_us) * 100 / (self.to_us - self.from_us)

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


@dataclass(frozen=True)
class Bar:
    """One inject in one lane; ``limit`` is the deadline's place where it is past."""

    inject: Inject
    glyph: str
    word: str
    x: float
    width: float
    y: int
    grow_from_us: int | None
    grow_to_us: int | None
    limit_x: float | None
    late_to_us: int | None
    late_width: float


@dataclass(frozen=True)
class Lane:
    """One unit's bars."""

    unit: Unit
    glyph: str
    bars: tuple[Bar, ...]
    rows: int

    @property
    def height(self) -> int:
        return self.rows * ROW_PX + 2


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
    coming: dict[int, list[Inject]] = {}
    for inject in facts.injects:
        if inject.state not in (InjectState.RELEASED, InjectState.CLOSED, InjectState.RECALLED):
            for unit_id in facts.addressees.get(inject.pk, ()):
                coming.setdefault(unit_id, []).append(inject)
    found = []
    for unit in facts.units.values():
        if units is not None and unit.code not in units:
            continue
        pieces = [_tasking(facts, base, t) for t in facts.by_unit[unit.pk]]
        pieces += [p for i in coming.get(unit.pk, []) if (p := _planned(facts, base, i))]
        bars, rows = _stack(sorted(pieces, key=lambda piece: piece[0]))
        found.append(Lane(unit, lane_glyph(facts, unit.pk), tuple(bars), rows))
    return found


def lane_glyph(facts: Facts, unit_id: int) -> str:
    """The worst of a unit's open taskings."""
    glyphs = {facts.glyph(t) for t in facts.by_unit[unit_id] if t.open}
    for glyph in ("late", "due", "delivered", "ack", "work"):
        if glyph in glyphs:
            return glyph
    return "done" if facts.by_unit[unit_id] else "plan"


# A piece: calendar start, calendar end, and the bar without its row.
Piece = tuple[int, int, Bar]


def _tasking(facts: Facts, base: Scale, tasking: Tasking) -> Piece:
    calendar, now_us = base.calendar, facts.position_us
    start = calendar.to_calendar_us(tasking.delivered_us)
    due = tasking.complete_due_us if tasking.complete_due_us is not None else tasking.ack_due_us
    finished = tasking.completed_us or (None if tasking.open else tasking.acknowledged_us)
    late = facts.late(tasking)
    end_us = finished if finished is not None else due if due is not None else now_us
    drawn_end = calendar.to_calendar_us(max(end_us, now_us if late else end_us))
    end = max(drawn_end, start + SHORTEST_US)
    limit = calendar.to_calendar_us(due) if late and due is not None else None
    glyph = facts.glyph(tasking)
    growing = tasking.open and not late
    grow_to = min(calendar.to_calendar_us(now_us), end)
    return (
        start,
        end,
        Bar(
            inject=tasking.inject,
            glyph=glyph,
            word=str(TaskingState(tasking.state).label),
            x=base.x(start),
            width=base.x(end) - base.x(start),
            y=0,
            grow_from_us=start if growing else None,
            grow_to_us=end if growing else None,
            limit_x=base.x(limit) if limit is not None else None,
            late_to_us=limit,
            late_width=base.x(end) - base.x(limit)
            if limit is not None
            else base.x(grow_to) - base.x(start),
        ),
    )


def _planned(facts: Facts, base: Scale, inject: Inject) -> Piece | None:
    at = inject.due_us if inject.due_us is not None else inject.planned_us
    if at is None:
        return None
    start = base.calendar.to_calendar_us(at)
    length = (inject.complete_within_s or inject.acknowledge_within_s or 0) * 1_000_000
    end = max(base.calendar.to_calendar_us(at + length), start + SHORTEST_US)
    glyph = INJECT_GLYPH[InjectState(inject.state)]
    bar = Bar(
        inject=inject,
        glyph=glyph,
        word=str(inject.get_state_display()),
        x=base.x(start),
        width=base.x(end) - base.x(start),
        y=0,
        grow_from_us=None,
        grow_to_us=None,
        limit_x=None,
        late_to_us=None,
        late_width=0,
    )
    return start, end, bar


def _stack(pieces: list[Piece]) -> tuple[list[Bar], int]:
    """Put each bar into the first row that is free where it begins."""
    ends: list[int] = []
    bars = []
    for start, end, bar in pieces:
        row = next((place for place, busy in enumerate(ends) if busy <= start), len(ends))
        if row == len(ends):
            ends.append(end)
        ends[row] = end
        bars.append(replace(bar, y=row * ROW_PX + 2))
    return bars, max(1, len(ends))
