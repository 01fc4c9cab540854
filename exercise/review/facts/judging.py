"""Facts that evaluators wrote down: ratings and observations."""

from __future__ import annotations

from exercise.models import Rating
from exercise.models.evaluation import came_late
from exercise.review.facts.course import Course, Entry, Handler
from exercise.review.facts.values import JudgementFact, ObservationFact


def _rated(course: Course, entry: Entry, of: str) -> None:
    rating = entry.text("rating")
    objective = entry.text("objective")
    action = entry.data.get("action")
    said = "" if action is None else str(action)
    who = entry.actor_id if entry.actor_id is not None else entry.actor_name
    key = (of, entry.unit, entry.number, objective, said, who)
    if rating not in Rating.values:
        # Taken back; or nothing that could be shown.
        course.judgements.pop(key, None)
        return
    course.judgements[key] = JudgementFact(
        of=of,
        unit=entry.unit,
        number=entry.number,
        objective=objective,
        action=said,
        evaluator_id=entry.actor_id,
        evaluator=entry.actor_name,
        rating=rating,
        note=entry.text("note"),
        at_us=entry.exercise_us,
        seq=entry.seq,
    )


def _tasking_rated(course: Course, entry: Entry) -> None:
    _rated(course, entry, "tasking")


def _action_rated(course: Course, entry: Entry) -> None:
    _rated(course, entry, "action")


def _objective_rated(course: Course, entry: Entry) -> None:
    _rated(course, entry, "objective")


WHAT = ("strength", "improvement", "observation")


def _observed(course: Course, entry: Entry) -> None:
    what = entry.text("what")
    noted_us, noted_wall_us = entry.integer("noted_us"), entry.integer("noted_wall_us")
    late = noted_wall_us is not None and came_late(noted_wall_us, entry.wall_us)
    course.observations.append(
        ObservationFact(
            what=what if what in WHAT else "observation",
            text=entry.text("text"),
            place=entry.text("place"),
            unit=entry.unit,
            number=entry.number,
            objective=entry.text("objective"),
            evaluator=entry.actor_name,
            at_us=entry.exercise_us if noted_us is None else noted_us,
            arrived_us=entry.exercise_us if late else None,
            seq=entry.seq,
        )
    )


HANDLERS: dict[str, Handler] = {
    "tasking_rated": _tasking_rated,
    "action_rated": _action_rated,
    "objective_rated": _objective_rated,
    "observation_recorded": _observed,
}
