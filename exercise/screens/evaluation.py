"""The evaluator's pages: the taskings of the unit they stand with, and one to rate."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from exercise.screens.access import ParticipantRequest, navigation, page
from exercise.screens.stream import refreshed, stream_context
from exercise.situation import evaluation
from exercise.situation.facts import Facts, read_facts


def _unit_ids(request: ParticipantRequest, facts: Facts) -> list[int]:
    """The evaluator's unit; all units for one who stands with none."""
    unit_id = request.participant.unit_id
    return [unit_id] if unit_id is not None else list(facts.units)


def _stream(request: ParticipantRequest, refresh: str) -> dict[str, Any]:
    unit = request.participant.unit
    audience = f"evaluation-{unit.code}" if unit else "evaluation"
    return stream_context(request.exercise, audience, refresh, participant=request.participant)


def _context(request: ParticipantRequest) -> tuple[dict[str, Any], Facts]:
    refresh = reverse("evaluate_live", args=[request.exercise.code])
    context = _stream(request, refresh)
    facts = read_facts(request.exercise)
    context |= evaluation.list_context(facts, _unit_ids(request, facts))
    context |= navigation(request, "evaluate")
    context["own"] = evaluation.own_words(context["rows"], request.user.pk)
    context["unit"] = None
    context["units"] = [facts.units[pk] for pk in _unit_ids(request, facts)]
    return context, facts


@require_safe
@page("evaluate")
def show(request: ParticipantRequest) -> HttpResponse:
    """The list."""
    context, _facts = _context(request)
    return render(request, "evaluate/page.html", context)


@require_safe
@page("evaluate_live")
def live(request: ParticipantRequest) -> HttpResponse:
    """The list as it is now."""
    stream = _stream(request, request.path)
    facts = read_facts(request.exercise)
    context = evaluation.list_context(facts, _unit_ids(request, facts), touched=None)
    return refreshed(
        "evaluate/_list.html",
        context,
        stream=stream["stream"],
        drawn_wall_ms=stream["now_wall_ms"],
    )


@require_safe
@page("evaluate_tasking")
def tasking(request: ParticipantRequest, tasking_id: int) -> HttpResponse:
    """One tasking to be rated, beside the list where there is room."""
    context, facts = _context(request)
    row = next((one for one in context["rows"] if one.tasking.pk == tasking_id), None)
    if row is None:
        raise Http404
    found = row.tasking
    detail = evaluation.detail_context(facts, found, context["own"][found.pk], request.user.pk)
    order = [row.tasking.pk for row in context["rows"]]
    after = order[order.index(found.pk) + 1 :]
    detail["next"] = after[0] if after else None
    return render(request, "evaluate/tasking.html", context | {"detail": detail})


@require_safe
@page("evaluate_unit")
def unit(request: ParticipantRequest, unit_code: str) -> HttpResponse:
    """A unit as a whole: its objectives, and what was seen besides."""
    context, _facts = _context(request)
    found = next((one for one in context["units"] if one.code == unit_code), None)
    if found is None:
        raise Http404
    whole = evaluation.unit_context(request.exercise, found, request.user.pk)
    return render(request, "evaluate/unit.html", context | {"whole": whole, "unit": found})


urlpatterns = [
    path("x/<slug:code>/evaluate/", show, name="evaluate"),
    path("x/<slug:code>/evaluate/live/", live, name="evaluate_live"),
    path("x/<slug:code>/evaluate/unit/<slug:unit_code>/", unit, name="evaluate_unit"),
    path("x/<slug:code>/evaluate/<int:tasking_id>/", tasking, name="evaluate_tasking"),
]
