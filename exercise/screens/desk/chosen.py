"""Which injects are chosen, and as what they were seen: ``12:3,13:1`` is the one with key 12 at its
revision 3, and 13 at its first.

In one field, so that thousands may be chosen: a form may have no more than a thousand fields.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from django.http import HttpResponse, QueryDict
from django.urls import path
from django.views.decorators.http import require_safe

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.frame import VERSION
from exercise.screens.desk.lists import Lists
from exercise.screens.desk.narrowing import Wanted, find
from scenarios.models import MselEntry, Scenario

MOST = 20_000
"""So many injects may be chosen at once."""

Seen = dict[int, int]
"""Revision by key."""

_ONE = re.compile(r"([0-9]{1,18}):([0-9]{1,9})")


class TooMany(Exception):
    """More injects are chosen than can be at once."""


def seen_in(posted: QueryDict) -> Seen:
    """What is chosen (``rows``), in order; what cannot be read is not.

    Raises:
        TooMany: more than ``MOST``.
    """
    found: Seen = {}
    for some in posted.getlist("rows"):
        for one in some.split(","):
            if read := _ONE.fullmatch(one):
                found[int(read[1])] = int(read[2])
    if len(found) > MOST:
        raise TooMany
    return found


def packed(seen: Seen) -> str:
    """As a form carries it."""
    return ",".join(f"{pk}:{revision}" for pk, revision in seen.items())


def moves(entries: Iterable[MselEntry]) -> str:
    """What the page then knows of injects that were just changed once: who saw them as they were
    before sees them as they are, ``12:3:4``.
    """
    return ",".join(f"{one.pk}:{one.revision - 1}:{one.revision}" for one in entries)


def gone(seen: Iterable[int]) -> str:
    """The same of those that are no more, ``12::``."""
    return ",".join(f"{pk}::" for pk in seen)


def as_they_are(scenario: Scenario, pks: Collection[int] | None = None) -> Seen:
    """The injects of a version, or those of ``pks`` that there are, as who looks now sees them; by
    their numbers.
    """
    rows = MselEntry.objects.filter(scenario=scenario).order_by("sort_key")
    now = rows.values_list("pk", "revision")
    return {pk: revision for pk, revision in now if pks is None or pk in pks}


@require_safe
@planner("msel_chosen")
def chosen(request: PlannerRequest) -> HttpResponse:
    """All that the filters find; with ``first`` and ``last`` these two and what the table has
    between them.
    """
    lists = Lists(request.scenario)
    pks = [one.pk for one in find(lists, Wanted.of(request.GET, lists)).injects]
    ends = [request.GET.get(name, "") for name in ("first", "last")]
    if any(ends):
        places = sorted(at for at, pk in enumerate(pks) if str(pk) in ends)
        pks = pks[places[0] : places[-1] + 1] if places else []
    now = as_they_are(request.scenario, set(pks))
    return HttpResponse(packed(now), content_type="text/plain")


urlpatterns = [path(f"{VERSION}table/chosen/", chosen, name="msel_chosen")]
