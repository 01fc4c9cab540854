"""The entries somebody may step through: control all of them, observers what their board told of.

That a moment is there at all says something: a hold, a rating or an inject still to come must not
be felt by who only looked on.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from exercise.live.draw import BOARD_KINDS
from exercise.models import Exercise, JournalEntry
from exercise.situation.log import entries_of


@dataclass(frozen=True, slots=True)
class Step:
    """An entry, the exercise time asked for at or after it, and the entries around it."""

    entry: JournalEntry
    position_us: int | None
    before: int | None
    """Number of the entry before, of those that may be stepped through; ``None`` at the first."""
    after: JournalEntry | None

    @property
    def seq(self) -> int:
        return self.entry.seq

    @property
    def wall_us(self) -> int:
        return self.entry.wall_us


@dataclass(frozen=True, slots=True)
class Steps:
    """Which kinds of entries there are for somebody; ``None``: all."""

    kinds: frozenset[str] | None

    def _of(self, exercise: Exercise) -> QuerySet[JournalEntry]:
        # Not beyond what the exercise knew of when it was read: its rows may lack what came since.
        found = entries_of(exercise)
        return found if self.kinds is None else found.filter(kind__in=self.kinds)

    def at(
        self, exercise: Exercise, seq: int | None = None, position_us: int | None = None
    ) -> Step | None:
        """The step at a number, or the last at an exercise time; without either the last of all.

        Numbers in between and beyond are taken for the one before them; before the first, for the
        first. ``None`` where there is none at all.

        Args:
            position_us: with a number, how far exercise time has gone on since that entry; the next
                entry's time at most.
        """
        entries = self._of(exercise)
        newest_first = entries.order_by("-seq")
        if seq is not None:
            newest_first = newest_first.filter(seq__lte=max(seq, 0))
        elif position_us is not None:
            newest_first = newest_first.filter(exercise_us__lte=position_us)
        around = list(newest_first[:2]) or list(entries.order_by("seq")[:1])
        if not around:
            return None
        entry = around[0]
        after = entries.filter(seq__gt=entry.seq).order_by("seq").first()
        if position_us is not None and after is not None:
            position_us = min(position_us, after.exercise_us)
        if after is None:
            position_us = None
        return Step(
            entry=entry,
            position_us=position_us,
            before=around[1].seq if len(around) > 1 else None,
            after=after,
        )

    def ends(self, exercise: Exercise) -> tuple[int, int]:
        """Exercise times of the first and the last entry."""
        entries = self._of(exercise).order_by("seq").values_list("exercise_us", flat=True)
        first, last = entries.first(), entries.last()
        return first or 0, last or 0


CONTROL_STEPS = Steps(None)
OBSERVER_STEPS = Steps(BOARD_KINDS)
