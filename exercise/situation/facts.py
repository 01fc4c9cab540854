"""The rows of one exercise, read in a fixed number of queries, and the questions every screen asks
of them.

Every number on a screen is derived from these rows, so that counts agree between screens.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

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


@dataclass
class Facts:
    """One exercise at one moment."""

    exercise: Exercise
    position_us: int
    now_wall_us: int
    postures: list[Posture]
    injects: list[Inject]
    taskings: list[Tasking]
    addressees: dict[int, list[int]] = field(default_factory=dict)
    """Unit ids by inject id."""

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
        rows = list(GateCondition.objects.filter(phase=phase).prefetch_related("after"))
        return gate_from(
            phase,
            rows=rows,
            postures=self.postures,
            injects=self.injects,
            taskings=self.taskings,
        )

    # ── questions ───────────────────────────────────────────────────────────────────────────
    def glyph(self, tasking: Tasking) -> str:
        """``late`` before ``due`` before the state's own glyph; done for one that needs no more."""
        if self.late(tasking):
            return "late"
        if self.soon(tasking):
            return "due"
        if not tasking.open and tasking.state not in FINISHED:
            return "done"
        return GLYPH[TaskingState(tasking.state)]

    def late(self, tasking: Tasking) -> bool:
        return tasking.overdue_at(self.position_us)

    def soon(self, tasking: Tasking) -> bool:
        return tasking.due_soon_at(self.position_us)

    def done(self, tasking: Tasking) -> bool:
        """Finished by the unit: what counts in "done 2/3" (waived and recalled do not
        count at all).
        """
        return self.counts(tasking) and not tasking.open

    @staticmethod
    def counts(tasking: Tasking) -> bool:
        return tasking.state not in (TaskingState.WAIVED, TaskingState.CANCELLED)

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
        return [t for t in self.taskings if t.open and not self.late(t) and not self.soon(t)]

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
    """Read the rows of an exercise: seven queries whatever the number of units and injects."""
    now = wall_us()
    postures = list(exercise.postures.select_related("unit"))
    units = {posture.unit_id: posture.unit for posture in postures}
    injects = list(exercise.injects.defer("content", "expected_actions"))
    by_id = {inject.pk: inject for inject in injects}
    taskings = list(exercise.taskings.all())
    for tasking in taskings:
        tasking.inject, tasking.unit = by_id[tasking.inject_id], units[tasking.unit_id]
    links = Inject.addressees.through.objects.filter(inject__exercise=exercise).order_by("unit_id")
    addressees: dict[int, list[int]] = defaultdict(list)
    for inject_id, unit_id in links.values_list("inject_id", "unit_id"):
        addressees[inject_id].append(unit_id)
    return Facts(
        exercise=exercise,
        position_us=exercise.clock.position_us(now),
        now_wall_us=now,
        postures=postures,
        injects=injects,
        taskings=taskings,
        addressees=addressees,
    )
