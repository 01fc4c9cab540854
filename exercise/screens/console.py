"""The director's console: the page, its drawers, and the preview of a jump."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exercise.clock import wall_us
from exercise.conduct import passed_by
from exercise.models import (
    FINISHED,
    PENDING,
    Exercise,
    JournalEntry,
    OverduePolicy,
    Report,
    Tasking,
    TaskingState,
)
from exercise.screens.access import ParticipantRequest, navigation, page
from exercise.screens.forms import MomentField, OverdueLook
from exercise.screens.stream import refreshed, stream_context
from exercise.situation import console, log, overdue, strip
from exercise.situation.facts import Facts, read_facts
from scenarios.calendar import SECOND_US
from scenarios.choices import Method, Reply
from units.text import Text, plain

ROWS_OF_ONE = 30
MOST_ASKED, MOST_FOUND = 100, 20


@require_safe
@page("console")
def show(request: ParticipantRequest) -> HttpResponse:
    """The whole console."""
    refresh = reverse("console_live", args=[request.exercise.code])
    stream = stream_context(request.exercise, "control", refresh, participant=request.participant)
    facts = read_facts(request.exercise)
    units = {unit.code: unit for unit in facts.units.values()}
    return render(
        request,
        "console/page.html",
        console.page_context(facts)
        | stream
        | navigation(request, "console")
        | {
            "log_rows": log.rows(request.exercise, log.latest(request.exercise), units=units),
            "legend": legend(),
            "policies": OverduePolicy.choices,
        },
    )


@require_safe
@page("console_live")
def live(request: ParticipantRequest) -> HttpResponse:
    """The fragments of the console as they are now, for a page that lost the stream."""
    stream = stream_context(
        request.exercise, "control", request.path, participant=request.participant
    )
    facts = read_facts(request.exercise)
    units = {unit.code: unit for unit in facts.units.values()}
    # Rows that the page has are left out by the page.
    rows = log.rows(request.exercise, log.latest(request.exercise), units=units)
    return refreshed(
        "console/_live.html",
        console.live_context(facts, units=None) | {"log_rows": rows},
        stream=stream["stream"],
        drawn_wall_ms=stream["now_wall_ms"],
    )


def legend() -> list[tuple[str, str]]:
    """The glyphs of the timeline and their words."""
    return [
        ("plan", _("Chờ phát")),
        ("delivered", _("Đã phát")),
        ("work", _("Đang làm")),
        ("done", _("Hoàn thành")),
        ("due", _("Sắp hết hạn")),
        ("late", _("Quá hạn")),
        ("held", _("Tạm giữ")),
        ("skip", _("Bỏ qua")),
    ]


def drawer(request: ParticipantRequest, inside: str, context: dict[str, Any]) -> HttpResponse:
    """A drawer's content; the same as a page of its own for a browser without JavaScript."""
    context |= {"exercise": request.exercise, "inside": inside, "participant": request.participant}
    if request.htmx:
        return render(request, inside, context)
    exercise = request.exercise
    refresh = reverse("console_live", args=[exercise.code])
    context |= stream_context(exercise, "control", refresh, participant=request.participant)
    context |= strip.context(exercise) | navigation(request, "console")
    return render(request, "console/drawer.html", context)


@dataclass(frozen=True)
class Line:
    """A tasking as the drawers list it."""

    tasking: Tasking
    glyph: str
    late: bool
    reports: tuple[Report, ...] = ()

    @property
    def due_us(self) -> int | None:
        return self.tasking.due_us

    @property
    def changeable(self) -> bool:
        """Whether control can still enter, waive or return something."""
        return self.tasking.state not in FINISHED or self.tasking.state == TaskingState.COMPLETED


def _line(facts: Facts, tasking: Tasking, reports: tuple[Report, ...] = ()) -> Line:
    return Line(tasking, facts.glyph(tasking), facts.late(tasking), reports)


@require_safe
@page("console_unit")
def unit(request: ParticipantRequest, unit_id: int) -> HttpResponse:
    """One unit in full."""
    facts = read_facts(request.exercise)
    posture = get_object_or_404(request.exercise.postures.select_related("unit"), unit_id=unit_id)
    entries = JournalEntry.objects.filter(exercise=request.exercise, unit_code=posture.unit.code)
    units = {unit.code: unit for unit in facts.units.values()}
    return drawer(
        request,
        "console/_unit_drawer.html",
        {
            "heading": str(posture.unit),
            "card": console.unit_card(facts, posture),
            "taskings": [_line(facts, t) for t in reversed(facts.by_unit[unit_id])],
            "rows": log.rows(request.exercise, entries.order_by("-seq")[:ROWS_OF_ONE], units=units),
        },
    )


@require_safe
@page("console_inject")
def inject(request: ParticipantRequest, inject_id: int) -> HttpResponse:
    """One inject in full, expected actions included."""
    exercise: Exercise = request.exercise
    found = get_object_or_404(
        exercise.injects.select_related("trigger_inject").prefetch_related("versions"),
        pk=inject_id,
    )
    facts = read_facts(exercise)
    taskings = facts.by_inject[inject_id]
    reports: dict[int, list[Report]] = {}
    for report in Report.objects.filter(tasking__inject=found).prefetch_related("attachments"):
        reports.setdefault(report.tasking_id, []).append(report)
    entries = JournalEntry.objects.filter(exercise=exercise, inject_number=found.number)
    units = {unit.code: unit for unit in facts.units.values()}
    ids = facts.addressees.get(inject_id, [])
    return drawer(
        request,
        "console/_inject_drawer.html",
        {
            "heading": found.number,
            "inject": found,
            "glyph": console.inject_glyph(facts, facts.inject_by_id[inject_id]),
            "pending": found.state in PENDING,
            "units": ", ".join(str(facts.units[pk]) for pk in ids if pk in facts.units),
            "acknowledge_us": (found.acknowledge_within_s or 0) * SECOND_US,
            "complete_us": (found.complete_within_s or 0) * SECOND_US,
            "expected": [Text.of(action) for action in found.expected_actions],
            "taskings": [_line(facts, t, tuple(reports.get(t.pk, ()))) for t in taskings],
            "versions": list(found.versions.all()),
            "clock_now": exercise.calendar.label(facts.position_us, language=_language()),
            "rows": log.rows(exercise, entries.order_by("-seq")[:ROWS_OF_ONE], units=units),
        },
    )


def _language() -> str:
    return get_language() or "vi"


@require_safe
@page("console_jump")
def jump(request: ParticipantRequest) -> HttpResponse:
    """Where to jump, and what the jump would pass by. Nothing is changed here."""
    exercise: Exercise = request.exercise
    position_us = exercise.clock.position_us(wall_us())
    context: dict[str, Any] = {"heading": _("Nhảy tới…"), "to": request.GET.get("to", "")}
    to_us: int | None = None
    if "to_phase_end" in request.GET and exercise.current:
        to_us = max(position_us, exercise.current.planned_end_us)
    elif context["to"]:
        try:
            to_us = MomentField().read(context["to"], exercise, position_us)
            if to_us < position_us:
                to_us = None
                raise forms.ValidationError(_("Chỉ nhảy tới phía trước."))
        except forms.ValidationError as error:
            context["error"] = " ".join(error.messages)
    if to_us is not None:
        label = exercise.calendar.label(to_us, language=_language())
        plan_ends_us = max(row.planned_end_us for row in exercise.phases)
        stand_downs = zip(exercise.stand_downs.all(), exercise.calendar.breaks, strict=True)
        context |= {
            "to_label": label,
            "to_stamp": label,
            "passed": passed_by(exercise, to_us),
            "breaks": [row for row, (place, _) in stand_downs if position_us < place <= to_us],
            "beyond": plan_ends_us if to_us > plan_ends_us else None,
        }
    return drawer(request, "console/_jump.html", context)


@require_safe
@page("console_find")
def find(request: ParticipantRequest) -> HttpResponse:
    """Units and injects by number, code or words; accents and case do not matter."""
    asked = request.GET.get("q", "")[:MOST_ASKED]
    wanted = plain(asked)
    facts = read_facts(request.exercise)
    context: dict[str, Any] = {"heading": _("Tìm đơn vị, tình huống"), "asked": asked}
    if wanted:
        units = [u for u in facts.units.values() if _named(wanted, u.code, u.short, u.name)]
        injects = [i for i in facts.injects if _named(wanted, i.number, i.title)][:MOST_FOUND]
        context["units"] = units[:MOST_FOUND]
        context["injects"] = [(inject, console.inject_glyph(facts, inject)) for inject in injects]
    return drawer(request, "console/_find.html", context)


def _named(wanted: str, code: str, *texts: Text) -> bool:
    return any(wanted in plain(f"{code} {side}") for text in texts for side in (text.vi, text.en))


@require_safe
@page("console_add")
def add(request: ParticipantRequest) -> HttpResponse:
    """The form for an inject nobody planned."""
    postures = request.exercise.postures.select_related("unit")
    return drawer(
        request,
        "console/_add.html",
        {
            "heading": _("Thêm tình huống"),
            "units": [posture.unit for posture in postures],
            "methods": Method.choices,
            "replies": Reply.choices,
        },
    )


@require_safe
@page("console_overdue")
def overdue_queue(request: ParticipantRequest) -> HttpResponse:
    """The injects that missed their moment: what each choice would do, and one decision."""
    asked = request.GET
    form = OverdueLook(asked)
    form.is_valid()  # what makes no sense is left out
    found = overdue.decision(
        request.exercise,
        now_wall_us=wall_us(),
        spacing_min=form.cleaned_data.get("spacing_min"),
        wanted=asked.get("decision", ""),
        ids=form.cleaned_data.get("inject_ids", ()) if "look" in asked else None,
    )
    return drawer(
        request,
        "console/_overdue.html",
        {"heading": _("Tin quá giờ phát"), "found": found, "form": form},
    )


urlpatterns = [
    path("x/<slug:code>/console/", show, name="console"),
    path("x/<slug:code>/console/live/", live, name="console_live"),
    path("x/<slug:code>/console/jump/", jump, name="console_jump"),
    path("x/<slug:code>/console/find/", find, name="console_find"),
    path("x/<slug:code>/console/add/", add, name="console_add"),
    path("x/<slug:code>/console/overdue/", overdue_queue, name="console_overdue"),
    path("x/<slug:code>/console/unit/<int:unit_id>/", unit, name="console_unit"),
    path("x/<slug:code>/console/inject/<int:inject_id>/", inject, name="console_inject"),
]
