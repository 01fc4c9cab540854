"""Third step: every row with what was understood of it; errors are corrected here, cell by cell."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exercise.chores.asking import have_done
from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.importing.frame import (
    ONE,
    elsewhere,
    own_import,
    path_to,
    readable,
    to,
    wizard,
)
from exercise.screens.desk.importing.place import Place, end_of, place_of, query_of
from exercise.screens.desk.importing.table import ALL, AROUND, page_of, table
from scenarios.editing import Refused
from scenarios.imports import steps, units
from scenarios.imports.leftover import leftover
from scenarios.imports.review import BAD, GOOD, Review, alike
from scenarios.intake.mapping import Field
from scenarios.intake.reading import Unreadable
from scenarios.models import Import, ImportState

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_CHANGES = 100
"""So many injects are shown as they are and as they would be; the others are only counted."""


class FixForm(Place):
    """A correction of one cell; without ``value`` what the file says is taken again. ``alike``: of
    every row as well that says the same there and is wrong in the same way.
    """

    row = forms.IntegerField(min_value=0, max_value=10_000_000)
    field = forms.ChoiceField(choices=Field.choices)
    value = forms.CharField(max_length=steps.LONGEST_FIX, required=False)
    alike = forms.BooleanField(required=False)


@require_safe
@planner("import_check")
@readable
def check(request: PlannerRequest, import_id: int) -> HttpResponse:
    """The review, by ``?show=`` and ``?page=`` or ``?row=``."""
    imported = own_import(request, import_id)
    if away := elsewhere(request, imported):
        return away
    place = place_of(request.GET)
    review = _reviewed(request, imported, query_of(place))
    if isinstance(review, HttpResponse):
        return review
    return _page(request, imported, review, place)


def _reviewed(request: PlannerRequest, imported: Import, query: str = "") -> Review | HttpResponse:
    """The review of this moment, or the way to somewhere else: many rows are checked by the worker.

    Args:
        query: the end of the address to come back to.
    """
    if (kept := steps.review(imported)) is not None:
        return kept
    if not steps.large(imported):
        try:
            return steps.check(imported)
        except Unreadable as error:
            return _to_columns(request, imported, str(error))
    waiting = Import.objects.filter(pk=imported.pk, state=ImportState.REVIEW)
    if waiting.update(state=ImportState.READING, progress=5):
        imported.refresh_from_db()
        have_done("check", imported)
    if away := elsewhere(request, imported, query):
        return away
    if unreadable := (imported.report or {}).get("unreadable"):
        return _to_columns(request, imported, unreadable)
    # None if the scenario went on in this very moment.
    return steps.review(imported) or steps.check(imported)


def _to_columns(request: PlannerRequest, imported: Import, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return to(request, path_to("import_columns", imported))


def _page(
    request: PlannerRequest,
    imported: Import,
    review: Review,
    wanted: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    template = "desk/import/_review.html" if request.htmx else "desk/import/check.html"
    context = _context(imported, review, wanted) | wizard(request, "check", imported)
    return render(request, template, context, status=status)


def _context(imported: Import, review: Review, wanted: dict[str, Any]) -> dict[str, Any]:
    counts, fixes = review.counts, steps.fixes_of(imported)
    show = wanted.get("show") or (AROUND if counts[GOOD] < len(review.rows) else ALL)
    row, page = wanted.get("row"), wanted.get("page") or 1
    if row is not None:
        page = page_of(review, fixes, show, row)
    return {
        "review": review,
        "counts": counts,
        "bad": counts[BAD],
        "table": table(review, fixes, show, page),
        "empty": not imported.scenario.participations.exists(),
        "changes": review.changed[:MOST_CHANGES],
        "more_changes": max(0, len(review.changed) - MOST_CHANGES),
        "refused": (imported.report or {}).get("refused", ""),
        "focus": row,
    }


@require_POST
@planner("import_fix")
@readable
def fix(request: PlannerRequest, import_id: int) -> HttpResponse:
    """Correct a cell, and check anew. What comes while the worker checks counts as well."""
    imported = own_import(request, import_id)
    checking = imported.state == ImportState.READING and (imported.report or {}).get("settled")
    if not checking and (away := elsewhere(request, imported)):
        return away
    form = FixForm(request.POST)
    if not form.is_valid():
        review = _reviewed(request, imported)
        if isinstance(review, HttpResponse):
            return review
        return _page(request, imported, review, {}, status=422)
    wanted = form.cleaned_data
    words = wanted["value"] if "value" in request.POST else None
    rows = _alike(imported, wanted) if wanted["alike"] else [wanted["row"]]
    steps.correct(imported, rows, Field(wanted["field"]), words)
    review = _reviewed(request, imported, query_of(wanted))
    if isinstance(review, HttpResponse):
        return review
    if request.htmx:
        return _page(request, imported, review, wanted)
    return redirect(path_to("import_check", imported) + end_of(wanted))


@require_POST
@planner("import_units")
@readable
def take_units(request: PlannerRequest, import_id: int) -> HttpResponse:
    """Take units that rows name into the scenario: those of ``unit`` that the review lists."""
    imported = own_import(request, import_id)
    if away := elsewhere(request, imported):
        return away
    review = _reviewed(request, imported)
    if isinstance(review, HttpResponse):
        return review
    wanted = set(request.POST.getlist("unit"))
    try:
        codes = units.take_in(
            request.scenario.pk,
            request.user,
            [name for name, _count in review.missing if name in wanted],
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        if codes:
            messages.success(request, _("Đã thêm đơn vị %s vào kịch bản.") % ", ".join(codes))
    return redirect(path_to("import_check", imported))


def _alike(imported: Import, wanted: dict[str, Any]) -> list[int]:
    """Rows of the review that the planner saw; what it is no longer true of is not corrected."""
    review = steps.review(imported)
    row = review and next((one for one in review.rows if one.row == wanted["row"]), None)
    if not review or not row:
        return [wanted["row"]]
    for note in row.notes:
        if (note.field, note.fix) == (wanted["field"], wanted["value"]):
            return alike(review.rows, row, note)
    return [wanted["row"]]


@require_safe
@planner("import_leftover")
@readable
def download(request: PlannerRequest, import_id: int) -> HttpResponse:
    """The rows with errors as a workbook, with a column of reasons; of an import that is done,
    those that were left.
    """
    imported = own_import(request, import_id)
    review: Review | HttpResponse | None
    if imported.state == ImportState.DONE:
        review = steps.review(imported)
        if review is None:
            messages.error(request, _("Kết quả kiểm tra của lần nhập này không còn được giữ."))
            return redirect(path_to("import_done", imported))
    else:
        review = elsewhere(request, imported) or _reviewed(request, imported)
        if isinstance(review, HttpResponse):
            return review
    reading, mapping = steps.reading_of(imported), steps.mapping_of(imported)
    sheet = steps.sheet_of(reading, mapping.sheet)
    made = leftover(sheet, mapping, review, steps.fixes_of(imported))
    response = HttpResponse(made, content_type=XLSX)
    stem = imported.name.rpartition(".")[0] or imported.name
    name = f"{stem[:100]}-loi.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


urlpatterns = [
    path(f"{ONE}check/", check, name="import_check"),
    path(f"{ONE}fix/", fix, name="import_fix"),
    path(f"{ONE}units/", take_units, name="import_units"),
    path(f"{ONE}errors.xlsx", download, name="import_leftover"),
]
