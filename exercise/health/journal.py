"""What the journal says, added up: releases by lateness, entries by kind.

The journal is the truth whichever process released, and only grows. So a sum over it never goes
back when this process is started again, and every process of every machine arrives at the same.
Each reading adds what is new since the last, a bounded number of entries; until the first time that
everything is read there is no sum, for half of one would look as if the counters had been set back.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from exercise.models import Exercise, JournalEntry
from scenarios.calendar import SECOND_US

MOST_ENTRIES = 10_000
"""Of one reading: about a tenth of a second in which the process does little else."""
LATENESS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 5, 10, 30, 60, 300, 1800)
TIMER = "timer"


class JournalSums:
    """The sums, and up to which entry of each exercise they go."""

    def __init__(self, most_entries: int = MOST_ENTRIES) -> None:
        self._most_entries = most_entries
        self._reading = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._read_seq: dict[int, int] = {}
        self._entries: Counter[tuple[str, str]] = Counter()
        self._late = [0] * (len(LATENESS_S) + 1)
        self._late_sum_us = 0
        self._whole = False

    def read(self) -> Iterator[Metric]:
        """Add what is new and give the sums; one reading at a time."""
        with self._reading:
            written = dict(
                Exercise.objects.filter(journal_seq__gt=0).values_list("pk", "journal_seq")
            )
            unread = self._add_new(written)
            self._whole = self._whole or not unread
            yield GaugeMetricFamily(
                "exercise_journal_unread",
                "Journal entries that this process has not added up yet.",
                value=unread,
            )
            if self._whole:
                yield self._lateness()
                yield self._kinds()

    def _add_new(self, written: dict[int, int]) -> int:
        if any(written.get(pk, 0) < seq for pk, seq in self._read_seq.items()):
            self._begin()  # another journal than the one that was read: the database was restored
        left = self._most_entries
        for pk, seq in written.items():
            since = self._read_seq.get(pk, 0)
            if since == seq:
                continue
            until = min(seq, since + left)
            self._add(_entries(pk, since, until))
            self._read_seq[pk] = until
            left -= until - since
            if not left:
                break
        return sum(written.values()) - sum(self._read_seq.values())

    def _add(self, entries: Iterable[tuple[str, str, int | None]]) -> None:
        for kind, role, lateness_us in entries:
            self._entries[kind, "timers" if role == TIMER else "people"] += 1
            if kind == "inject_released" and lateness_us is not None:
                self._late[bisect_left(LATENESS_S, lateness_us / SECOND_US)] += 1
                self._late_sum_us += lateness_us

    def _lateness(self) -> Metric:
        limits = [*map(str, map(float, LATENESS_S)), "+Inf"]
        return HistogramMetricFamily(
            "exercise_release_lateness_seconds",
            "Wall time between an inject's moment and its release by the timers.",
            buckets=list(zip(limits, accumulate(self._late), strict=True)),
            sum_value=self._late_sum_us / SECOND_US,
        )

    def _kinds(self) -> Metric:
        family = CounterMetricFamily(
            "exercise_journal_entries",
            "What was done, by kind of journal entry and by whom.",
            labels=["kind", "by"],
        )
        for labels, count in sorted(self._entries.items()):
            family.add_metric(labels, count)
        return family


def _entries(exercise_id: int, since: int, until: int) -> Iterator[tuple[str, str, int | None]]:
    rows = JournalEntry.objects.filter(
        exercise_id=exercise_id, seq__gt=since, seq__lte=until
    ).order_by()
    return rows.values_list("kind", "role", "data__lateness_us").iterator(chunk_size=5000)
