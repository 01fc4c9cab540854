"""Writing what is trained: objectives and training problems."""

from __future__ import annotations

from scenarios.editing.values import ObjectiveValues, ProblemValues
from scenarios.models import Objective, Problem
from units.models import User


def add_objective(scenario_id: int, user: User, values: ObjectiveValues) -> Objective:
    """Add an objective."""
    raise NotImplementedError


def change_objective(
    scenario_id: int,
    user: User,
    pk: int,
    values: ObjectiveValues,
    *,
    expected_revision: int | None = None,
) -> Objective:
    """Change an objective. Raises ``Changed`` and ``Refused`` like ``change_inject``."""
    raise NotImplementedError


def remove_objective(scenario_id: int, user: User, pk: int) -> None:
    """Remove an objective; refused (``in_use``) while injects test it, which are listed."""
    raise NotImplementedError


def add_problem(scenario_id: int, user: User, values: ProblemValues) -> Problem:
    """Add a training problem."""
    raise NotImplementedError


def change_problem(
    scenario_id: int,
    user: User,
    pk: int,
    values: ProblemValues,
    *,
    expected_revision: int | None = None,
) -> Problem:
    """Change a training problem. Raises ``Changed`` and ``Refused`` like ``change_inject``."""
    raise NotImplementedError


def remove_problem(scenario_id: int, user: User, pk: int) -> None:
    """Remove a training problem; refused (``in_use``) while injects belong to it."""
    raise NotImplementedError
