"""Replay: the exercise's states rebuilt from the journal alone, to be laid beside the rows.

What is replayed is what has a life (exercise, postures, injects, taskings) and the clock; an entry
that does not fit what came before it shows that somebody wrote past ``exercise.conduct``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from exercise.models import (
    Change,
    Exercise,
    Inject,
    InjectState,
    JournalEntry,
    PostureState,
    Status,
    Tasking,
)
from scenarios.choices import ReleaseMode
from scenarios.phases import Phase

Anchors = list[Any]
"""Wall anchor µs, exercise anchor µs, rate in thousandths, running; as the journal writes them."""
CLOCK_AT_REST: Anchors = [0, 0, 1000, False]


class Diverged(Exception):
    """An entry changes something that is not what the replay has at that point.

    Attributes:
        seq: number of the entry.
        change: the change that does not fit.
        found: what the replay has in the place of the change's ``old``.
    """

    def __init__(self, seq: int, change: Change, found: Any) -> None:
        super().__init__(seq, change, found)
        self.seq, self.change, self.found = seq, change, found

    def __str__(self) -> str:
        what = _named(self.change["of"], self.change["key"], self.change["field"])
        return (
            f"entry {self.seq}: {what} goes from {self.change['old']} to {self.change['new']}, "
            f"but was {self.found}"
        )


@dataclass(slots=True)
class State:
    """The states of one exercise at one moment; postures, injects and taskings by journal key."""

    status: str = str(Status.PLANNED)
    phase: str = str(Phase.BEFORE)
    clock: Anchors = field(default_factory=lambda: list(CLOCK_AT_REST))
    postures: dict[str, str] = field(default_factory=dict)
    injects: dict[str, str] = field(default_factory=dict)
    taskings: dict[str, str] = field(default_factory=dict)


_PLACES = {"posture": "postures", "inject": "injects", "tasking": "taskings"}
_EXERCISE_FIELDS = ("status", "phase", "clock")


def replay(entries: Iterable[JournalEntry], start: State | None = None) -> State:
    """The state after ``entries``, which come in the order of their numbers.

    Args:
        start: the state before the first entry. Without it a posture or inject is believed to have
            been what its first change says it was.

    Raises:
        Diverged: when a change's ``old`` is not what the changes before it left.
    """
    state = deepcopy(start) if start is not None else State()
    for entry in entries:
        for change in entry.changes:
            _apply(state, entry.seq, change, believing=start is None)
    return state


def _apply(state: State, seq: int, change: Change, *, believing: bool) -> None:
    of, key, name = change["of"], change["key"], change["field"]
    if of == "exercise" and name in _EXERCISE_FIELDS:
        found = getattr(state, name)
        if found != change["old"]:
            raise Diverged(seq, change, found)
        setattr(state, name, change["new"])
        return
    if of not in _PLACES or name != "state":
        raise Diverged(seq, change, None)
    states: dict[str, str] = getattr(state, _PLACES[of])
    # A tasking is always created by an entry; postures and injects come with the exercise.
    believed = believing and of != "tasking" and key not in states
    if not believed and states.get(key) != change["old"]:
        raise Diverged(seq, change, states.get(key))
    states[key] = change["new"]


def planned_state(exercise: Exercise) -> State:
    """The state in which the exercise was made, before the first entry of its journal."""
    planned = Inject.objects.filter(exercise=exercise, added_on_the_fly=False)
    return State(
        postures=dict.fromkeys(_unit_codes(exercise), str(PostureState.PEACETIME)),
        injects={
            inject.number: planned_inject_state(inject)
            for inject in planned.only("number", "mode", "planned_us")
        },
    )


def planned_inject_state(inject: Inject) -> str:
    """The state in which a planned inject was made."""
    on_timer = inject.mode == ReleaseMode.AUTO and inject.planned_us is not None
    return str(InjectState.SCHEDULED if on_timer else InjectState.STANDBY)


def _unit_codes(exercise: Exercise) -> Iterable[str]:
    return exercise.postures.values_list("unit__code", flat=True)


def live_state(exercise: Exercise) -> State:
    """The state as the rows have it, read from the database."""
    row = Exercise.objects.get(pk=exercise.pk)
    taskings = Tasking.objects.filter(exercise=row)
    return State(
        status=str(row.status),
        phase=str(row.phase),
        clock=[row.anchor_wall_us, row.anchor_us, row.rate_permille, row.running],
        postures=dict(row.postures.values_list("unit__code", "state")),
        injects=dict(Inject.objects.filter(exercise=row).values_list("number", "state")),
        taskings={
            f"{number}/{code}": state
            for number, code, state in taskings.values_list("inject__number", "unit__code", "state")
        },
    )


def differences(exercise: Exercise) -> list[str]:
    """Where the rows are not what the journal made them, a line each; empty when all agree."""
    entries = JournalEntry.objects.filter(exercise=exercise).order_by("seq")
    try:
        replayed = replay(entries.iterator(chunk_size=2000), planned_state(exercise))
    except Diverged as diverged:
        return [str(diverged)]
    return list(_between(replayed, live_state(exercise)))


def _between(replayed: State, rows: State) -> Iterator[str]:
    for name in _EXERCISE_FIELDS:
        journal, row = getattr(replayed, name), getattr(rows, name)
        if journal != row:
            yield _line("exercise", "", name, journal, row)
    for of, place in _PLACES.items():
        journal, row = getattr(replayed, place), getattr(rows, place)
        for key in sorted(journal.keys() | row.keys()):
            if journal.get(key) != row.get(key):
                yield _line(of, key, "state", journal.get(key), row.get(key))


def _line(of: str, key: str, name: str, journal: Any, row: Any) -> str:
    return f"{_named(of, key, name)}: {journal} by the journal, {row} in the database"


def _named(of: str, key: str, name: str) -> str:
    return f"{of} {key}" if key else f"{of} {name}"
