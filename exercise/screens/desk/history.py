"""The history of a version: who changed what and when."""

from __future__ import annotations

import time

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.frame import VERSION, frame
from scenarios import editing

PER_PAGE = 100


@require_safe
@planner("scenario_history")
def history(request: PlannerRequest) -> HttpResponse:
    """Every edit, the newest first, with what of one's own can be undone next."""
    scenario = request.scenario
    edits = Paginator(editing.history(scenario), PER_PAGE)
    context = frame(request, "scenario_versions") | {
        "edits": edits.get_page(request.GET.get("page", "1")[:9]),
        "undoable": editing.undoable(scenario, request.user) if scenario.is_draft else None,
        "redoable": editing.redoable(scenario, request.user) if scenario.is_draft else None,
        "since_ms": int(time.time() * 1000),
    }
    return render(request, "desk/history.html", context)


urlpatterns = [path(f"{VERSION}history/", history, name="scenario_history")]
