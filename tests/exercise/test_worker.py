"""The workers: how they wait for a broker, keep their connections, and who takes which tasks."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.fixups.django import DjangoWorkerFixup
from celery.utils.imports import symbol_by_name
from django.db import connections
from kombu import Connection
from kombu.utils import functional

from exercise.celery import app, settle_in
from exercise.supervisor import Site

A_WHILE_S, LOOKS_EVERY_S = 150, 1.0  # Celery gives up after a hundred tries


class TimeIsOver(BaseException):
    pass


def test_it_looks_for_the_broker_every_second_for_as_long_as_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if sum(waited) >= A_WHILE_S:
            raise TimeIsOver

    monkeypatch.setattr(functional, "sleep", sleep)
    tries = 0
    factory = Connection._connection_factory

    def counted(connection: Connection) -> object:
        nonlocal tries
        tries += 1
        return factory(connection)

    monkeypatch.setattr(Connection, "_connection_factory", counted)
    consumer = object.__new__(symbol_by_name(app.conf.worker_consumer))
    consumer.app, consumer.first_connection_attempt = app, False
    consumer.broker_connection_retry_attempt = 0
    with pytest.raises(TimeIsOver):
        consumer.ensure_connected(Connection(f"redis+socket://{tmp_path}/no.sock"))
    assert tries >= A_WHILE_S / LOOKS_EVERY_S


def test_a_worker_keeps_its_connections_from_task_to_task(monkeypatch):
    closed = []
    fixup = DjangoWorkerFixup(app)
    monkeypatch.setattr(fixup, "_close_database", lambda: closed.append(True))
    for _task in range(1000):
        fixup.close_database()
    assert not closed


@pytest.fixture
def settled(db: None) -> Iterator[dict[str, Any]]:
    """This process as a worker's; gives the settings of its connections."""
    settings = connections.settings["default"]
    age_s, turn_s = settings["CONN_MAX_AGE"], sys.getswitchinterval()
    settle_in()
    yield settings
    settings["CONN_MAX_AGE"] = age_s
    sys.setswitchinterval(turn_s)
    gc.unfreeze()


def test_a_worker_gives_up_a_connection_that_is_too_old(settled: dict[str, Any]) -> None:
    assert 0 < settled["CONN_MAX_AGE"] < 300
    assert settled["CONN_HEALTH_CHECKS"]


def test_a_command_waits_for_no_drawing_at_each_of_its_statements(settled: dict[str, Any]) -> None:
    statements = 40
    assert statements * sys.getswitchinterval() < 0.05


def test_what_takes_seconds_has_a_queue_of_its_own() -> None:
    app.loader.import_default_modules()
    own = {name: task for name, task in app.tasks.items() if name.startswith("exercise.")}
    assert len(own) >= 5
    for name, task in own.items():
        wanted = "chores" if task.__module__.startswith("exercise.chores") else "timers"
        assert app.amqp.router.route({}, name)["queue"].name == wanted, name


def test_neither_worker_takes_what_is_the_other_ones(tmp_path: Path) -> None:
    site = Site(tmp_path, tmp_path, "", 0, "", own_broker=False)
    for name, queue in (("worker", "timers"), ("chores", "chores")):
        argv = site.child(name).argv
        assert argv[argv.index("--queues") + 1] == queue
    assert {queue.name for queue in app.conf.task_queues if queue.no_ack} == {"timers", "chores"}
