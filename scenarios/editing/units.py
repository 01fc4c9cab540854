"""Writing which units there are and which of them take part."""

from __future__ import annotations

from scenarios.editing.values import UnitValues
from scenarios.models import Participation
from units.models import User


def add_unit(scenario_id: int, user: User, code: str, values: UnitValues) -> Participation:
    """Take a unit in. One that the installation knows keeps its names unless others are given.

    Raises:
        Refused: approved; the code is bad or taken; a new unit has no name.
    """
    raise NotImplementedError


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
    raise NotImplementedError


def set_participation(
    scenario_id: int, user: User, code: str, *, participates: bool
) -> Participation:
    """Say whether a unit takes part or only stands above. Injects to it stay: the check tells."""
    raise NotImplementedError


def remove_unit(scenario_id: int, user: User, code: str) -> None:
    """Leave a unit out.

    Raises:
        Refused: ``in_use`` when injects go to it, people belong to it or units stand below it.
    """
    raise NotImplementedError
