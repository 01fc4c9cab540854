"""A moment of the past as the screens read one: the rows as they were, detached from the database.

The rows of today lend what never changes; everything else comes from the story. What is made here
has the keys of the rows and cannot be saved.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from exercise.models import Exercise, ExercisePhase, Inject, InjectVersion, Posture, Tasking
from exercise.review.past.snapshots import story_at
from exercise.review.past.steps import Step
from exercise.review.past.story import (
    FIRST_OF_INJECT,
    FIRST_OF_PHASE,
    FIRST_OF_TASKING,
    Plan,
    Story,
)
from exercise.situation.facts import Facts
from exercise.situation.rows import Rows, rows_of
from units.text import Text


@dataclass(frozen=True)
class Moment:
    """One moment: after entry ``seq``, at ``wall_us``, with the facts as they stood then.

    Whoever draws it does so within ``exercise.clock.frozen(moment.wall_us)``: screens ask the clock
    what time it is.
    """

    seq: int
    wall_us: int
    facts: Facts

    @property
    def exercise(self) -> Exercise:
        """The exercise as it was."""
        return self.facts.exercise

    @property
    def position_us(self) -> int:
        """Exercise time."""
        return self.facts.position_us


def moment_at(exercise: Exercise, step: Step) -> Moment:
    """The moment at a step of the journal, or some exercise time after it if the clock ran.

    Args:
        exercise: as it is today; nothing of it is changed.

    Raises:
        Unreadable: when an entry does not fit what came before it.
    """
    rows = rows_of(exercise)
    prefetch_related_objects([exercise], "stand_downs")
    plan = Plan.of(exercise, rows)
    story = story_at(exercise, step.seq, plan)
    past = _exercise(exercise, story)
    clock = past.clock
    wall_us = step.wall_us
    if step.position_us is not None and step.position_us > clock.position_us(wall_us):
        wall_us = clock.due_wall_us(step.position_us) or wall_us
    position_us = clock.position_us(wall_us)
    past._shown_position_us = position_us  # type: ignore[attr-defined]
    facts = Facts(
        exercise=past, position_us=position_us, now_wall_us=wall_us, rows=_rows(rows, story)
    )
    return Moment(seq=story.seq, wall_us=wall_us, facts=facts)


def _exercise(exercise: Exercise, story: Story) -> Exercise:
    anchor_wall_us, anchor_us, rate_permille, running = story.clock
    here = story.exercise["stand_down_id"]
    return exercise.as_it_was(
        {
            **story.exercise,
            "anchor_wall_us": anchor_wall_us,
            "anchor_us": anchor_us,
            "rate_permille": rate_permille,
            "running": running,
            "journal_seq": story.seq,
            "calendar": exercise.calendar,
            "phases": [_phase(row, story) for row in exercise.phases],
        },
        stand_down=next((row for row in exercise.stand_downs.all() if row.pk == here), None),
    )


def _phase(row: ExercisePhase, story: Story) -> ExercisePhase:
    past = copy(row)
    past.__dict__.update(FIRST_OF_PHASE | story.phases.get(row.phase, {}))
    return past


def _rows(rows: Rows, story: Story) -> Rows:
    originals = _original_titles(rows)
    injects = {
        row.pk: _inject(row, story.injects[row.number], originals)
        for row in rows.injects
        if row.number in story.injects
    }
    return Rows(
        postures=tuple(_posture(row, story) for row in rows.postures),
        injects=tuple(injects.values()),
        taskings=tuple(
            _tasking(row, fields, injects[row.inject_id])
            for row in rows.taskings
            if (fields := story.taskings.get(f"{row.inject.number}/{row.unit.code}")) is not None
        ),
        addressees={pk: to for pk, to in rows.addressees.items() if pk in injects},
    )


def _posture(row: Posture, story: Story) -> Posture:
    return row.as_it_was(story.postures[row.unit.code], unit=row.unit)


def _original_titles(rows: Rows) -> dict[int, Text]:
    """Of the injects that have been corrected since, by their keys: one query, or none."""
    corrected = [row.pk for row in rows.injects if row.version > 1]
    if not corrected:
        return {}
    first = InjectVersion.objects.filter(inject__in=corrected, version=1)
    return dict(first.values_list("inject_id", "title"))


def _inject(row: Inject, fields: dict[str, Any], originals: dict[int, Text]) -> Inject:
    fields = FIRST_OF_INJECT | fields
    if row.added_on_the_fly:
        fields.setdefault("planned_us", None)
    said = fields.get("title")
    fields["title"] = Text.of(said) if said else originals.get(row.pk, row.title)
    return row.as_it_was(fields)


def _tasking(row: Tasking, fields: dict[str, Any], inject: Inject) -> Tasking:
    return row.as_it_was(FIRST_OF_TASKING | fields, inject=inject, unit=row.unit)
