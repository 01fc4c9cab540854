"""A broker that answers and refuses: its disk is full, or it has become a replica."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from exercise.supervisor import broker
from tests import migrated

from .conftest import BASE, environment

pytestmark = pytest.mark.engine

WORKER = ("-m", "celery", "--app", "exercise.celery", "worker", "--pool", "threads")
SEND = """
import django
django.setup()
import exercise.celery
from exercise.timing.tasks import heartbeat
heartbeat.delay()
"""


@contextmanager
def running(*command: str, log: Path, **given: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=BASE, env=environment(**given), stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def heartbeats(var: Path) -> int:
    with sqlite3.connect(var / "db.sqlite3") as connection:
        return connection.execute("SELECT count(*) FROM exercise_timerheartbeat").fetchone()[0]


def test_the_worker_waits_until_it_is_no_longer_refused(tmp_path: Path) -> None:
    var, log = tmp_path, tmp_path / "worker.log"
    given = {"EXERCISE_VAR": str(var), "DJANGO_SETTINGS_MODULE": "exercise.settings"}
    migrated.put(var)
    with (
        running(*broker.command(var), log=tmp_path / "broker.log"),
        running(sys.executable, *WORKER, log=log, **given) as worker,
    ):
        socket = broker.socket_path(var)
        until(lambda: broker.answers(socket))
        redis = Redis(unix_socket_path=str(socket))
        redis.config_set("min-replicas-to-write", 1)  # there is none, so nothing may be written
        until(lambda: worker.poll() is not None or "NOREPLICAS" in log.read_text())
        redis.config_set("min-replicas-to-write", 0)
        subprocess.run([sys.executable, "-c", SEND], cwd=BASE, env=environment(**given), check=True)
        until(lambda: worker.poll() is not None or heartbeats(var))
        assert worker.poll() is None, log.read_text()
