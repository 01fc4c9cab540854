"""The report as a file: asked for, waited for, downloaded by who asked for it."""

from __future__ import annotations

import uuid

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from exercise.chores import report_files
from exercise.models import FileState, ReportFile
from exercise.review.files import FORMATS
from exercise.screens import report_access
from exercise.screens.access import ParticipantRequest, navigation, page
from exercise.screens.report import chosen, language
from exercise.screens.report_forms import ExportForm


@require_POST
@page("report_export")
def export(request: ParticipantRequest) -> HttpResponse:
    """Ask for a file of the version that was looked at."""
    form = ExportForm(request.POST)
    if not form.is_valid():
        raise Http404
    version, _known = chosen(request, form.cleaned_data["version"])
    made = report_files.have_made(
        request.exercise,
        request.user,
        form.cleaned_data["form"],
        language(),
        version.number if version else None,
    )
    name = "report_file" if made.state == FileState.READY else "report_progress"
    return redirect(name, request.exercise.code, made.uuid)


def _own(request: ParticipantRequest, file_id: uuid.UUID) -> ReportFile:
    return get_object_or_404(ReportFile, uuid=file_id, exercise=request.exercise, user=request.user)


@require_safe
@page("report_progress")
def progress(request: ParticipantRequest, file_id: uuid.UUID) -> HttpResponse:
    """How far the file has come; where it lies when it is ready."""
    file = _own(request, file_id)
    report_files.see_to(file)
    file.refresh_from_db()
    context = navigation(request, "report") | {"file": file}
    template = "report/_progress.html" if request.htmx else "report/progress.html"
    return render(request, template, context)


@require_safe
@page("report_file")
def download(request: ParticipantRequest, file_id: uuid.UUID) -> HttpResponseBase:
    """The file, to be saved; never shown inside a page."""
    file = _own(request, file_id)
    if file.state != FileState.READY or report_access.readable(request.participant) is None:
        raise Http404
    version = f"-v{file.version}" if file.version else ""
    response = FileResponse(
        file.file.open("rb"),
        as_attachment=True,
        filename=f"{request.exercise.code}-report{version}-{file.language}.{file.form}",
        content_type=FORMATS[file.form].media_type,
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [
    path("x/<slug:code>/report/export/", export, name="report_export"),
    path("x/<slug:code>/report/file/<uuid:file_id>/", progress, name="report_progress"),
    path("x/<slug:code>/report/file/<uuid:file_id>/download/", download, name="report_file"),
]
