"""Two versions side by side: what was added, removed and changed, field by field."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.differences import Words, groups_of
from exercise.screens.desk.frame import VERSION, frame
from scenarios import versions
from scenarios.models import Scenario
from scenarios.writing import unchecked_document_of


@require_safe
@planner("scenario_compare")
def compare(request: PlannerRequest) -> HttpResponse:
    """This version against another one of the same code (``with``), by default the one before."""
    scenario = request.scenario
    others = list(
        Scenario.objects.filter(code=scenario.code).exclude(pk=scenario.pk).order_by("-version")
    )
    other = _asked(request, others)
    context: dict[str, Any] = frame(request, "scenario_versions") | {
        "versions": others,
        "other": other,
    }
    if other is not None:
        earlier, later = sorted((other, scenario), key=lambda one: one.version)
        before, after = unchecked_document_of(earlier), unchecked_document_of(later)
        found = versions.compare(before, after)
        context |= {
            "earlier": earlier,
            "later": later,
            "groups": groups_of(found, Words(before, after)),
            "any": bool(found),
        }
    return render(request, "desk/compare.html", context)


def _asked(request: PlannerRequest, others: list[Scenario]) -> Scenario | None:
    asked = request.GET.get("with", "")
    for one in others:
        if str(one.version) == asked:
            return one
    before = (one for one in others if one.version < request.scenario.version)
    return next(before, others[0] if others else None)


urlpatterns = [path(f"{VERSION}compare/", compare, name="scenario_compare")]
