"""One drill that is hit by one kind of fault, and what came of it.

    python -m tests.chaos.rehearse --fault NAME --seed N --strikes N --out FILE [--long]

Runs in the environment that `grounds.py` makes for it; nothing here starts a database.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections

from exercise.clock import wall_us
from exercise.management.preparation import prepare
from exercise.models import Exercise, Inject, JournalEntry, Status, TimerHeartbeat, verify
from exercise.players.play import Players
from exercise.players.rehearsal import Rehearsal, director_of, wait_for_timers
from exercise.players.report import Facts, conformance
from exercise.review.replay import differences
from scenarios.reading import load
from tests.chaos.deployment import Deployment
from tests.chaos.faults import CATALOGUE, SQLITE, Fault
from tests.chaos.scenario import PACE, scenario
from tests.chaos.viewers import Audience, Viewer
from units.models import SignInLink
from units.roles import Role

LEAD_S, BETWEEN_S = 3.0, (0.5, 2.0)
AROUND_A_STRIKE_S = 4.0
"""What a strike takes besides its own length: the wait before it and the recovery."""
TOLERATED_S = 30
RECOVERS_WITHIN_S, ENDS_WITHIN_S, PAGES_WITHIN_S = 120.0, 600.0, 25.0
LOOK_S = 0.02
DATABASE_DOWN = (OperationalError, InterfaceError)


class Drill:
    """The stage: a real deployment, people who act, people who watch."""

    def __init__(self, fault: Fault, *, seed: int, strikes: int, long: bool) -> None:
        self.fault, self.seed, self.strikes = fault, seed, strikes
        self.lasts_s = fault.lasts_s(long=long)
        self.database = "sqlite" if connection.vendor == "sqlite" else "postgresql"
        self.draw = random.Random(f"{fault.name}|{self.database}|{seed}")
        self.small_disk = _path("CHAOS_SMALL_DISK")
        self.clock_file = _path("CHAOS_CLOCK_FILE")
        self.clock_offset_s = 0
        self.deployment = Deployment(
            outer_broker=fault.outer_broker, second_worker=fault.second_worker
        )
        self.problems: list[str] = []
        self._over = threading.Event()

    # ── the run ─────────────────────────────────────────────────────────────────────────────
    def run(self) -> dict[str, Any]:
        """Play, strike, recover, end; answers what was found."""
        began_s = time.monotonic()
        exercise = self._prepare()
        self.exercise_id = exercise.pk
        self.deployment.look()
        players = threading.Thread(target=self._play, name="players", daemon=True)
        try:
            self._wait(lambda: self.deployment.whole(set()), 180, "the tree does not come up")
            wait_for_timers(180)
            self.audience = Audience(self._viewers(exercise))
            self.audience.open()
            players.start()
            self._wait(self._released, 120, "nothing was released")
            blows = self._strike_all()
            self._wait(lambda: self._now().status == Status.ENDED, ENDS_WITHIN_S, "no end")
            watched = self._watched()
        finally:
            self._over.set()
            players.join(10) if players.ident else None
            self.deployment.stop()
        return self._found(blows) | watched | {"took_s": round(time.monotonic() - began_s, 1)}

    def _prepare(self) -> Exercise:
        prepare(lambda _line: None)
        # An outage longer than the exercise tolerates is not played: its clock is set back.
        played_s = self.lasts_s if self.lasts_s < TOLERATED_S else 0
        length_s = LEAD_S + self.strikes * (played_s + AROUND_A_STRIKE_S)
        source = settings.VAR_DIR / "drill.yaml"
        source.write_text(scenario(length_s, self.seed), encoding="utf-8")
        self._rehearsal = Rehearsal(source, pace=PACE, seed=self.seed, units_late=0)
        return self._rehearsal.prepare(load(source))

    def _viewers(self, exercise: Exercise) -> list[Viewer]:
        site, code = self.deployment.site, exercise.code
        seats = [("control", "console", director_of(exercise).user_id)]
        leads = exercise.participants.filter(role=Role.LEAD).select_related("unit")
        seats += [(f"unit {lead.unit.code}", "inbox", lead.user_id) for lead in leads]
        people = {one.user_id: one.user for one in exercise.participants.select_related("user")}
        found = []
        for name, page, user_id in seats:
            _link, token, _code = SignInLink.issue(people[user_id], uses=5)
            found.append(Viewer(name, site, f"/x/{code}/{page}/", f"/go/{token}/"))
        board = f"/board/{exercise.board_token}/"
        return [*found, Viewer("board", site, board), Viewer("board 2", site, board)]

    def _play(self) -> None:
        exercise = Exercise.objects.get(pk=self.exercise_id)
        players = Players(self.exercise_id, self._rehearsal.habits(exercise))
        try:
            players.run(until=self._over.is_set)
        except BaseException as error:
            self.problems.append(f"the players ended: {error!r}")
        finally:
            connections.close_all()

    # ── striking ────────────────────────────────────────────────────────────────────────────
    def _strike_all(self) -> list[dict[str, float]]:
        blows = []
        for _time in range(self.strikes):
            self._keep_for(self.draw.uniform(*BETWEEN_S))
            if self._asked(self._now).status in (Status.ENDED, Status.CLOSED):
                break
            struck_s = time.monotonic()
            hit = self.fault.strike(self, self.lasts_s) or set()
            ended_s = time.monotonic()
            recovered_s = self._recovered_s(hit, ended_s)
            blows.append(
                {
                    "lasted_s": round(ended_s - struck_s, 2),
                    "recovery_s": round(recovered_s - ended_s, 2),
                    "pages_s": round(self._pages_hear_s(ended_s) - ended_s, 2),
                }
            )
        return blows

    def _recovered_s(self, hit: set[int], ended_s: float) -> float:
        """When every part runs, the web answers, and the timers have worked after that."""
        deadline = ended_s + RECOVERS_WITHIN_S
        while not self.deployment.whole(hit):
            self._look_before(deadline, "the tree does not come back")
        before = None
        while not (before and self._works_since(before) and self._asked(self._goes_on)):
            before = before or self._asked(self._sign_of_timers)
            self._look_before(deadline, "the timers do not work again")
        return time.monotonic()

    def _works_since(self, before: tuple[Any, ...]) -> bool:
        return self._asked(self._sign_of_timers) not in (None, before)

    def _pages_hear_s(self, ended_s: float) -> float:
        deadline = ended_s + RECOVERS_WITHIN_S
        while not self.audience.heard_since_s(ended_s):
            self._look_before(deadline, "a page hears nothing")
        return time.monotonic()

    def _sign_of_timers(self) -> tuple[Any, ...]:
        """What the timers change when they work: their heartbeat, and what they write down."""
        heartbeat = TimerHeartbeat.objects.values_list("wall_us", flat=True).first()
        entries = JournalEntry.objects.filter(exercise_id=self.exercise_id, role="timer")
        last = entries.order_by("-seq").values_list("seq", flat=True).first()
        return heartbeat, last

    def _goes_on(self) -> bool:
        """Whether the clock moves: a director lets it go on after a long outage, and one that was
        set back does not wait until it has caught up.
        """
        exercise = self._now()
        if exercise.status != Status.RUNNING:
            return exercise.status != Status.PAUSED
        return exercise.clock.position_us(wall_us()) > exercise.anchor_us

    def _released(self) -> bool:
        return Inject.objects.filter(exercise_id=self.exercise_id, released_us__gt=0).exists()

    def _now(self) -> Exercise:
        return Exercise.objects.get(pk=self.exercise_id)

    # ── what a fault can lay hands on ───────────────────────────────────────────────────────
    def hold_database(self, seconds: float, during: Callable[[], None] | None = None) -> None:
        """Keep every writer out of the database for a while; `during` is called half-way."""
        held: Any
        if self.database == SQLITE:
            path = settings.DATABASES["default"]["NAME"]
            held = sqlite3.connect(path, isolation_level=None, timeout=20)
            held.execute("BEGIN EXCLUSIVE")
        else:
            held = psycopg.connect(os.environ["DATABASE_URL"])
            # With something to do half-way, writers get as far as the journal.
            table = "exercise_exercise" if during is None else "exercise_journalentry"
            held.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        try:
            time.sleep(seconds / 2)
            if during is not None:
                during()
            time.sleep(seconds / 2)
        finally:
            held.rollback()
            held.close()

    def send_tasks(self, count: int) -> None:
        """Sweeps and heartbeats in any order; what waits in the queue is put into it again."""
        from redis import Redis

        import exercise.celery  # noqa: F401, which is where tasks are sent to
        from exercise.timing.tasks import heartbeat, sweep_exercises

        for _time in range(count):
            if self.draw.random() < 0.5:
                sweep_exercises.apply_async(args=[self.exercise_id], retry=False)
            else:
                heartbeat.apply_async(retry=False)
        redis, queue = Redis.from_url(settings.REDIS_URL), settings.CELERY_TASK_DEFAULT_QUEUE
        waiting: Any = redis.lrange(queue, 0, count - 1)
        for message in self.draw.sample(waiting, len(waiting)):
            redis.lpush(queue, message)

    # ── waiting ─────────────────────────────────────────────────────────────────────────────
    def _look_before(self, deadline_s: float, what: str) -> None:
        if time.monotonic() > deadline_s:
            raise TimeoutError(what)
        self._look()
        time.sleep(LOOK_S)

    def _look(self) -> None:
        self.deployment.look()
        if self.small_disk is not None and (data := _path("DRILL_POSTGRES_DATA")) is not None:
            self.deployment.revive_postgres(data)

    def _wait(self, condition: Callable[[], Any], within_s: float, what: str) -> None:
        deadline = time.monotonic() + within_s
        while not self._asked(condition):
            self._look_before(deadline, what)

    def _asked(self, condition: Callable[[], Any]) -> Any:
        try:
            return condition()
        except DATABASE_DOWN:
            connection.close()
            return None

    def _keep_for(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._look()
            time.sleep(LOOK_S)

    # ── afterwards ──────────────────────────────────────────────────────────────────────────
    def _watched(self) -> dict[str, Any]:
        """What the viewers went through, and what their pages lack after time to catch up."""
        deadline = time.monotonic() + PAGES_WITHIN_S
        while (missing := self.audience.differences()) and time.monotonic() < deadline:
            time.sleep(0.1)
        viewers = self.audience.viewers
        return {
            "pages": len(viewers),
            "pages_differ": missing,
            "reloads": sum(viewer.reloads for viewer in viewers),
            "reconnects": sum(viewer.reconnects for viewer in viewers),
            "refreshes": sum(viewer.refreshes for viewer in viewers),
            "server_errors": _summed(viewer.failures for viewer in viewers),
        }

    def _found(self, blows: list[dict[str, float]]) -> dict[str, Any]:
        exercise = self._now()
        report = conformance(Facts.read(exercise.pk, exercise.last_wall_us))
        verdict = verify(exercise)
        injects = list(Inject.objects.filter(exercise=exercise))
        by_themselves = [one.lateness_us for one in injects if one.lateness_us is not None]
        entries = JournalEntry.objects.filter(exercise=exercise)
        overdue = list(entries.filter(kind="injects_overdue").order_by("seq"))
        of_all = lateness_of_all_us(injects, overdue, exercise.rate_permille)
        return {
            "fault": self.fault.name,
            "database": self.database,
            "seed": self.seed,
            "strikes": blows,
            "injects": report["injects"]["total"],
            "released": report["injects"]["released"],
            "lost": report["injects"]["lost"]
            + report["injects"]["total"]
            - report["injects"]["released"],
            "doubled": report["injects"]["released_twice"],
            "entries": verdict.entries,
            "chain_verified": verdict.verified,
            "replay_differs": differences(exercise),
            "latest_ms": round(max(by_themselves, default=0) / 1000),
            "latest_of_all_ms": round(max(of_all, default=0) / 1000),
            "held_as_overdue": len(overdue),
            "set_back": entries.filter(kind="outage_recovered").count(),
            "wall_clock_set_back": entries.filter(kind="wall_clock_set_back").count(),
            "postgres_restarts": self.deployment.postgres_restarts,
            "problems": self.problems + self.audience.problems(),
        }


def lateness_of_all_us(
    injects: Iterable[Inject], overdue: Iterable[JournalEntry], rate_permille: int
) -> list[int]:
    """How late each inject was released, in wall µs: by itself, or by hand after it was held.

    Of one that was held the journal says where the exercise clock stood then, and so how much wall
    time had passed since its moment; until its release the wall clock tells.

    Args:
        overdue: the journal's entries of injects that were held, in their order.
    """
    held = {number: entry for entry in overdue for number in entry.data["numbers"]}
    found = []
    for inject in injects:
        entry = held.get(inject.number)
        if inject.lateness_us is not None:
            found.append(inject.lateness_us)
        elif entry is not None and inject.released_wall_us is not None:
            before_us = (entry.exercise_us - (inject.due_us or 0)) * 1000 // rate_permille
            found.append(before_us + inject.released_wall_us - entry.wall_us)
    return found


def _summed(counts: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for count in counts:
        for status, times in count.items():
            found[str(status)] = found.get(str(status), 0) + times
    return found


def _path(variable: str) -> Path | None:
    return Path(os.environ[variable]) if variable in os.environ else None


def main() -> None:
    """Run one drill and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fault", choices=CATALOGUE, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--strikes", type=int, required=True)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    drill = Drill(CATALOGUE[given.fault], seed=given.seed, strikes=given.strikes, long=given.long)
    given.out.write_text(json.dumps(drill.run(), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # the viewers' thread and its sockets are not waited for
