"""Writing who is to take part."""

from __future__ import annotations

from scenarios.editing.values import PersonValues
from scenarios.models import Person
from units.models import User


def add_person(scenario_id: int, user: User, values: PersonValues) -> Person:
    """Add a person.

    Raises:
        Refused: approved, or a value that cannot be.
    """
    raise NotImplementedError


def change_person(
    scenario_id: int,
    user: User,
    pk: int,
    values: PersonValues,
    *,
    expected_revision: int | None = None,
) -> Person:
    """Change a person. Raises ``Changed`` and ``Refused`` like ``change_inject``."""
    raise NotImplementedError


def remove_person(scenario_id: int, user: User, pk: int) -> None:
    """Remove a person."""
    raise NotImplementedError
