"""The versions of a scenario: how far each has come, asked for and approved by whom; what is done
with the one that is open.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from exercise.conduct import Refused as NotCarriedOut
from exercise.models import Exercise
from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.findings import counts
from exercise.screens.desk.frame import VERSION, Standing, frame, standing
from exercise.screens.desk.handing_on import handed_on
from exercise.screens.runs import last_run, note_roles, run
from scenarios import editing, versions
from scenarios.checks import Severity
from scenarios.editing import Refused
from scenarios.models import Scenario

SHOWN_EDITS = 10


class Version(NamedTuple):
    """One version in the list."""

    scenario: Scenario
    standing: Standing
    here: bool


@require_safe
@planner("scenario_versions")
def page(request: PlannerRequest) -> HttpResponse:
    """All versions of the scenario; what can be done with this one; its history and its
    checkpoints.
    """
    return _draw(request)


def _draw(
    request: PlannerRequest, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    scenario = request.scenario
    rows = (
        Scenario.objects.filter(code=scenario.code)
        .select_related("made_by", "submitted_by", "approved_by", "based_on")
        .annotate(in_use=Exists(Exercise.objects.filter(scenario=OuterRef("pk"))))
        .order_by("-version")
    )
    listed = [Version(row, standing(row, used=row.in_use), row.pk == scenario.pk) for row in rows]
    found = counts(scenario)
    last = last_run(scenario.code)
    context: dict[str, Any] = frame(request, "scenario_versions") | {
        "versions": listed,
        "own": next(one for one in listed if one.here),
        "refused": refused,
        "errors": found[Severity.ERROR],
        "warnings": found[Severity.WARNING],
        "edits": editing.history(scenario)[:SHOWN_EDITS],
        "submitted_hash": versions.submitted_hash(scenario) if scenario.is_draft else "",
        "undoable": editing.undoable(scenario, request.user) if scenario.is_draft else None,
        "checkpoints": list(scenario.checkpoints.all()),
        "left": handed_on(scenario).beyond(scenario),
        "exercises": list(Exercise.objects.filter(scenario=scenario)),
        "after": last.pk if last else "",
        "previous": next(
            (one.scenario for one in listed if one.scenario.version < scenario.version), None
        ),
        "since_ms": int(time.time() * 1000),
    }
    return render(request, "desk/versions.html", context, status=status)


STEPS: dict[str, tuple[Callable[..., Scenario], Any]] = {
    "submit": (versions.submit, lambda: _("Đã xin duyệt. Người khác mở trang này để duyệt.")),
    "withdraw": (versions.withdraw, lambda: _("Đã rút lại, chưa duyệt.")),
    "approve": (versions.approve, lambda: _("Đã duyệt. Từ nay phiên bản này không sửa được nữa.")),
}


@require_POST
@planner("scenario_step")
def take_step(request: PlannerRequest, step: str) -> HttpResponse:
    """Ask for approval, take the request back, approve; or say why not."""
    if step not in STEPS:
        raise Http404
    command, words = STEPS[step]
    try:
        # What is approved is what was looked at, not what somebody made of it meanwhile.
        seen = (
            {"seen": request.POST["seen"]} if step == "approve" and "seen" in request.POST else {}
        )
        command(request.scenario.pk, request.user, **seen)
    except Refused as refused:
        request.scenario.refresh_from_db()
        return _draw(request, refused, status=409)
    messages.success(request, words())
    return _back(request)


@require_POST
@planner("scenario_run")
def start(request: PlannerRequest) -> HttpResponse:
    """Make an exercise of this version; the planner becomes its director."""
    seen = request.POST.get("after", "")
    after = int(seen) if seen.isdecimal() and len(seen) < 19 else None
    try:
        exercise = run(request.scenario, request.user, after=after)
    except NotCarriedOut as refused:
        return _draw(request, Refused(refused.code, str(refused)), status=409)
    if exercise is None:
        messages.error(request, _("Cuộc diễn tập này vừa được lập rồi."))
        return _back(request)
    messages.success(request, _("Đã lập cuộc diễn tập %s.") % exercise.code)
    note_roles(request, exercise)
    return redirect("people", exercise.code)


@require_POST
@planner("scenario_checkpoint")
def checkpoint(request: PlannerRequest, pk: int) -> HttpResponse:
    """Say whether what an earlier drill left has been seen to."""
    done = request.POST.get("done") == "1"
    try:
        editing.set_checkpoint(request.scenario.pk, request.user, pk, done=done)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(f"{_back(request)['Location']}#checkpoints")


@require_POST
@planner("scenario_take")
def take(request: PlannerRequest) -> HttpResponse:
    """Take into the draft what the drills of the scenario have left to be mended since."""
    left = handed_on(request.scenario).checkpoints
    try:
        taken = editing.take_checkpoints(request.scenario.pk, request.user, left)
    except Refused as refused:
        messages.error(request, str(refused))
        return _back(request)
    said = ngettext("Đã lấy %d việc khắc phục.", "Đã lấy %d việc khắc phục.", len(taken))
    messages.success(request, said % len(taken))
    return redirect(f"{_back(request)['Location']}#checkpoints")


def _back(request: PlannerRequest) -> HttpResponse:
    return redirect("scenario_versions", request.scenario.code, request.scenario.version)


urlpatterns = [
    path(f"{VERSION}versions/", page, name="scenario_versions"),
    path(f"{VERSION}versions/run/", start, name="scenario_run"),
    path(f"{VERSION}versions/<slug:step>/", take_step, name="scenario_step"),
    path(f"{VERSION}checkpoints/take/", take, name="scenario_take"),
    path(f"{VERSION}checkpoints/<int:pk>/", checkpoint, name="scenario_checkpoint"),
]
