"""Which drills are put side by side."""

from __future__ import annotations

from django.db.models import Q

from exercise.models import Exercise, Status
from exercise.situation.improvement import lineage
from units.models import Unit

MOST = 6
"""This drill and the last five before it: more do not fit beside each other."""


def alike(exercise: Exercise, unit: Unit | None = None) -> list[Exercise]:
    """This drill and the last ones before it, the earliest first.

    Of the same scenario: of any of its versions, or of a scenario it was copied from. With a unit:
    of any scenario in which the unit took part. Drills that never began are left out; rehearsals
    are compared with rehearsals alone.
    """
    if exercise.started_wall_us is None:
        return []
    if unit is None:
        same = Q(scenario__code__in=lineage(exercise.scenario.code))
    else:
        same = Q(postures__unit=unit)
    earlier = Exercise.objects.filter(
        same, rehearsal=exercise.rehearsal, started_wall_us__lt=exercise.started_wall_us
    )
    found = earlier.exclude(pk=exercise.pk).distinct().order_by("-started_wall_us")[: MOST - 1]
    return [*reversed(found), exercise]


def latest_run(code: str) -> Exercise | None:
    """The drill of a scenario that began last, one in earnest before any rehearsal."""
    begun = Exercise.objects.filter(scenario__code=code).exclude(status=Status.PLANNED)
    return begun.select_related("scenario").order_by("rehearsal", "-started_wall_us").first()
