"""Document → rows, in one transaction.

Units belong to the installation, not to one scenario: a unit whose code is known already takes
the names and the place in the tree that the file gives it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from scenarios import models
from scenarios.reading import document as doc
from scenarios.reading.problems import Problem, ScenarioProblems
from units.models import Unit


@transaction.atomic
def store(document: doc.Document, *, as_draft: bool = False, operator: str = "") -> models.Scenario:
    """Write a scenario as a version of its code, or answer the one that says the same already.

    1. An approved version with the same content, the newest of them, is answered as it is.
    2. Anything else becomes a new version; none that is there already changes.
    3. The new version is a draft if the document is unfinished or ``as_draft`` is asked for: one
       planner submits it and another one approves it.
    4. Otherwise it is approved by no planner, but by ``operator``, if one is named. That is for
       the sample, for rehearsals, and for who says so at the command line.
    5. When all of it is there, an approved version gets its hash, and is never changed again.

    Raises:
        ScenarioProblems: it would be a draft, while there is one already; nothing was written.
    """
    versions = models.Scenario.objects.select_for_update().filter(code=document.code)
    known = list(versions.order_by("-version"))
    if not document.draft:
        for one in known:
            if not one.is_draft and one.content_hash == document.content_hash:
                return one
    to_write = replace(document, draft=document.draft or as_draft)
    if to_write.draft and any(one.is_draft for one in known):
        raise _second_draft(document)
    try:
        with transaction.atomic():
            scenario = _new_version(to_write, known, operator)
    except IntegrityError:
        # Another one came first, and is whole by now: where there is no row yet, none is locked.
        return store(document, as_draft=as_draft, operator=operator)
    _write_calendar(scenario, document)
    units = _write_units(scenario, document)
    _write_people(scenario, document, units)
    _write_msel(scenario, document, units)
    if not scenario.is_draft:
        scenario.content_hash = document.content_hash
        scenario.save(update_fields=["content_hash"])
    return scenario


def _second_draft(document: doc.Document) -> ScenarioProblems:
    return ScenarioProblems(
        [
            Problem(
                document.code_line,
                "code",
                "draft_exists",
                _("Kịch bản mang mã này đang có một bản nháp."),
                document.code,
                _("Nhập tình huống vào bản nháp đó, hoặc đặt mã khác, ví dụ %s-2.")
                % document.code[:58],
            )
        ]
    )


def _new_version(
    document: doc.Document, known: list[models.Scenario], operator: str
) -> models.Scenario:
    fields: dict[str, Any] = {"status": models.Status.DRAFT}
    if not document.draft:
        fields = {
            "status": models.Status.APPROVED,
            "approved_at": timezone.now(),
            "approved_by_operator": operator,
        }
    return models.Scenario.objects.create(
        code=document.code,
        version=known[0].version + 1 if known else 1,
        based_on=known[0] if known else None,
        title=document.title,
        summary=document.summary,
        timezone=document.timezone,
        starts_at=document.starts_at,
        **fields,
    )


def _write_calendar(scenario: models.Scenario, document: doc.Document) -> None:
    models.StandDown.objects.bulk_create(
        models.StandDown(scenario=scenario, title=one.title, from_us=one.from_us, to_us=one.to_us)
        for one in document.stand_downs
    )
    plans = [
        models.PhasePlan(
            scenario=scenario,
            phase=one.phase,
            title=one.title,
            starts_us=one.starts_us,
            ends_us=one.ends_us,
        )
        for one in document.phases
    ]
    models.PhasePlan.objects.bulk_create(plans)
    models.PhaseCondition.objects.bulk_create(
        models.PhaseCondition(
            plan=plan,
            code=condition.code,
            title=condition.title,
            after=list(condition.after),
            order=order,
        )
        for plan, one in zip(plans, document.phases, strict=True)
        for order, condition in enumerate(one.conditions)
    )


def _write_units(scenario: models.Scenario, document: doc.Document) -> dict[str, Unit]:
    codes = [one.code for one in document.units]
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
    for one in document.units:
        if one.code not in units:
            units[one.code] = Unit.objects.create(code=one.code, name=one.name, short=one.short)
        unit = units[one.code]
        unit.name, unit.short = one.name, one.short
    # Every unit of the file gets its parent from the file: no loop with older rows can remain.
    for one in document.units:
        units[one.code].parent = units[one.parent] if one.parent else None
    Unit.objects.bulk_update(units.values(), ["name", "short", "parent"])
    models.Participation.objects.bulk_create(
        models.Participation(
            scenario=scenario, unit=units[one.code], participates=one.participates, order=order
        )
        for order, one in enumerate(document.units)
    )
    if not scenario.is_draft:
        scenario.keep_unit_names()
    return units


def _write_people(
    scenario: models.Scenario, document: doc.Document, units: dict[str, Unit]
) -> None:
    models.Person.objects.bulk_create(
        models.Person(
            scenario=scenario,
            username=one.username,
            name=one.name,
            role=one.role,
            unit=units[one.unit] if one.unit else None,
            order=order,
        )
        for order, one in enumerate(document.people)
    )


def _write_msel(scenario: models.Scenario, document: doc.Document, units: dict[str, Unit]) -> None:
    objectives = {
        one.code: models.Objective(
            scenario=scenario,
            code=one.code,
            title=one.title,
            description=one.description,
            order=order,
        )
        for order, one in enumerate(document.objectives)
    }
    models.Objective.objects.bulk_create(objectives.values())
    problems = {
        one.code: models.Problem(
            scenario=scenario, code=one.code, phase=one.phase, title=one.title, order=order
        )
        for order, one in enumerate(document.problems)
    }
    models.Problem.objects.bulk_create(problems.values())
    entries = {
        one.number: models.MselEntry(
            scenario=scenario,
            number=one.number,
            sort_key=models.sort_key(one.number),
            phase=one.phase,
            planned_us=one.planned_us,
            problem=problems[one.problem] if one.problem else None,
            sender=one.sender,
            method=one.method,
            title=one.title,
            content=one.content,
            expected_actions=[action.as_dict() for action in one.expected_actions],
            acknowledge_within_s=one.acknowledge_within_s,
            complete_within_s=one.complete_within_s,
            mandatory=one.mandatory,
            reply=one.reply,
            release=one.release,
            trigger_is=one.trigger.event if one.trigger else "",
            trigger_delay_s=one.trigger.delay_s if one.trigger else 0,
            notes=[list(pair) for pair in one.notes],
        )
        for one in document.msel
    }
    models.MselEntry.objects.bulk_create(entries.values())
    waiting = []
    for one in document.msel:
        if one.trigger:
            entries[one.number].trigger_entry = entries[one.trigger.inject]
            waiting.append(entries[one.number])
    models.MselEntry.objects.bulk_update(waiting, ["trigger_entry"])
    to_units = models.MselEntry.addressees.through
    to_units.objects.bulk_create(
        to_units(mselentry_id=entries[one.number].pk, unit_id=units[code].pk)
        for one in document.msel
        for code in one.addressees
    )
    to_objectives = models.MselEntry.objectives.through
    to_objectives.objects.bulk_create(
        to_objectives(mselentry_id=entries[one.number].pk, objective_id=objectives[code].pk)
        for one in document.msel
        for code in one.objectives
    )
