"""What the parts of a scenario are checked against, known once the parts before them are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from scenarios.calendar import DrillCalendar
from scenarios.reading import document as doc
from scenarios.reading.fields import Fields, Ref
from scenarios.reading.problems import Report

EVERYBODY = "ALL"


@dataclass
class Frame:
    """``None`` stands for what is too broken to check against."""

    report: Report
    zero: datetime
    calendar: DrillCalendar
    windows: dict[str, tuple[int, int]] = field(default_factory=dict)
    units: dict[str, doc.Unit] | None = None
    objectives: dict[str, doc.Objective] | None = None
    problems: dict[str, doc.TrainingProblem] | None = None
    conditions: list[tuple[str, Fields, list[Ref]]] = field(default_factory=list)


def cycles(next_of: Mapping[str, str]) -> list[list[str]]:
    """The closed loops, each once, of a graph in which everything points to one thing at most."""
    found, done = [], set[str]()
    for first in next_of:
        walk: dict[str, int] = {}
        here: str | None = first
        while here is not None and here not in done and here not in walk:
            walk[here] = len(walk)
            here = next_of.get(here)
        if here in walk:
            found.append([*list(walk)[walk[here] :], here])
        done.update(walk)
    return found
