"""The journal for control staff: page by page, checked on request, exported whole."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exercise.models import Exercise, JournalEntry, verify
from exercise.screens.access import ParticipantRequest, navigation, page
from exercise.situation import log, strip
from units.spreadsheets import harmless

PER_PAGE = 100
FIELDS = (
    "seq",
    "wall_time",
    "exercise_time",
    "exercise_us",
    "phase",
    "kind",
    "actor",
    "role",
    "unit",
    "inject",
    "data",
    "hash",
)


class Filter(forms.Form):
    """Which entries to show."""

    unit = forms.CharField(required=False, max_length=20)
    inject = forms.CharField(required=False, max_length=20)


@require_safe
@page("journal")
def show(request: ParticipantRequest) -> HttpResponse:
    """Entries newest first; ``?unit=`` and ``?inject=`` narrow them, ``?verify=1`` walks the
    chain.
    """
    exercise: Exercise = request.exercise
    entries = JournalEntry.objects.filter(exercise=exercise).order_by("-seq")
    asked = Filter(request.GET)
    asked.is_valid()  # what cannot be meant is left out
    wanted = asked.cleaned_data
    if unit := wanted.get("unit"):
        entries = entries.filter(unit_code=unit)
    if inject := wanted.get("inject"):
        entries = entries.filter(inject_number=inject)
    shown = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    zone = ZoneInfo(exercise.timezone)
    rows = [
        (row, datetime.fromtimestamp(row.entry.wall_us / 1e6, UTC).astimezone(zone))
        for row in log.rows(exercise, shown)
    ]
    units = [posture.unit for posture in exercise.postures.select_related("unit")]
    return render(
        request,
        "journal/page.html",
        navigation(request, "journal")
        | strip.context(exercise)
        | {
            "rows": rows,
            "shown": shown,
            "wanted": wanted,
            "units": units,
            "verdict": verify(exercise) if "verify" in request.GET else None,
        },
    )


@require_safe
@page("journal_export")
def export(request: ParticipantRequest, form: str) -> StreamingHttpResponse:
    """The whole journal as CSV for a spreadsheet or as one JSON object a line."""
    exercise: Exercise = request.exercise
    makers = {"csv": (_csv, "text/csv"), "jsonl": (_jsonl, "application/jsonl")}
    if form not in makers:
        raise Http404
    make, content_type = makers[form]
    response = StreamingHttpResponse(make(exercise), content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{exercise.code}-journal.{form}"'
    return response


def _records(exercise: Exercise) -> Iterator[dict[str, Any]]:
    calendar = exercise.calendar
    entries = JournalEntry.objects.filter(exercise=exercise).order_by("seq")
    for entry in entries.iterator(chunk_size=2000):
        yield {
            "seq": entry.seq,
            "wall_time": datetime.fromtimestamp(entry.wall_us / 1e6, UTC).isoformat(),
            "exercise_time": calendar.moment(
                entry.exercise_us, before_break=bool(entry.data.get("before_break"))
            ).isoformat(),
            "exercise_us": entry.exercise_us,
            "phase": entry.phase,
            "kind": entry.kind,
            "actor": entry.actor_name,
            "role": entry.role,
            "unit": entry.unit_code,
            "inject": entry.inject_number,
            "data": entry.data,
            "changes": entry.changes,
            "previous": entry.previous,
            "hash": entry.hash,
        }


def _jsonl(exercise: Exercise) -> Iterator[str]:
    head = {"exercise": exercise.code, "notice": _mark()}
    yield json.dumps(head, ensure_ascii=False) + "\n"
    for record in _records(exercise):
        yield json.dumps(record, ensure_ascii=False) + "\n"


def _csv(exercise: Exercise) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)

    def line(values: list[Any]) -> str:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([harmless(value) for value in values])
        return buffer.getvalue()

    # The mark tells a spreadsheet that this is UTF-8; without it Vietnamese comes out broken.
    yield "\ufeff" + line([_mark()])
    yield line(list(FIELDS))
    for record in _records(exercise):
        record["data"] = json.dumps(record["data"], ensure_ascii=False)
        yield line([record[name] for name in FIELDS])


def _mark() -> str:
    return _("DIỄN TẬP – KHÔNG PHẢI TÌNH HUỐNG THẬT")


urlpatterns = [
    path("x/<slug:code>/journal/", show, name="journal"),
    path("x/<slug:code>/journal/export.<slug:form>", export, name="journal_export"),
]
