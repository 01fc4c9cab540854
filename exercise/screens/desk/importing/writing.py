"""Last step: writing what was reviewed, and what came of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from exercise.chores.asking import have_done
from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.importing.frame import (
    ONE,
    elsewhere,
    next_page,
    own_import,
    path_to,
    wizard,
)
from scenarios.imports import steps
from scenarios.models import ImportState


@require_POST
@planner("import_write")
def write(request: PlannerRequest, import_id: int) -> HttpResponse:
    """Import the rows without errors, if that does what the planner saw (``digest``)."""
    imported = own_import(request, import_id)
    if away := elsewhere(request, imported):
        return away
    if steps.claim(imported):
        have_done("write", imported, request.POST.get("digest", "")[:64])
    return redirect(next_page(imported))


@require_http_methods(["GET", "HEAD", "POST"])
@planner("import_done")
def done(request: PlannerRequest, import_id: int) -> HttpResponse:
    """What came of it, which stays so; ``POST``: go on with the rows that were left."""
    imported = own_import(request, import_id)
    if request.method == "POST" and steps.go_on(imported):
        return redirect(f"{path_to('import_check', imported)}?show=errors")
    if imported.state != ImportState.DONE:
        return redirect(next_page(imported))
    context = wizard(request, "done", imported) | {"report": imported.report or {}}
    return render(request, "desk/import/done.html", context)


urlpatterns = [
    path(f"{ONE}write/", write, name="import_write"),
    path(f"{ONE}done/", done, name="import_done"),
]
