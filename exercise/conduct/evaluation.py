"""Commands of evaluators, and the director's word on who may read what they wrote.

Every word goes to the journal with its content, so that the after-action report needs nothing else.
They may write from STARTEX until the exercise is closed: much is judged after ENDEX.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from exercise.conduct.base import Conduct, command
from exercise.conduct.earlier import Moment, earlier
from exercise.conduct.refused import Refused
from exercise.conduct.uploads import Upload, keep
from exercise.models import (
    IN_PLAY,
    ActionRating,
    Exercise,
    Finding,
    FindingFile,
    FindingKind,
    ObjectiveRating,
    Observation,
    Rating,
    Status,
)
from exercise.models.evaluation import Judgement
from scenarios.calendar import SECOND_US
from units.models import Unit

JUDGED = IN_PLAY | {Status.ENDED}
LONGEST_NOTE = 2000
SENDING_US = SECOND_US
"""What took no longer to arrive was noted when it arrived; wall time."""

J = TypeVar("J", bound=Judgement)


@command(when=JUDGED)
def rate(conduct: Conduct, *, tasking_id: int, rating: str, note: str = "") -> Observation:
    """Judge a tasking as a whole, P S M U; the evaluator's earlier judgement is replaced."""
    tasking = conduct.tasking(tasking_id)
    judged = _judge(conduct, Observation, rating, note, tasking=tasking)
    unit = tasking.unit.code
    conduct.note("tasking_rated", inject=tasking.inject, unit=unit, **_said(judged))
    return judged


@command(when=JUDGED)
def rate_action(
    conduct: Conduct, *, tasking_id: int, action: int, rating: str, note: str = ""
) -> ActionRating:
    """Judge one expected action of a tasking; the evaluator's earlier judgement is replaced.

    Args:
        action: place among the inject's expected actions, from 1.
    """
    tasking = conduct.tasking(tasking_id)
    if not 1 <= action <= len(tasking.inject.expected_actions):
        raise Refused("unknown", _("Tình huống này không có hành động mong đợi đó."))
    judged = _judge(conduct, ActionRating, rating, note, tasking=tasking, action=action)
    unit = tasking.unit.code
    conduct.note("action_rated", inject=tasking.inject, unit=unit, action=action, **_said(judged))
    return judged


@command(when=JUDGED)
def rate_objective(
    conduct: Conduct, *, unit_code: str, objective: str, rating: str, note: str = ""
) -> ObjectiveRating:
    """Judge how a unit met an objective; the evaluator's earlier judgement is replaced.

    Args:
        unit_code: code of a participating unit.
        objective: code of an objective of the scenario.
    """
    posture = conduct.posture(unit_code)
    exercise = conduct.exercise
    if not exercise.scenario.objectives.filter(code=objective).exists():
        raise Refused("unknown", _("Kịch bản không có mục tiêu này."))
    judged = _judge(
        conduct,
        ObjectiveRating,
        rating,
        note,
        exercise=exercise,
        unit=posture.unit,
        objective=objective,
    )
    conduct.note("objective_rated", unit=unit_code, objective=objective, **_said(judged))
    return judged


@command(when=JUDGED)
def record_finding(
    conduct: Conduct,
    *,
    kind: str,
    text: str,
    place: str = "",
    unit_code: str = "",
    tasking_id: int | None = None,
    files: Sequence[Upload] = (),
    key: str = "",
    waited_us: int = 0,
) -> Finding:
    """Write down a strength, an area for improvement, or what was seen, with photos of it.

    Args:
        unit_code: code of the unit it is about; left out for a tasking or for none.
        key: the sender's name for it; one of that name that is there already is answered.
        waited_us: wall time for which it waited on the evaluator's device. When it was noted is
            read from the clock's history; a wait that goes back before STARTEX, or into the
            future, is not believed: it was noted when it arrived.
    """
    if kind not in FindingKind.values:
        raise Refused("kind", _("Chọn ưu điểm, hạn chế hoặc quan sát."))
    text = text.strip()
    if not text:
        raise Refused("empty", _("Ghi điều quan sát được."))
    exercise, by = conduct.exercise, conduct.by
    assert by.user_id is not None  # the role table lets evaluators alone here, and they are people
    if key and (
        sent := Finding.objects.filter(exercise=exercise, evaluator_id=by.user_id, key=key).first()
    ):
        return sent
    tasking = conduct.tasking(tasking_id) if tasking_id is not None else None
    about = tasking.unit if tasking else conduct.posture(unit_code).unit if unit_code else None
    if about is None and by.unit_id is not None:
        about = Unit.objects.get(pk=by.unit_id)
    now = Moment(conduct.position_us, conduct.now_wall_us)
    noted = (earlier(conduct, waited_us) if waited_us > SENDING_US else None) or now
    late = noted != now
    made = Finding.objects.create(
        exercise=exercise,
        unit=about,
        tasking=tasking,
        kind=kind,
        text=text,
        place=place.strip(),
        evaluator_id=by.user_id,
        evaluator_name=by.name,
        at_us=noted.at_us,
        at_wall_us=noted.at_wall_us,
        arrived_us=now.at_us if late else None,
        arrived_wall_us=now.at_wall_us if late else None,
        key=key,
    )
    conduct.note(
        "observation_recorded",
        inject=tasking.inject if tasking else None,
        unit=about.code if about else "",
        what=kind,
        text=text,
        place=made.place,
        files=keep(conduct, files, FindingFile, finding=made),
        **({"noted_us": noted.at_us, "noted_wall_us": noted.at_wall_us} if late else {}),
    )
    return made


@command(when=JUDGED | {Status.CLOSED})
def publish_evaluation(conduct: Conduct) -> Exercise:
    """From now on each unit reads what evaluators wrote of it."""
    return _publish(conduct, published=True)


@command(when=JUDGED | {Status.CLOSED})
def withdraw_evaluation(conduct: Conduct) -> Exercise:
    """From now on no unit reads it."""
    return _publish(conduct, published=False)


def _publish(conduct: Conduct, *, published: bool) -> Exercise:
    exercise = conduct.exercise
    if exercise.evaluation_published == published:
        raise Refused(
            "already",
            _("Kết quả đánh giá đã được công bố rồi.")
            if published
            else _("Kết quả đánh giá chưa được công bố."),
        )
    exercise.evaluation_published = published
    conduct.note("evaluation_published" if published else "evaluation_withdrawn")
    return exercise


def _judge(conduct: Conduct, kind: type[J], rating: str, note: str, **of: Any) -> J:
    if rating not in Rating.values:
        raise Refused("rating", _("Chọn P, S, M hoặc U."))
    judged, _made = kind._default_manager.update_or_create(
        **of,
        evaluator_id=conduct.by.user_id,
        defaults={
            "rating": rating,
            "note": note.strip()[:LONGEST_NOTE],
            "at_us": conduct.position_us,
            "at_wall_us": conduct.now_wall_us,
        },
    )
    return judged


def _said(judged: Judgement) -> dict[str, Any]:
    return {"rating": judged.rating, "note": judged.note}
