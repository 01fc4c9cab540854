"""What would be left without a thing to refer to, told before it is removed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext as _

from scenarios.editing.refused import Refused
from scenarios.editing.rows import Model, batched
from scenarios.models import (
    MselEntry,
    Objective,
    Participation,
    Person,
    PhaseCondition,
    Problem,
    Scenario,
)

SHOWN = 20


def refuse_if_used(scenario: Scenario, model: Model, pks: Sequence[int]) -> None:
    """Let nothing go that something else refers to.

    Raises:
        Refused: ``in_use``; ``details`` says by what.
    """
    find = _USES.get(model)
    used_by = list(dict.fromkeys(find(scenario, pks))) if find else []
    if not used_by:
        return
    details = used_by[:SHOWN]
    if len(used_by) > SHOWN:
        details.append(_("và %d mục khác") % (len(used_by) - SHOWN))
    raise Refused(
        "in_use",
        _("Mục này còn được dùng ở nơi khác."),
        _("Sửa những mục đó trước."),
        details=[", ".join(details) + "."],
    )


def _inject(number: str) -> str:
    return _("tình huống %s") % number


def _injects_by(scenario: Scenario, field: str, pks: Sequence[int]) -> Iterable[str]:
    for some in batched(pks):
        found = scenario.msel.filter(**{f"{field}__in": some})
        yield from map(_inject, found.values_list("number", flat=True))


def _of_injects(scenario: Scenario, pks: Sequence[int]) -> Iterable[str]:
    going = set(pks)
    for pk, number, waits_for in scenario.msel.exclude(trigger_entry=None).values_list(
        "pk", "number", "trigger_entry"
    ):
        if waits_for in going and pk not in going:
            yield _inject(number)
    numbers = {number for pk, number in scenario.msel.values_list("pk", "number") if pk in going}
    for condition in PhaseCondition.objects.filter(plan__scenario=scenario):
        if numbers & set(condition.after):
            yield _("điều kiện %s") % condition.code


def _of_objectives(scenario: Scenario, pks: Sequence[int]) -> Iterable[str]:
    return _injects_by(scenario, "objectives", pks)


def _of_problems(scenario: Scenario, pks: Sequence[int]) -> Iterable[str]:
    return _injects_by(scenario, "problem", pks)


def _of_units(scenario: Scenario, pks: Sequence[int]) -> Iterable[str]:
    units = list(Participation.objects.filter(pk__in=pks).values_list("unit", flat=True))
    yield from _injects_by(scenario, "addressees", units)
    for person in Person.objects.filter(scenario=scenario, unit__in=units):
        yield _("người %s") % person.name
    below = scenario.participations.filter(unit__parent__in=units).exclude(pk__in=pks)
    for one in below.select_related("unit"):
        yield _("đơn vị %s") % one.unit.code


_USES: dict[Model, Callable[[Scenario, Sequence[int]], Iterable[str]]] = {
    MselEntry: _of_injects,
    Objective: _of_objectives,
    Problem: _of_problems,
    Participation: _of_units,
}
