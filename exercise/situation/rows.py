"""The rows of an exercise as every screen reads them, kept while they are the newest.

Every change to an exercise is in its journal, and the journal's head is a hash of all of it: what
was read at one head is true as long as the exercise has that head. Sixty phones that open a page
after one change cost one reading. Nothing may write through what is handed out here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exercise.models import Exercise, Inject, Posture, Tasking

KEPT = 4
"""Exercises of which a process keeps the rows: a few MB each where the drill is long."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What was read at one head of the journal."""

    postures: Sequence[Posture]
    injects: Sequence[Inject]
    taskings: Sequence[Tasking]
    addressees: Mapping[int, Sequence[int]]
    """Unit ids by inject id."""


_kept: OrderedDict[int, tuple[str, Rows]] = OrderedDict()
_keeping = threading.Lock()


def rows_of(exercise: Exercise) -> Rows:
    """The rows as of the exercise's journal: four queries, or none where they are known."""
    # Read before the rows. Where a change comes in between, they are newer than the head they are
    # kept under, and no exercise will have that head again.
    head = exercise.journal_head
    if not head:
        return _read(exercise.pk)
    with _keeping:
        found = _kept.get(exercise.pk)
        if found is not None and found[0] == head:
            _kept.move_to_end(exercise.pk)
            return found[1]
    rows = _read(exercise.pk)
    with _keeping:
        _kept[exercise.pk] = head, rows
        _kept.move_to_end(exercise.pk)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return rows


def forget() -> None:
    """Forget what is known: for who changes rows and not the journal, as tests do."""
    with _keeping:
        _kept.clear()


def _read(exercise_id: int) -> Rows:
    # Not through the exercise's related managers: each row would hold on to an exercise whose clock
    # is an old one.
    postures = list(Posture.objects.filter(exercise=exercise_id).select_related("unit"))
    units = {posture.unit_id: posture.unit for posture in postures}
    # Before the injects: one that is added and sent meanwhile would have taskings and not be known.
    taskings = list(Tasking.objects.filter(exercise=exercise_id))
    injects = list(Inject.objects.filter(exercise=exercise_id).defer("content", "expected_actions"))
    by_id = {inject.pk: inject for inject in injects}
    for tasking in taskings:
        tasking.inject, tasking.unit = by_id[tasking.inject_id], units[tasking.unit_id]
    links = Inject.addressees.through.objects.filter(inject__exercise=exercise_id)
    addressees: dict[int, list[int]] = defaultdict(list)
    for inject_id, unit_id in links.order_by("unit_id").values_list("inject_id", "unit_id"):
        addressees[inject_id].append(unit_id)
    return Rows(
        postures=tuple(postures),
        injects=tuple(injects),
        taskings=tuple(taskings),
        addressees=dict(addressees),
    )
