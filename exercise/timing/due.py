"""Which exercises wait for the timers, and from which wall moment on: what beat sleeps by and what
a worker looks at before it takes an exercise's lock.

Plain rows, not model instances: beat reads them up to a hundred times a second, and making a
hundred instances with their states took longer than all the rest of what it does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from django.db.models import Q

from exercise.clock import Clock
from exercise.models import Exercise

_FIELDS = (
    "pk",
    "anchor_wall_us",
    "anchor_us",
    "rate_permille",
    "running",
    "clock_version",
    "next_due_us",
    "resume_wall_us",
)


class Waiting(NamedTuple):
    """One exercise whose clock runs, or that will go on by itself after a stand-down."""

    pk: int
    anchor_wall_us: int
    anchor_us: int
    rate_permille: int
    running: bool
    clock_version: int
    next_due_us: int | None
    resume_wall_us: int | None

    @property
    def due_wall_us(self) -> int | None:
        """Wall µs from which there is work; ``None`` when nothing is to come."""
        if not self.running:
            return self.resume_wall_us
        if self.next_due_us is None:
            return None
        clock = Clock(self.anchor_wall_us, self.anchor_us, self.rate_permille, self.running)
        return clock.due_wall_us(self.next_due_us)

    @property
    def what(self) -> tuple[int | None, int, int | None]:
        """The work as it is asked for: another value, other work."""
        return self.next_due_us, self.clock_version, self.resume_wall_us


def waiting() -> Iterator[Waiting]:
    """All of them, in one query."""
    rows = Exercise.objects.filter(Q(running=True) | Q(resume_wall_us__isnull=False))
    return map(Waiting._make, rows.values_list(*_FIELDS))


def with_work(exercise_ids: Collection[int], now_wall_us: int) -> list[int]:
    """Those of the exercises in which a sweep would find something, the longest due first: one
    read, no lock.

    Beat asks again for what is not done within half a second, and two beats ask twice. When a
    worker comes to these tasks the first has done it all, and the others need not take the lock.
    """
    found = []
    rows = Exercise.objects.filter(pk__in=exercise_ids)
    for last_wall_us, *fields in rows.values_list("last_wall_us", *_FIELDS):
        due_wall_us = Waiting._make(fields).due_wall_us
        # A command never takes place before the one before it, on whatever host that was.
        if due_wall_us is not None and due_wall_us <= max(now_wall_us, last_wall_us):
            found.append((due_wall_us, fields[0]))
    return [pk for _due_wall_us, pk in sorted(found)]
