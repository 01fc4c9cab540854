"""Writing a draft: every change is one edit, kept with what it takes to undo it.

Commands take the version's primary key and the planner, then what to change; they answer the row
and raise ``Refused`` for anything that a person can cause. Who may plan is asked before, by the
screens (``User.is_planner``).
"""

from scenarios.editing.calendar import (
    add_condition,
    add_stand_down,
    change_condition,
    change_phase,
    change_stand_down,
    remove_condition,
    remove_stand_down,
)
from scenarios.editing.checkpoints import Carried, set_checkpoint, take_checkpoints
from scenarios.editing.desk import Desk, edit
from scenarios.editing.head import change_head
from scenarios.editing.injects import (
    add_inject,
    change_inject,
    change_injects,
    duplicate_injects,
    remove_injects,
)
from scenarios.editing.order import move_injects, renumber, renumbered, reorder, same_minute
from scenarios.editing.people import add_person, change_person, remove_person
from scenarios.editing.places import ORDERED, shift
from scenarios.editing.refused import Changed, News, Outdated, Refused, What
from scenarios.editing.seen import news_of
from scenarios.editing.training import (
    add_objective,
    add_problem,
    change_objective,
    change_problem,
    remove_objective,
    remove_problem,
)
from scenarios.editing.undoing import history, redo, redoable, undo, undoable
from scenarios.editing.units import add_unit, remove_unit, set_participation, set_unit

__all__ = [
    "ORDERED",
    "Carried",
    "Changed",
    "Desk",
    "News",
    "Outdated",
    "Refused",
    "What",
    "add_condition",
    "add_inject",
    "add_objective",
    "add_person",
    "add_problem",
    "add_stand_down",
    "add_unit",
    "change_condition",
    "change_head",
    "change_inject",
    "change_injects",
    "change_objective",
    "change_person",
    "change_phase",
    "change_problem",
    "change_stand_down",
    "duplicate_injects",
    "edit",
    "history",
    "move_injects",
    "news_of",
    "redo",
    "redoable",
    "remove_condition",
    "remove_injects",
    "remove_objective",
    "remove_person",
    "remove_problem",
    "remove_stand_down",
    "remove_unit",
    "renumber",
    "renumbered",
    "reorder",
    "same_minute",
    "set_checkpoint",
    "set_participation",
    "set_unit",
    "shift",
    "take_checkpoints",
    "undo",
    "undoable",
]
