"""The catalogue of faults: what each does to a running drill, and how long it lasts."""

from __future__ import annotations

import errno
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.chaos.deployment import Deployment
from tests.chaos.viewers import Audience

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = (SQLITE, POSTGRESQL)

SMALL_VAR, SMALL_UPLOADS, SMALL_POSTGRES = "var", "uploads", "postgres"
"""What lies on a small disk of its own."""
CLOCK_STEP_S = 90
TASKS_AT_ONCE = 60
EVERYTHING = ("supervisor", "web", "worker", "chores", "beat", "broker")


class Stage(Protocol):
    """What a fault can lay hands on."""

    deployment: Deployment
    audience: Audience
    draw: random.Random
    exercise_id: int
    small_disk: Path | None
    clock_file: Path | None
    clock_offset_s: int

    def hold_database(self, seconds: float, during: Callable[[], None] | None = None) -> None:
        """Keep every writer out of the database for a while."""

    def send_tasks(self, count: int) -> None:
        """Send tasks of the timers, in any order, some of them more than once."""


Strike = Callable[[Stage, float], "set[int] | None"]
"""Do it, for so many seconds; answers the processes that must not be seen again."""


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Attributes:
        does: one sentence for the table's reader.
        short_s, long_s: how long it lasts in CI and in the long form; 0 for a blow.
        at_once: strikes in one drill of the long form.
        needs: what the drill must be built with.
    """

    name: str
    does: str
    strike: Strike
    short_s: float = 0
    long_s: float = 0
    at_once: int = 10
    databases: tuple[str, ...] = DATABASES
    outer_broker: bool = False
    second_worker: bool = False
    false_clock: bool = False
    small: dict[str, str] | None = None
    """What lies on a small disk, by database."""

    def lasts_s(self, *, long: bool) -> float:
        return self.long_s if long else self.short_s


def _kill(*names: str) -> Strike:
    return lambda stage, _seconds: stage.deployment.kill(*names)


def _worker_in_task(stage: Stage, seconds: float) -> set[int]:
    hit: set[int] = set()

    def kill() -> None:
        hit.update(stage.deployment.kill(stage.draw.choice(("worker", "second-worker"))))

    stage.hold_database(seconds, during=kill)
    return hit


def _broker_down(stage: Stage, seconds: float) -> set[int]:
    return stage.deployment.down_for("outer-broker", seconds)


def _flush(stage: Stage, _seconds: float) -> None:
    from django.conf import settings
    from redis import Redis

    Redis.from_url(settings.REDIS_URL).flushall()


def _lock_database(stage: Stage, seconds: float) -> None:
    stage.hold_database(seconds)


def _fill_disk(stage: Stage, seconds: float) -> None:
    assert stage.small_disk is not None
    ballast, until = stage.small_disk / "ballast", time.monotonic() + seconds
    try:
        with ballast.open("wb", buffering=0) as stream:
            while time.monotonic() < until:
                _fill(stream)  # again and again: others let go of blocks meanwhile
                time.sleep(0.02)
    finally:
        ballast.unlink(missing_ok=True)


def _fill(stream: Any) -> None:
    for size in (1 << 20, 1 << 12, 1):
        try:
            while True:
                stream.write(b"\0" * size)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def _step_clock(by_s: int) -> Strike:
    def strike(stage: Stage, _seconds: float) -> None:
        assert stage.clock_file is not None
        stage.clock_offset_s += by_s
        set_false_clock(stage.clock_file, stage.clock_offset_s)

    return strike


def set_false_clock(clock_file: Path, offset_s: int) -> None:
    """Let `time.time` be so many seconds away from true in all processes that read this file."""
    fresh = clock_file.with_suffix(".new")
    fresh.write_text(str(offset_s))
    os.replace(fresh, clock_file)


def _stop_worker(stage: Stage, seconds: float) -> None:
    stage.deployment.stop_for("worker", seconds)


def _two_beats(stage: Stage, seconds: float) -> None:
    stage.deployment.another_beat_for(seconds)


def _tasks(stage: Stage, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        stage.send_tasks(TASKS_AT_ONCE)
        if time.monotonic() >= until:
            return
        time.sleep(0.2)


def _cut_streams(stage: Stage, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        viewers = list(stage.audience.viewers)
        stage.audience.cut(stage.draw.sample(viewers, len(viewers)))
        if time.monotonic() >= until:
            return
        time.sleep(stage.draw.uniform(0.2, 0.8))


CATALOGUE: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("kill web", "kill -9 of the web server", _kill("web")),
        Fault("kill worker", "kill -9 of the only Celery worker", _kill("worker")),
        Fault(
            "kill worker in a task",
            "two workers; the database is held so that tasks wait in their transaction (SQLite: "
            "where it begins, PostgreSQL: before it writes the journal), then one worker gets "
            "kill -9 (the threads pool has no children that could be killed alone)",
            _worker_in_task,
            short_s=1.5,
            long_s=1.5,
            second_worker=True,
        ),
        Fault("kill beat", "kill -9 of the only beat", _kill("beat")),
        Fault("kill broker", "kill -9 of Valkey", _kill("broker")),
        Fault(
            "kill supervisor",
            "kill -9 of `manage.py run`; its children die with it, and it is started again on the "
            "same directory, as a service manager does",
            _kill("supervisor"),
        ),
        Fault(
            "kill everything",
            "kill -9 of supervisor, web, worker, beat and broker in one moment, then started again",
            _kill(*EVERYTHING),
        ),
        Fault("broker emptied", "FLUSHALL: queue, stream and locks are gone", _flush),
        Fault(
            "broker down",
            "kill -9 of a broker outside the tree, which stays down",
            _broker_down,
            short_s=8,
            long_s=60,
            at_once=5,
            outer_broker=True,
        ),
        Fault(
            "database locked",
            "another process keeps every writer out (SQLite: BEGIN EXCLUSIVE; PostgreSQL: LOCK "
            "TABLE … IN ACCESS EXCLUSIVE MODE, which stops readers too)",
            _lock_database,
            short_s=4,
            long_s=10,
        ),
        Fault(
            "database disk full",
            "not a byte is left on the database's disk, a tmpfs (SQLite: all of the install's "
            "directory, with the broker's file and the logs; PostgreSQL: its data directory)",
            _fill_disk,
            short_s=3,
            long_s=8,
            small={SQLITE: SMALL_VAR, POSTGRESQL: SMALL_POSTGRES},
        ),
        Fault(
            "upload disk full",
            "not a byte is left on the disk of the uploaded files, a tmpfs",
            _fill_disk,
            short_s=3,
            long_s=8,
            small={SQLITE: SMALL_UPLOADS, POSTGRESQL: SMALL_UPLOADS},
        ),
        Fault(
            "clock forward",
            f"`time.time` of all our Python processes, by which the exercise clock, the timers and "
            f"signed tokens go, is set {CLOCK_STEP_S} s ahead; `datetime.now`, the broker and "
            "PostgreSQL keep the true time",
            _step_clock(CLOCK_STEP_S),
            false_clock=True,
        ),
        Fault(
            "clock back",
            f"`time.time` of all our Python processes, by which the exercise clock, the timers and "
            f"signed tokens go, is set {CLOCK_STEP_S} s back; `datetime.now`, the broker and "
            "PostgreSQL keep the true time",
            _step_clock(-CLOCK_STEP_S),
            false_clock=True,
        ),
        Fault("worker frozen", "SIGSTOP of the only worker", _stop_worker, short_s=4, long_s=20),
        Fault(
            "two beats",
            "a second beat beside the first, ended by kill -9",
            _two_beats,
            short_s=5,
            long_s=8,
        ),
        Fault(
            "tasks doubled and reordered",
            f"{TASKS_AT_ONCE} sweeps and heartbeats at a time straight into the queue, shuffled, "
            "and messages that wait there put into it again",
            _tasks,
            short_s=2,
            long_s=3,
        ),
        Fault(
            "streams cut",
            "the sockets of every page's stream are shut down, again and again",
            _cut_streams,
            short_s=2,
            long_s=4,
        ),
    )
}
