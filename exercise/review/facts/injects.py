"""Facts of injects: when they were due, when and how they were released, what became of them."""

from __future__ import annotations

from exercise.review.facts.course import Course, Entry, Handler, length
from exercise.review.facts.values import TaskingFact


def _released(course: Course, entry: Entry) -> None:
    inject = course.inject(entry)
    inject.state, inject.seq = "released", entry.seq
    inject.released_us, inject.released_wall_us = entry.exercise_us, course.wall(entry)
    inject.phase = entry.phase
    inject.how = entry.text("how")
    if inject.due_us is not None:
        inject.late_us = length(entry.exercise_us, inject.due_us)
    late_wall_us = entry.integer("lateness_us")
    inject.late_wall_us = None if late_wall_us is None else max(0, late_wall_us)
    for unit in entry.texts("to"):
        inject.units.append(unit)
        course.taskings[entry.number, unit] = TaskingFact(
            number=entry.number,
            unit=unit,
            delivered_us=entry.exercise_us,
            delivered_wall_us=course.wall(entry),
            seq=entry.seq,
        )


def _held(course: Course, entry: Entry) -> None:
    inject = course.inject(entry)
    inject.state, inject.seq = "held", entry.seq


def _skipped(course: Course, entry: Entry) -> None:
    inject = course.inject(entry)
    inject.state, inject.seq = "skipped", entry.seq


def _waits_again(course: Course, entry: Entry) -> None:
    inject = course.inject(entry)
    inject.state, inject.seq = "waiting", None


def _given_a_moment(course: Course, entry: Entry) -> None:
    inject = course.inject(entry)
    if inject.due_us is None:
        inject.due_us = entry.integer("due_us")


def _recalled(course: Course, entry: Entry) -> None:
    inject = course.inject(entry)
    inject.state, inject.recall_reason = "recalled", entry.text("reason")
    for unit in entry.texts("to"):
        tasking = course.taskings.get((entry.number, unit))
        if tasking is not None:
            end(tasking, "cancelled", entry)


def _resent(course: Course, entry: Entry) -> None:
    course.inject(entry).resent += 1
    for unit in entry.texts("to"):
        tasking = course.taskings.get((entry.number, unit))
        if tasking is None:
            continue
        tasking.nudges += 1
        if tasking.acknowledged_after_us is None:
            _new_deadline(course, entry, unit)


def _new_deadline(course: Course, entry: Entry, unit: str) -> None:
    planned = course.plan.injects.get(entry.number)
    if planned is not None and planned.acknowledge_within_us is not None:
        due_us = entry.exercise_us + planned.acknowledge_within_us
        course.again.setdefault((entry.number, unit), []).append((entry.exercise_us, due_us))


def _corrected(course: Course, entry: Entry) -> None:
    course.inject(entry).corrections += 1
    for unit in entry.texts("reacknowledge"):
        tasking = course.taskings.get((entry.number, unit))
        if tasking is not None:
            tasking.corrections += 1
            tasking.reread_after_us = None
            course.corrected[entry.number, unit] = entry.exercise_us


def end(tasking: TaskingFact, how: str, entry: Entry) -> None:
    """Nothing more is asked of it from here."""
    tasking.ended = how
    tasking.ended_after_us = length(entry.exercise_us, tasking.delivered_us)


HANDLERS: dict[str, Handler] = {
    "inject_released": _released,
    "inject_held": _held,
    "inject_unheld": _waits_again,
    "inject_restored": _waits_again,
    "inject_skipped": _skipped,
    "inject_scheduled": _given_a_moment,
    "condition_met": _given_a_moment,
    "inject_recalled": _recalled,
    "inject_resent": _resent,
    "inject_corrected": _corrected,
}
