"""What a unit's people see: the inbox, one tasking, the unit's own log."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from exercise.models import JournalEntry, Tasking
from exercise.screens.access import ParticipantRequest, page
from exercise.screens.stream import refreshed, stream_context
from exercise.situation import evaluation, improvement, inbox, log, strip
from exercise.situation.facts import read_facts
from units.models import Unit
from units.roles import Role

SHOWS = ("all", "info", "tasks")
LOG_ROWS = 200


def _unit(request: ParticipantRequest) -> Unit:
    """The unit whose pages these are. Raises Http404 for one who belongs to none."""
    if request.participant.unit is None:
        raise Http404
    return request.participant.unit


def _unit_page(request: ParticipantRequest, here: str, refresh: str) -> dict[str, Any]:
    participant = request.participant
    shown = request.GET.get("show", "all")
    unit = _unit(request)
    audience = f"unit-{unit.code}"
    return stream_context(request.exercise, audience, refresh, participant=participant) | {
        "exercise": request.exercise,
        "participant": participant,
        "unit": unit,
        "here": here,
        "lead": participant.role == Role.LEAD,
        "show": shown if shown in SHOWS else "all",
    }


@require_safe
@page("inbox")
def show(request: ParticipantRequest) -> HttpResponse:
    """The inbox."""
    context = _unit_page(request, "inbox", reverse("inbox_live", args=[request.exercise.code]))
    facts = read_facts(request.exercise)
    context |= inbox.list_context(facts, _unit(request).pk)
    if request.exercise.lessons_published:
        context["reminder"] = improvement.reminder(improvement.of_participant(request.participant))
    return render(request, "inbox/page.html", context)


@require_safe
@page("inbox_live")
def live(request: ParticipantRequest) -> HttpResponse:
    """The inbox list as it is now, for a page that lost the stream."""
    context = _unit_page(request, "inbox", request.path)
    facts = read_facts(request.exercise)
    return refreshed(
        "inbox/_list.html",
        context | inbox.list_context(facts, _unit(request).pk, touched=None),
        stream=context["stream"],
        drawn_wall_ms=context["now_wall_ms"],
    )


def _own(request: ParticipantRequest, tasking_id: int) -> Tasking:
    return get_object_or_404(
        Tasking.objects.select_related("inject", "unit"),
        pk=tasking_id,
        exercise=request.exercise,
        unit=_unit(request),
    )


@require_safe
@page("tasking")
def tasking(request: ParticipantRequest, tasking_id: int) -> HttpResponse:
    """One tasking, beside the list where there is room."""
    context = _unit_page(request, "inbox", reverse("inbox_live", args=[request.exercise.code]))
    found = _own(request, tasking_id)
    facts = read_facts(request.exercise)
    context |= inbox.list_context(facts, found.unit_id)
    context["back"] = reverse("inbox", args=[request.exercise.code])
    context["detail"] = inbox.detail_context(facts, found)
    return render(request, "inbox/tasking.html", context)


@require_safe
@page("tasking_live")
def tasking_live(request: ParticipantRequest, tasking_id: int) -> HttpResponse:
    """What changes of an open tasking; never the text being written."""
    found = _own(request, tasking_id)
    facts = read_facts(request.exercise)
    context = inbox.detail_context(facts, found) | {"oob": True, "participant": request.participant}
    return render(request, "inbox/_tasking.html", context)


@require_safe
@page("unit_log")
def unit_log(request: ParticipantRequest) -> HttpResponse:
    """What happened to the unit so far."""
    context = _unit_page(request, "unit_log", reverse("inbox_live", args=[request.exercise.code]))
    unit = _unit(request)
    entries = JournalEntry.objects.filter(
        exercise=request.exercise,
        unit_code=unit.code,
        kind__in=log.UNIT_KINDS,
    ).order_by("-seq")[:LOG_ROWS]
    rows = log.rows(request.exercise, entries, units={unit.code: unit})
    return render(
        request, "inbox/log.html", context | strip.context(request.exercise) | {"rows": rows}
    )


@require_safe
@page("unit_evaluation")
def unit_evaluation(request: ParticipantRequest) -> HttpResponse:
    """What evaluators wrote of the unit; not there before the director publishes it."""
    if not request.exercise.evaluation_published:
        raise Http404
    context = _unit_page(request, "evaluation", reverse("inbox_live", args=[request.exercise.code]))
    context |= strip.context(request.exercise)
    context["back"] = reverse("inbox", args=[request.exercise.code])
    context |= evaluation.written_context(request.exercise, _unit(request))
    return render(request, "inbox/evaluation.html", context)


urlpatterns = [
    path("x/<slug:code>/inbox/", show, name="inbox"),
    path("x/<slug:code>/inbox/live/", live, name="inbox_live"),
    path("x/<slug:code>/inbox/log/", unit_log, name="unit_log"),
    path("x/<slug:code>/inbox/evaluation/", unit_evaluation, name="unit_evaluation"),
    path("x/<slug:code>/inbox/<int:tasking_id>/", tasking, name="tasking"),
    path("x/<slug:code>/inbox/<int:tasking_id>/live/", tasking_live, name="tasking_live"),
]
