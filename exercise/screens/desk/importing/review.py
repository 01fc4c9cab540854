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
    wizard,
)
from exercise.screens.desk.importing.table import ALL, AROUND, ERRORS, page_of, table
from scenarios.editing import Refused
from scenarios.imports import steps, units
from scenarios.imports.leftover import leftover
from scenarios.imports.review import BAD, GOOD, Review, alike
from scenarios.intake.mapping import Field
from scenarios.models import Import, ImportState

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_CHANGES = 100
"""So many injects are shown as they are and as they would be; the others are only counted."""


class Shown(forms.Form):
    """Which rows are looked at."""

    show = forms.ChoiceField(choices=[(one, one) for one in (AROUND, ALL, ERRORS)], required=False)
    page = forms.IntegerField(min_value=1, max_value=10_000, required=False)


class FixForm(Shown):
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
    """The review, by ``?show=`` and ``?page=``."""
    imported = own_import(request, import_id)
    if away := elsewhere(imported) or _checked(request, imported):
        return away
    shown = Shown(request.GET)
    shown.is_valid()  # what cannot be meant is left out
    return _page(request, imported, shown.cleaned_data)


def _checked(request: PlannerRequest, imported: Import) -> HttpResponse | None:
    """See that there is a review of this moment; the way to somewhere else if there is none yet."""
    if steps.review(imported) is not None:
        return None
    if imported.state == ImportState.DONE and steps.large(imported):
        # What it did to the scenario made its review out of date; there is nothing left to review.
        return redirect(path_to("import_done", imported))
    waiting = Import.objects.filter(pk=imported.pk, state=imported.state)
    before = imported.state
    waiting.update(state=ImportState.READING, progress=5)
    imported.refresh_from_db()
    have_done("check", imported)
    if imported.state == ImportState.REVIEW and before == ImportState.DONE:
        # What was imported stays so; it is only looked at again.
        Import.objects.filter(pk=imported.pk, state=ImportState.REVIEW).update(state=before)
    if away := elsewhere(imported):
        return away
    if unreadable := (imported.report or {}).get("unreadable"):
        messages.error(request, unreadable)
        return redirect(path_to("import_columns", imported))
    return None


def _page(
    request: PlannerRequest,
    imported: Import,
    wanted: dict[str, Any],
    *,
    focus: int | None = None,
    status: int = 200,
) -> HttpResponse:
    review = steps.review(imported)
    if review is None:  # the scenario went on in this very moment
        review = steps.check(imported)
    template = "desk/import/_review.html" if request.htmx else "desk/import/check.html"
    context = _context(imported, review, wanted) | {"focus": focus}
    context |= wizard(request, "check", imported)
    return render(request, template, context, status=status)


def _context(imported: Import, review: Review, wanted: dict[str, Any]) -> dict[str, Any]:
    counts, fixes = review.counts, steps.fixes_of(imported)
    show = wanted.get("show") or (AROUND if counts[GOOD] < len(review.rows) else ALL)
    return {
        "review": review,
        "counts": counts,
        "bad": counts[BAD],
        "table": table(review, fixes, show, wanted.get("page") or 1),
        "empty": not imported.scenario.participations.exists(),
        "changes": review.changed[:MOST_CHANGES],
        "more_changes": max(0, len(review.changed) - MOST_CHANGES),
        "refused": (imported.report or {}).get("refused", ""),
    }


@require_POST
@planner("import_fix")
@readable
def fix(request: PlannerRequest, import_id: int) -> HttpResponse:
    """Correct a cell, and check anew."""
    imported = own_import(request, import_id)
    if away := elsewhere(imported):
        return away
    form = FixForm(request.POST)
    if not form.is_valid():
        return _page(request, imported, {}, status=422)
    wanted = form.cleaned_data
    words = wanted["value"] if "value" in request.POST else None
    rows = _alike(imported, wanted) if wanted["alike"] else [wanted["row"]]
    steps.correct(imported, rows, Field(wanted["field"]), words)
    review = steps.check(imported)
    if request.htmx:
        return _page(request, imported, wanted, focus=wanted["row"])
    show = wanted.get("show") or AROUND
    page = page_of(review, steps.fixes_of(imported), show, wanted["row"])
    address = f"{path_to('import_check', imported)}?show={show}&page={page}#row-{wanted['row']}"
    return redirect(address)


@require_POST
@planner("import_units")
@readable
def take_units(request: PlannerRequest, import_id: int) -> HttpResponse:
    """Take units that rows name into the scenario: those of ``unit`` that the review lists."""
    imported = own_import(request, import_id)
    if away := elsewhere(imported):
        return away
    review = steps.review(imported) or steps.check(imported)
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
    review = steps.review(imported) or steps.check(imported)
    row = next((one for one in review.rows if one.row == wanted["row"]), None)
    if row is None:
        return [wanted["row"]]
    for note in row.notes:
        if (note.field, note.fix) == (wanted["field"], wanted["value"]):
            return alike(review.rows, row, note)
    return [wanted["row"]]


@require_safe
@planner("import_leftover")
@readable
def download(request: PlannerRequest, import_id: int) -> HttpResponse:
    """The rows with errors as a workbook, with a column of reasons."""
    imported = own_import(request, import_id)
    if away := elsewhere(imported) or _checked(request, imported):
        return away
    review = steps.review(imported) or steps.check(imported)
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
