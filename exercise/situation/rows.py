"""The rows of an exercise as every screen reads them, kept while they are the newest.

Every change to an exercise is in its journal, and the journal's head is a hash of all of it: what
was read at one head is true as long as the exercise has that head. Sixty phones that open a page
after one change cost one reading, and that one reads what the new entries name and carries over
the rest. Nothing may write through what is handed out here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from exercise.models import Exercise, GateCondition, Inject, JournalEntry, Posture, Tasking
from exercise.situation.standing import Work
from units.models import Unit

M = TypeVar("M", bound=Model)

KEPT = 4
"""Exercises of which a process keeps the rows: a few MB each where the drill is long."""
FOLLOWED = 100
"""With more new entries than this, all is read instead of asking what they name."""
ELSEWHERE = frozenset(
    {
        "clock_paused",
        "clock_resumed",
        "pace_set",
        "real_world_called",
        "real_world_lifted",
        "stand_down_begun",
        "stand_down_ended",
        "stand_down_extended",
        "overdue_policy_set",
    }
)
"""Entries that name no inject and no unit because they change nothing but the exercise."""


@dataclass(frozen=True)
class Rows:
    """What was read at one head of the journal, and what follows from it whatever the time."""

    postures: Sequence[Posture]
    injects: Sequence[Inject]
    taskings: Sequence[Tasking]
    addressees: Mapping[int, Sequence[int]]
    """Unit ids by inject id."""
    untouched: Mapping[int, Work] = field(default_factory=dict)
    """The work of those units, by id, of which nothing has changed since it was known."""
    conditions: dict[int, Sequence[GateCondition]] = field(default_factory=dict)
    """The scenario's conditions by phase id, as far as somebody asked; they never change."""

    @cached_property
    def units(self) -> dict[int, Unit]:
        """Participating units by id, in the order of the console and the board."""
        return {posture.unit_id: posture.unit for posture in self.postures}

    @cached_property
    def inject_by_id(self) -> dict[int, Inject]:
        return {inject.pk: inject for inject in self.injects}

    @cached_property
    def tasking_by_id(self) -> dict[int, Tasking]:
        return {tasking.id: tasking for tasking in self.taskings}

    @cached_property
    def work(self) -> dict[int, Work]:
        """Each unit's taskings, by its id."""
        touched: dict[int, list[Tasking]] = {
            unit_id: [] for unit_id in self.units if unit_id not in self.untouched
        }
        for tasking in self.taskings:
            if tasking.unit_id in touched:
                touched[tasking.unit_id].append(tasking)
        return {
            unit_id: self.untouched.get(unit_id) or Work(touched[unit_id]) for unit_id in self.units
        }

    @cached_property
    def by_unit(self) -> dict[int, Sequence[Tasking]]:
        """Taskings by unit id, in the order of delivery."""
        return {unit_id: work.taskings for unit_id, work in self.work.items()}

    @cached_property
    def open(self) -> list[Tasking]:
        """Taskings that still ask something, in the order of delivery."""
        found = [tasking for work in self.work.values() for tasking in work.open]
        return sorted(found, key=_delivery)

    @cached_property
    def by_inject(self) -> dict[int, list[Tasking]]:
        found: dict[int, list[Tasking]] = {inject.pk: [] for inject in self.injects}
        for tasking in self.taskings:
            found[tasking.inject_id].append(tasking)
        return found


@dataclass(frozen=True, slots=True)
class _Kept:
    head: str
    seq: int
    rows: Rows


_kept: OrderedDict[int, _Kept] = OrderedDict()
_keeping = threading.Lock()


def rows_of(exercise: Exercise) -> Rows:
    """The rows as of the exercise's journal: no query where they are known, few else."""
    # Read before the rows. Where a change comes in between, they are newer than the head they are
    # kept under, and no exercise will have that head again.
    head, seq = exercise.journal_head, exercise.journal_seq
    if not head:
        return _read(exercise.pk)
    with _keeping:
        known = _kept.get(exercise.pk)
        if known is not None and known.head == head:
            _kept.move_to_end(exercise.pk)
            return known.rows
    rows = None if known is None else _read_on(exercise.pk, known, seq)
    if rows is None:
        rows = _read(exercise.pk)
        if known is not None:
            rows.conditions.update(known.rows.conditions)
    with _keeping:
        _kept[exercise.pk] = _Kept(head, seq, rows)
        _kept.move_to_end(exercise.pk)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return rows


def forget() -> None:
    """Forget what is known: for who changes rows and not the journal, as tests do."""
    with _keeping:
        _kept.clear()


# ── all of them ─────────────────────────────────────────────────────────────────────────────────
def _read(exercise_id: int) -> Rows:
    # Not through the exercise's related managers: each row would hold on to an exercise whose clock
    # is an old one.
    postures = _postures(exercise_id)
    units = {posture.unit_id: posture.unit for posture in postures}
    # Before the injects: one that is added and sent meanwhile would have taskings and not be known.
    taskings = list(Tasking.objects.filter(exercise=exercise_id))
    injects = list(_injects(exercise_id))
    by_id = {inject.pk: inject for inject in injects}
    for tasking in taskings:
        tasking.inject, tasking.unit = by_id[tasking.inject_id], units[tasking.unit_id]
    return Rows(
        postures=tuple(postures),
        injects=tuple(injects),
        taskings=tuple(taskings),
        addressees=_addressees(exercise_id),
    )


def _postures(exercise_id: int) -> list[Posture]:
    return list(Posture.objects.filter(exercise=exercise_id).select_related("unit"))


def _injects(exercise_id: int) -> QuerySet[Inject]:
    return Inject.objects.filter(exercise=exercise_id).defer("content", "expected_actions")


def _addressees(exercise_id: int) -> dict[int, list[int]]:
    links = Inject.addressees.through.objects.filter(inject__exercise=exercise_id)
    found: dict[int, list[int]] = defaultdict(list)
    for inject_id, unit_id in links.order_by("unit_id").values_list("inject_id", "unit_id"):
        found[inject_id].append(unit_id)
    return dict(found)


# ── what has changed ────────────────────────────────────────────────────────────────────────────
@dataclass
class _Named:
    """What a run of entries names: all that it can have changed."""

    injects: set[str] = field(default_factory=set)
    posture: bool = False


def _read_on(exercise_id: int, known: _Kept, seq: int) -> Rows | None:
    """The rows known, with those read anew that the entries since then name; ``None`` where these
    do not follow, are too many, or name too little.

    Rows may be newer than the entries that were read. What changed them then is read again with
    the next.
    """
    if not known.seq < seq <= known.seq + FOLLOWED:
        return None
    journal = JournalEntry.objects.filter(exercise=exercise_id, seq__gte=known.seq).order_by("seq")
    first, *entries = journal.values_list(
        "hash", "kind", "unit_code", "inject_number", "changes", named=True
    )[: 2 * FOLLOWED] or [None]
    if first is None or first.hash != known.head:
        return None  # of a command that was rolled back, or of a database that was put back
    named = _named(entries)
    return None if named is None else _carried_on(exercise_id, known.rows, named)


def _named(entries: Iterable[Any]) -> _Named | None:
    """What these entries name; ``None`` when one of them speaks of more than one can name."""
    found = _Named()
    for entry in entries:
        if entry.inject_number:
            found.injects.add(entry.inject_number)
        elif entry.unit_code:
            found.posture = True
        elif entry.kind not in ELSEWHERE:
            return None
        for change in entry.changes:
            if change["of"] in ("inject", "tasking"):
                found.injects.add(change["key"].partition("/")[0])
            found.posture |= change["of"] == "posture"
    return found


def _carried_on(exercise_id: int, known: Rows, named: _Named) -> Rows | None:
    """The named injects with all their taskings, and the postures where one is named, in the place
    of those known; ``None`` where that is not all, because an inject came or a unit was renamed.
    """
    postures = tuple(_postures(exercise_id)) if named.posture else known.postures
    if [_said(one.unit) for one in postures] != [_said(one.unit) for one in known.postures]:
        return None
    ids = [inject.pk for inject in known.injects if inject.number in named.injects]
    if len(ids) < len(named.injects):
        return None
    # Nothing that was handed out is changed: a tasking whose inject is another one is another one.
    read = list(Tasking.objects.filter(exercise=exercise_id, inject__in=ids)) if ids else []
    injects = {
        inject.pk: _same(known.inject_by_id[inject.pk], inject)
        for inject in _injects(exercise_id).filter(pk__in=ids)
    }
    found = []
    for tasking in read:
        tasking.inject, tasking.unit = injects[tasking.inject_id], known.units[tasking.unit_id]
        before = known.tasking_by_id.get(tasking.pk)
        # One that stands as it did is carried over with all that was worked out of it.
        if (
            before is None
            or before.inject is not tasking.inject
            or _same(before, tasking) is tasking
        ):
            found.append(tasking)
    taskings = known.tasking_by_id | {tasking.pk: tasking for tasking in found}
    ordered = list(taskings.values())
    if len(ordered) > len(known.taskings):
        ordered.sort(key=_delivery)
    touched = {tasking.unit_id for tasking in found}
    return Rows(
        postures=postures,
        injects=tuple(injects.get(inject.pk, inject) for inject in known.injects),
        taskings=tuple(ordered),
        addressees=known.addressees,
        untouched={pk: work for pk, work in known.work.items() if pk not in touched},
        conditions=known.conditions,
    )


def _same(before: M, now: M) -> M:
    """The row known already where the one read says the same."""
    return before if _values(before) == _values(now) else now


def _values(row: Model) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def _delivery(tasking: Tasking) -> tuple[int, int]:
    return tasking.delivered_us, tasking.id


def _said(unit: Unit) -> tuple[Any, ...]:
    return unit.pk, unit.code, unit.name, unit.short
