"""Second step: what the columns mean. Guessed, shown with their first cells, corrected here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.importing.frame import (
    ONE,
    elsewhere,
    own_import,
    path_to,
    readable,
    wizard,
)
from scenarios.imports import steps
from scenarios.intake import columns, taking, times
from scenarios.intake.cells import shown
from scenarios.intake.mapping import MANY, Column, Field, Mapping
from scenarios.intake.reading import Reading, Sheet
from scenarios.models import Import

SAMPLES = 3
LONGEST_SAMPLE = 80
NEEDED = (Field.TITLE, Field.CONTENT)


class Look(forms.Form):
    """Which sheet and header row to guess the columns of."""

    sheet = forms.CharField(max_length=255, required=False)
    header_row = forms.IntegerField(min_value=0, max_value=1_000_000, required=False)


class Remembering(forms.Form):
    """The name that a mapping is remembered by."""

    name = forms.CharField(
        label=gettext_lazy("Nhớ cách ghép này với tên"), max_length=80, required=False
    )


class Line(NamedTuple):
    """A column on the page: its first cells, how its times are read or could be, what is wrong."""

    column: Column
    samples: list[str]
    habits: list[times.Habit]
    choices: list[times.Habit]
    error: str


@require_http_methods(["GET", "HEAD", "POST"])
@planner("import_columns")
@readable
def show(request: PlannerRequest, import_id: int) -> HttpResponse:
    """1. ``GET``: the columns as guessed, remembered, or left by the planner; ``?sheet=`` and
    ``?header_row=`` guess anew.
    2. ``POST``: take what the planner says; on to the check if it can be understood.
    """
    imported = own_import(request, import_id)
    if away := elsewhere(request, imported):
        return away
    reading = steps.reading_of(imported)
    if request.method == "POST":
        return _take(request, imported, reading)
    return _page(request, imported, reading, _looked_at(request, imported, reading), {})


def _looked_at(request: PlannerRequest, imported: Import, reading: Reading) -> Mapping:
    look = Look(request.GET)
    look.is_valid()
    sheet, header_row = look.cleaned_data.get("sheet"), look.cleaned_data.get("header_row")
    if not sheet:
        return steps.mapping_of(imported)
    found = steps.sheet_of(reading, sheet)
    # A header row is that of the sheet which the page showed.
    same = request.GET.get("shown") == found.name
    return steps.guess(found, header_row if same else None, imported.scenario)


# ── taking ──────────────────────────────────────────────────────────────────────────────────────
def _take(request: PlannerRequest, imported: Import, reading: Reading) -> HttpResponse:
    look, naming = Look(request.POST), Remembering(request.POST)
    if not look.is_valid() or not naming.is_valid():
        return redirect(path_to("import_columns", imported))
    sheet = steps.sheet_of(reading, look.cleaned_data["sheet"])
    header_row = look.cleaned_data["header_row"] or 0
    guessed = _as_it_was(imported, sheet, header_row)
    mapping = replace(
        guessed,
        columns=tuple(_said(request.POST, one, sheet, guessed) for one in guessed.columns),
    )
    errors = _errors(mapping)
    if errors:
        return _page(request, imported, reading, mapping, errors, status=422)
    steps.settle(imported, mapping)
    if name := naming.cleaned_data["name"]:
        steps.remember(mapping, name, request.user)
    return redirect(path_to("import_check", imported))


def _as_it_was(imported: Import, sheet: Sheet, header_row: int) -> Mapping:
    """The columns that the page was about."""
    mapping = steps.mapping_of(imported)
    if (mapping.sheet, mapping.header_row) == (sheet.name, header_row):
        return mapping
    return steps.guess(sheet, header_row, imported.scenario)


def _said(data: Any, column: Column, sheet: Sheet, mapping: Mapping) -> Column:
    """A column as the planner says; a habit is inferred where its meaning has changed."""
    said = data.get(f"field-{column.place}", "")
    field = Field(said) if said in Field.values else column.field
    if field != column.field:
        cells = [_at(values, column.place) for _row, values in columns.data_rows(sheet, mapping)]
        column = columns.infer_habit(replace(column, field=field), cells)
        return column  # the habit that was sent is that of its former meaning
    habit = data.get(f"habit-{column.place}", "")
    if habit in {one.key for one in columns.habits_of(column)}:
        column = replace(column, habit=habit, asks=())
    return column


def _errors(mapping: Mapping) -> dict[int, str]:
    """What is wrong, by the place of the column; -1: with all of them."""
    errors: dict[int, str] = {}
    taken: dict[Field, Column] = {}
    for column in mapping.columns:
        first = taken.setdefault(column.field, column)
        if first is not column and column.field not in MANY:
            words = _("“%(field)s” đã chọn cho cột %(letter)s. Mỗi nghĩa chỉ dùng cho một cột.")
            errors[column.place] = words % {"field": column.field.label, "letter": first.letter}
        elif column.asks and column.field not in MANY:
            errors[column.place] = _("Chọn một cách đọc cho cột này.")
    if not any(field in taken for field in NEEDED):
        errors[-1] = _("Chưa có cột nào là nội dung tình huống. Chọn tiêu đề hoặc nội dung.")
    return errors


# ── showing ─────────────────────────────────────────────────────────────────────────────────────
def _page(
    request: PlannerRequest,
    imported: Import,
    reading: Reading,
    mapping: Mapping,
    errors: dict[int, str],
    status: int = 200,
) -> HttpResponse:
    sheet = steps.sheet_of(reading, mapping.sheet)
    known = steps.remembered(mapping)
    context: dict[str, Any] = {
        "sheets": [one for one in reading.sheets if one.rows],
        "sheet": sheet,
        "whole": reading.format == taking.OWN,
        "mapping": mapping,
        "lines": _lines(sheet, mapping, errors),
        "fields": Field.choices,
        "error": errors.get(-1, ""),
        "errors": len(errors),
        "known": known,
        "name": request.POST.get("name", known.name if known else ""),
    }
    return render(
        request,
        "desk/import/columns.html",
        wizard(request, "columns", imported) | context,
        status=status,
    )


def _lines(sheet: Sheet, mapping: Mapping, errors: dict[int, str]) -> list[Line]:
    samples: dict[int, list[str]] = {column.place: [] for column in mapping.columns}
    wanting = set(samples)
    for _row, values in columns.data_rows(sheet, mapping):
        for place in list(wanting):
            if words := shown(_at(values, place)):
                samples[place].append(words[:LONGEST_SAMPLE])
                if len(samples[place]) == SAMPLES:
                    wanting.discard(place)
        if not wanting:
            break
    return [
        Line(
            column,
            samples[column.place],
            [] if column.asks else columns.habits_of(column),
            _choices(column),
            errors.get(column.place, ""),
        )
        for column in mapping.columns
    ]


def _choices(column: Column) -> list[times.Habit]:
    """The habits that fit equally well, if the planner must choose."""
    if not column.asks or column.field in MANY:
        return []
    return [times.HABITS[one] for one in (column.habit, *column.asks) if one in times.HABITS]


def _at(values: Any, place: int) -> Any:
    return values[place] if place < len(values) else None


urlpatterns = [path(f"{ONE}columns/", show, name="import_columns")]
