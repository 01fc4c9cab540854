"""What was planned: constants that the journal is read against, never changed by play.

An inject added on the day is here too: what it asks and by when was said when it was added and does
not change, only its title and content may be corrected.
"""

from __future__ import annotations

from dataclasses import dataclass

from exercise.models import Exercise, Inject, Posture
from scenarios.calendar import SECOND_US, DrillCalendar
from scenarios.models import Objective
from units.text import Text


@dataclass(frozen=True, slots=True)
class PlannedInject:
    """One inject; ``planned_us`` and the limits are exercise time, the limits counted from its
    delivery.
    """

    number: str
    sort_key: str
    phase: str
    title: Text
    planned_us: int | None
    acknowledge_within_us: int | None
    complete_within_us: int | None
    mandatory: bool
    added: bool
    objectives: tuple[str, ...]
    expected_actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    """One played phase and its planned window, in exercise time."""

    phase: str
    number: int
    title: Text
    planned_start_us: int
    planned_end_us: int


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """A participating unit, in the order of the console and the board."""

    code: str
    name: Text
    short: Text


@dataclass(frozen=True, slots=True)
class PlannedObjective:
    """What the drill was to show."""

    code: str
    title: Text


@dataclass(frozen=True)
class Plan:
    """The plan of one exercise; injects by number, in their order."""

    calendar: DrillCalendar
    phases: tuple[PlannedPhase, ...]
    units: tuple[PlannedUnit, ...]
    objectives: tuple[PlannedObjective, ...]
    injects: dict[str, PlannedInject]


def read_plan(exercise: Exercise) -> Plan:
    """The plan of an exercise, in five queries whatever its size."""
    injects = Inject.objects.filter(exercise=exercise).order_by("sort_key")
    postures = Posture.objects.filter(exercise=exercise).select_related("unit")
    objectives = Objective.objects.filter(scenario=exercise.scenario_id)
    return Plan(
        calendar=exercise.calendar,
        phases=tuple(
            PlannedPhase(row.phase, row.number, row.title, row.planned_start_us, row.planned_end_us)
            for row in exercise.phases
        ),
        units=tuple(
            PlannedUnit(one.unit.code, one.unit.name, one.unit.short or one.unit.name)
            for one in postures
        ),
        objectives=tuple(PlannedObjective(one.code, one.title) for one in objectives),
        injects={
            inject.number: _planned(inject)
            for inject in injects.defer("content", "problem", "sender").iterator(chunk_size=2000)
        },
    )


def _planned(inject: Inject) -> PlannedInject:
    return PlannedInject(
        number=inject.number,
        sort_key=inject.sort_key,
        phase=inject.phase,
        title=inject.title,
        planned_us=None if inject.added_on_the_fly else inject.planned_us,
        acknowledge_within_us=_us(inject.acknowledge_within_s),
        complete_within_us=_us(inject.complete_within_s),
        mandatory=inject.mandatory,
        added=inject.added_on_the_fly,
        objectives=tuple(inject.objectives),
        expected_actions=tuple(str(action) for action in inject.expected_actions),
    )


def _us(seconds: int | None) -> int | None:
    return seconds * SECOND_US if seconds else None
