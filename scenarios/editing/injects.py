"""Writing injects: adding, changing, removing, copying. Their order and times are in ``order``."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.editing.values import InjectValues
from scenarios.models import MselEntry
from units.models import User


def add_inject(scenario_id: int, user: User, values: InjectValues) -> MselEntry:
    """Add an inject. Without ``number`` it gets the next free one of its phase.

    Raises:
        Refused: approved, or a value that cannot be (``field`` names it).
    """
    raise NotImplementedError


def change_inject(
    scenario_id: int,
    user: User,
    pk: int,
    values: InjectValues,
    *,
    expected_revision: int | None = None,
) -> MselEntry:
    """Change what is named in ``values``; gates follow a changed number.

    Raises:
        Changed: its revision is no longer ``expected_revision``.
        Refused: approved, or a value that cannot be.
    """
    raise NotImplementedError


def change_injects(
    scenario_id: int, user: User, pks: Sequence[int], values: InjectValues
) -> list[MselEntry]:
    """Give several injects the same values (not ``number``)."""
    raise NotImplementedError


def remove_injects(scenario_id: int, user: User, pks: Sequence[int]) -> list[str]:
    """Remove injects; answers their numbers.

    Raises:
        Refused: ``in_use`` when others wait for one of them, or a gate does; ``details`` says which.
    """
    raise NotImplementedError


def duplicate_injects(scenario_id: int, user: User, pks: Sequence[int]) -> list[MselEntry]:
    """Copy injects, each with the next free number of its phase, at the same time."""
    raise NotImplementedError
