"""`manage.py demo`: the whole product with the sample drill already under way."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections

from exercise import conduct
from exercise.clock import wall_us
from exercise.conduct import create_exercise
from exercise.management.commands import run
from exercise.models import (
    Exercise,
    OverduePolicy,
    Participant,
    Status,
    StopReason,
    TimerHeartbeat,
)
from exercise.players.cast import fill_empty_seats
from exercise.players.rehearsal import director_of, is_run_of
from exercise.supervisor import manage
from scenarios.calendar import HOUR_US
from scenarios.reading import ScenarioProblems, load, sample_path
from units.models import SignInLink
from units.roles import Role

CODE = "dien-tap-mau"
PACE_PERMILLE = 60_000
UNIT = "VP"
LINK_USES = 50
STILL_HERE_US = 2 * HOUR_US
"""Whoever signed in so shortly before the start still sits there: players do not take the seat."""


class Command(run.Command):
    help = "Runs everything with the sample drill at ×60, played by bots. Goes on where it was."

    def handle(self, *args: Any, **options: Any) -> None:
        os.environ.setdefault("PUBLIC_BOARD", "1")
        self.extra = (
            # Which exercise it is comes out only after the database has been made ready.
            manage("players", CODE, "--newest-run", "--since", str(wall_us() - STILL_HERE_US)),
        )
        super().handle(*args, **options)

    # ── before the web server starts ────────────────────────────────────────────────────────
    def prepare(self) -> None:
        self._exercise = _latest() or self._new()
        exercise = self._exercise
        if exercise.status == Status.PLANNED:
            conduct.start(exercise.pk, director_of(exercise))
            self.say(f"{exercise.code} started at ×{PACE_PERMILLE // 1000}")
        elif _goes_on(exercise):
            exercise.refresh_from_db()
            label = exercise.calendar.label(exercise.anchor_us, language="en")
            self.say(f"{exercise.code} goes on at {label}")

    def _new(self) -> Exercise:
        try:
            scenario = load(sample_path())
        except ScenarioProblems as problems:
            raise CommandError(f"The sample scenario cannot be used:\n{problems}") from None
        exercise = create_exercise(scenario, code=_free_code(), rehearsal=True)
        fill_empty_seats(exercise)
        director = director_of(exercise)
        conduct.set_overdue_policy(exercise.pk, director, policy=OverduePolicy.RELEASE)
        conduct.set_pace(exercise.pk, director, rate_permille=PACE_PERMILLE)
        return exercise

    # ── when everything answers ─────────────────────────────────────────────────────────────
    def on_ready(self) -> None:
        exercise = self._exercise
        exercise.refresh_from_db()
        site = f"http://{run.settings_host()}:{settings.PORT}"
        lines = [
            f"{label:<22}{site}/go/{_token(exercise, role, unit)}/"
            for label, role, unit in (
                ("Director", Role.DIRECTOR, None),
                (f"Unit {UNIT} (its lead)", Role.LEAD, UNIT),
                ("Evaluator", Role.EVALUATOR, None),
            )
        ]
        lines.append(f"{'Board, no account':<22}{site}/board/{exercise.board_token}/")
        words = "\n".join(f"  {line}" for line in lines)
        self.stdout.write(
            f"\n  {exercise.code} runs at ×{exercise.rate_permille / 1000:g}; bots play those who"
            " have not signed in.\n  Whoever opens a link takes over from them:\n\n"
            f"{words}\n\n{self.phones()}"
            "  Ctrl-C: stop; started again it goes on where it was\n\n"
        )
        self.stdout.flush()
        connections.close_all()


def _runs() -> list[Exercise]:
    """The demo's runs, the newest first."""
    found = Exercise.objects.filter(code__startswith=CODE, rehearsal=True).order_by("-pk")
    return [one for one in found if is_run_of(one.code, CODE)]


def _latest() -> Exercise | None:
    """The newest run, unless it is over: then there is nothing left in it to take part in."""
    newest = next(iter(_runs()), None)
    if newest is None or newest.status in (Status.ENDED, Status.CLOSED):
        return None
    return newest


def _free_code() -> str:
    taken, run_number = {one.code for one in _runs()}, 1
    while (code := CODE if run_number == 1 else f"{CODE}-{run_number}") in taken:
        run_number += 1
    return code


def _goes_on(exercise: Exercise) -> bool:
    """Let a drill go on where it was when everything was stopped; tells whether it does.

    A clock left running is set back to the last moment at which anything is known to have worked,
    as after any outage. What a person paused stays paused.
    """
    if exercise.running:
        conduct.recover(exercise.pk, TimerHeartbeat.newest_us() or 0, tolerated_us=0)
        exercise = Exercise.objects.get(pk=exercise.pk)
    if exercise.status != Status.PAUSED or exercise.stop_reason != StopReason.OUTAGE:
        return False
    conduct.resume(exercise.pk, director_of(exercise))
    return True


def _token(exercise: Exercise, role: str, unit: str | None) -> str:
    """A sign-in link's token for the first person in this role."""
    people = Participant.objects.filter(exercise=exercise, role=role)
    if unit is not None:
        people = people.filter(unit__code=unit)
    person = people.select_related("user").order_by("pk")[0]
    _link, token, _code = SignInLink.issue(person.user, uses=LINK_USES)
    return token
