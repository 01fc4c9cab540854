"""A scenario that was found right: what the checks answer and the rows are made of.

All times are calendar µs since the scenario's time zero, stand-downs not cut out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from scenarios.calendar import DrillCalendar
from units.text import Text


@dataclass(frozen=True, slots=True)
class StandDown:
    """A planned break."""

    title: Text
    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a phase's gate."""

    code: str
    title: Text
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """A played phase and its window."""

    phase: str
    title: Text
    starts_us: int
    ends_us: int
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; ``parent`` is another one of the same file."""

    code: str
    name: Text
    short: Text
    parent: str | None
    participates: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Who takes part, in which role, with which unit."""

    username: str
    name: str
    role: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class Objective:
    """What the drill is to show."""

    code: str
    title: Text
    description: Text


@dataclass(frozen=True, slots=True)
class TrainingProblem:
    """A training problem (*vấn đề huấn luyện*)."""

    code: str
    phase: str
    title: Text


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a standby inject waits for."""

    inject: str
    event: str
    delay_s: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One inject; ``ALL`` is already spelled out in ``addressees``."""

    number: str
    phase: str
    planned_us: int | None
    problem: str | None
    sender: Text
    addressees: tuple[str, ...]
    method: str
    title: Text
    content: Text
    expected_actions: tuple[Text, ...]
    objectives: tuple[str, ...]
    acknowledge_within_s: int | None
    complete_within_s: int | None
    mandatory: bool
    reply: str
    release: str
    trigger: Trigger | None
    notes: tuple[tuple[str, str], ...] = ()
    """Named remarks of the planners, such as columns of their own: never shown to a unit. Their
    order is the same in all injects."""


def with_notes_in_one_order(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Notes are columns of a table: each has one place, where it first appears."""
    names = dict.fromkeys(name for entry in entries for name, _words in entry.notes)
    places = {name: place for place, name in enumerate(names)}
    return tuple(
        replace(entry, notes=tuple(sorted(entry.notes, key=lambda note: places[note[0]])))
        if len(entry.notes) > 1
        else entry
        for entry in entries
    )


@dataclass(frozen=True, slots=True)
class Document:
    """A whole scenario. Two files that say the same, in whatever format, give equal documents:
    injects are in the order of their numbers, their addressees in the order of the units.
    """

    code: str
    title: Text
    summary: Text
    timezone: str
    starts_at: datetime
    stand_downs: tuple[StandDown, ...]
    phases: tuple[PhasePlan, ...]
    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    objectives: tuple[Objective, ...]
    problems: tuple[TrainingProblem, ...]
    msel: tuple[Entry, ...]
    draft: bool = False
    """What matters on the day may be missing or out of place (``problems.MAY_WAIT``)."""
    code_line: int | None = field(default=None, compare=False)

    def calendar(self) -> DrillCalendar:
        """The drill's calendar in the scenario's own time zone."""
        return DrillCalendar.of(self.starts_at, [(s.from_us, s.to_us) for s in self.stand_downs])

    @property
    def content_hash(self) -> str:
        """Digest of what the file says, whatever its spelling, comments and order of keys."""
        content = asdict(self)
        del content["code_line"]
        if not self.draft:
            del content["draft"]  # as it was before there were drafts
        content["starts_at"] = self.starts_at.isoformat()
        for entry in content["msel"]:
            if not entry["notes"]:
                del entry["notes"]  # as it was before there were notes
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
