"""Who else is here, and what they changed since the page was drawn; asked every ten seconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.frame import INJECT, VERSION, done, others
from scenarios.models import be_present

LOOKED_AT = 30
"""So many edits of the others are looked at; of more it is said that there are many."""


class News(NamedTuple):
    """What the others changed: who, and how many injects."""

    names: str
    injects: int


@require_safe
@planner("msel_here")
def here(request: PlannerRequest) -> HttpResponse:
    """Note that the planner is here, with which inject open; answer who else is, and the news."""
    where = request.GET.get("where", "")[:60].replace("\0", "")
    be_present(request.scenario, request.user, where if where.startswith(INJECT) else "")
    moved = request.GET.get("revision", "") != str(request.scenario.revision)
    context = {
        "scenario": request.scenario,
        "others": others(request),
        "news": _news(request) if moved else None,
    }
    response = render(request, "desk/_here.html", context)
    return done(response) if moved else response


def _news(request: PlannerRequest) -> News | None:
    """What others did since the moment at which the page was drawn."""
    since = request.GET.get("since", "")
    if not since.isdecimal() or len(since) > 13:
        return None
    moment = datetime.fromtimestamp(int(since) / 1000, UTC)
    edits = list(
        request.scenario.edits.filter(Q(at__gt=moment) | Q(undone_at__gt=moment))
        .exclude(user=request.user)
        .select_related("user")[:LOOKED_AT]
    )
    if not edits:
        return None
    touched = {
        change["pk"] for edit in edits for change in edit.changes if _is_inject(change["model"])
    }
    return News(", ".join(sorted({str(edit.user) for edit in edits})), len(touched))


def _is_inject(model: str) -> bool:
    return "entry" in model.lower() or "inject" in model.lower()


urlpatterns = [path(f"{VERSION}here/", here, name="msel_here")]
