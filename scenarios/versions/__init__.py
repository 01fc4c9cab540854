"""Versions of a scenario: draft → approved by a second person; an exercise pins one."""

from scenarios.editing.checkpoints import Carried
from scenarios.versions.approval import approve, submit, submitted_hash, withdraw
from scenarios.versions.comparing import Comparison, FieldChange, RowChange, compare
from scenarios.versions.making import clone, new_scenario, new_version
from scenarios.versions.unaltered import altered, check_version

__all__ = [
    "Carried",
    "Comparison",
    "FieldChange",
    "RowChange",
    "altered",
    "approve",
    "check_version",
    "clone",
    "compare",
    "new_scenario",
    "new_version",
    "submit",
    "submitted_hash",
    "withdraw",
]
