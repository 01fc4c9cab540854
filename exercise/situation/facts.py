"""The rows of one exercise, read in a fixed number of queries, and the questions every screen asks
of them.

Every number on a screen is derived from these rows, so that counts agree between screens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from exercise.clock import wall_us
from exercise.models import (
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
    gate_from,
)
from exercise.situation.rows import Rows, rows_of
from exercise.situation.standing import Standing
from units.models import Unit

INJECT_GLYPH = {
    InjectState.STANDBY: "plan",
    InjectState.SCHEDULED: "plan",
    InjectState.HELD: "held",
    InjectState.SKIPPED: "skip",
    InjectState.RECALLED: "skip",
    InjectState.CLOSED: "done",
    InjectState.RELEASED: "delivered",
}


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

    @property
    def units(self) -> Mapping[int, Unit]:
        """Participating units by id, in the order of the console and the board."""
        return self.rows.units

    @property
    def inject_by_id(self) -> Mapping[int, Inject]:
        return self.rows.inject_by_id

    @property
    def by_unit(self) -> Mapping[int, Sequence[Tasking]]:
        """Taskings by unit id, in the order of delivery."""
        return self.rows.by_unit

    @property
    def by_inject(self) -> Mapping[int, Sequence[Tasking]]:
        return self.rows.by_inject

    @cached_property
    def phases(self) -> list[ExercisePhase]:
        """The played phases in order."""
        return self.exercise.phases

    @cached_property
    def gate(self) -> Gate:
        """The gate of the present phase, from these rows; two queries for its conditions, once."""
        phase = self.exercise.current
        if phase is None:
            return Gate(None, ())
        conditions = self.rows.conditions
        if phase.pk not in conditions:
            found = GateCondition.objects.filter(phase=phase).prefetch_related("after")
            conditions[phase.pk] = tuple(found)
        return gate_from(
            phase,
            rows=conditions[phase.pk],
            postures=self.postures,
            injects=self.injects,
            by_inject=self.by_inject,
        )

    # ── questions ───────────────────────────────────────────────────────────────────────────
    @cached_property
    def standings(self) -> dict[int, Standing]:
        """Where each tasking stands, by its id."""
        found: dict[int, Standing] = {}
        for work in self.rows.work.values():
            found.update(work.settled)
        for tasking in self.rows.open:
            found[tasking.id] = Standing.of(tasking, self.position_us)
        return found

    def glyph(self, tasking: Tasking) -> str:
        """``late`` before ``due`` before the state's own glyph; done for one that needs no more."""
        return self.standings[tasking.id].glyph

    def open(self, tasking: Tasking) -> bool:
        return self.standings[tasking.id].open

    def late(self, tasking: Tasking) -> bool:
        return self.standings[tasking.id].late

    def soon(self, tasking: Tasking) -> bool:
        return self.standings[tasking.id].soon

    def done(self, tasking: Tasking) -> bool:
        return self.standings[tasking.id].done

    def counts(self, tasking: Tasking) -> bool:
        return self.standings[tasking.id].counts

    @cached_property
    def overdue(self) -> list[Tasking]:
        return [tasking for tasking in self.rows.open if self.late(tasking)]

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
        return [tasking for tasking in self.rows.open if self.soon(tasking)]

    @cached_property
    def at_work(self) -> list[Tasking]:
        """Open and neither late nor due soon."""
        standings = self.standings
        return [
            tasking
            for tasking in self.rows.open
            if not (its := standings[tasking.pk]).late and not its.soon
        ]

    @cached_property
    def unacknowledged(self) -> list[Tasking]:
        return [tasking for tasking in self.rows.open if tasking.state in UNREAD]

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
    def next_of_unit(self) -> dict[int, Inject]:
        """The next inject with a moment on its way to each unit, by the unit's id. Control only."""
        found: dict[int, Inject] = {}
        for inject in self.next_injects:
            if inject.due_us is not None:
                for unit_id in self.addressees.get(inject.pk, ()):
                    found.setdefault(unit_id, inject)
        return found

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
