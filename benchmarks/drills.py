"""A large drill in mid-course, in the database: what pages, boards and long runs are measured on.

Releases, deadlines, phases and postures come about by the product's own commands, minute by minute
on a frozen clock. Only what the units do on their taskings is written in bulk, journal and all, or
13,000 taskings would take many minutes: the chain verifies and a replay gives the same states.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction
from django.test import override_settings

from benchmarks import scenario_files as files
from exercise import conduct
from exercise.clock import frozen, wall_us
from exercise.conduct import Actor, create_exercise
from exercise.models import Exercise, Inject, InjectState, JournalEntry, Participant, Tasking
from scenarios.reading import load

MINUTE_US = 60_000_000
SEEN_AT = 0.80
"""The part of the plan that is over when the drill is looked at."""
STEPS = {
    "acknowledged": ("tasking_acknowledged", "acknowledged_us"),
    "in_progress": ("tasking_started", "started_us"),
    "completed": ("tasking_completed", "completed_us"),
    "verified": ("tasking_verified", "verified_us"),
}


def large_drill(
    *,
    units: int = 40,
    injects: int = 300,
    taskings: int = 2000,
    hours: float = 12,
    seed: int = 7,
    now_wall_us: int | None = None,
) -> Exercise:
    """Make a drill under way, four fifths through, at ×1, with its clock at ``now_wall_us``.

    1. Store the scenario of ``benchmarks.scenario_files`` and make the exercise.
    2. Start it as many minutes ago as have been played, and go through them.
    3. When the first phase is over, units report, the director confirms and passes the gate.

    Nothing is drawn meanwhile.
    """
    size = {"units": units, "injects": injects, "taskings": taskings, "hours": hours, "seed": seed}
    # The stand-down is wall time too: at ×1 it is waited for.
    wall_min = round(files.play_min(hours, SEEN_AT) + 60 * files.BREAK_HOURS)
    begins = (now_wall_us or wall_us()) - wall_min * MINUTE_US
    with override_settings(LIVE_ENABLED=False), transaction.atomic(), TemporaryDirectory() as there:
        exercise = create_exercise(load(files.write(Path(there) / "large.yaml", **size)))
        course = _Course(exercise.pk, random.Random(seed))
        with frozen(begins):
            conduct.start(exercise.pk, course.director)
        first_phase_min = round(files.play_min(hours, files.PHASES[0][1]) + 60 * files.BREAK_HOURS)
        for minute in range(1, wall_min + 1):
            with frozen(begins + minute * MINUTE_US):
                course.minute()
                if minute == first_phase_min:
                    course.next_phase()
    return Exercise.objects.get(pk=exercise.pk)


_TIMED = ("tasking_acknowledged", "tasking_completed")


@dataclass
class _Course:
    """The drill as it goes on."""

    exercise_id: int
    lot: random.Random
    plans: list[tuple[int, int, str]] = field(default_factory=list)
    """What units will do: (exercise µs, tasking, the state it comes to), the soonest first."""
    newest: int = 0
    """The newest tasking that has a plan."""

    def __post_init__(self) -> None:
        people = Participant.objects.filter(exercise_id=self.exercise_id)
        rows = list(people.select_related("user", "unit").order_by("pk"))
        self.director = Actor.of(next(one for one in rows if one.role == "director"))
        self.leads = {one.unit_id: Actor.of(one) for one in rows if one.role == "lead"}

    def minute(self) -> None:
        """What the timers do now, then what the units do."""
        conduct.sweep(self.exercise_id)
        exercise = Exercise.objects.get(pk=self.exercise_id)
        if not exercise.running:
            return
        self._plan_new()
        now_us = exercise.clock.position_us(wall_us())
        due: dict[str, list[int]] = {state: [] for state in STEPS}
        while self.plans and self.plans[0][0] <= now_us:
            _at, tasking, state = heapq.heappop(self.plans)
            due[state].append(tasking)
        for state, group in due.items():  # in the ladder's order: two steps may fall in one minute
            if group:
                self._step(state, group)

    def next_phase(self) -> None:
        """Units that may report, all confirmed; the director passes the gate all the same."""
        exercise = Exercise.objects.get(pk=self.exercise_id)
        postures = list(exercise.postures.select_related("unit"))
        for posture in postures[: -max(1, len(postures) // 10)]:
            code = posture.unit.code
            try:
                conduct.report_posture(
                    self.exercise_id, self.leads[posture.unit_id], unit_code=code
                )
                conduct.confirm_posture(self.exercise_id, self.director, unit_code=code)
            except conduct.Refused:
                continue  # its mandatory work is not done
        conduct.advance_phase(
            self.exercise_id,
            self.director,
            leaving=exercise.phase,
            override_reason="Theo tiến độ chung của cuộc diễn tập",
        )

    def _plan_new(self) -> None:
        fresh = Tasking.objects.filter(exercise_id=self.exercise_id, pk__gt=self.newest)
        for pk, delivered_us in fresh.order_by("pk").values_list("pk", "delivered_us"):
            self.newest = pk
            self._plan(pk, delivered_us)

    def _plan(self, tasking: int, delivered_us: int) -> None:
        """Most go up the whole ladder in time; some late, some not to its end."""
        late = self.lot.random() < 0.06
        waits_min = (
            self.lot.uniform(11, 30) if late else self.lot.uniform(1, 9),
            self.lot.uniform(1, 6),
            self.lot.uniform(50, 120) if late else self.lot.uniform(8, 32),
            self.lot.uniform(3, 30),
        )
        reach = self.lot.choices((0, 1, 2, 3, 4), (1, 2, 3, 54, 40))[0]
        at_us = delivered_us
        for state, wait in list(zip(STEPS, waits_min, strict=True))[:reach]:
            at_us += round(wait * MINUTE_US)
            heapq.heappush(self.plans, (at_us, tasking, state))

    def _step(self, state: str, ids: Sequence[int]) -> None:
        """Bring taskings to a state as the commands would, in three statements."""
        exercise = Exercise.objects.get(pk=self.exercise_id)
        now_us = exercise.clock.position_us(wall_us())
        kind, moment = STEPS[state]
        found = Tasking.objects.filter(pk__in=ids).select_related("inject", "unit").order_by("pk")
        # A tasking for information ends with its acknowledgement.
        rows = [row for row in found if state == "acknowledged" or row.complete_due_us is not None]
        read = {"read_version": 1} if state == "acknowledged" else {}
        Tasking.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=state, **{moment: now_us}, **read
        )
        entries = [self._entry(row, kind, state, now_us) for row in rows]
        if state in ("acknowledged", "completed"):
            entries += self._closings({row.inject_id: row.inject for row in rows}, now_us)
        self._append(exercise, entries, now_us)

    def _entry(self, row: Tasking, kind: str, state: str, now_us: int) -> JournalEntry:
        by = self.director if state == "verified" else self.leads[row.unit_id]
        key = f"{row.inject.number}/{row.unit.code}"
        after = {"after_us": now_us - row.delivered_us} if kind in _TIMED else {}
        return JournalEntry(
            kind=kind,
            actor_id=by.user_id,
            actor_name=by.name,
            role=by.role,
            unit_code=row.unit.code,
            inject_number=row.inject.number,
            data=after,
            changes=[
                {"of": "tasking", "key": key, "field": "state", "old": str(row.state), "new": state}
            ],
        )

    def _closings(self, injects: dict[int, Inject], now_us: int) -> list[JournalEntry]:
        """Close the injects with nothing left to do."""
        still_open = set(
            Tasking.objects.open().filter(inject__in=injects).values_list("inject_id", flat=True)
        )
        done = [
            inject
            for pk, inject in injects.items()
            if pk not in still_open and inject.state == InjectState.RELEASED
        ]
        Inject.objects.filter(pk__in=[inject.pk for inject in done]).update(
            state=InjectState.CLOSED, closed_us=now_us
        )
        return [
            JournalEntry(
                kind="inject_closed",
                actor_id=self.director.user_id,
                actor_name=self.director.name,
                role=self.director.role,
                inject_number=inject.number,
                changes=[
                    {
                        "of": "inject",
                        "key": inject.number,
                        "field": "state",
                        "old": "released",
                        "new": "closed",
                    }
                ],
            )
            for inject in done
        ]

    def _append(self, exercise: Exercise, entries: list[JournalEntry], now_us: int) -> None:
        """Number and chain journal entries as ``conduct`` does."""
        for entry in entries:
            entry.exercise, entry.phase = exercise, exercise.phase
            entry.wall_us, entry.exercise_us = wall_us(), now_us
            exercise.journal_seq += 1
            entry.seq, entry.previous = exercise.journal_seq, exercise.journal_head
            entry.hash = exercise.journal_head = entry.digest()
        JournalEntry.objects.bulk_create(entries)
        exercise.last_wall_us = wall_us()
        exercise.save(update_fields=["journal_seq", "journal_head", "last_wall_us"])
