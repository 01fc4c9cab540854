"""The order in which the lists of a scenario stand: units, people, objectives, problems, conditions
of a gate.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from scenarios.editing.desk import Desk, edit
from scenarios.models import (
    EditKind,
    Objective,
    Participation,
    Person,
    PhaseCondition,
    Problem,
)
from units.models import User

ORDERED = (Participation, Person, Objective, Problem, PhaseCondition)
"""What stands in an order that planners choose."""


def shift(scenario_id: int, user: User, model: type[models.Model], pk: int, by: int) -> Any:
    """Put a row so many places further down its list (up: negative), at most to its end; answers
    the row.

    Args:
        model: one of ``ORDERED``.

    Raises:
        Refused: approved, or there is no such row.
    """
    assert model in ORDERED, model
    with edit(scenario_id, user, EditKind.SHIFTED) as desk:
        row, listed = _among(desk, model, pk)
        at = [one.pk for one in listed].index(pk)
        to = max(0, min(len(listed) - 1, at + by))
        listed.insert(to, listed.pop(at))
        desk.change_many([(one, {"order": place}) for place, one in enumerate(listed)])
        desk.say(what=row)
    return row


def _among(desk: Desk, model: type[models.Model], pk: int) -> tuple[Any, list[Any]]:
    """A row, and the list in which it stands."""
    if model is PhaseCondition:
        condition = desk.row(PhaseCondition, pk=pk, plan__scenario=desk.scenario)
        return condition, list(condition.plan.conditions.order_by("order", "pk"))
    row = desk.row(model, pk=pk)
    listed = model._default_manager.filter(scenario=desk.scenario).order_by("order", "pk")
    return row, list(listed)
