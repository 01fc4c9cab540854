"""Writing who is to take part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from scenarios.editing import cleaning
from scenarios.editing.desk import Desk, edit
from scenarios.editing.parts import next_order, require_free
from scenarios.editing.refused import Refused
from scenarios.editing.values import PersonValues
from scenarios.models import EditKind, Person
from units.models import User
from units.roles import UNIT_MEMBERS, Role


def add_person(scenario_id: int, user: User, values: PersonValues) -> Person:
    """Add a person.

    Raises:
        Refused: approved, or a value that cannot be.
    """
    with edit(scenario_id, user, EditKind.PERSON_ADDED) as desk:
        columns = _columns(desk, {"username": "", "name": "", "role": "", **values})
        person = desk.add(Person, **columns, order=next_order(desk, Person))
        desk.say(name=person.name)
    return person


def change_person(
    scenario_id: int,
    user: User,
    pk: int,
    values: PersonValues,
    *,
    expected_revision: int | None = None,
) -> Person:
    """Change a person. Raises ``Changed`` and ``Refused`` like ``change_inject``."""
    with edit(scenario_id, user, EditKind.PERSON_CHANGED) as desk:
        person = desk.row(Person, pk=pk)
        columns = _columns(desk, values, person)
        desk.change(person, expected_revision=expected_revision, **columns)
        desk.say(name=person.name)
    return person


def remove_person(scenario_id: int, user: User, pk: int) -> None:
    """Remove a person."""
    with edit(scenario_id, user, EditKind.PERSON_REMOVED) as desk:
        person = desk.row(Person, pk=pk)
        desk.say(name=person.name)
        desk.remove(person)


def _columns(desk: Desk, values: Mapping[str, Any], person: Person | None = None) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, value in values.items():
        match name:
            case "username":
                columns[name] = cleaning.username(value, name)
                require_free(desk, Person, person, username=columns[name])
            case "name":
                columns[name] = cleaning.name(value, name)
            case "role":
                columns[name] = cleaning.choice(value, name, Role)
            case "unit":
                columns["unit_id"] = _unit(desk, value)
            case _:
                raise TypeError(f"a person has no {name}")
    _require_fitting(
        columns.get("role", person.role if person else ""),
        columns.get("unit_id", person.unit_id if person else None),
    )
    return columns


def _unit(desk: Desk, code: Any) -> int | None:
    if not code:
        return None
    found = desk.scenario.participations.filter(unit__code=cleaning.code(code, "unit")).first()
    if found is None:
        message, remedy = _("Không có đơn vị này."), _("Chọn trong danh sách, hoặc thêm đơn vị.")
        raise Refused("unknown_unit", message, remedy, field="unit", details=[f"({code})"])
    return int(found.unit_id)


def _require_fitting(role: str, unit_id: int | None) -> None:
    if role in UNIT_MEMBERS and unit_id is None:
        message = _("Vai này phải thuộc một đơn vị.")
        raise Refused("unit_missing", message, _("Chọn đơn vị."), field="unit")
    if role in {Role.DIRECTOR, Role.CONTROLLER, Role.OBSERVER} and unit_id is not None:
        message = _("Vai này không thuộc đơn vị nào.")
        raise Refused("unit_not_allowed", message, _("Để trống đơn vị."), field="unit")
