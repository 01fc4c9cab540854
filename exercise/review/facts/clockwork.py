"""Facts of the exercise as a whole: start, end, phases and their gates, postures, what stopped or
moved the clock.
"""

from __future__ import annotations

from exercise.review.facts.course import Course, Entry, Handler, length
from exercise.review.facts.values import MoveFact, PhaseFact, PostureFact, StopFact


# ── the clock ───────────────────────────────────────────────────────────────────────────────────
def _started(course: Course, entry: Entry) -> None:
    course.started_wall_us = entry.wall_us


def _ended(course: Course, entry: Entry) -> None:
    course.ended_wall_us = entry.wall_us
    _goes_on(course, entry)
    if course.phase is not None:
        _end_phase(course, course.phase, entry)


def _stands(course: Course, entry: Entry, kind: str, since_wall_us: int | None = None) -> None:
    """The clock stands from here, or stands on for another reason."""
    _goes_on(course, entry)
    course.stop = StopFact(
        kind=kind,
        at_us=entry.exercise_us,
        at_wall_us=course.wall(entry) if since_wall_us is None else since_wall_us,
        seq=entry.seq,
        before_break=entry.data.get("before_break") is True,
        data=entry.data,
    )
    course.stops.append(course.stop)


def _goes_on(course: Course, entry: Entry) -> None:
    if course.stop is None:
        return
    course.stop.wall_length_us = length(course.wall(entry), course.stop.at_wall_us)
    course.stop = None


def _paused(course: Course, entry: Entry) -> None:
    _stands(course, entry, "pause")


def _resumed(course: Course, entry: Entry) -> None:
    _goes_on(course, entry)


def _stand_down_begun(course: Course, entry: Entry) -> None:
    _stands(course, entry, "stand_down")


def _outage(course: Course, entry: Entry) -> None:
    # The clock was set back to the last sign of life: since then nothing was played.
    sign_wall_us = entry.integer("sign_wall_us")
    since = None if sign_wall_us is None else sign_wall_us + course.set_back_us
    _stands(course, entry, "outage", since)


def _real_world_called(course: Course, entry: Entry) -> None:
    _stands(course, entry, "real_world")


def _real_world_lifted(course: Course, entry: Entry) -> None:
    # The clock stands on until somebody resumes it; or does not, where ENDEX lifted the stop.
    _stands(course, entry, "pause")


def _jumped(course: Course, entry: Entry) -> None:
    from_us, to_us = entry.integer("from_us"), entry.integer("to_us")
    skipped_us = 0 if from_us is None or to_us is None else length(to_us, from_us)
    course.moves.append(MoveFact("jump", entry.exercise_us, entry.seq, skipped_us, entry.data))
    if course.stop is not None and course.stop.kind == "stand_down":
        _stands(course, entry, "pause")


def _paced(course: Course, entry: Entry) -> None:
    course.moves.append(MoveFact("pace", entry.exercise_us, entry.seq, data=entry.data))


def _set_back(course: Course, entry: Entry) -> None:
    course.set_back_us += max(0, entry.integer("back_us") or 0)
    course.moves.append(MoveFact("wall_clock", entry.exercise_us, entry.seq, data=entry.data))


# ── phases ──────────────────────────────────────────────────────────────────────────────────────
def _phase_started(course: Course, entry: Entry) -> None:
    phase = entry.text("phase")
    course.phase = PhaseFact(phase, entry.exercise_us, course.wall(entry), entry.seq)
    course.phases[phase] = course.phase
    shift_us = entry.integer("shift_us") or 0
    for inject in course.injects.values():
        planned = course.plan.injects.get(inject.number)
        if planned is None or planned.planned_us is None or planned.phase != phase:
            continue
        if inject.released_us is None:
            inject.due_us = planned.planned_us + shift_us


def _phase_ended(course: Course, entry: Entry) -> None:
    phase = course.phases.get(entry.text("phase"))
    if phase is None:
        return
    _end_phase(course, phase, entry)
    phase.by_gate = True
    phase.override_reason = entry.text("override_reason")
    phase.unmet = entry.texts("unmet")
    phase.unfinished = entry.text("unfinished")


def _end_phase(course: Course, phase: PhaseFact, entry: Entry) -> None:
    phase.ended_us = max(entry.exercise_us, phase.started_us)
    phase.ended_wall_us = course.wall(entry)
    phase.ended_seq = entry.seq
    course.phase = None


# ── postures ────────────────────────────────────────────────────────────────────────────────────
def _ordered(course: Course, entry: Entry) -> None:
    phase = entry.text("phase")
    fact = PostureFact(entry.unit, phase, entry.exercise_us, course.wall(entry), entry.seq)
    course.postures[entry.unit, phase] = course.ordered[entry.unit] = fact


def _reported(course: Course, entry: Entry) -> None:
    fact = course.ordered.get(entry.unit)
    if fact is not None:
        fact.reported_after_us = length(entry.exercise_us, fact.ordered_us)
        fact.reported_after_wall_us = length(course.wall(entry), fact.ordered_wall_us)


def _confirmed(course: Course, entry: Entry) -> None:
    fact = course.ordered.get(entry.unit)
    if fact is not None:
        fact.confirmed_after_us = length(entry.exercise_us, fact.ordered_us)
        fact.confirmed_after_wall_us = length(course.wall(entry), fact.ordered_wall_us)
        fact.confirmed_seq = entry.seq


def _returned(course: Course, entry: Entry) -> None:
    fact = course.ordered.get(entry.unit)
    if fact is not None:
        fact.returned += 1
        fact.reported_after_us = fact.reported_after_wall_us = None


HANDLERS: dict[str, Handler] = {
    "exercise_started": _started,
    "exercise_ended": _ended,
    "clock_paused": _paused,
    "clock_resumed": _resumed,
    "stand_down_begun": _stand_down_begun,
    "stand_down_ended": _resumed,
    "outage_recovered": _outage,
    "real_world_called": _real_world_called,
    "real_world_lifted": _real_world_lifted,
    "clock_jumped": _jumped,
    "pace_set": _paced,
    "wall_clock_set_back": _set_back,
    "phase_started": _phase_started,
    "phase_ended": _phase_ended,
    "posture_ordered": _ordered,
    "posture_reported": _reported,
    "posture_confirmed": _confirmed,
    "posture_returned": _returned,
}
