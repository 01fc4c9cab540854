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
    if last is None:
        return {"comparison": None, "units": [], "unit": None}
    units = [one.unit for one in last.postures.select_related("unit").order_by("order")]
    wanted = request.GET.get("unit", "")
    unit: Unit | None = next((one for one in units if one.code == wanted), None)
    drills = alike(last, unit)
    return {
        "compared": last,
        "comparison": compare(drills, unit) if drills else None,
        "units": units,
        "unit": unit,
    }


urlpatterns = [
    path("x/<slug:code>/compare/", show, name="compare"),
    path(f"{VERSION}trend/", trend, name="scenario_trend"),
]
