"""The one door through which pages give commands: parse, ask conduct, tell the person what came of
it.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exercise.conduct import COMMANDS, Refused
from exercise.health import counted
from exercise.screens.access import ParticipantRequest, page
from exercise.screens.forms_by_command import FORMS
from exercise.screens.said import said, undo_of
from units.roles import may


@require_POST
@page("do")
def do(request: ParticipantRequest, command: str) -> HttpResponse:
    """Give one command of ``COMMANDS``; every role's right to it is in ``units.roles.ALLOWED``."""
    if command not in FORMS:
        raise Http404
    if not may(request.participant.role, command):
        counted.refusal(command, counted.FORBIDDEN)
        if not request.htmx:
            raise PermissionDenied
        return _refuse(request, command, 403, [_("Vai trò của bạn không được ra lệnh này.")])
    form = FORMS[command](request.POST, request.FILES, exercise=request.exercise)
    if not form.is_valid():
        counted.refusal(command, counted.NOT_VALID)
        return _refuse(request, command, 422, _sentences(form))
    try:
        result = COMMANDS[command](request.exercise.pk, request.actor, **form.arguments())
    except Refused as refused:
        status = 403 if refused.code == "forbidden" else 409
        return _refuse(request, command, status, [str(refused)])
    except OperationalError:
        return _refuse(
            request, command, 503, [_("Máy chủ đang bận. Lệnh chưa được thực hiện, xin thử lại.")]
        )
    return _accept(request, command, said(command, result), result)


def _accept(request: ParticipantRequest, command: str, sentence: str, result: Any) -> HttpResponse:
    if not request.htmx:
        if sentence:
            messages.success(request, sentence)
        return HttpResponseRedirect(_back(request))
    if "silent" in request.POST:  # opening a tasking is a fact to note, not an act to confirm
        return HttpResponse(status=204)
    return render(
        request,
        "components/toast.html",
        {
            "sentence": sentence,
            "ok": True,
            "exercise": request.exercise,
            "undo": undo_of(command, result),
        },
    )


def _refuse(
    request: ParticipantRequest, command: str, status: int, sentences: list[str]
) -> HttpResponse:
    if not request.htmx:
        for sentence in sentences:
            messages.error(request, sentence)
        return HttpResponseRedirect(_back(request))
    return render(
        request,
        "components/toast.html",
        {"sentence": " ".join(sentences), "ok": False, "command": command},
        status=status,
    )


def _sentences(form: Any) -> list[str]:
    """Each error with the label of its field."""
    found = []
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else None
        found += [f"{label}: {error}" if label else str(error) for error in errors]
    return found


def _back(request: ParticipantRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    code = request.exercise.code
    return target if safe else reverse("exercise", args=[code])


urlpatterns = [path("x/<slug:code>/do/<slug:command>/", do, name="do")]
