"""First step: the file. Also how far a step has come that the worker carries out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exercise.chores.asking import BUSY, have_done, see_to
from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.importing.frame import (
    ADDRESS,
    ONE,
    next_page,
    own_import,
    path_to,
    to,
    wizard,
)
from exercise.screens.desk.importing.place import end_of, place_of, query_of
from exercise.screens.uploads import harmless_name
from scenarios.imports import keeping, steps
from scenarios.models import Import, ImportState, Scenario
from units.models import User

RECENT = 10
LIMIT_MB = keeping.LIMIT_BYTES // 1024**2


class FileForm(forms.Form):
    """The file to take in. What it holds is looked at by the readers alone."""

    file = forms.FileField(
        label=gettext_lazy("Tệp MSEL"),
        error_messages={
            "required": gettext_lazy("Chọn một tệp."),
            "empty": gettext_lazy("Tệp rỗng."),
        },
    )

    def clean_file(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > keeping.LIMIT_BYTES:
            words = _("Tệp lớn hơn %(limit)d MB. Bỏ hình ảnh và các trang không liên quan.")
            raise forms.ValidationError(words, params={"limit": LIMIT_MB})
        return file


@require_http_methods(["GET", "HEAD", "POST"])
@planner("scenario_import")
def new(request: PlannerRequest) -> HttpResponse:
    """Choose a file; what was begun lately can be gone on with."""
    if request.method != "POST" or not request.scenario.is_draft:
        return _page(request, FileForm(), status=422 if request.method == "POST" else 200)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    imported = begun(request.scenario, request.user, form.cleaned_data["file"])
    if imported.state == ImportState.FAILED:
        _tell(form, imported)
        keeping.forget(imported)
        return _page(request, form, status=422)
    return redirect(next_page(imported))


def begun(scenario: Scenario, user: User, file: UploadedFile) -> Import:
    """An import of a file that was sent: read, being read, or failed."""
    imported = keeping.keep(scenario, user, harmless_name(file.name or ""), file)
    have_done("read", imported)
    if imported.state == ImportState.REVIEW and _means_itself(imported):
        steps.settle(imported, steps.mapping_of(imported))
    return imported


def _means_itself(imported: Import) -> bool:
    """Whether the format says what its columns mean, so that nobody need be asked."""
    asked = any(column.asks for column in steps.mapping_of(imported).columns)
    return not asked and (imported.report or {}).get("format") not in {"xlsx", "csv", "tsv"}


def _tell(form: FileForm, imported: Import) -> None:
    report = imported.report or {}
    for sentence in filter(None, (report.get("message"), report.get("hint"))):
        form.add_error("file", sentence)


def _page(request: PlannerRequest, form: FileForm, status: int = 200) -> HttpResponse:
    own = Import.objects.filter(scenario=request.scenario, user=request.user)
    failed = request.GET.get("failed", "")
    if status == 200 and failed.isdigit():
        for imported in own.filter(pk=int(failed[:18]), state=ImportState.FAILED):
            form = FileForm(data={})
            form.full_clean()
            form.errors.clear()
            _tell(form, imported)
    recent = own.exclude(state=ImportState.FAILED).select_related("scenario")[:RECENT]
    context: dict[str, Any] = {
        "form": form,
        "limit_mb": LIMIT_MB,
        "kept_days": keeping.KEPT.days,
        "recent": [(one, next_page(one)) for one in recent],
    }
    return render(
        request, "desk/import/file.html", wizard(request, "file") | context, status=status
    )


@require_safe
@planner("import_progress")
def progress(request: PlannerRequest, import_id: int) -> HttpResponseBase:
    """How far the worker has come; on to the next page when it is done, there to the row that the
    address names.
    """
    imported = own_import(request, import_id)
    see_to(imported)
    imported.refresh_from_db()
    place = place_of(request.GET)
    if imported.state not in BUSY:
        on = next_page(imported)
        return to(request, on + end_of(place) if on == path_to("import_check", imported) else on)
    step = "done" if imported.state == ImportState.WRITING else "check"
    if imported.mapping is None:
        step = "file"
    template = "desk/import/_progress.html" if request.htmx else "desk/import/progress.html"
    return render(request, template, wizard(request, step, imported) | {"query": query_of(place)})


@require_POST
@planner("import_forget")
def forget(request: PlannerRequest, import_id: int) -> HttpResponse:
    """Forget a file; what was imported from it stays."""
    imported = own_import(request, import_id)
    if imported.state != ImportState.WRITING:
        keeping.forget(imported)
    return redirect("scenario_import", request.scenario.code, request.scenario.version)


urlpatterns = [
    path(ADDRESS, new, name="scenario_import"),
    path(f"{ONE}progress/", progress, name="import_progress"),
    path(f"{ONE}forget/", forget, name="import_forget"),
]
