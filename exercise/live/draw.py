"""From journal entries to fragments: which parts of which pages they touch, and their HTML.

Every fragment is the partial its page includes; an audience is drawn from templates that are
given only what that audience may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from exercise.live.bus import Frame
from exercise.models import Exercise, JournalEntry, Participant
from exercise.situation import board, console, evaluated, evaluation, inbox, log, strip
from exercise.situation.facts import Facts, read_facts
from units.models import Unit
from units.roles import Role

ALL_AT_ONCE = 100
"""With more entries than this to draw, every fragment is drawn instead of asking which."""


@dataclass
class Touched:
    """What a run of entries changed, and for whom."""

    entries: list[JournalEntry]
    everything: bool = False
    clock: bool = False
    """The clock, the status or the phase changed for everyone."""
    board: bool = False
    judged: bool = False
    """Something was judged, or is published now: for control alone."""
    judged_units: set[str] = field(default_factory=set)
    """Codes of the units of which something was judged: for control alone."""
    units: set[str] = field(default_factory=set)
    """Unit codes that any entry names: for control alone."""
    injects: set[str] = field(default_factory=set)
    """Inject numbers that any entry names: for control alone."""
    told: dict[str, set[str]] = field(default_factory=dict)
    """Unit codes of the entries a unit may learn of, each with the injects they name."""
    leapt: bool = False
    """Any tasking may stand otherwise, although no entry names it."""
    otherwise: set[str] = field(default_factory=set)
    """Codes of the units of which a tasking may, once the facts are known: see ``stand_otherwise``.
    """

    def numbers(self, codes: Iterable[str]) -> set[str] | None:
        """Injects in which something changed that these units know. ``None``: any may have."""
        known = list(codes)
        if not self.otherwise.isdisjoint(known):
            return None
        return {number for code in known for number in self.told.get(code, ())}


CLOCK_KINDS = frozenset(
    {
        "exercise_started",
        "exercise_ended",
        "exercise_closed",
        "clock_paused",
        "clock_resumed",
        "clock_jumped",
        "pace_set",
        "stand_down_begun",
        "stand_down_ended",
        "stand_down_extended",
        "stand_down_passed",
        "outage_recovered",
        "wall_clock_set_back",
        "real_world_called",
        "real_world_lifted",
        "phase_started",
        "phase_ended",
    }
)
LEAP_KINDS = frozenset(
    {"exercise_ended", "clock_jumped", "outage_recovered", "wall_clock_set_back"}
)
"""Exercise time leapt over deadlines, or back before some that rows were drawn by; or there is no
acknowledging any more.
"""

TOLD_KINDS = log.UNIT_KINDS | {"tasking_opened"}
"""Entries that a unit and its evaluators learn of. That a page is drawn anew at all says something:
a rating, a hold or an inject still to come must not be felt.
"""
BOARD_KINDS = log.PUBLIC_KINDS | log.UNIT_KINDS | CLOCK_KINDS


def touched_by(entries: Iterable[JournalEntry]) -> Touched:
    """What a run of entries changed: for control whatever they name, for the others what they may
    know.
    """
    found = Touched(list(entries))
    found.everything = len(found.entries) > ALL_AT_ONCE
    for entry in found.entries:
        found.clock |= entry.kind in CLOCK_KINDS
        found.leapt |= entry.kind in LEAP_KINDS
        found.board |= entry.kind in BOARD_KINDS
        found.judged |= entry.kind in log.JUDGED_KINDS | log.PUBLISHED_KINDS
        named = {entry.unit_code} if entry.unit_code else set(entry.data.get("to", ()))
        found.units |= named
        if entry.kind in log.JUDGED_KINDS:
            found.judged_units |= named
        numbers = {entry.inject_number} - {""}
        found.injects |= numbers
        if entry.kind in TOLD_KINDS:
            for code in named:
                found.told.setdefault(code, set()).update(numbers)
    return found


def stand_otherwise(facts: Facts, touched: Touched) -> set[str]:
    """Codes of the units of which a tasking may stand otherwise than it was last drawn.

    The timers tell of deadlines as they pass; where the clock was stopped or set another pace
    before they could, what was drawn until then is not what a page loaded now shows.
    """
    if touched.everything or touched.leapt:
        return {unit.code for unit in facts.units.values()}
    if not touched.clock:
        return set()
    return {
        facts.units[tasking.unit_id].code
        for tasking in facts.taskings
        if tasking.untold_at(facts.position_us)
    }


def draw(exercise_id: int, *, since_seq: int | None) -> tuple[list[Frame], int]:
    """Frames for the entries after ``since_seq`` (``None``: everything), and the last entry's
    number.
    """
    entries = JournalEntry.objects.filter(exercise_id=exercise_id, seq__gt=since_seq or 0)
    fresh = list(entries.order_by("seq")[: ALL_AT_ONCE + 1])
    if not fresh:
        return [], since_seq or 0
    exercise = Exercise.objects.get(pk=exercise_id)
    touched = touched_by(fresh)
    touched.everything |= since_seq is None
    seq = exercise.journal_seq if touched.everything else fresh[-1].seq
    facts = read_facts(exercise)
    touched.otherwise = stand_otherwise(facts, touched)
    # The list of an evaluator of all units is as long as the drill: not drawn for nobody.
    evaluators = Participant.objects.filter(exercise=exercise, role=Role.EVALUATOR)
    watched: set[str | None] = set(evaluators.values_list("unit__code", flat=True))
    frames: list[Frame] = []
    for language, _name in settings.LANGUAGES:
        # What a gate says is missing is worded when it is worked out, so each language has its own.
        facts.__dict__.pop("gate", None)
        with translation.override(language):
            frames += [
                Frame(audience=f"{audience}.{language}", html=html)
                for audience, html in _audiences(facts, touched, watched)
            ]
    return frames, seq


def _audiences(
    facts: Facts, touched: Touched, watched: set[str | None]
) -> Iterator[tuple[str, str]]:
    """Each audience with its fragments.

    Args:
        watched: codes of the units an evaluator stands with; ``None`` for one who stands with
            none and sees all.
    """
    yield "control", control_fragments(facts, touched)
    if touched.everything or touched.board:
        yield "board", _fragments("board/_board.html", board.context(facts))
    head = (
        _fragments("components/strip.html", strip.context(facts.exercise)) if touched.clock else ""
    )
    if touched.everything or touched.judged:
        yield "evaluated", evaluated_fragments(facts.exercise, touched)
    elif head:
        yield "evaluated", head
    for unit in facts.units.values():
        if unit.code in touched.told or unit.code in touched.otherwise:
            yield f"unit-{unit.code}", unit_fragments(facts, unit, touched)
            if unit.code in watched:
                yield f"evaluation-{unit.code}", evaluation_fragments(facts, [unit], touched)
        elif head:
            yield f"unit-{unit.code}", head
            if unit.code in watched:
                yield f"evaluation-{unit.code}", head
    if None not in watched:
        return
    if touched.told or touched.otherwise:
        yield "evaluation", evaluation_fragments(facts, list(facts.units.values()), touched)
    elif head:
        yield "evaluation", head


def control_fragments(facts: Facts, touched: Touched) -> str:
    """The console's fragments that the entries touched."""
    all_units = touched.everything or touched.clock
    units = None if all_units else touched.units | _addressed(facts, touched.injects)
    html = _fragments("console/_live.html", console.live_context(facts, units=units))
    if touched.everything:
        newest = log.latest(facts.exercise)
    else:
        told = [entry for entry in touched.entries if entry.kind not in log.QUIET_KINDS]
        newest = sorted(told, key=lambda entry: -entry.seq)[: log.SHOWN]
    names = {unit.code: unit for unit in facts.units.values()}
    return html + _fragments(
        "console/_log_rows.html", {"rows": log.rows(facts.exercise, newest, units=names)}
    )


def _addressed(facts: Facts, numbers: set[str]) -> set[str]:
    """The units these injects are for: a hold names none of them, and shows on their cards."""
    return {
        facts.units[unit_id].code
        for inject in facts.injects
        if inject.number in numbers
        for unit_id in facts.addressees.get(inject.pk, ())
        if unit_id in facts.units
    }


def unit_fragments(facts: Facts, unit: Unit, touched: Touched) -> str:
    """One unit's inbox list."""
    numbers = touched.numbers([unit.code])
    return _fragments("inbox/_list.html", inbox.list_context(facts, unit.pk, touched=numbers))


def evaluation_fragments(facts: Facts, units: Sequence[Unit], touched: Touched) -> str:
    """The taskings an evaluator may rate."""
    numbers = touched.numbers(unit.code for unit in units)
    return _fragments(
        "evaluate/_list.html",
        evaluation.list_context(facts, [unit.pk for unit in units], touched=numbers),
    )


def evaluated_fragments(exercise: Exercise, touched: Touched) -> str:
    """What evaluators have judged so far, as control reads it, and of which units something new."""
    units = None if touched.everything else touched.judged_units
    context = evaluated.overview_context(exercise, touched=units) | strip.context(exercise)
    return _fragments("evaluated/_live.html", context)


def _fragments(template: str, context: dict[str, Any]) -> str:
    return render_to_string(template, context | {"oob": True})
