"""Writing the head and the calendar: start, phases, what gates wait for, stand-downs."""

from __future__ import annotations

from scenarios.editing.values import ConditionValues, HeadValues, PhaseValues, StandDownValues
from scenarios.models import PhaseCondition, PhasePlan, Scenario, StandDown
from units.models import User


def change_head(
    scenario_id: int,
    user: User,
    values: HeadValues,
    *,
    expected_revision: int | None = None,
) -> Scenario:
    """Change title, summary, start or time zone. Everything is planned relative to the start and
    moves with it; in another zone the drill starts at the same time of day.

    Raises:
        Changed: ``head_revision`` is no longer ``expected_revision``.
        Refused: approved, or a value that cannot be.
    """
    raise NotImplementedError


def change_phase(
    scenario_id: int,
    user: User,
    phase: str,
    values: PhaseValues,
    *,
    expected_revision: int | None = None,
) -> PhasePlan:
    """Change a phase's plan, or make it where there is none yet."""
    raise NotImplementedError


def add_condition(
    scenario_id: int, user: User, phase: str, values: ConditionValues
) -> PhaseCondition:
    """Add a condition to a phase's gate."""
    raise NotImplementedError


def change_condition(
    scenario_id: int,
    user: User,
    pk: int,
    values: ConditionValues,
    *,
    expected_revision: int | None = None,
) -> PhaseCondition:
    """Change a condition of a gate. Raises ``Changed`` and ``Refused`` like ``change_inject``."""
    raise NotImplementedError


def remove_condition(scenario_id: int, user: User, pk: int) -> None:
    """Remove a condition of a gate."""
    raise NotImplementedError


def add_stand_down(scenario_id: int, user: User, values: StandDownValues) -> StandDown:
    """Add a planned break; it must overlap no other."""
    raise NotImplementedError


def change_stand_down(
    scenario_id: int,
    user: User,
    pk: int,
    values: StandDownValues,
    *,
    expected_revision: int | None = None,
) -> StandDown:
    """Change a planned break. Raises ``Changed`` and ``Refused`` like ``change_inject``."""
    raise NotImplementedError


def remove_stand_down(scenario_id: int, user: User, pk: int) -> None:
    """Remove a planned break."""
    raise NotImplementedError
