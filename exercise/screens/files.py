"""Files sent with reports: to those who may read the report, never shown inside a page."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.http import require_safe

from exercise.models import Attachment, Participant
from exercise.screens.access import PAGES
from exercise.screens.entry import held_up
from units.roles import CONTROL, Role


@require_safe
@login_required
def attachment(request: Any, file_id: uuid.UUID) -> HttpResponseBase:
    """One file: control, the unit that sent it, and the evaluator who stands with that unit."""
    found = get_object_or_404(Attachment.objects.select_related("tasking"), uuid=file_id)
    participant = (
        Participant.objects.select_related("exercise", "user")
        .filter(user=request.user, exercise_id=found.tasking.exercise_id)
        .first()
    )
    if participant is None or not _may_read(participant, found):
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


def _may_read(participant: Participant, found: Attachment) -> bool:
    if participant.role not in PAGES["attachment"]:
        return False
    if participant.role in CONTROL:
        return True
    if participant.role == Role.EVALUATOR and participant.unit_id is None:
        return True
    return participant.unit_id == found.tasking.unit_id


urlpatterns = [path("files/<uuid:file_id>/", attachment, name="attachment")]
