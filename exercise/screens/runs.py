"""Making an exercise of a version of a scenario, with the people of its last one."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest

from exercise.conduct import create_exercise
from exercise.models import Exercise, Participant
from exercise.screens.book import role_given
from scenarios.models import Scenario
from units.models import AccountEvent, User
from units.roles import UNIT_MEMBERS, Role


def last_run(code: str) -> Exercise | None:
    """The newest exercise made of any version of a scenario."""
    return Exercise.objects.filter(scenario__code=code).first()


@transaction.atomic
def run(scenario: Scenario, director: User, *, after: int | None) -> Exercise | None:
    """Make a run, unless another was made since ``after``, the newest one the page showed.

    Raises:
        conduct.Refused: ``not_approved``.
    """
    # One run after the other, whatever their versions.
    list(Scenario.objects.select_for_update().filter(code=scenario.code).order_by("pk"))
    last = last_run(scenario.code)
    if (last.pk if last is not None else None) != after:
        return None
    same_plan = last is not None and last.scenario_id == scenario.pk
    exercise = create_exercise(scenario, with_people=not same_plan)
    if last is not None:
        _bring_people(last, exercise)
    Participant.objects.update_or_create(
        exercise=exercise, user=director, defaults={"role": Role.DIRECTOR, "unit": None}
    )
    return exercise


def _bring_people(last: Exercise, exercise: Exercise) -> None:
    """Give those of the last run the roles they had, unless this one's plan gives them others or
    their unit takes no part any more.
    """
    here = set(exercise.participants.values_list("user", flat=True))
    units = set(exercise.postures.values_list("unit", flat=True))
    Participant.objects.bulk_create(
        Participant(exercise=exercise, user=part.user, role=part.role, unit=part.unit)
        for part in last.participants.filter(user__is_active=True).order_by("pk")
        if part.user_id not in here and (part.role not in UNIT_MEMBERS or part.unit_id in units)
    )


def note_roles(request: HttpRequest, exercise: Exercise) -> None:
    """A new run gives a role to everybody in it: that stands in the book of sign-ins."""
    parts = Participant.objects.filter(exercise=exercise).select_related("user", "unit")
    AccountEvent.objects.bulk_create(role_given(request, part) for part in parts)
