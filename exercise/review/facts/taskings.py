"""Facts of taskings: when a unit opened, acknowledged, completed; what exceeded its limit."""

from __future__ import annotations

from exercise.review.facts.course import Course, Entry, Handler, length
from exercise.review.facts.injects import end
from exercise.review.facts.values import TaskingFact


def _opened(course: Course, entry: Entry) -> None:
    tasking = course.tasking(entry)
    if tasking is None or tasking.opened_after_us is not None:
        return
    tasking.opened_after_us = length(entry.exercise_us, tasking.delivered_us)
    tasking.opened_after_wall_us = length(course.wall(entry), tasking.delivered_wall_us)
    tasking.opened_seq = entry.seq


def _acknowledged(course: Course, entry: Entry) -> None:
    tasking = course.tasking(entry)
    if tasking is None:
        return
    tasking.acknowledged_after_us = length(_truly_at(entry), tasking.delivered_us)
    tasking.acknowledged_after_wall_us = _wall_after(course, entry, tasking)
    tasking.acknowledged_seq = entry.seq
    tasking.channel = entry.text("channel")


def _reacknowledged(course: Course, entry: Entry) -> None:
    tasking = course.tasking(entry)
    since_us = course.corrected.pop((entry.number, entry.unit), None)
    if tasking is not None and since_us is not None:
        tasking.reread_after_us = length(_truly_at(entry), since_us)


def _started(course: Course, entry: Entry) -> None:
    tasking = course.tasking(entry)
    if tasking is not None and tasking.started_after_us is None:
        tasking.started_after_us = length(entry.exercise_us, tasking.delivered_us)


def _reported(course: Course, entry: Entry) -> None:
    tasking = course.tasking(entry)
    if tasking is not None:
        tasking.reports += 1


def _completed(course: Course, entry: Entry) -> None:
    tasking = course.tasking(entry)
    if tasking is None:
        return
    tasking.completed_after_us = length(_truly_at(entry), tasking.delivered_us)
    tasking.completed_after_wall_us = _wall_after(course, entry, tasking)
    tasking.completed_seq = entry.seq
    tasking.channel = entry.text("channel") or tasking.channel


def _verified(course: Course, entry: Entry) -> None:
    tasking = course.tasking(entry)
    if tasking is not None:
        tasking.verified_seq = entry.seq


def _returned(course: Course, entry: Entry) -> None:
    tasking = course.tasking(entry)
    if tasking is None:
        return
    tasking.reworks += 1
    tasking.completed_after_us = tasking.completed_after_wall_us = tasking.completed_seq = None


def _waived(course: Course, entry: Entry) -> None:
    tasking = course.tasking(entry)
    if tasking is not None:
        end(tasking, "waived", entry)


def _cancelled(course: Course, entry: Entry) -> None:
    tasking = course.tasking(entry)
    if tasking is not None:
        end(tasking, "cancelled", entry)


def _nudged(course: Course, entry: Entry) -> None:
    tasking = course.tasking(entry)
    if tasking is not None:
        tasking.nudges += 1


def _truly_at(entry: Entry) -> int:
    """When it was really done: what control gave, where control entered it."""
    true_us = entry.integer("true_us")
    return entry.exercise_us if true_us is None else true_us


def _wall_after(course: Course, entry: Entry, tasking: TaskingFact) -> int | None:
    if entry.text("channel"):
        return None
    return length(course.wall(entry), tasking.delivered_wall_us)


# ── lateness ────────────────────────────────────────────────────────────────────────────────────
def settle(course: Course) -> None:
    """Work out what exceeded its limit, once everything is read: see ``TaskingFact``."""
    for tasking in course.taskings.values():
        planned = course.plan.injects.get(tasking.number)
        if planned is None:
            continue
        over_us = length(course.played_us, tasking.delivered_us)
        if tasking.ended_after_us is not None:
            over_us = tasking.ended_after_us
        if planned.acknowledge_within_us is not None:
            tasking.acknowledged_late_by_us = _acknowledged_late_by_us(
                course, tasking, planned.acknowledge_within_us, over_us
            )
        if planned.complete_within_us is not None:
            done_us = tasking.completed_after_us
            until_us = over_us if done_us is None else done_us
            tasking.completed_late_by_us = length(until_us, planned.complete_within_us)


def _acknowledged_late_by_us(
    course: Course, tasking: TaskingFact, within_us: int, over_us: int
) -> int:
    done_us = tasking.acknowledged_after_us
    until_us = tasking.delivered_us + (over_us if done_us is None else done_us)
    again = [
        (given_us, due_us)
        for given_us, due_us in course.again.get((tasking.number, tasking.unit), ())
        if given_us < until_us
    ]
    deadlines = [tasking.delivered_us + within_us, *(due_us for _given_us, due_us in again)]
    ends = [*(given_us for given_us, _due_us in again), until_us]
    missed = [due for due, ends_us in zip(deadlines, ends, strict=True) if ends_us > due]
    return until_us - missed[-1] if missed else 0


HANDLERS: dict[str, Handler] = {
    "tasking_opened": _opened,
    "tasking_acknowledged": _acknowledged,
    "tasking_reacknowledged": _reacknowledged,
    "tasking_started": _started,
    "tasking_reported": _reported,
    "tasking_completed": _completed,
    "tasking_verified": _verified,
    "tasking_returned": _returned,
    "tasking_waived": _waived,
    "tasking_cancelled": _cancelled,
    "tasking_nudged": _nudged,
}
