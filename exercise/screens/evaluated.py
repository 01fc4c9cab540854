"""Control's pages of the evaluation: all units at a glance, one unit in full, publication."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from exercise.screens.access import ParticipantRequest, navigation, page
from exercise.screens.stream import refreshed, stream_context
from exercise.situation import evaluated, evaluation, strip
from units.models import Unit


def _stream(request: ParticipantRequest) -> dict[str, Any]:
    refresh = reverse("evaluation_live", args=[request.exercise.code])
    return stream_context(request.exercise, "evaluated", refresh, participant=request.participant)


@require_safe
@page("evaluation")
def show(request: ParticipantRequest) -> HttpResponse:
    """Every unit's letters, findings and disagreements; the director publishes here."""
    context = _stream(request) | navigation(request, "evaluation")
    context |= strip.context(request.exercise) | evaluated.overview_context(request.exercise)
    return render(request, "evaluated/page.html", context)


@require_safe
@page("evaluation_live")
def live(request: ParticipantRequest) -> HttpResponse:
    """What changes on it as it is now, for a page that lost the stream."""
    stream = _stream(request)
    context = strip.context(request.exercise) | evaluated.overview_context(request.exercise)
    return refreshed(
        "evaluated/_live.html",
        context,
        stream=stream["stream"],
        drawn_wall_ms=stream["now_wall_ms"],
    )


@require_safe
@page("evaluation_unit")
def unit(request: ParticipantRequest, unit_code: str) -> HttpResponse:
    """All that was written of one unit, by whom, and where evaluators differ."""
    found = _unit(request, unit_code)
    context = _unit_stream(request, found) | navigation(request, "evaluation")
    context |= _written(request, found)
    return render(request, "evaluated/unit.html", context)


@require_safe
@page("evaluation_unit_live")
def unit_live(request: ParticipantRequest, unit_code: str) -> HttpResponse:
    """What changes on it as it is now: when something was judged, and for a page that lost the
    stream.
    """
    found = _unit(request, unit_code)
    stream = _unit_stream(request, found)
    return refreshed(
        "evaluated/_unit_live.html",
        _written(request, found),
        stream=stream["stream"],
        drawn_wall_ms=stream["now_wall_ms"],
    )


def _unit(request: ParticipantRequest, code: str) -> Unit:
    postures = request.exercise.postures.select_related("unit")
    return get_object_or_404(postures, unit__code=code).unit


def _unit_stream(request: ParticipantRequest, unit: Unit) -> dict[str, Any]:
    refresh = reverse("evaluation_unit_live", args=[request.exercise.code, unit.code])
    return stream_context(request.exercise, "evaluated", refresh, participant=request.participant)


def _written(request: ParticipantRequest, unit: Unit) -> dict[str, Any]:
    context = strip.context(request.exercise) | {"unit": unit}
    return context | evaluation.written_context(request.exercise, unit)


urlpatterns = [
    path("x/<slug:code>/evaluation/", show, name="evaluation"),
    path("x/<slug:code>/evaluation-live/", live, name="evaluation_live"),
    path("x/<slug:code>/evaluation/<slug:unit_code>/", unit, name="evaluation_unit"),
    path("x/<slug:code>/evaluation/<slug:unit_code>/live/", unit_live, name="evaluation_unit_live"),
]
