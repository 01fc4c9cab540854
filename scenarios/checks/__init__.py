"""Warns of what will go wrong on the day (``docs/checks.md``): document → findings. Pure."""

from __future__ import annotations

from scenarios.checks.finding import SEVERITY, Finding, Kind, Place, Severity, finding
from scenarios.checks.gates import check_gates
from scenarios.checks.load import BIN_US, MOST_PER_BIN, Load, check_load, load, load_of
from scenarios.checks.objectives import check_objectives, check_problems
from scenarios.checks.people import check_people
from scenarios.checks.phases import check_phases
from scenarios.checks.plan import Plan
from scenarios.checks.references import check_references
from scenarios.checks.times import check_times
from scenarios.checks.waiting import Waiting, check_triggers
from scenarios.checks.wording import check_repetition, check_wording
from scenarios.reading.document import Document

__all__ = [
    "BIN_US",
    "MOST_PER_BIN",
    "SEVERITY",
    "Finding",
    "Kind",
    "Load",
    "Place",
    "Severity",
    "check",
    "finding",
    "load",
    "load_of",
]

_CHECKS = (
    check_references,
    check_phases,
    check_times,
    check_load,
    check_people,
    check_objectives,
    check_problems,
    check_wording,
    check_repetition,
)


def check(document: Document) -> list[Finding]:
    """Everything that will or may go wrong, the worst first, then by place.

    The document may be an unfinished draft. The time it takes grows with the number of injects
    times their addressees.
    """
    plan = Plan(document)
    waiting = Waiting(plan)
    found = [one for checks in _CHECKS for one in checks(plan)]
    found += check_triggers(plan, waiting)
    found += check_gates(plan, waiting)
    return sorted(found, key=lambda one: one.sort_key)
