"""The story of an exercise: what its journal says of it up to one entry, as plain values.

It holds what screens show of an exercise and what changes in the course of one. What was fixed when
the exercise or an inject was made (titles, times of the plan, who is addressed) is in the rows of
today and stays there; see ``Plan`` for what of it the entries are read with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Self

from exercise.models import Exercise, Inject, PostureState, Status, StopReason
from exercise.review.replay import CLOCK_AT_REST, planned_inject_state
from exercise.situation.rows import Rows
from scenarios.calendar import SECOND_US
from scenarios.phases import Phase

Fields = dict[str, Any]
"""Values by the names of the model's fields; of one that is not there the row has its first."""

FIRST_OF_EXERCISE: Fields = {
    "status": str(Status.PLANNED),
    "phase": str(Phase.BEFORE),
    "stop_reason": str(StopReason.NONE),
    "stand_down_id": None,
    "resume_wall_us": None,
    "started_wall_us": None,
    "ended_wall_us": None,
    "real_world_wall_us": None,
    "real_world_place": "",
    "real_world_words": "",
    "real_world_by": "",
    "clock_version": 0,
}
FIRST_OF_POSTURE: Fields = {
    "state": str(PostureState.PEACETIME),
    "since_us": 0,
    "since_wall_us": 0,
    "return_reason": "",
}
FIRST_OF_INJECT: Fields = {
    "due_us": None,
    "overdue_wall_us": None,
    "released_us": None,
    "released_wall_us": None,
    "lateness_us": None,
    "closed_us": None,
    "version": 1,
}
FIRST_OF_TASKING: Fields = {
    "ack_due_us": None,
    "complete_due_us": None,
    "due_soon_us": None,
    "opened_us": None,
    "acknowledged_us": None,
    "started_us": None,
    "completed_us": None,
    "verified_us": None,
    "reacknowledge": False,
    "on_behalf": "",
    "reason": "",
    "nudges": 0,
    # Not in the journal and on no screen of the past: which version was read, what was told of.
    "read_version": 0,
    "told_ack_overdue": False,
    "told_due_soon": False,
    "told_overdue": False,
}
FIRST_OF_PHASE: Fields = {
    "started_us": None,
    "ended_us": None,
    "started_wall_us": None,
    "ended_wall_us": None,
    "override_reason": "",
}


class Entry(NamedTuple):
    """What of a journal entry the story is read from; the names are the model's."""

    seq: int
    kind: str
    wall_us: int
    exercise_us: int
    actor_name: str
    unit_code: str
    inject_number: str
    data: dict[str, Any]
    changes: list[dict[str, Any]]
    hash: str


class Planned(NamedTuple):
    """What an inject was made with and keeps; lengths in exercise µs."""

    phase: str
    planned_us: int | None
    acknowledge_us: int | None
    complete_us: int | None


@dataclass(frozen=True)
class Plan:
    """What entries are read with: of an exercise, all that never changes."""

    injects: Mapping[str, Planned]
    first: Mapping[str, str]
    """States in which planned injects were made; the others come with an entry."""
    postures: tuple[str, ...]
    phases: Mapping[str, int]
    """Planned starts."""
    stand_downs: Mapping[int, int]
    """Keys of the stand-downs by their place on the play axis."""

    @classmethod
    def of(cls, exercise: Exercise, rows: Rows) -> Self:
        """From the rows of today."""
        places = [place for place, _length in exercise.calendar.breaks]
        return cls(
            injects={one.number: _planned(one) for one in rows.injects},
            first={
                one.number: planned_inject_state(one)
                for one in rows.injects
                if not one.added_on_the_fly
            },
            postures=tuple(posture.unit.code for posture in rows.postures),
            phases={row.phase: row.planned_start_us for row in exercise.phases},
            stand_downs={
                place: row.pk
                for place, row in zip(places, exercise.stand_downs.all(), strict=False)
            },
        )


def _planned(inject: Inject) -> Planned:
    return Planned(
        phase=str(inject.phase),
        # One that nobody planned has its moment from an entry.
        planned_us=None if inject.added_on_the_fly else inject.planned_us,
        acknowledge_us=_length_us(inject.acknowledge_within_s),
        complete_us=_length_us(inject.complete_within_s),
    )


def _length_us(seconds: int | None) -> int | None:
    return seconds * SECOND_US if seconds else None


@dataclass(slots=True)
class Story:
    """An exercise after entry ``seq``: fields by phase, unit code, inject number, ``number/unit``.

    Only JSON's own types, so that it can be kept.
    """

    seq: int = 0
    clock: list[Any] = field(default_factory=lambda: list(CLOCK_AT_REST))
    exercise: Fields = field(default_factory=dict)
    phases: dict[str, Fields] = field(default_factory=dict)
    postures: dict[str, Fields] = field(default_factory=dict)
    injects: dict[str, Fields] = field(default_factory=dict)
    taskings: dict[str, Fields] = field(default_factory=dict)

    @classmethod
    def planned(cls, plan: Plan) -> Self:
        """Before the first entry."""
        return cls(
            exercise=dict(FIRST_OF_EXERCISE),
            phases={phase: {} for phase in plan.phases},
            postures={code: dict(FIRST_OF_POSTURE) for code in plan.postures},
            injects={number: {"state": state} for number, state in plan.first.items()},
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)
