"""The director's console: head figures, phase rail, unit cards, gate, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from statistics import median
from typing import Any, NamedTuple

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from exercise.models import (
    CONFIRMED,
    PENDING,
    REPORTED,
    UNREAD,
    Condition,
    ExercisePhase,
    Inject,
    InjectState,
    Posture,
    PostureState,
    Tasking,
)
from exercise.situation import strip, timeline, words
from exercise.situation.facts import INJECT_GLYPH, Facts
from exercise.situation.outage import after_outage
from exercise.situation.standing import Standing, Work
from units.models import Unit

NEXT_SHOWN = 12
"""Each has three forms and is drawn in every language at every change."""
PACES = (("1", 1000, "1"), ("2", 2000, "2"), ("4", 4000, "4"), ("8", 8000, "8"), ("60", 60000, ""))
"""Paces one click away: form value, thousandths, key."""
PIPS = 3
"""The newest of a unit's taskings on its card, before the next one to come."""
METER = ("done", "work", "late", "held", "plan", "skip")
"""The order in which a phase's meter fills up."""


@dataclass(frozen=True)
class Chip:
    """One state: glyph and word; ``to_us`` adds a ticking time."""

    glyph: str
    word: str
    to_us: int | None = None


@dataclass(frozen=True)
class Pip:
    """One inject of a unit's card."""

    glyph: str
    label: str


@dataclass(frozen=True)
class UnitCard:
    """What the console shows of one unit."""

    posture: Posture
    chip: Chip
    away: str
    """How far off the chip's moment is, as the page says it."""
    step_word: str
    steps: tuple[bool, ...]
    pips: tuple[Pip, ...]
    ack_median_us: int | None
    unacknowledged_late: bool
    done: int
    total: int
    overdue: int
    reported: bool

    @property
    def unit(self) -> Unit:
        return self.posture.unit

    @property
    def looks(self) -> str:
        """All that is seen of the card, in the reader's language: equal cards look the same."""
        seen = [value for name, value in vars(self).items() if name != "posture"]
        return repr((get_language(), self.unit.pk, str(self.unit), str(self.unit.name), seen))


@dataclass(frozen=True)
class Segment:
    """A stretch of a phase's meter, in percent of its injects."""

    glyph: str
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class PhaseCell:
    """One phase of the rail, with the gate behind it."""

    row: ExercisePhase
    current: bool
    over: bool
    segments: tuple[Segment, ...]
    counts: tuple[tuple[str, int], ...]
    met: int | None
    conditions: int | None


@dataclass(frozen=True)
class NextUp:
    """An inject that is still to be released."""

    inject: Inject
    units: str
    glyph: str
    in_queue: bool


@dataclass(frozen=True)
class GateLine:
    """A condition as the gate pane shows it."""

    condition: Condition
    glyph: str
    inject_id: int | None
    unit_id: int | None


def page_context(facts: Facts) -> dict[str, Any]:
    """Everything the page needs at once."""
    return live_context(facts, units=None)


def live_context(facts: Facts, units: Iterable[str] | None) -> dict[str, Any]:
    """The fragments that change; of the units only those named (``None``: all)."""
    wanted = None if units is None else set(units)
    postures = [p for p in facts.postures if wanted is None or p.unit.code in wanted]
    upcoming = facts.next_injects
    return strip.context(facts.exercise) | {
        "facts": facts,
        "cards": [unit_card(facts, posture) for posture in postures],
        "rail": rail(facts),
        "gate": facts.gate,
        "gate_lines": gate_lines(facts),
        "next_up": [next_up(facts, inject) for inject in upcoming[:NEXT_SHOWN]],
        "next_more": max(0, len(upcoming) - NEXT_SHOWN),
        "next_inject": next((one for one in upcoming if _comes_by_itself(one)), None),
        "queue": facts.overdue_queue,
        "outage": after_outage(facts),
        "lanes": timeline.lanes(facts, units=wanted),
        "scale": timeline.scale(facts),
        "paces": PACES,
        "other_pace": all(facts.exercise.rate_permille != permille for _v, permille, _k in PACES),
    }


def _comes_by_itself(inject: Inject) -> bool:
    return inject.state == InjectState.SCHEDULED and inject.overdue_wall_us is None


# ── units ───────────────────────────────────────────────────────────────────────────────────────
def unit_card(facts: Facts, posture: Posture) -> UnitCard:
    """The card of one unit, from its taskings and the injects on their way to it."""
    work, standings = facts.rows.work[posture.unit_id], facts.standings
    coming = facts.next_of_unit.get(posture.unit_id)
    given = (
        facts.exercise.phase,
        posture.state,
        coming and (coming.number, coming.state),
        tuple([standings[tasking.id] for tasking in work.open]),
    )
    card = work.once("card", given, lambda: _unit_card(facts, posture))
    to_us = card.chip.to_us
    away = "" if to_us is None else words.duration(to_us - words.position_of(facts.exercise))
    return replace(card, posture=posture, away=away)


def _unit_card(facts: Facts, posture: Posture) -> UnitCard:
    work, standings = facts.rows.work[posture.unit_id], facts.standings
    over = work.once("tally", None, lambda: _tally(work.taskings, work.settled))
    still = _tally(work.open, standings)
    acknowledged = over.acknowledged + still.acknowledged
    late = [t for t in work.open if standings[t.id].late]
    return UnitCard(
        posture=posture,
        chip=chip_of(facts, posture),
        away="",
        step_word=str(posture.get_state_display()),
        steps=tuple(place <= posture.step for place in (1, 2, 3)),
        pips=tuple(_pips(facts, posture, work)),
        ack_median_us=round(median(acknowledged)) if acknowledged else None,
        unacknowledged_late=any(t.state in UNREAD and t.ack_due_us is not None for t in late),
        done=over.done + still.done,
        total=over.total + still.total,
        overdue=len(late),
        reported=posture.state in REPORTED,
    )


class _Tally(NamedTuple):
    done: int
    total: int
    acknowledged: list[int]
    """How long each acknowledgement took, in µs of play."""


def _tally(taskings: Iterable[Tasking], standings: Mapping[int, Standing]) -> _Tally:
    """What counts of those taskings whose standing is given."""
    counted = [t for t in taskings if (its := standings.get(t.pk)) and its.counts]
    return _Tally(
        done=sum(standings[t.id].done for t in counted),
        total=len(counted),
        acknowledged=[
            t.acknowledged_us - t.delivered_us for t in counted if t.acknowledged_us is not None
        ],
    )


def chip_of(facts: Facts, posture: Posture) -> Chip:
    """The one chip: the worst of late, due, unacknowledged, reported, working, ready, waiting."""
    work, standings = facts.rows.work[posture.unit_id], facts.standings
    if late := [t for t in work.open if standings[t.id].late]:
        return Chip("late", _("Trễ"), min(_due(t) for t in late))
    if soon := [t for t in work.open if standings[t.id].soon]:
        return Chip("due", _("Còn"), min(_due(t) for t in soon))
    if any(t.to_read for t in work.open):
        return Chip("delivered", _("Chưa nhận tin"))
    if posture.state in REPORTED:
        return Chip("ack", _("Chờ xác nhận"))
    if work.open:
        return Chip("work", _("Đang làm"))
    if posture.state in CONFIRMED:
        return Chip("done", _("Sẵn sàng"))
    if posture.state == PostureState.PEACETIME:
        return Chip("plan", _("Chưa có lệnh"))
    return Chip("plan", _("Chờ tin") if work.taskings else _("Chưa có tin"))


def _due(tasking: Tasking) -> int:
    due = tasking.due_us if tasking.due_us is not None else tasking.complete_due_us
    return due if due is not None else tasking.delivered_us


def _pips(facts: Facts, posture: Posture, work: Work) -> Iterable[Pip]:
    standings, phase = facts.standings, facts.exercise.phase
    present = (
        t for t in reversed(work.taskings) if standings[t.id].counts and t.inject.phase == phase
    )
    for tasking in reversed(list(islice(present, PIPS))):
        yield Pip(facts.glyph(tasking), f"{tasking.inject.number} {tasking.get_state_display()}")
    if inject := facts.next_of_unit.get(posture.unit_id):
        yield Pip(
            INJECT_GLYPH[InjectState(inject.state)], f"{inject.number} {inject.get_state_display()}"
        )


# ── phases ──────────────────────────────────────────────────────────────────────────────────────
def rail(facts: Facts) -> list[PhaseCell]:
    """The three phases, each with its meter and the gate behind it."""
    cells = []
    gate = facts.gate
    counted = _counts(facts)
    for row in facts.phases:
        current = row.phase == facts.exercise.phase
        counts = counted.get(row.phase, {})
        total = sum(counts.values()) or 1
        segments, x = [], 0.0
        for glyph in METER:
            if counts.get(glyph):
                width = counts[glyph] * 100 / total
                segments.append(Segment(glyph, counts[glyph], x, width))
                x += width
        cells.append(
            PhaseCell(
                row=row,
                current=current,
                over=row.ended_us is not None,
                segments=tuple(segments),
                counts=tuple((g, counts[g]) for g in METER if counts.get(g)),
                met=gate.met_count if current else None,
                conditions=len(gate.conditions) if current else None,
            )
        )
    return cells


def _counts(facts: Facts) -> dict[str, dict[str, int]]:
    """Injects by glyph for each phase: late before done before at work."""
    found: dict[str, dict[str, int]] = {}
    for inject in facts.injects:
        glyph = inject_glyph(facts, inject)
        glyph = {"delivered": "work", "ack": "work", "due": "work"}.get(glyph, glyph)
        counts = found.setdefault(inject.phase, {})
        counts[glyph] = counts.get(glyph, 0) + 1
    return found


def inject_glyph(facts: Facts, inject: Inject) -> str:
    """One glyph for an inject: the worst of its taskings once it is released."""
    if inject.state != InjectState.RELEASED:
        return INJECT_GLYPH[InjectState(inject.state)]
    glyphs = {facts.glyph(t) for t in facts.by_inject[inject.pk]}
    for glyph in ("late", "due", "delivered", "ack", "work", "done"):
        if glyph in glyphs:
            return glyph
    return "done"


def gate_lines(facts: Facts) -> list[GateLine]:
    """The gate's conditions, each with the glyph of what it waits for and where to look."""
    by_number = {inject.number: inject for inject in facts.injects}
    by_code = {unit.code: unit for unit in facts.units.values()}
    found = []
    for condition in facts.gate.conditions:
        injects = [by_number[number] for number in condition.inject_numbers]
        units = [by_code[code] for code in condition.unit_codes]
        found.append(
            GateLine(
                condition=condition,
                glyph="done" if condition.met else _worst(facts, injects),
                inject_id=injects[0].pk if injects else None,
                unit_id=units[0].pk if units and not injects else None,
            )
        )
    return found


def _worst(facts: Facts, injects: list[Inject]) -> str:
    glyphs = {inject_glyph(facts, inject) for inject in injects}
    for glyph in ("late", "due", "delivered", "ack", "work", "held"):
        if glyph in glyphs:
            return glyph
    return "plan"


# ── what comes next ─────────────────────────────────────────────────────────────────────────────
def next_up(facts: Facts, inject: Inject) -> NextUp:
    """A line of the queue."""
    assert inject.state in PENDING
    ids = facts.addressees.get(inject.pk, ())
    everyone = len(ids) == len(facts.units) and len(ids) > 1
    names = (
        pgettext("addressees", "Mọi đơn vị")
        if everyone
        else ", ".join(str(facts.units[pk]) for pk in ids if pk in facts.units)
    )
    return NextUp(
        inject=inject,
        units=names,
        glyph=INJECT_GLYPH[InjectState(inject.state)],
        in_queue=inject.overdue_wall_us is not None,
    )
