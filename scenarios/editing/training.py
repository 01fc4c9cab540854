"""Writing what is trained: objectives and training problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.editing import cleaning
from scenarios.editing.desk import Desk, edit
from scenarios.editing.parts import next_order, require_free
from scenarios.editing.references import refuse_if_used
from scenarios.editing.values import ObjectiveValues, ProblemValues
from scenarios.models import EditKind, Objective, Problem
from scenarios.phases import PLAYED
from units.models import User


# ── objectives ──────────────────────────────────────────────────────────────────────────────────
def add_objective(scenario_id: int, user: User, values: ObjectiveValues) -> Objective:
    """Add an objective.

    Raises:
        Refused: approved, or a value that cannot be.
    """
    with edit(scenario_id, user, EditKind.OBJECTIVE_ADDED) as desk:
        columns = _columns(desk, Objective, {"code": "", "title": "", **values})
        objective = desk.add(Objective, **columns, order=next_order(desk, Objective))
        desk.say(code=objective.code)
    return objective


def change_objective(
    scenario_id: int,
    user: User,
    pk: int,
    values: ObjectiveValues,
    *,
    expected_revision: int | None = None,
) -> Objective:
    """Change an objective. Raises ``Changed`` and ``Refused`` like ``change_inject``."""
    with edit(scenario_id, user, EditKind.OBJECTIVE_CHANGED) as desk:
        objective = desk.row(Objective, pk=pk)
        columns = _columns(desk, Objective, values, objective)
        desk.change(objective, expected_revision=expected_revision, **columns)
        desk.say(code=objective.code)
    return objective


def remove_objective(scenario_id: int, user: User, pk: int) -> None:
    """Remove an objective; refused (``in_use``) while injects test it, which are listed."""
    _remove(scenario_id, user, pk, Objective, EditKind.OBJECTIVE_REMOVED)


# ── training problems ───────────────────────────────────────────────────────────────────────────
def add_problem(scenario_id: int, user: User, values: ProblemValues) -> Problem:
    """Add a training problem.

    Raises:
        Refused: approved, or a value that cannot be.
    """
    with edit(scenario_id, user, EditKind.PROBLEM_ADDED) as desk:
        columns = _columns(desk, Problem, {"code": "", "phase": "", "title": "", **values})
        problem = desk.add(Problem, **columns, order=next_order(desk, Problem))
        desk.say(code=problem.code)
    return problem


def change_problem(
    scenario_id: int,
    user: User,
    pk: int,
    values: ProblemValues,
    *,
    expected_revision: int | None = None,
) -> Problem:
    """Change a training problem. Raises ``Changed`` and ``Refused`` like ``change_inject``."""
    with edit(scenario_id, user, EditKind.PROBLEM_CHANGED) as desk:
        problem = desk.row(Problem, pk=pk)
        columns = _columns(desk, Problem, values, problem)
        desk.change(problem, expected_revision=expected_revision, **columns)
        desk.say(code=problem.code)
    return problem


def remove_problem(scenario_id: int, user: User, pk: int) -> None:
    """Remove a training problem; refused (``in_use``) while injects belong to it."""
    _remove(scenario_id, user, pk, Problem, EditKind.PROBLEM_REMOVED)


# ── both ────────────────────────────────────────────────────────────────────────────────────────
def _remove(
    scenario_id: int, user: User, pk: int, model: type[Objective | Problem], kind: EditKind
) -> None:
    with edit(scenario_id, user, kind) as desk:
        row = desk.row(model, pk=pk)
        refuse_if_used(desk.scenario, model, [pk])
        desk.say(code=row.code)
        desk.remove(row)


def _columns(
    desk: Desk,
    model: type[Objective | Problem],
    values: Mapping[str, Any],
    own: Objective | Problem | None = None,
) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, value in values.items():
        match name:
            case "code":
                columns[name] = cleaning.code(value, name)
                require_free(desk, model, own, code=columns[name])
            case "title":
                columns[name] = cleaning.text(value, name, required=True)
            case "description" if model is Objective:
                columns[name] = cleaning.text(value, name)
            case "phase" if model is Problem:
                columns[name] = cleaning.choice(value, name, PLAYED)
            case _:
                raise TypeError(f"{model.__name__} has no {name}")
    return columns
