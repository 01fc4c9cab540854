"""A scenario's rows → document, in a number of queries that does not grow with the scenario."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from scenarios import models
from scenarios.phases import PLAYED
from scenarios.reading import document as doc
from scenarios.reading.checking import examine
from scenarios.reading.fields import NAME_LENGTH
from scenarios.reading.plain import source_of
from scenarios.writing.plain import plain
from units.models import Unit
from units.text import Text, canonical


def document_of(scenario: models.Scenario) -> doc.Document:
    """The scenario as a file would say it; a draft if it would not pass as anything else.

    Parts of a second, which no file can say, are cut off.

    Raises:
        ScenarioProblems: what stands in the rows cannot be said in a file, not even in a draft's.
    """
    as_it_is = unchecked_document_of(scenario)
    document, unfinished = examine(source_of(plain(replace(as_it_is, draft=True))))
    return replace(document, draft=unfinished)


def unchecked_document_of(scenario: models.Scenario) -> doc.Document:
    """The rows as they are: for what looks at a scenario again and again while it is edited.

    A unit that is referred to without being in the scenario's list stands last in it, as one that
    does not take part.
    """
    entries = _entries(scenario)
    people = list(
        scenario.people.order_by("order", "pk").values_list(
            "username", "name", "role", "unit__code"
        )
    )
    referred = {code for entry in entries for code in entry["addressees"]}
    units = _units(scenario, referred | {code for *_who, code in people if code})
    places = {unit.code: place for place, unit in enumerate(units)}
    return doc.Document(
        code=scenario.code,
        title=scenario.title,
        summary=scenario.summary,
        timezone=scenario.timezone,
        starts_at=scenario.starts_at.astimezone(ZoneInfo(scenario.timezone)).replace(fold=0),
        stand_downs=tuple(
            doc.StandDown(one.title, one.from_us, one.to_us)
            for one in scenario.stand_downs.order_by("from_us", "pk")
        ),
        phases=_phases(scenario),
        units=units,
        people=tuple(doc.Person(*one) for one in people),
        objectives=tuple(
            doc.Objective(one.code, one.title, one.description)
            for one in scenario.objectives.order_by("order", "pk")
        ),
        problems=tuple(
            doc.TrainingProblem(one.code, one.phase, one.title)
            for one in scenario.problems.order_by("order", "pk")
        ),
        msel=tuple(_entry(entry, places) for entry in entries),
    )


def units_of(scenario: models.Scenario) -> tuple[doc.Unit, ...]:
    """The scenario's units, without the rest of it."""
    return _units(scenario, set())


def _phases(scenario: models.Scenario) -> tuple[doc.PhasePlan, ...]:
    conditions: dict[int, list[doc.Condition]] = defaultdict(list)
    rows = models.PhaseCondition.objects.filter(plan__scenario=scenario).order_by("order", "pk")
    for one in rows:
        condition = doc.Condition(one.code, one.title, tuple(map(str, one.after)))
        conditions[one.plan_id].append(condition)
    plans = {
        one.phase: doc.PhasePlan(
            one.phase, one.title, one.starts_us, one.ends_us, tuple(conditions[one.pk])
        )
        for one in scenario.phases.all()
    }
    return tuple(plans[phase] for phase in PLAYED if phase in plans)


def _units(scenario: models.Scenario, referred: set[str]) -> tuple[doc.Unit, ...]:
    listed = scenario.participations.select_related("unit__parent", "parent")
    units = [_unit(one) for one in listed.order_by("order", "pk")]
    if missing := referred - {unit.code for unit in units}:
        others = Unit.objects.filter(code__in=missing).select_related("parent").order_by("code")
        units += [_unit(models.Participation(unit=one, participates=False)) for one in others]
    codes = {unit.code for unit in units}
    return tuple(unit if unit.parent in codes else replace(unit, parent=None) for unit in units)


def _unit(part: models.Participation) -> doc.Unit:
    unit, kept = part.unit, bool(part.name)  # as it was when the version was approved
    parent = part.parent if kept else unit.parent
    return doc.Unit(
        unit.code,
        part.name if kept else unit.name,
        (part.short or Text()) if kept else unit.short,
        parent.code if parent else None,
        part.participates,
    )


def _entries(scenario: models.Scenario) -> list[dict[str, Any]]:
    """The injects in the order of their numbers, each with its addressees and objectives."""
    # What they refer to is named in the same queries: an edit in between cannot tear them apart.
    rows = scenario.msel.order_by().values(
        *("pk", "number", "phase", "planned_us", "sender", "method", "title", "content"),
        *("expected_actions", "acknowledge_within_s", "complete_within_s", "mandatory", "reply"),
        *("release", "trigger_is", "trigger_delay_s", "notes"),
        *("problem__code", "trigger_entry__number"),
    )
    # Not by the database, whose collation is not ours.
    found = sorted(rows, key=lambda row: (models.sort_key(row["number"]), row["number"]))
    addressees, objectives = _addressees(scenario), _objectives(scenario)
    for row in found:
        row["addressees"], row["objectives"] = addressees[row["pk"]], objectives[row["pk"]]
    return found


def _addressees(scenario: models.Scenario) -> dict[int, list[str]]:
    """Codes of units by inject, in no particular order."""
    through = models.MselEntry.addressees.through
    pairs = through.objects.filter(mselentry__scenario=scenario)
    return _grouped(pairs.values_list("mselentry_id", "unit__code"))


def _objectives(scenario: models.Scenario) -> dict[int, list[str]]:
    """Codes of objectives by inject, in their own order."""
    through = models.MselEntry.objectives.through
    pairs = through.objects.filter(mselentry__scenario=scenario)
    ordered = pairs.order_by("objective__order", "objective_id")
    return _grouped(ordered.values_list("mselentry_id", "objective__code"))


def _grouped(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _entry(row: dict[str, Any], places: dict[str, int]) -> doc.Entry:
    waits_for = row["trigger_entry__number"]
    return doc.Entry(
        number=row["number"],
        phase=row["phase"],
        planned_us=row["planned_us"],
        problem=row["problem__code"],
        sender=row["sender"],
        addressees=tuple(sorted(row["addressees"], key=lambda code: places.get(code, len(places)))),
        method=row["method"],
        title=row["title"],
        content=row["content"],
        expected_actions=tuple(map(Text.of, row["expected_actions"])),
        objectives=tuple(row["objectives"]),
        acknowledge_within_s=row["acknowledge_within_s"],
        complete_within_s=row["complete_within_s"],
        mandatory=row["mandatory"],
        reply=row["reply"],
        release=row["release"],
        trigger=doc.Trigger(waits_for, row["trigger_is"], row["trigger_delay_s"])
        if waits_for
        else None,
        notes=named_notes(row["notes"]),
    )


def named_notes(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Notes whose names a file can hold: on one line, not too long, each once; empty ones left
    out.
    """
    found: dict[str, str] = {}
    for written, words in pairs:
        if not (words := canonical(words)).strip():
            continue
        stem = name = canonical(written).replace("\n", " ").strip()[:NAME_LENGTH].strip() or "?"
        again = 1
        while name in found:
            again += 1
            ending = f" ({again})"
            name = stem[: NAME_LENGTH - len(ending)] + ending
        found[name] = words
    return tuple(found.items())
