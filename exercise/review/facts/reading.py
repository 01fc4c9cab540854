"""The facts of an exercise from its plan and its journal.

An entry is read for what it says itself; the order of entries matters only within one unit and
against what control and the clock did. Units that work side by side may be journalled in any order
and the facts are the same.
"""

from __future__ import annotations

from collections.abc import Iterable

from exercise.models import Exercise
from exercise.review.facts import clockwork, injects, judging, taskings
from exercise.review.facts.course import Course, Entry, entries_of, read
from exercise.review.facts.plan import Plan, read_plan
from exercise.review.facts.values import Facts

HANDLERS = {
    **clockwork.HANDLERS,
    **injects.HANDLERS,
    **taskings.HANDLERS,
    **judging.HANDLERS,
}


def facts_from(plan: Plan, entries: Iterable[Entry]) -> Facts:
    """The facts that these entries tell, read against the plan. Pure."""
    course = Course.of(plan)
    read(course, entries, HANDLERS)
    taskings.settle(course)
    for inject in course.injects.values():
        if inject.released_us is not None:
            asked = (course.taskings[inject.number, unit] for unit in inject.units)
            inject.on_time = not any(tasking.overdue for tasking in asked)
    return Facts(
        entries=course.entries,
        played_us=course.played_us,
        started_wall_us=course.started_wall_us,
        ended_wall_us=course.ended_wall_us,
        injects=course.injects,
        taskings=course.taskings,
        phases=course.phases,
        postures=course.postures,
        # Where ENDEX lifts a real-world stop, the clock does not stand on after it.
        stops=tuple(one for one in course.stops if one.wall_length_us != 0),
        moves=tuple(course.moves),
        judgements=tuple(sorted(course.judgements.values(), key=lambda one: one.seq)),
        observations=tuple(course.observations),
    )


def read_facts(exercise: Exercise, up_to: int | None = None) -> tuple[Plan, Facts]:
    """Plan and facts of an exercise, in six queries whatever its size.

    Args:
        up_to: the newest entry to be read; by default all.
    """
    plan = read_plan(exercise)
    return plan, facts_from(plan, entries_of(exercise, up_to))
