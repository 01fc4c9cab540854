"""Writing which units there are and which of them take part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from scenarios.editing import cleaning
from scenarios.editing.desk import Desk, edit
from scenarios.editing.parts import next_order
from scenarios.editing.references import refuse_if_used
from scenarios.editing.refused import Refused
from scenarios.editing.values import UnitValues
from scenarios.models import EditKind, Participation
from scenarios.reading.frame import EVERYBODY
from units.models import Unit, User


def add_unit(scenario_id: int, user: User, code: str, values: UnitValues) -> Participation:
    """Take a unit in. One that the installation knows keeps its names unless others are given.

    Raises:
        Refused: approved; the code is bad or taken; a new unit has no name.
    """
    with edit(scenario_id, user, EditKind.UNIT_ADDED) as desk:
        return add_unit_at(desk, code, values)


def add_unit_at(desk: Desk, code: str, values: UnitValues) -> Participation:
    """The same within an edit, for imports too."""
    code = cleaning.slug(code, "code")
    desk.say(code=code)
    if code == EVERYBODY:
        message = _("“ALL” có nghĩa là mọi đơn vị, không dùng làm mã.")
        raise Refused("reserved_code", message, _("Chọn mã khác."), field="code")
    if desk.scenario.participations.filter(unit__code=code).exists():
        message = _("Đã dùng ở một mục khác.")
        remedy = _("Mỗi mã, số, tên chỉ dùng một lần.")
        raise Refused("duplicate", message, remedy, field="code")
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        columns = _columns(desk, {"name": "", **values})
        unit = desk.add(Unit, code=code, **columns)
    else:
        desk.change(unit, **_columns(desk, values))
    return desk.add(
        Participation,
        unit_id=unit.pk,
        participates=cleaning.flag(values.get("participates", True), "participates"),
        order=next_order(desk, Participation),
    )


def set_unit(
    scenario_id: int,
    user: User,
    code: str,
    values: UnitValues,
    *,
    expected_revision: int | None = None,
) -> Participation:
    """Change a unit (everywhere, for it belongs to the installation) or whether it takes part here.

    Raises:
        Changed: its revision (the participation's) is no longer ``expected_revision``.
        Refused: approved, or a value that cannot be.
    """
    with edit(scenario_id, user, EditKind.UNIT_CHANGED, code=code) as desk:
        here = desk.row(Participation, unit__code=code)
        columns, own = _columns(desk, values), {}
        if "participates" in values:
            own["participates"] = cleaning.flag(values["participates"], "participates")
        if expected_revision is not None:
            desk.expect(here, expected_revision, [(here, own), (here.unit, columns)])
        desk.change(here, **own)
        if desk.change_many([(here.unit, columns)]):
            desk.mark(here)
    return here


def set_participation(
    scenario_id: int, user: User, code: str, *, participates: bool
) -> Participation:
    """Say whether a unit takes part or only stands above. Injects to it stay: the check tells."""
    return set_unit(scenario_id, user, code, {"participates": participates})


def remove_unit(scenario_id: int, user: User, code: str) -> None:
    """Leave a unit out; the installation goes on knowing it.

    Raises:
        Refused: ``in_use`` when injects go to it, people belong to it or units stand below it.
    """
    with edit(scenario_id, user, EditKind.UNIT_REMOVED, code=code) as desk:
        here = desk.row(Participation, unit__code=code)
        refuse_if_used(desk.scenario, Participation, [here.pk])
        desk.remove(here)


def _columns(desk: Desk, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the unit itself has of these."""
    columns: dict[str, Any] = {}
    for name, value in values.items():
        match name:
            case "name":
                columns[name] = cleaning.text(value, name, required=True)
            case "short":
                columns[name] = cleaning.text(value, name)
            case "parent":
                columns["parent_id"] = _parent(desk, value)
            case "participates":
                pass
            case _:
                raise TypeError(f"a unit has no {name}")
    return columns


def _parent(desk: Desk, code: Any) -> int | None:
    if not code:
        return None
    found = desk.scenario.participations.filter(unit__code=cleaning.code(code, "parent")).first()
    if found is None:
        message, remedy = _("Không có đơn vị này."), _("Chọn trong danh sách, hoặc thêm đơn vị.")
        raise Refused("unknown_unit", message, remedy, field="parent", details=[f"({code})"])
    return int(found.unit_id)
