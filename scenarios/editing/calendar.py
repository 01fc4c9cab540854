"""Writing the calendar: phases, what gates wait for, stand-downs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from scenarios.editing import cleaning
from scenarios.editing.desk import Desk, edit
from scenarios.editing.parts import next_order
from scenarios.editing.refused import Refused
from scenarios.editing.values import ConditionValues, PhaseValues, StandDownValues
from scenarios.models import EditKind, PhaseCondition, PhasePlan, StandDown
from scenarios.phases import PLAYED
from units.models import User


# ── phases ──────────────────────────────────────────────────────────────────────────────────────
def change_phase(
    scenario_id: int,
    user: User,
    phase: str,
    values: PhaseValues,
    *,
    expected_revision: int | None = None,
) -> PhasePlan:
    """Change a phase's plan, or make it where there is none yet. Phases may overlap for a while;
    approval does not let that pass.

    Raises:
        Changed: its revision is no longer ``expected_revision``.
        Refused: approved, or a value that cannot be.
    """
    with edit(scenario_id, user, EditKind.PHASE_CHANGED) as desk:
        phase = cleaning.choice(phase, "phase", PLAYED)
        desk.say(phase=phase)
        columns = _window(values, "starts_us", "ends_us", title_needed=True)
        plan = desk.scenario.phases.filter(phase=phase).first()
        if plan is None:
            _require(columns, "title", "starts_us", "ends_us")
            plan = desk.add(PhasePlan, phase=phase, **columns)
        else:
            desk.change(plan, expected_revision=expected_revision, **columns)
        _require_order(plan.starts_us, plan.ends_us, "ends_us")
    return plan


def _window(
    values: Mapping[str, Any], begin: str, end: str, *, title_needed: bool
) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, value in values.items():
        if name == "title":
            columns[name] = cleaning.text(value, name, required=title_needed)
        elif name in (begin, end):
            columns[name] = cleaning.moment_us(value, name)
        else:
            raise TypeError(f"a window of time has no {name}")
    return columns


def _require(columns: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if name not in columns:
            raise Refused("blank", _("Mục để trống."), _("Điền nội dung."), field=name)


def _require_order(begin_us: int, end_us: int, field: str) -> None:
    if end_us <= begin_us:
        message = _("Giờ kết thúc phải sau giờ bắt đầu.")
        raise Refused("ends_before_start", message, _("Sửa một trong hai giờ."), field=field)


# ── what gates wait for ─────────────────────────────────────────────────────────────────────────
def add_condition(
    scenario_id: int, user: User, phase: str, values: ConditionValues
) -> PhaseCondition:
    """Add a condition to a phase's gate.

    Raises:
        Refused: approved, or a value that cannot be.
    """
    with edit(scenario_id, user, EditKind.CONDITION_ADDED) as desk:
        plan = desk.row(PhasePlan, phase=phase)
        columns = _condition({"code": "", "title": "", "after": (), **values}, plan)
        order = next_order(desk, PhaseCondition, plan=plan)
        condition = desk.add(PhaseCondition, plan_id=plan.pk, order=order, **columns)
        desk.say(code=condition.code)
    return condition


def change_condition(
    scenario_id: int,
    user: User,
    pk: int,
    values: ConditionValues,
    *,
    expected_revision: int | None = None,
) -> PhaseCondition:
    """Change a condition of a gate. Raises ``Changed`` and ``Refused`` like ``change_inject``."""
    with edit(scenario_id, user, EditKind.CONDITION_CHANGED) as desk:
        condition = _condition_row(desk, pk)
        columns = _condition(values, condition.plan, condition)
        desk.change(condition, expected_revision=expected_revision, **columns)
        desk.say(code=condition.code)
    return condition


def remove_condition(scenario_id: int, user: User, pk: int) -> None:
    """Remove a condition of a gate."""
    with edit(scenario_id, user, EditKind.CONDITION_REMOVED) as desk:
        condition = _condition_row(desk, pk)
        desk.say(code=condition.code)
        desk.remove(condition)


def _condition_row(desk: Desk, pk: int) -> PhaseCondition:
    return desk.row(PhaseCondition, pk=pk, plan__scenario=desk.scenario)


def _condition(
    values: Mapping[str, Any], plan: PhasePlan, own: PhaseCondition | None = None
) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, value in values.items():
        match name:
            case "code":
                columns[name] = cleaning.code(value, name)
                others = plan.conditions.exclude(pk=own.pk) if own else plan.conditions.all()
                if others.filter(code=columns[name]).exists():
                    message = _("Đã dùng ở một mục khác.")
                    remedy = _("Mỗi mã, số, tên chỉ dùng một lần.")
                    raise Refused("duplicate", message, remedy, field=name)
            case "title":
                columns[name] = cleaning.text(value, name, required=True)
            case "after":
                # That these injects exist is seen to when the edit ends (``invariants``).
                columns[name] = cleaning.codes(value, name)
                if not columns[name]:
                    message = _("Điều kiện phải chờ ít nhất một tình huống.")
                    raise Refused("empty_list", message, _("Chọn tình huống."), field=name)
            case _:
                raise TypeError(f"a condition has no {name}")
    return columns


# ── stand-downs ─────────────────────────────────────────────────────────────────────────────────
def add_stand_down(scenario_id: int, user: User, values: StandDownValues) -> StandDown:
    """Add a planned break; it must overlap no other.

    Raises:
        Refused: approved, or a value that cannot be.
    """
    with edit(scenario_id, user, EditKind.STAND_DOWN_ADDED) as desk:
        columns = _window(values, "from_us", "to_us", title_needed=False)
        _require(columns, "from_us", "to_us")
        stand_down = desk.add(StandDown, **columns)
        _require_order(stand_down.from_us, stand_down.to_us, "to_us")
    return stand_down


def change_stand_down(
    scenario_id: int,
    user: User,
    pk: int,
    values: StandDownValues,
    *,
    expected_revision: int | None = None,
) -> StandDown:
    """Change a planned break. Raises ``Changed`` and ``Refused`` like ``change_inject``."""
    with edit(scenario_id, user, EditKind.STAND_DOWN_CHANGED) as desk:
        stand_down = desk.row(StandDown, pk=pk)
        columns = _window(values, "from_us", "to_us", title_needed=False)
        desk.change(stand_down, expected_revision=expected_revision, **columns)
        _require_order(stand_down.from_us, stand_down.to_us, "to_us")
    return stand_down


def remove_stand_down(scenario_id: int, user: User, pk: int) -> None:
    """Remove a planned break."""
    with edit(scenario_id, user, EditKind.STAND_DOWN_REMOVED) as desk:
        desk.remove(desk.row(StandDown, pk=pk))
