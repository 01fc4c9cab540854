"""What is worked out from facts of many taskings: load, mandatory work."""

from __future__ import annotations

from collections.abc import Iterable

from exercise.review.facts.plan import PlannedInject
from exercise.review.facts.values import TaskingFact
from scenarios.calendar import MINUTE_US

LOAD_WINDOW_US = 15 * MINUTE_US


def peak_load(
    delivered_us: Iterable[int], window_us: int = LOAD_WINDOW_US
) -> tuple[int, int | None]:
    """The most deliveries within ``window_us`` of exercise time, its end not included, and when the
    first such window begins; ``(0, None)`` of none.
    """
    moments = sorted(delivered_us)
    most, since_us, first = 0, None, 0
    for place, moment in enumerate(moments):
        while moments[first] <= moment - window_us:
            first += 1
        if place - first + 1 > most:
            most, since_us = place - first + 1, moments[first]
    return most, since_us


def done_in_time(tasking: TaskingFact, planned: PlannedInject) -> bool:
    """What was asked was done within its limits: completed; for information: acknowledged."""
    if planned.complete_within_us is not None:
        return tasking.completed_after_us is not None and not tasking.completed_late_by_us
    return tasking.acknowledged_after_us is not None and not tasking.acknowledged_late_by_us


def mandatory_share(
    taskings: Iterable[TaskingFact], injects: dict[str, PlannedInject]
) -> tuple[int, int]:
    """Of the mandatory taskings that were not waived or cancelled: done in time, and all."""
    asked = [
        (tasking, injects[tasking.number])
        for tasking in taskings
        if tasking.counts and tasking.number in injects and injects[tasking.number].mandatory
    ]
    return sum(done_in_time(*pair) for pair in asked), len(asked)
