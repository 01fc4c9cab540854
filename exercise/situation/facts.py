"""The rows of one exercise, read in a fixed number of queries, and the questions every screen asks
of them.

Every number on a screen is derived from these rows, so that counts agree between screens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from exercise.clock import wall_us
from exercise.models import (
    FINISHED,
    PENDING,
    UNREAD,
    Exercise,
    ExercisePhase,
    Gate,
    GateCondition,
    Inject,
    InjectState,
    Posture,
    Tasking,
    TaskingState,
    gate_from,
)
from exercise.situation.rows import Rows, rows_of
from units.models import Unit

GLYPH = {
    TaskingState.DELIVERED: "delivered",
    TaskingState.OPENED: "delivered",
    TaskingState.ACKNOWLEDGED: "ack",
    TaskingState.IN_PROGRESS: "work",
    TaskingState.RETURNED: "work",
    TaskingState.COMPLETED: "done",
    TaskingState.VERIFIED: "done",
    TaskingState.WAIVED: "skip",
    TaskingState.CANCELLED: "skip",
}
"""The state glyph of the design guide for each tasking state; late and due come before it."""
INJECT_GLYPH = {
    InjectState.STANDBY: "plan",
    InjectState.SCHEDULED: "plan",
    InjectState.HELD: "held",
    InjectState.SKIPPED: "skip",
    InjectState.RECALLED: "skip",
    InjectState.CLOSED: "done",
    InjectState.RELEASED: "delivered",
}


class Standing(NamedTuple):
    """How one tasking stands at one moment: asked many times a page, worked out once."""

    open: bool
    late: bool
    soon: bool
    counts: bool
    """Waived and recalled ones do not count at all."""
    glyph: str

    @property
    def done(self) -> bool:
        """Finished by the unit: what counts in "done 2/3"."""
        return self.counts and not self.open

    @classmethod
    def of(cls, tasking: Tasking, position_us: int) -> Standing:
        """Where it stands at this exercise time."""
        is_open = tasking.open
        late = is_open and tasking.overdue_at(position_us)
        soon = is_open and not late and tasking.due_soon_at(position_us)
        state = TaskingState(tasking.state)
        glyph = GLYPH[state] if is_open or state in FINISHED else "done"
        return cls(
            open=is_open,
            late=late,
            soon=soon,
            counts=state not in (TaskingState.WAIVED, TaskingState.CANCELLED),
            glyph="late" if late else "due" if soon else glyph,
        )


@dataclass
class Facts:
    """One exercise at one moment."""

    exercise: Exercise
    position_us: int
    now_wall_us: int
    rows: Rows

    @property
    def postures(self) -> Sequence[Posture]:
        return self.rows.postures

    @property
    def injects(self) -> Sequence[Inject]:
        return self.rows.injects

    @property
    def taskings(self) -> Sequence[Tasking]:
        return self.rows.taskings

    @property
    def addressees(self) -> Mapping[int, Sequence[int]]:
        """Unit ids by inject id."""
        return self.rows.addressees

    @cached_property
    def units(self) -> dict[int, Unit]:
        """Participating units by id, in the order of the console and the board."""
        return {posture.unit_id: posture.unit for posture in self.postures}

    @cached_property
    def inject_by_id(self) -> dict[int, Inject]:
        return {inject.pk: inject for inject in self.injects}

    @cached_property
    def by_unit(self) -> dict[int, list[Tasking]]:
        """Taskings by unit id, in the order of delivery."""
        found: dict[int, list[Tasking]] = defaultdict(list)
        for tasking in self.taskings:
            found[tasking.unit_id].append(tasking)
        return found

    @cached_property
    def by_inject(self) -> dict[int, list[Tasking]]:
        found: dict[int, list[Tasking]] = defaultdict(list)
        for tasking in self.taskings:
            found[tasking.inject_id].append(tasking)
        return found

    @cached_property
    def phases(self) -> list[ExercisePhase]:
        """The played phases in order."""
        return self.exercise.phases

    @cached_property
    def gate(self) -> Gate:
        """The gate of the present phase, from these rows (two queries more for its conditions)."""
        phase = self.exercise.current
        if phase is None:
            return Gate(None, ())
        return gate_from(
            phase,
            rows=list(GateCondition.objects.filter(phase=phase).prefetch_related("after")),
            postures=self.postures,
            injects=self.injects,
            taskings=self.taskings,
        )

    # ── questions ───────────────────────────────────────────────────────────────────────────
    @cached_property
    def standings(self) -> dict[int, Standing]:
        """Where each tasking stands, by its id."""
        position_us = self.position_us
        return {tasking.pk: Standing.of(tasking, position_us) for tasking in self.taskings}

    def glyph(self, tasking: Tasking) -> str:
        """``late`` before ``due`` before the state's own glyph; done for one that needs no more."""
        return self.standings[tasking.pk].glyph

    def open(self, tasking: Tasking) -> bool:
        return self.standings[tasking.pk].open

    def late(self, tasking: Tasking) -> bool:
        return self.standings[tasking.pk].late

    def soon(self, tasking: Tasking) -> bool:
        return self.standings[tasking.pk].soon

    def done(self, tasking: Tasking) -> bool:
        return self.standings[tasking.pk].done

    def counts(self, tasking: Tasking) -> bool:
        return self.standings[tasking.pk].counts

    @cached_property
    def overdue(self) -> list[Tasking]:
        return [tasking for tasking in self.taskings if self.late(tasking)]

    @cached_property
    def late_units(self) -> set[int]:
        """Ids of the units of which something is overdue."""
        return {tasking.unit_id for tasking in self.overdue}

    @cached_property
    def soon_units(self) -> set[int]:
        """Ids of the units of which something is due soon."""
        return {tasking.unit_id for tasking in self.due_soon}

    @cached_property
    def due_soon(self) -> list[Tasking]:
        return [tasking for tasking in self.taskings if self.soon(tasking)]

    @cached_property
    def at_work(self) -> list[Tasking]:
        """Open and neither late nor due soon."""
        standings = self.standings
        return [
            tasking
            for tasking in self.taskings
            if (its := standings[tasking.pk]).open and not its.late and not its.soon
        ]

    @cached_property
    def unacknowledged(self) -> list[Tasking]:
        return [tasking for tasking in self.taskings if tasking.state in UNREAD]

    @cached_property
    def next_injects(self) -> list[Inject]:
        """Not yet released, of phases begun: by their moment, those without one last.
        Control only.
        """
        return sorted(
            (
                inject
                for inject in self.injects
                if inject.state in PENDING
                and (inject.due_us is not None or inject.phase == self.exercise.phase)
            ),
            key=lambda inject: (inject.due_us is None, inject.due_us or 0, inject.sort_key),
        )

    @cached_property
    def overdue_queue(self) -> list[Inject]:
        """Injects that missed their moment and wait for the director's decision."""
        return [
            inject
            for inject in self.injects
            if inject.state == InjectState.SCHEDULED and inject.overdue_wall_us is not None
        ]


def read_facts(exercise: Exercise) -> Facts:
    """The facts of this moment: four queries whatever the number of units and injects, or none
    where the rows are known.
    """
    now = wall_us()
    return Facts(
        exercise=exercise,
        position_us=exercise.clock.position_us(now),
        now_wall_us=now,
        rows=rows_of(exercise),
    )
