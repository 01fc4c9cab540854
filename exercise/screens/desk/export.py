"""A version as a file: YAML, JSON, a workbook, or its MSEL as CSV."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.frame import VERSION, frame
from scenarios.reading import ScenarioProblems
from scenarios.writing import FORMATS, Unwritable, document_of, written

CONTENT_TYPES = {
    "yaml": "application/yaml; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
WORDS = {
    "xlsx": (
        _("Bảng tính XLSX"),
        _("Để xem, in và sửa bằng Excel hoặc LibreOffice. Nhập lại được, đủ mọi mục."),
    ),
    "csv": (_("Bảng CSV"), _("Chỉ các tin, mỗi dòng một tin. Nhập lại được.")),
    "yaml": (
        _("Tệp kịch bản YAML"),
        _("Toàn bộ kịch bản, đọc được bằng mắt, so sánh được từng dòng. Nhập lại y nguyên."),
    ),
    "json": (_("Tệp kịch bản JSON"), _("Như YAML, để phần mềm khác đọc.")),
}


@require_safe
@planner("scenario_export")
def export(request: PlannerRequest) -> HttpResponse:
    """The formats, each with what it is for."""
    return _page(request)


def _page(request: PlannerRequest, problems: list[str] | None = None) -> HttpResponse:
    context = frame(request, "msel") | {
        "files": [(form, *words) for form, words in WORDS.items()],
        "problems": problems or [],
    }
    return render(request, "desk/export.html", context, status=422 if problems else 200)


@require_safe
@planner("scenario_file")
def download(request: PlannerRequest, form: str) -> HttpResponse:
    """The version in one format; what cannot be said in it is told on the page."""
    if form not in FORMATS:
        raise Http404
    scenario = request.scenario
    try:
        document = document_of(scenario)
        version = f"{scenario.version} ({document.content_hash[:8]})"
        language = "en" if (get_language() or "vi").startswith("en") else "vi"
        data = written(document, form, language, version=version)
    except ScenarioProblems as error:
        return _page(request, [str(problem) for problem in error.problems[:20]])
    except Unwritable as error:
        return _page(request, [str(error)])
    response = HttpResponse(data, content_type=CONTENT_TYPES[form])
    name = f"{scenario.code}-v{scenario.version}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


urlpatterns = [
    path(f"{VERSION}export/", export, name="scenario_export"),
    path(f"{VERSION}export/<slug:form>/", download, name="scenario_file"),
]
