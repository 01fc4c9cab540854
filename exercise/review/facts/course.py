"""A journal being read: its entries as plain values, and what is known so far.

Whatever an entry holds, reading it raises nothing: a report is made of a tampered journal as well,
and says that it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from exercise.models import Exercise, JournalEntry
from exercise.review.facts.plan import Plan
from exercise.review.facts.values import (
    InjectFact,
    JudgementFact,
    MoveFact,
    ObservationFact,
    PhaseFact,
    PostureFact,
    StopFact,
    TaskingFact,
)

_COLUMNS = (
    "seq",
    "kind",
    "wall_us",
    "exercise_us",
    "phase",
    "actor_id",
    "actor_name",
    "unit_code",
    "inject_number",
    "data",
)


class Entry(NamedTuple):
    """One journal entry as far as facts need it."""

    seq: int
    kind: str
    wall_us: int
    exercise_us: int
    phase: str
    actor_id: int | None
    actor_name: str
    unit: str
    number: str
    data: dict[str, Any]

    def integer(self, name: str) -> int | None:
        """A whole number of the data; ``None`` where there is none."""
        found = self.data.get(name)
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def text(self, name: str) -> str:
        """A text of the data, or nothing."""
        found = self.data.get(name)
        return found if isinstance(found, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts of the data."""
        found = self.data.get(name)
        if not isinstance(found, list):
            return ()
        return tuple(one for one in found if isinstance(one, str))


def entries_of(exercise: Exercise, up_to: int | None = None) -> Iterator[Entry]:
    """The entries in the order of their numbers, read in parts; one query."""
    rows = JournalEntry.objects.filter(exercise=exercise).order_by("seq")
    if up_to is not None:
        rows = rows.filter(seq__lte=up_to)
    for row in rows.values_list(*_COLUMNS).iterator(chunk_size=2000):
        entry = Entry._make(row)
        yield entry if isinstance(entry.data, dict) else entry._replace(data={})


@dataclass
class Course:
    """What the entries read so far told."""

    plan: Plan
    injects: dict[str, InjectFact]
    taskings: dict[tuple[str, str], TaskingFact] = field(default_factory=dict)
    phases: dict[str, PhaseFact] = field(default_factory=dict)
    postures: dict[tuple[str, str], PostureFact] = field(default_factory=dict)
    stops: list[StopFact] = field(default_factory=list)
    moves: list[MoveFact] = field(default_factory=list)
    judgements: dict[tuple[object, ...], JudgementFact] = field(default_factory=dict)
    observations: list[ObservationFact] = field(default_factory=list)

    entries: int = 0
    played_us: int = 0
    started_wall_us: int | None = None
    ended_wall_us: int | None = None
    set_back_us: int = 0
    """By how much the machine's wall clock was set back so far."""
    phase: PhaseFact | None = None
    stop: StopFact | None = None
    ordered: dict[str, PostureFact] = field(default_factory=dict)
    """The last order of each unit."""
    again: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=dict)
    """Later deadlines for acknowledgements: (given at, due at), in exercise time."""
    corrected: dict[tuple[str, str], int] = field(default_factory=dict)
    """When a correction was given to a unit that has not read it yet."""

    @classmethod
    def of(cls, plan: Plan) -> Course:
        """Nothing read yet."""
        return cls(plan, {number: InjectFact(number) for number in plan.injects})

    def wall(self, entry: Entry) -> int:
        """Wall time as it went by, though the machine's clock may have been set back meanwhile."""
        return entry.wall_us + self.set_back_us

    def inject(self, entry: Entry) -> InjectFact:
        """The inject the entry is about; one that the plan does not know comes into being."""
        return self.injects.setdefault(entry.number, InjectFact(entry.number))

    def tasking(self, entry: Entry) -> TaskingFact | None:
        """The tasking the entry is about; ``None`` where its release is missing."""
        return self.taskings.get((entry.number, entry.unit))


Handler = Callable[[Course, Entry], None]


def read(course: Course, entries: Iterable[Entry], handlers: dict[str, Handler]) -> None:
    """Give each entry to the handler of its kind; kinds that tell no fact have none."""
    for entry in entries:
        course.entries += 1
        course.played_us = max(course.played_us, entry.exercise_us)
        handler = handlers.get(entry.kind)
        if handler is not None:
            handler(course, entry)


def length(until_us: int, since_us: int) -> int:
    """A length of time: never negative, see ``values``."""
    return max(0, until_us - since_us)
