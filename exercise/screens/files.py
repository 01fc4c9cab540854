"""Files sent with reports and findings: to those who may read these, never shown inside a page."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.http import require_safe

from exercise.models import Attachment, FindingFile, Participant
from exercise.screens.access import PAGES
from exercise.screens.entry import held_up
from units.roles import CONTROL, Role


@require_safe
@login_required
def attachment(request: Any, file_id: uuid.UUID) -> HttpResponseBase:
    """One file of a report: control, the unit that sent it, and the evaluator who stands with that
    unit.
    """
    found = get_object_or_404(Attachment.objects.select_related("tasking"), uuid=file_id)
    tasking = found.tasking
    return _given(request, "attachment", found, tasking.exercise_id, tasking.unit_id)


@require_safe
@login_required
def finding_file(request: Any, file_id: uuid.UUID) -> HttpResponseBase:
    """One file of a finding: control, who wrote it, and the evaluator who stands with that unit."""
    found = get_object_or_404(FindingFile.objects.select_related("finding"), uuid=file_id)
    finding = found.finding
    return _given(
        request,
        "finding_file",
        found,
        finding.exercise_id,
        finding.unit_id,
        by=finding.evaluator_id,
    )


def _given(
    request: Any,
    name: str,
    found: Attachment | FindingFile,
    exercise_id: int,
    unit_id: int | None,
    *,
    by: int | None = None,
) -> HttpResponseBase:
    participant = (
        Participant.objects.select_related("exercise", "user")
        .filter(user=request.user, exercise_id=exercise_id)
        .first()
    )
    if participant is None or participant.role not in PAGES[name]:
        raise Http404
    if participant.user_id != by and not _may_read(participant, unit_id):
        raise Http404
    if held_up(request, participant):
        return redirect("account_second_factor")
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type=found.content_type,
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _may_read(participant: Participant, unit_id: int | None) -> bool:
    if participant.role in CONTROL:
        return True
    if participant.role == Role.EVALUATOR and participant.unit_id is None:
        return True
    return participant.unit_id is not None and participant.unit_id == unit_id


urlpatterns = [
    path("files/<uuid:file_id>/", attachment, name="attachment"),
    path("files/finding/<uuid:file_id>/", finding_file, name="finding_file"),
]
