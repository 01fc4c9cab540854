"""A drill beside earlier ones, for those who conduct it; and the drills of a scenario, for its
planners.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from exercise.models import Exercise
from exercise.review.compare import alike, compare, latest_run
from exercise.screens.access import (
    ParticipantRequest,
    PlannerRequest,
    navigation,
    page,
    planner,
)
from exercise.screens.desk.frame import VERSION, frame
from exercise.situation import strip
from units.models import Unit


@require_safe
@page("compare")
def show(request: ParticipantRequest) -> HttpResponse:
    """This drill beside earlier ones of its scenario, or, with ``?unit=``, of one unit."""
    context = navigation(request, "compare") | strip.context(request.exercise)
    context |= _compared(request, request.exercise)
    return render(request, "compare/page.html", context)


@require_safe
@planner("scenario_trend")
def trend(request: PlannerRequest) -> HttpResponse:
    """The last drill of the scenario beside the earlier ones."""
    last = latest_run(request.scenario.code)
    context = frame(request, "scenario_versions") | _compared(request, last)
    return render(request, "desk/trend.html", context)


def _compared(request: HttpRequest, last: Exercise | None) -> dict[str, Any]:
    """Six queries for each drill that this process has not worked out yet, then none for it."""
    if last is None:
        return {"comparison": None}
    unit = _unit(last, request.GET.get("unit", ""))
    drills = alike(last, unit)
    return {"comparison": compare(drills, unit) if drills else None, "unit": unit}


def _unit(exercise: Exercise, code: str) -> Unit | None:
    """The unit of the exercise that is asked for, if there is such."""
    if not code or "\0" in code:
        return None
    found = exercise.postures.select_related("unit").filter(unit__code=code).first()
    return found.unit if found else None


urlpatterns = [
    path("x/<slug:code>/compare/", show, name="compare"),
    path(f"{VERSION}trend/", trend, name="scenario_trend"),
]
