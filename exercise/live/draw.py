"""From journal entries to fragments: which parts of which pages they touch, and their HTML.

Every fragment is the partial its page includes; an audience is drawn from templates that are
given only what that audience may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from exercise.live.bus import Frame
from exercise.models import Exercise, JournalEntry
from exercise.situation import board, console, evaluation, inbox, log, strip
from exercise.situation.facts import Facts, read_facts

ALL_AT_ONCE = 100
"""With more entries than this to draw, every fragment is drawn instead of asking which."""


@dataclass
class Touched:
    """What a run of entries changed."""

    everything: bool = False
    units: set[str] = field(default_factory=set)
    injects: set[str] = field(default_factory=set)
    clock: bool = False
    entries: list[JournalEntry] = field(default_factory=list)


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
        "real_world_called",
        "real_world_lifted",
        "phase_started",
        "phase_ended",
    }
)


def touched_by(entries: Iterable[JournalEntry]) -> Touched:
    """Which units an entry names, and whether the clock, status or phase changed for everyone."""
    found = Touched(entries=list(entries))
    found.everything = len(found.entries) > ALL_AT_ONCE
    for entry in found.entries:
        found.clock |= entry.kind in CLOCK_KINDS
        if entry.inject_number:
            found.injects.add(entry.inject_number)
        if entry.unit_code:
            found.units.add(entry.unit_code)
        found.units.update(entry.data.get("to", ()))
    return found


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
    frames: list[Frame] = []
    for language, _name in settings.LANGUAGES:
        # What a gate says is missing is worded when it is worked out, so each language has its own.
        facts.__dict__.pop("gate", None)
        with translation.override(language):
            frames += [
                Frame(audience=f"{audience}.{language}", html=html)
                for audience, html in _audiences(facts, touched)
            ]
    return frames, seq


def _audiences(facts: Facts, touched: Touched) -> Iterator[tuple[str, str]]:
    yield "control", control_fragments(facts, touched)
    yield "board", _fragments("board/_board.html", board.context(facts))
    head = (
        _fragments("components/strip.html", strip.context(facts.exercise)) if touched.clock else ""
    )
    for unit in facts.units.values():
        if touched.everything or unit.code in touched.units:
            yield f"unit-{unit.code}", unit_fragments(facts, unit.pk, touched)
            yield f"evaluation-{unit.code}", evaluation_fragments(facts, [unit.pk], touched)
        elif head:
            yield f"unit-{unit.code}", head
            yield f"evaluation-{unit.code}", head
    yield "evaluation", evaluation_fragments(facts, list(facts.units), touched)


def control_fragments(facts: Facts, touched: Touched) -> str:
    """The console's fragments that the entries touched."""
    units = None if touched.everything or touched.clock else touched.units
    html = _fragments("console/_live.html", console.live_context(facts, units=units))
    told = [entry for entry in touched.entries if entry.kind not in log.QUIET_KINDS]
    newest = sorted(told, key=lambda entry: -entry.seq)[: log.SHOWN]
    names = {unit.code: unit for unit in facts.units.values()}
    return html + _fragments(
        "console/_log_rows.html", {"rows": log.rows(facts.exercise, newest, units=names)}
    )


def unit_fragments(facts: Facts, unit_id: int, touched: Touched) -> str:
    """One unit's inbox list."""
    numbers = _numbers(facts, [unit_id], touched)
    return _fragments("inbox/_list.html", inbox.list_context(facts, unit_id, touched=numbers))


def evaluation_fragments(facts: Facts, unit_ids: list[int], touched: Touched) -> str:
    """The taskings an evaluator may rate."""
    numbers = _numbers(facts, unit_ids, touched)
    return _fragments(
        "evaluate/_list.html", evaluation.list_context(facts, unit_ids, touched=numbers)
    )


def _numbers(facts: Facts, unit_ids: list[int], touched: Touched) -> set[str] | None:
    """The injects touched that these units were given. ``None``: any may have been.

    An entry drawn in the same run may name one that is still to come, or another unit's.
    """
    if touched.everything:
        return None
    given = {t.inject.number for unit_id in unit_ids for t in facts.by_unit[unit_id]}
    return touched.injects & given


def _fragments(template: str, context: dict[str, Any]) -> str:
    return render_to_string(template, context | {"oob": True})
