"""The journal: everything that happened in an exercise, numbered, chained by hashes, never changed.

The database refuses UPDATE and DELETE on its table (migration 0004); the chain shows the reader of
a copy whether a row was changed, removed or put in between.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypedDict

from django.conf import settings
from django.db import models

from exercise.models.exercise import Exercise
from scenarios.phases import Phase


class Change(TypedDict):
    """One field of one object that an entry changed; enough to replay the exercise."""

    of: str
    """``exercise``, ``posture``, ``inject`` or ``tasking``."""
    key: str
    """Unit code, inject number, or ``number/unit``; empty for the exercise."""
    field: str
    old: Any
    new: Any


class JournalEntry(models.Model):
    """One thing that happened: who did what, when on both clocks, in which phase."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="journal")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    wall_us = models.BigIntegerField()
    exercise_us = models.BigIntegerField()
    phase = models.CharField(max_length=16, choices=Phase.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=12)
    unit_code = models.CharField(max_length=20, blank=True)
    inject_number = models.CharField(max_length=20, blank=True)
    data = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("seq",)
        constraints = [
            models.UniqueConstraint(fields=["exercise", "seq"], name="journal_numbered_once")
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"

    def digest(self) -> str:
        """SHA-256 over the previous hash and every field, in one canonical JSON form.

        No floating-point number may be in it: PostgreSQL gives 1e16 back as a whole number.
        """
        body = {
            "exercise": self.exercise_id,
            "seq": self.seq,
            "kind": self.kind,
            "wall_us": self.wall_us,
            "exercise_us": self.exercise_us,
            "phase": str(self.phase),
            "actor": self.actor_id,
            "actor_name": self.actor_name,
            "role": str(self.role),
            "unit": self.unit_code,
            "inject": self.inject_number,
            "data": self.data,
            "changes": self.changes,
        }
        canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(f"{self.previous}\n{canonical}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the chain found: the number of entries, and the first that is broken."""

    entries: int
    broken_seq: int | None = None
    why: str = ""

    @property
    def verified(self) -> bool:
        return self.broken_seq is None


def verify(exercise: Exercise) -> Verdict:
    """Walk the chain: numbered without a gap, each hash right, the head as the exercise keeps
    it.
    """
    previous, count = "", 0
    using = exercise._state.db  # a copy is checked where it lies
    chain = JournalEntry.objects.using(using).filter(exercise=exercise).order_by("seq")
    entries: Iterator[JournalEntry] = chain.iterator(chunk_size=2000)
    for entry in entries:
        if entry.seq != count + 1:
            return Verdict(count, count + 1, "missing")
        if entry.previous != previous:
            return Verdict(count, entry.seq, "previous hash")
        if entry.digest() != entry.hash:
            return Verdict(count, entry.seq, "content")
        previous, count = entry.hash, count + 1
        if count == exercise.journal_seq and previous != exercise.journal_head:
            return Verdict(count - 1, count, "not the head the exercise keeps")
    if count < exercise.journal_seq:
        return Verdict(count, count + 1, "end cut off")
    if count > exercise.journal_seq:
        # A drill under way may have gone on since the exercise was read.
        found = Exercise.objects.using(using).values_list("journal_seq", flat=True)
        by_now = found.get(pk=exercise.pk)
        if count > by_now:
            return Verdict(by_now, by_now + 1, "added past the end")
    return Verdict(count)
