"""The check: what will go wrong on the day, each finding leading to its place; the heat map."""

from __future__ import annotations

import json
import time
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.findings import GLYPHS, counts, findings
from exercise.screens.desk.frame import VERSION, frame
from exercise.screens.desk.heat import heat
from scenarios.checks import MOST_PER_BIN, Finding, Kind, Severity
from scenarios.models import PhaseCondition, Scenario
from scenarios.writing import unchecked_document_of

PAGES = {
    "phase_missing": "scenario_phases",
    "nobody_participates": "scenario_units",
    "no_director": "scenario_people",
    "no_evaluator": "scenario_people",
    "no_objectives": "scenario_objectives",
}
"""Where what is said of the scenario as a whole is put right, by code; else in its head."""
MOST = 200
"""So many findings of a severity are shown at first."""


class Told(NamedTuple):
    """A finding and where it leads; to nowhere where its place is gone."""

    finding: Finding
    address: str


class Group(NamedTuple):
    """The findings of one severity."""

    severity: Severity
    glyph: str
    told: list[Told]
    found: int
    """Of all of them; not all may be shown."""


@require_safe
@planner("scenario_checks")
def checks(request: PlannerRequest) -> HttpResponse:
    """Every finding, or (``severity``) those of one severity; ``all``: however many."""
    scenario = request.scenario
    found = findings(scenario)
    asked = request.GET.get("severity", "")
    shown = [Severity(asked)] if asked in Severity.values else list(Severity)
    most = None if "all" in request.GET else MOST
    places = Places(scenario)
    groups = []
    for severity in shown:
        own = [one for one in found if one.severity == severity]
        told = [Told(one, places.address(one)) for one in own[:most]]
        if told:
            groups.append(Group(severity, GLYPHS[severity], told, len(own)))
    context = frame(request, "scenario_checks") | {
        "groups": groups,
        "asked": asked if len(shown) == 1 else "",
        "counts": [(one, GLYPHS[one], n) for one, n in counts(scenario).items()],
        "total": len(found),
        "heat": heat(unchecked_document_of(scenario)),
        "most": MOST_PER_BIN,
        "since_ms": int(time.time() * 1000),
    }
    return render(request, "desk/checks.html", context)


@require_safe
@planner("scenario_counts")
def count(request: PlannerRequest) -> HttpResponse:
    """How many findings there are, for the bar of pages."""
    context: dict[str, Any] = {
        "scenario": request.scenario,
        "counts": [
            (one, GLYPHS[one], n)
            for one, n in counts(request.scenario).items()
            if n and one != Severity.ADVICE
        ],
    }
    response = render(request, "desk/_counts.html", context)
    checked = {"desk:checked": {"revision": request.scenario.revision}}
    response["HX-Trigger"] = json.dumps(checked)
    return response


class Places:
    """Where findings lead: the keys of what they name, read once a kind."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._keys: dict[Kind, dict[str, int]] = {}

    def address(self, finding: Finding) -> str:
        """The page on which it is put right; empty where what it names is not there."""
        kind, scenario = finding.place.kind, self._scenario
        own = [scenario.code, scenario.version]
        if kind == Kind.SCENARIO:
            return reverse(PAGES.get(finding.code, "scenario_head"), args=own)
        pk = self._keys_of(kind).get(finding.place.code)
        if kind == Kind.INJECT:
            return "" if pk is None else reverse("msel_inject", args=[*own, pk])
        if pk is None:
            pages = {Kind.UNIT: "scenario_units", Kind.PERSON: "scenario_people"}
            return reverse(pages.get(kind, "scenario_phases"), args=own)
        part = {Kind.STAND_DOWN: "stand-down"}.get(kind, str(kind))
        return reverse("part_row", args=[*own, part, pk]) + f"#{part}-{pk}"

    def _keys_of(self, kind: Kind) -> dict[str, int]:
        if kind not in self._keys:
            self._keys[kind] = self._read(kind)
        return self._keys[kind]

    def _read(self, kind: Kind) -> dict[str, int]:
        scenario = self._scenario
        match kind:
            case Kind.INJECT:
                return dict(scenario.msel.order_by().values_list("number", "pk"))
            case Kind.UNIT:
                return dict(scenario.participations.order_by().values_list("unit__code", "pk"))
            case Kind.PERSON:
                return dict(scenario.people.order_by().values_list("username", "pk"))
            case Kind.OBJECTIVE:
                return dict(scenario.objectives.order_by().values_list("code", "pk"))
            case Kind.PROBLEM:
                return dict(scenario.problems.order_by().values_list("code", "pk"))
            case Kind.PHASE:
                return dict(scenario.phases.order_by().values_list("phase", "pk"))
            case Kind.CONDITION:
                rows = PhaseCondition.objects.filter(plan__scenario=scenario)
                found = rows.values_list("plan__phase", "code", "pk")
                return {f"{phase}/{code}": pk for phase, code, pk in found}
            case _:
                breaks = scenario.stand_downs.order_by("from_us", "pk")
                pks = breaks.values_list("pk", flat=True)
                return {str(place): pk for place, pk in enumerate(pks, start=1)}


urlpatterns = [
    path(f"{VERSION}checks/", checks, name="scenario_checks"),
    path(f"{VERSION}checks/count/", count, name="scenario_counts"),
]
