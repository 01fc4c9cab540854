"""What the players see of an exercise: its rows at one moment, and their own memory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Count

from exercise.models import (
    PHASE_OF,
    Exercise,
    ExercisePhase,
    Gate,
    Inject,
    InjectState,
    Observation,
    Posture,
    PostureState,
    Tasking,
    gate_of,
)
from exercise.players.cast import Cast
from scenarios.choices import ReleaseMode


@dataclass
class Memory:
    """What no row says: since when something has been so, and what was refused."""

    seen_us: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    not_before_wall_us: dict[str, int] = field(default_factory=dict)

    def since(self, key: str, now_us: int) -> int:
        """Play time at which this was first seen."""
        return self.seen_us.setdefault(key, now_us)


@dataclass
class Scene:
    """The rows of an exercise, read once for as long as its journal does not grow."""

    exercise: Exercise
    cast: Cast
    injects: list[Inject]
    taskings: list[Tasking]
    postures: list[Posture]
    reports: dict[int, int]
    rated: set[tuple[int, int]]
    memory: Memory
    now_us: int = 0

    @classmethod
    def read(cls, exercise: Exercise, cast: Cast, memory: Memory) -> Scene:
        """Everything the players ask about, in seven queries."""
        taskings = list(
            Tasking.objects.filter(exercise=exercise).select_related("unit").order_by("pk")
        )
        injects = list(Inject.objects.filter(exercise=exercise).order_by("sort_key"))
        by_id = {inject.pk: inject for inject in injects}
        counts = (
            Tasking.objects.filter(exercise=exercise, reports__isnull=False)
            .annotate(made=Count("reports"))
            .values_list("pk", "made")
        )
        for tasking in taskings:
            tasking.inject = by_id[tasking.inject_id]
        return cls(
            exercise=exercise,
            cast=cast,
            injects=injects,
            taskings=taskings,
            postures=list(Posture.objects.filter(exercise=exercise).select_related("unit")),
            reports=dict(counts),
            rated=set(
                Observation.objects.filter(tasking__exercise=exercise).values_list(
                    "tasking_id", "evaluator_id"
                )
            ),
            memory=memory,
        )

    @property
    def phase(self) -> ExercisePhase | None:
        """The phase being played."""
        return self.exercise.current

    @cached_property
    def gate(self) -> Gate:
        """The gate of the phase being played."""
        return gate_of(self.exercise)

    @cached_property
    def _addressed(self) -> dict[int, set[int]]:
        """Unit ids by the id of a mandatory inject that is still to come."""
        to_come = [
            inject.pk
            for inject in self.injects
            if inject.mandatory and inject.state in (InjectState.SCHEDULED, InjectState.HELD)
        ]
        links = Inject.addressees.through.objects.filter(inject_id__in=to_come)
        found: dict[int, set[int]] = defaultdict(set)
        for inject_id, unit_id in links.values_list("inject_id", "unit_id"):
            found[inject_id].add(unit_id)
        return found

    def work_of(self, posture: Posture) -> list[Tasking]:
        """The unit's mandatory taskings of the phase its posture belongs to."""
        phase = PHASE_OF.get(PostureState(posture.state))
        return [
            tasking
            for tasking in self.taskings
            if tasking.unit_id == posture.unit_id
            and tasking.inject.mandatory
            and tasking.inject.phase == phase
        ]

    def expects_more(self, posture: Posture) -> bool:
        """Whether mandatory work of its phase is still to come for this unit.

        The players look into the schedule here, which people cannot: a lead knows from the
        exercise plan what his unit will still be asked for.
        """
        phase = PHASE_OF.get(PostureState(posture.state))
        return any(
            posture.unit_id in self._addressed[inject.pk]
            for inject in self.injects
            if inject.phase == phase and inject.pk in self._addressed
        )

    def to_come(self, phase: str) -> list[Inject]:
        """Injects of a phase that come by themselves or are the director's to release."""
        return [
            inject
            for inject in self.injects
            if inject.phase == phase
            and (
                inject.state in (InjectState.SCHEDULED, InjectState.HELD)
                or (inject.state == InjectState.STANDBY and inject.mode == ReleaseMode.MANUAL)
            )
        ]

    def open_work(self, phase: str) -> list[Tasking]:
        """Taskings of a phase's injects in which something is still asked."""
        return [one for one in self.taskings if one.inject.phase == phase and one.open]
