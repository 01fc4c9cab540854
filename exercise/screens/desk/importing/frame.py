"""What the pages of an import share: whose it is, which step it stands at, where it goes on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from exercise.chores.asking import BUSY
from exercise.screens.access import PlannerRequest
from exercise.screens.desk.frame import VERSION, frame
from scenarios.intake.reading import Unreadable
from scenarios.models import Import, ImportState

ADDRESS = f"{VERSION}import/"
ONE = f"{ADDRESS}<int:import_id>/"

STEPS = (
    ("file", _("Tệp"), "scenario_import"),
    ("columns", _("Ghép cột"), "import_columns"),
    ("check", _("Kiểm tra"), "import_check"),
    ("done", _("Nhập"), ""),
)


class Step(NamedTuple):
    """A step as the head of the page shows it; ``path`` where one can go back to it."""

    label: str | Promise
    done: bool
    here: bool
    path: str


def own_import(request: PlannerRequest, import_id: int) -> Import:
    """The planner's own import into this version; another's is not found."""
    found = Import.objects.select_related("scenario")
    return get_object_or_404(found, pk=import_id, scenario=request.scenario, user=request.user)


def path_to(name: str, imported: Import) -> str:
    """The address of a page of an import."""
    scenario = imported.scenario
    return reverse(name, args=[scenario.code, scenario.version, imported.pk])


def next_page(imported: Import) -> str:
    """Where an import goes on."""
    if imported.state in BUSY:
        return path_to("import_progress", imported)
    if imported.state == ImportState.FAILED:
        scenario = imported.scenario
        address = reverse("scenario_import", args=[scenario.code, scenario.version])
        return f"{address}?failed={imported.pk}"
    if imported.state == ImportState.DONE:
        return path_to("import_done", imported)
    report = imported.report or {}
    if report.get("settled") and not report.get("unreadable"):
        return path_to("import_check", imported)
    return path_to("import_columns", imported)


def elsewhere(request: PlannerRequest, imported: Import, query: str = "") -> HttpResponse | None:
    """The way to where an import stands that cannot be gone on with as it is: busy, failed, done.

    Args:
        query: the end of the address, where the way leads over the worker's progress.
    """
    if imported.state in BUSY:
        return to(request, path_to("import_progress", imported) + query)
    if imported.state in {ImportState.FAILED, ImportState.DONE}:
        return to(request, next_page(imported))
    return None


def to(request: PlannerRequest, address: str) -> HttpResponse:
    """Send the whole page somewhere, whichever part of it asked."""
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def readable(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Where what an import is about cannot be read any more, its planner chooses the file again."""

    @wraps(view)
    def guarded(request: PlannerRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, **kwargs)
        except Unreadable as error:
            messages.error(request, str(error))
            scenario = request.scenario
            address = reverse("scenario_import", args=[scenario.code, scenario.version])
            return to(request, address)

    return guarded


def wizard(request: PlannerRequest, here: str, imported: Import | None = None) -> dict[str, Any]:
    """The inputs of ``desk/import/frame.html``."""
    places = [name for name, _label, _page in STEPS]
    at = places.index(here)
    shown = []
    for place, (_name, label, page) in enumerate(STEPS):
        path = ""
        if imported and imported.state != ImportState.DONE and page not in {"", "scenario_import"}:
            path = path_to(page, imported)
        shown.append(Step(label, place < at, place == at, path if place < at else ""))
    return frame(request, "msel") | {"wizard": shown, "imported": imported}
