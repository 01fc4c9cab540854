"""The corrective actions of all drills that concern the reader: filtered, by the day they are due;
and as a table for a spreadsheet, in CSV or as a workbook.
"""

from __future__ import annotations

import csv
import io
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from exercise.models import (
    ACTION_TO_DO,
    ACTION_UNSETTLED,
    ActionState,
    CorrectiveAction,
    Exercise,
)
from exercise.review.files import workbook
from exercise.screens.access import over_all_drills
from exercise.situation import improvement
from units.models import Unit
from units.spreadsheets import harmless

PER_PAGE = 50
ASKED = ("state", "owner", "drill")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS = (14, 9, 50, 24, 12, 12, 50, 24, 24, 12, 20, 20)
"""Of the workbook's columns, in characters."""


class Wanted(NamedTuple):
    """What the reader asked for; of states those that are not settled, unless others are asked
    for.
    """

    state: str
    owner: str
    drill: str

    @property
    def query(self) -> str:
        """The same as the end of an address."""
        return urlencode({name: value for name, value in self._asdict().items() if value})


@require_safe
@over_all_drills("improvements")
def show(request: Any) -> HttpResponse:
    """The earliest day first."""
    visible = improvement.of_reader(request.user)
    found, wanted = _found(request, visible)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    owners = Unit.objects.filter(corrective_actions__in=visible.values("pk")).distinct()
    drills = Exercise.objects.filter(corrective_actions__in=visible.values("pk")).distinct()
    openable = improvement.of_parts(request.user).filter(pk__in=[one.pk for one in shown])
    context = {
        "here": "improvements",
        "lines": improvement.lines(shown),
        "shown": shown,
        "wanted": wanted,
        "reminder": improvement.reminder(visible),
        "states": [
            ("", _("chưa khép lại")),
            ("overdue", _("quá hạn")),
            *ActionState.choices,
            ("all", _("tất cả")),
        ],
        "owners": list(owners),
        "drills": list(drills),
        "openable": set(openable.values_list("pk", flat=True)),
    }
    return render(request, "improvement/overview.html", context)


def _found(
    request: Any, visible: QuerySet[CorrectiveAction]
) -> tuple[QuerySet[CorrectiveAction], Wanted]:
    wanted = Wanted(*(request.GET.get(name, "").replace("\0", "")[:60] for name in ASKED))
    narrowed = Q()
    if wanted.state == "overdue":
        narrowed &= Q(state__in=ACTION_TO_DO, due__lt=improvement.today())
    elif wanted.state in ActionState.values:
        narrowed &= Q(state=wanted.state)
    elif wanted.state != "all":
        narrowed &= Q(state__in=ACTION_UNSETTLED)
    if wanted.owner:
        narrowed &= Q(owner__code=wanted.owner)
    if wanted.drill:
        narrowed &= Q(exercise__code=wanted.drill)
    found = visible.filter(narrowed).select_related("exercise", "owner", "unit")
    return found.order_by("due", "exercise", "number"), wanted


@require_safe
@over_all_drills("improvements_export")
def export(request: Any) -> HttpResponse:
    """What the filter shows, all pages of it, as CSV for a spreadsheet."""
    found, _wanted = _found(request, improvement.of_reader(request.user))
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(_heads())
    for line in improvement.lines(found):
        writer.writerow([harmless(cell) for cell in _cells(line.action, line.due_words)])
    # The mark tells a spreadsheet that this is UTF-8.
    response = HttpResponse(
        buffer.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="improvement-plan.csv"'
    return response


@require_safe
@over_all_drills("improvements_workbook")
def export_workbook(request: Any) -> HttpResponse:
    """The same as XLSX, in which the day that an action is due is a date."""
    found, _wanted = _found(request, improvement.of_reader(request.user))
    columns = list(zip(_heads(), WIDTHS, strict=True))
    rows = (_cells(line.action, line.due_words) for line in improvement.lines(found))
    content = workbook.table(_("Kế hoạch khắc phục"), columns, rows)
    response = HttpResponse(content, content_type=WORKBOOK)
    response["Content-Disposition"] = 'attachment; filename="improvement-plan.xlsx"'
    return response


def _heads() -> list[str]:
    return [
        _("Cuộc diễn tập"),
        _("Biện pháp số"),
        _("Hạn chế"),
        _("Hạn chế của đơn vị"),
        pgettext("corrective action", "Mục tiêu"),
        pgettext("corrective action", "Tình huống"),
        _("Biện pháp khắc phục"),
        _("Đơn vị thực hiện"),
        _("Người phụ trách"),
        pgettext("corrective action", "Hạn"),
        _("Tình trạng"),
        _("Ghi chú"),
    ]


def _cells(action: CorrectiveAction, due_words: str) -> list[Any]:
    return [
        action.exercise.code,
        action.number,
        action.finding,
        str(action.unit or ""),
        action.objective,
        action.inject_number,
        action.measure,
        str(action.owner),
        action.responsible,
        action.due,
        action.get_state_display(),
        due_words,
    ]


urlpatterns = [
    path("improvement/", show, name="improvements"),
    path("improvement/export.csv", export, name="improvements_export"),
    path("improvement/export.xlsx", export_workbook, name="improvements_workbook"),
]
