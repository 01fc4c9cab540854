"""New scenarios and new versions of known ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from scenarios.calendar import HOUR_US
from scenarios.editing import cleaning, rows
from scenarios.editing.checkpoints import Carried
from scenarios.editing.refused import Refused
from scenarios.models import (
    Checkpoint,
    MselEntry,
    Objective,
    Participation,
    Person,
    PhaseCondition,
    PhasePlan,
    Problem,
    Scenario,
    StandDown,
    Status,
)
from scenarios.phases import PLAYED
from units.models import User
from units.text import Text

CODE_LENGTH = 60


def new_scenario(
    code: str,
    user: User | None,
    *,
    title: Text,
    starts_at: datetime,
    timezone: str = "Asia/Ho_Chi_Minh",
    hours: int = 12,
) -> Scenario:
    """An empty draft, version 1, its three phases sharing ``hours``; ``starts_at`` may be naive.

    Raises:
        Refused: the code is bad or taken, the zone unknown, the title empty.
    """
    zone = cleaning.zone(timezone, "timezone")
    head = {
        "title": cleaning.text(title, "title", required=True),
        "timezone": zone.key,
        "starts_at": cleaning.start(starts_at, "starts_at", zone).astimezone(UTC),
    }
    with transaction.atomic():
        made = _first(code, made_by=user, **head)
        third_us = hours * HOUR_US // len(PLAYED)
        PhasePlan.objects.bulk_create(
            PhasePlan(
                scenario=made,
                phase=phase,
                title=Text(vi=f"Giai đoạn {place}", en=f"Phase {place}"),
                starts_us=(place - 1) * third_us,
                ends_us=place * third_us,
            )
            for place, phase in enumerate(PLAYED, start=1)
        )
    return made


def new_version(
    scenario: Scenario,
    user: User | None,
    *,
    checkpoints: Sequence[Carried] = (),
    settled: Collection[str] = (),
) -> Scenario:
    """A draft that goes on from this version, with the next free number. What its checkpoints left
    open comes along.

    Args:
        checkpoints: what drills left to be seen to; of one source, it stands for what was open.
        settled: sources of what needs to be seen to no more: what was open of them stays behind.

    Raises:
        Refused: ``draft_exists`` when there is a draft of this code already (``details``: which).
    """
    with transaction.atomic():
        versions = Scenario.objects.select_for_update().filter(code=scenario.code)
        for one in versions:
            if one.is_draft:
                raise Refused(
                    "draft_exists",
                    _("Kịch bản này đang có bản nháp: phiên bản %d.") % one.version,
                    _("Sửa tiếp bản nháp đó."),
                    details=[str(one)],
                )
        made = Scenario.objects.create(
            code=scenario.code,
            version=next_version(scenario.code),
            based_on=scenario,
            made_by=user,
            **_head_of(scenario),
        )
        _fill(made, scenario, checkpoints, settled)
    return made


def clone(
    scenario: Scenario,
    code: str,
    user: User | None,
    *,
    checkpoints: Sequence[Carried] = (),
    settled: Collection[str] = (),
) -> Scenario:
    """A draft of another code that holds the same; version 1, based on this version. Of
    ``checkpoints`` and ``settled`` see :func:`new_version`.

    Raises:
        Refused: the code is bad or taken.
    """
    with transaction.atomic():
        made = _first(code, based_on=scenario, made_by=user, **_head_of(scenario))
        _fill(made, scenario, checkpoints, settled)
    return made


def next_version(code: str) -> int:
    """The number of a version to come."""
    last = Scenario.objects.filter(code=code).aggregate(last=Max("version"))["last"]
    return 1 if last is None else int(last) + 1


def _first(code: str, **fields: Any) -> Scenario:
    code = cleaning.slug(code, "code", CODE_LENGTH)
    taken = Refused(
        "duplicate", _("Mã này đã dùng cho kịch bản khác."), _("Chọn mã khác."), field="code"
    )
    if Scenario.objects.filter(code=code).exists():
        raise taken
    try:
        with transaction.atomic():
            return Scenario.objects.create(code=code, status=Status.DRAFT, **fields)
    except IntegrityError:  # somebody took it at this moment
        raise taken from None


def _head_of(scenario: Scenario) -> dict[str, Any]:
    return {
        "title": scenario.title,
        "summary": scenario.summary,
        "timezone": scenario.timezone,
        "starts_at": scenario.starts_at,
    }


# ── copying what a version holds ────────────────────────────────────────────────────────────────
Keys = dict[int, int]
"""Key of a row → key of its copy."""


def _fill(
    made: Scenario, source: Scenario, checkpoints: Sequence[Carried], settled: Collection[str]
) -> None:
    """Copy every row of a version into another one. Units are the installation's: they are shared,
    under the names that they have now.
    """
    home = {"scenario_id": made.pk}
    names_of_today = {"name": None, "short": None, "parent_id": None}
    _copy(StandDown, _of(StandDown, source), home)
    _copy(Participation, _of(Participation, source), home | names_of_today)
    _copy(Person, _of(Person, source), home)
    told = {*settled, *(one.source for one in checkpoints)} - {""}
    left = source.checkpoints.filter(done=False).exclude(source__in=told).order_by("pk")
    _copy(Checkpoint, list(left.values_list("pk", flat=True)), home)
    Checkpoint.objects.bulk_create(
        Checkpoint(scenario=made, text=one.text, source=one.source) for one in checkpoints
    )
    plans = _copy(PhasePlan, _of(PhasePlan, source), home)
    for plan, copy in plans.items():
        of_plan = PhaseCondition.objects.filter(plan=plan).order_by("pk")
        _copy(PhaseCondition, list(of_plan.values_list("pk", flat=True)), {"plan_id": copy})
    objectives = _copy(Objective, _of(Objective, source), home)
    problems = _copy(Problem, _of(Problem, source), home)
    _copy_msel(made, source, objectives, problems)


def _of(model: rows.Model, source: Scenario) -> list[int]:
    found = model._default_manager.filter(scenario=source).order_by("pk")
    return list(found.values_list("pk", flat=True))


def _copy(model: rows.Model, pks: Sequence[int], fields: Mapping[str, Any]) -> Keys:
    known = rows.read(model, pks)
    given = [(None, {**known[pk], "revision": 1, **fields}) for pk in pks]
    made = rows.insert(model, given)
    return {pk: row.pk for pk, row in zip(pks, made, strict=True)}


def _copy_msel(made: Scenario, source: Scenario, objectives: Keys, problems: Keys) -> None:
    pks = _of(MselEntry, source)
    known = rows.read(MselEntry, pks)
    given = [
        (
            None,
            {
                **known[pk],
                "scenario_id": made.pk,
                "revision": 1,
                "problem_id": problems.get(known[pk]["problem_id"]),
                "objectives": [objectives[one] for one in known[pk]["objectives"]],
                "trigger_entry_id": None,
            },
        )
        for pk in pks
    ]
    copies = {pk: row.pk for pk, row in zip(pks, rows.insert(MselEntry, given), strict=True)}
    rows.update(
        MselEntry,
        [
            (copies[pk], {"trigger_entry_id": copies[waits_for]})
            for pk in pks
            if (waits_for := known[pk]["trigger_entry_id"]) is not None
        ],
    )
