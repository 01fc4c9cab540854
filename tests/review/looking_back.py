"""What the rows of an exercise hold, to be laid beside what replay makes of its journal."""

from __future__ import annotations

from typing import Any

from exercise.models import Exercise
from exercise.review.past import CONTROL_STEPS, Moment, moment_at
from exercise.review.past.story import FIRST_OF_EXERCISE, FIRST_OF_PHASE
from exercise.situation.rows import Rows, rows_of

NOT_TOLD = ("_", "told_", "read_version")
"""What only the timers read, and which version somebody has open: no screen of the past has it."""
ANCHORS = ("anchor_wall_us", "anchor_us", "rate_permille", "running")


def values(row: Any) -> dict[str, Any]:
    return {name: held for name, held in row.__dict__.items() if not name.startswith(NOT_TOLD)}


def held(exercise: Exercise, rows: Rows) -> dict[str, Any]:
    """Every value a screen of this exercise is drawn from."""
    return {
        "exercise": {name: getattr(exercise, name) for name in (*FIRST_OF_EXERCISE, *ANCHORS)},
        "stand_down": exercise.stand_down,
        "phases": {
            row.phase: {name: getattr(row, name) for name in FIRST_OF_PHASE}
            for row in exercise.phases
        },
        "postures": [values(row) for row in rows.postures],
        "injects": [values(row) for row in rows.injects],
        "taskings": [values(row) for row in rows.taskings],
        "of": [(one.inject.number, one.unit.code) for one in rows.taskings],
        "addressees": {pk: sorted(to) for pk, to in rows.addressees.items()},
    }


def now(pk: int) -> dict[str, Any]:
    """What the rows hold."""
    exercise = Exercise.objects.get(pk=pk)
    return held(exercise, rows_of(exercise))


def moment(pk: int, seq: int) -> Moment:
    """The moment after an entry."""
    exercise = Exercise.objects.get(pk=pk)
    step = CONTROL_STEPS.at(exercise, seq)
    assert step is not None
    assert step.seq == seq
    return moment_at(exercise, step)


def then(pk: int, seq: int) -> dict[str, Any]:
    """What they held after an entry, by the journal."""
    found = moment(pk, seq)
    return held(found.exercise, found.facts.rows)
