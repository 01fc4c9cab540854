"""The MSEL of a version: the table with its filters and the strip of densities above it."""

from __future__ import annotations

import time
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.findings import at_hand, marks
from exercise.screens.desk.frame import VERSION, frame, path_of
from exercise.screens.desk.lists import Lists
from exercise.screens.desk.narrowing import Wanted, density, find
from exercise.screens.desk.rows import blocks_of, first_blocks, groups

MOST_BLOCKS = 4
"""So many blocks are drawn at once."""


@require_safe
@planner("msel")
def msel(request: PlannerRequest) -> HttpResponse:
    """The whole page. Without JavaScript ``?row=`` shows the block in which that row is."""
    scenario = request.scenario
    context = frame(request, "msel") | _table(request)
    context["undoing"] = [
        ("undo", _("Hoàn tác"), "undo", "Ctrl Z"),
        ("redo", _("Làm lại"), "redo", "Ctrl Shift Z"),
    ]
    for name in ("scenario_import", "scenario_export"):
        context[name] = path_of(name, scenario)
    return render(request, "desk/msel.html", context)


@require_safe
@planner("msel_table")
def table(request: PlannerRequest) -> HttpResponse:
    """What the filters and edits change: the table with its strip, the asked blocks drawn."""
    context = _table(request)
    response = render(request, "desk/_table.html", context)
    scenario, query = request.scenario, context["wanted"].query
    here = reverse("msel", args=[scenario.code, scenario.version])
    # The page's address says what it shows: to come back to, and to pass on.
    response["HX-Replace-Url"] = f"{here}?{query}" if query else here
    return response


def _table(request: PlannerRequest) -> dict[str, Any]:
    scenario, lists = request.scenario, Lists(request.scenario)
    now_ms = int(time.time() * 1000)
    wanted = Wanted.of(request.GET, lists)
    found = find(lists, wanted)
    drawn = _asked(request)
    row = request.GET.get("row", "")
    if row.isdecimal() and len(row) < 9:
        drawn |= blocks_of(found.injects, [int(row)])
    focus = request.GET.get("focus", "")
    if focus.isdecimal() and len(focus) < 19:
        pk = int(focus)
        places = (place for place, one in enumerate(found.injects) if one.pk == pk)
        drawn |= blocks_of(found.injects, list(places)[:1])
    found_wrong = at_hand(scenario)
    return {
        "checked": None if found_wrong is None else scenario.revision,
        "marks": marks(found_wrong or ()),
        "scenario": scenario,
        "lists": lists,
        "wanted": wanted,
        "found": found,
        "shown": len(found.injects),
        "density": density(found.injects, lists),
        "groups": groups(lists, found.injects, drawn or first_blocks(found.injects)),
        "since_ms": now_ms,
    }


def _asked(request: PlannerRequest) -> set[int]:
    asked = request.GET.get("blocks", "").split(",")[:MOST_BLOCKS]
    return {int(one) for one in asked if one.isdecimal() and len(one) < 6}


@require_safe
@planner("msel_block")
def block(request: PlannerRequest, number: int) -> HttpResponse:
    """One block of the table, when the page comes to it."""
    lists = Lists(request.scenario)
    wanted = Wanted.of(request.GET, lists)
    found = find(lists, wanted)
    for group in groups(lists, found.injects, {number}):
        for one in group.blocks:
            if one.number == number:
                context = {
                    "block": one,
                    "scenario": request.scenario,
                    "wanted": wanted,
                    "marks": marks(at_hand(request.scenario) or ()),
                }
                return render(request, "desk/_block.html", context)
    raise Http404


urlpatterns = [
    path(VERSION, msel, name="msel"),
    path(f"{VERSION}table/", table, name="msel_table"),
    path(f"{VERSION}table/<int:number>/", block, name="msel_block"),
]
