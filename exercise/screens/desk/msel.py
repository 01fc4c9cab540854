"""The MSEL of a version: the table, its filters, and the density of its injects."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.frame import VERSION, frame


@require_safe
@planner("msel")
def msel(request: PlannerRequest) -> HttpResponse:
    """The injects of a version."""
    return render(request, "desk/msel.html", frame(request, "msel"))


urlpatterns = [path(VERSION, msel, name="msel")]
