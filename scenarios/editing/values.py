"""What planners may write, by the names that screens and imports use: references are codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from scenarios.reading.document import Trigger
from units.text import Text


class InjectValues(TypedDict, total=False):
    """An inject. Only what is named is written; times are calendar µs since the scenario's zero."""

    number: str
    phase: str
    planned_us: int | None
    problem: str | None
    """Code of a training problem."""
    sender: Text
    addressees: Sequence[str]
    """Unit codes."""
    method: str
    title: Text
    content: Text
    expected_actions: Sequence[Text]
    objectives: Sequence[str]
    """Codes."""
    acknowledge_within_s: int | None
    complete_within_s: int | None
    mandatory: bool
    reply: str
    release: str
    trigger: Trigger | None
    notes: Sequence[tuple[str, str]]


class UnitValues(TypedDict, total=False):
    """A unit of the installation, and whether it takes part here."""

    name: Text
    short: Text
    parent: str | None
    """Code of a unit of the same scenario."""
    participates: bool


class PersonValues(TypedDict, total=False):
    """Who is to take part."""

    username: str
    name: str
    role: str
    unit: str | None


class ObjectiveValues(TypedDict, total=False):
    """What the drill is to show."""

    code: str
    title: Text
    description: Text


class ProblemValues(TypedDict, total=False):
    """A training problem."""

    code: str
    phase: str
    title: Text


class PhaseValues(TypedDict, total=False):
    """A played phase and its window, calendar µs."""

    title: Text
    starts_us: int
    ends_us: int


class ConditionValues(TypedDict, total=False):
    """A condition of a gate; ``after`` names injects by number."""

    code: str
    title: Text
    after: Sequence[str]


class StandDownValues(TypedDict, total=False):
    """A planned break, calendar µs."""

    title: Text
    from_us: int
    to_us: int


class HeadValues(TypedDict, total=False):
    """What is said of the scenario as a whole."""

    title: Text
    summary: Text
    starts_at: datetime
    """Naive: local time of the scenario's zone."""
    timezone: str
