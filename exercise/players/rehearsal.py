"""One scenario from start to end on the real engine, with players for people."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from django.db import connections

from exercise import conduct
from exercise.clock import wall_us
from exercise.conduct import Actor, create_exercise
from exercise.models import Exercise, InjectState, Participant, Status, TimerHeartbeat
from exercise.players.cast import fill_empty_seats
from exercise.players.habits import Habits
from exercise.players.play import Players
from exercise.players.report import Facts, Report, conformance
from exercise.supervisor import CannotStart, engine
from scenarios.calendar import SECOND_US
from scenarios.models import Scenario
from scenarios.reading import load, operator
from units.roles import Role

ENGINE_WITHIN_S = 30.0
PATIENCE = 3.0
"""How many times the planned length a rehearsal may take before it is given up."""
PATIENCE_LEAST_S = 120.0


@dataclass(frozen=True)
class Rehearsal:
    """What to rehearse and how."""

    source: Path
    pace: float = 600.0
    seed: int = 7
    units_late: int = 2

    def run(self, watch: Callable[[Exercise], None], say: Callable[[str], None]) -> Report:
        """Play it; answers the report.

        1. Load the scenario, make the exercise, set its pace.
        2. Start the engine and wait until its timers work: the clock must not run before.
        3. Let the players start it, play it and end it.
        4. Compute the report, with the engine stopped.

        Raises:
            ScenarioProblems: the file cannot be used.
            CannotStart: the engine does not come up.
        """
        exercise = self.prepare(load(self.source, operator=operator()))
        planned_us = max(row.planned_end_us for row in exercise.phases)
        limit_s = PATIENCE * planned_us / SECOND_US / self.pace + PATIENCE_LEAST_S
        players = Players(exercise.pk, self.habits(exercise))
        connections.close_all()
        with engine(say=say):
            wait_for_timers()
            deadline = time.monotonic() + limit_s
            players.run(watch=watch, until=lambda: time.monotonic() > deadline)
        return conformance(Facts.read(exercise.pk, wall_us()))

    def prepare(self, scenario: Scenario) -> Exercise:
        """The exercise, at its pace, with a director and a lead for every unit."""
        exercise = create_exercise(scenario, rehearsal=True)
        fill_empty_seats(exercise)
        permille = round(self.pace * 1000)
        if permille != exercise.rate_permille:
            conduct.set_pace(exercise.pk, director_of(exercise), rate_permille=permille)
        made: Exercise = Exercise.objects.get(pk=exercise.pk)
        return made

    def habits(self, exercise: Exercise) -> Habits:
        """The habits of this run's units; which ones are late comes from the seed."""
        codes = sorted(exercise.postures.values_list("unit__code", flat=True))
        count = min(self.units_late, len(codes))
        late = Habits(self.seed).draw("late units").sample(codes, count)
        return Habits(self.seed, frozenset(late))


def director_of(exercise: Exercise) -> Actor:
    """The first director, for what is ordered before anybody plays."""
    people = Participant.objects.filter(exercise=exercise, role=Role.DIRECTOR)
    return Actor.of(people.select_related("user", "unit").order_by("pk")[0])


def is_run_of(code: str, first: str) -> bool:
    """Whether a code names a run of the exercise that was first called ``first``."""
    return re.fullmatch(rf"{re.escape(first)}(-[0-9]+)?", code) is not None


def wait_for_timers(within_s: float = ENGINE_WITHIN_S) -> None:
    """Wait until beat, broker, worker and database have worked together once.

    Raises:
        CannotStart: they have not within so many seconds of the wall clock.
    """
    began_wall_us, deadline = wall_us(), time.monotonic() + within_s
    while not TimerHeartbeat.objects.filter(wall_us__gte=began_wall_us).exists():
        if time.monotonic() > deadline:
            raise CannotStart(
                "The timers do not work.", "See log/worker.log and log/beat.log (with --keep DIR)."
            )
        time.sleep(0.05)


class Progress:
    """A bar on a terminal, a line per tenth elsewhere."""

    WIDTH = 40
    EVERY_S = 0.1

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._draws = self._stream.isatty()
        self._told = -1
        self._drawn_at = 0.0
        self._ends_us = 0

    def __call__(self, exercise: Exercise) -> None:
        """Show how far it is."""
        now = time.monotonic()
        if self._draws and now - self._drawn_at < self.EVERY_S and exercise.status != Status.ENDED:
            return
        self._drawn_at = now
        if not self._ends_us:
            self._ends_us = max(row.planned_end_us for row in exercise.phases)
        portion = self._portion(exercise)
        if self._draws:
            full = round(self.WIDTH * portion)
            bar = "█" * full + "·" * (self.WIDTH - full)
            self._write(f"\r\033[K{bar} {portion:4.0%}  {self._where(exercise)}")
        elif int(portion * 10) > self._told:
            self._told = int(portion * 10)
            self._write(f"{self._told * 10:3d} %  {self._where(exercise)}\n")

    def done(self) -> None:
        """End the bar's line."""
        if self._draws:
            self._write("\n")

    def _portion(self, exercise: Exercise) -> float:
        if exercise.status == Status.ENDED:
            return 1.0
        # The clock alone is not enough: a phase may end early, and the next moves up with it.
        row = exercise.current
        if row is None or row.started_us is None:
            return 0.0 if exercise.status == Status.PLANNED else 0.99
        into_us = exercise.clock.position_us(wall_us()) - row.started_us
        length_us = row.planned_end_us - row.planned_start_us
        place_us = row.planned_start_us + min(into_us, length_us)
        return min(0.99, place_us / self._ends_us)

    def _where(self, exercise: Exercise) -> str:
        gone_out = exercise.injects.exclude(
            state__in=(InjectState.STANDBY, InjectState.SCHEDULED, InjectState.HELD)
        ).count()
        label = exercise.calendar.label(exercise.clock.position_us(wall_us()), language="en")
        return f"{label}  {exercise.phase}  {gone_out} of {exercise.injects.count()} injects"

    def _write(self, words: str) -> None:
        try:
            self._stream.write(words)
            self._stream.flush()
        except OSError:  # the terminal is gone; the rehearsal goes on
            pass
