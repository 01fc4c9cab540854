"""The rows of scenarios, one idea a file."""

from scenarios.models.calendar import PhaseCondition, PhasePlan, StandDown
from scenarios.models.checkpoint import Checkpoint
from scenarios.models.editable import Editable
from scenarios.models.edits import Edit, EditKind
from scenarios.models.imports import Import, ImportMapping, ImportState
from scenarios.models.msel import MselEntry, sort_key
from scenarios.models.people import Participation, Person
from scenarios.models.presence import Presence, be_present, present
from scenarios.models.scenario import ApprovedError, Scenario, Status
from scenarios.models.training import Objective, Problem

__all__ = [
    "ApprovedError",
    "Checkpoint",
    "Edit",
    "EditKind",
    "Editable",
    "Import",
    "ImportMapping",
    "ImportState",
    "MselEntry",
    "Objective",
    "Participation",
    "Person",
    "PhaseCondition",
    "PhasePlan",
    "Presence",
    "Problem",
    "Scenario",
    "StandDown",
    "Status",
    "be_present",
    "present",
    "sort_key",
]
