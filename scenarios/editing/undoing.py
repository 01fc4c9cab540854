"""Undoing one's own edits, the newest first, and doing them again."""

from __future__ import annotations

from scenarios.models import Edit, Scenario
from units.models import User

UNDOABLE = 20
"""So many of a planner's newest edits of a version can be undone."""


def history(scenario: Scenario) -> list[Edit]:
    """Every edit of a version, the newest first, with ``user`` at hand."""
    return list(scenario.edits.defer("changes").select_related("user"))


def undoable(scenario: Scenario, user: User) -> Edit | None:
    """What ``undo`` would undo: this planner's newest edit that is not undone yet."""
    raise NotImplementedError


def redoable(scenario: Scenario, user: User) -> Edit | None:
    """What ``redo`` would do again: what this planner undid last, unless they edited since."""
    raise NotImplementedError


def undo(scenario_id: int, user: User) -> Edit:
    """Undo this planner's newest edit and answer it.

    Raises:
        Refused: ``nothing_to_undo``; ``changed_since`` when others changed the same since, saying
            who changed what; approved.
    """
    raise NotImplementedError


def redo(scenario_id: int, user: User) -> Edit:
    """Do again what this planner undid last. Raises ``Refused`` like ``undo``."""
    raise NotImplementedError
