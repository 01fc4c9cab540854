"""Control's pages of the evaluation: all units at a glance, one unit in full, publication."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from exercise.screens.access import ParticipantRequest, navigation, page
from exercise.situation import evaluated, evaluation, strip


@require_safe
@page("evaluation")
def show(request: ParticipantRequest) -> HttpResponse:
    """Every unit's letters, findings and disagreements; the director publishes here."""
    context = navigation(request, "evaluation") | strip.context(request.exercise)
    context |= evaluated.overview_context(request.exercise)
    return render(request, "evaluated/page.html", context)


@require_safe
@page("evaluation_unit")
def unit(request: ParticipantRequest, unit_code: str) -> HttpResponse:
    """All that was written of one unit, by whom, and where evaluators differ."""
    posture = get_object_or_404(
        request.exercise.postures.select_related("unit"), unit__code=unit_code
    )
    context = navigation(request, "evaluation") | strip.context(request.exercise)
    context |= evaluation.written_context(request.exercise, posture.unit)
    return render(request, "evaluated/unit.html", context | {"unit": posture.unit})


urlpatterns = [
    path("x/<slug:code>/evaluation/", show, name="evaluation"),
    path("x/<slug:code>/evaluation/<slug:unit_code>/", unit, name="evaluation_unit"),
]
