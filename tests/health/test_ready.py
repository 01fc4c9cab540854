"""Whether a process can serve: what is checked, and that no check can hang the answer."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exercise.health import ready
from exercise.health.ready import Check, findings
from tests.live.conftest import Broker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a start of the process; a busy machine may take its time."""
    monkeypatch.setattr(ready.findings, "__defaults__", (ready.CHECKS, 60.0))
    for check in ready.CHECKS:
        monkeypatch.setattr(check, "_round", None)


@pytest.fixture
def static(settings: Any, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    styles: Path = settings.STATIC_ROOT / "app.css"
    styles.write_text("")
    return styles


@pytest.fixture
def hanging(settings: Any, tmp_path: Path) -> Iterator[None]:
    """A broker that takes connections and never says a word."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "hung.sock"))
        listener.listen()
        settings.REDIS_URL = f"unix://{tmp_path / 'hung.sock'}"
        yield
        for check in ready.CHECKS:
            if check._round is not None:
                check._round.over.wait(60)


def ask() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()


def test_it_is_ready_when_everything_is(broker: Broker, static: Path) -> None:
    status, said = ask()
    assert (status, said["ready"]) == (200, True)
    assert set(said["checks"]) == {"database", "broker", "migrations", "static"}
    assert all(set(one) == {"ok", "ms"} for one in said["checks"].values())


def failing(said: dict[str, Any]) -> dict[str, str]:
    return {name: one["why"] for name, one in said["checks"].items() if not one["ok"]}


def test_a_broker_that_is_down_is_named(broker: Broker, static: Path) -> None:
    broker.kill()
    status, said = ask()
    assert (status, failing(said)) == (503, {"broker": "failed"})


def test_a_broker_that_hangs_does_not_hang_the_answer(
    hanging: None, static: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready.findings, "__defaults__", (ready.CHECKS, 0.2))
    status, said = ask()
    assert (status, failing(said)["broker"]) == (503, "no answer")
    # Not for the client's own patience: a look is still under way.
    broker = next(check for check in ready.CHECKS if check.name == "broker")
    assert broker._round is not None
    assert not broker._round.over.is_set()


def test_a_check_that_hangs_is_not_begun_again_before_it_ends() -> None:
    begun, let_go = [], threading.Event()

    def look() -> bool:
        begun.append(threading.current_thread())
        return let_go.wait(60)

    check = Check("any", look, good_for_s=0)
    for _time in range(3):
        assert findings((check,), limit_s=0.01)["any"].why == "no answer"
    assert len(begun) == 1
    let_go.set()
    begun[0].join()
    assert findings((check,), limit_s=60)["any"].ok
    assert len(begun) == 2


def test_however_many_ask_at_once_it_looks_once() -> None:
    looked, all_there = [], threading.Barrier(9)

    def look() -> bool:
        looked.append(1)
        all_there.wait(60)  # until everybody has asked
        return True

    check = Check("any", look, good_for_s=3600)

    def somebody() -> None:
        begun = check.begin()
        all_there.wait(60)
        found.append(check.end(begun, until_s=time.monotonic() + 60))

    found: list[Any] = []
    crowd = [threading.Thread(target=somebody) for _one in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert len(looked) == 1
    assert [one.ok for one in found] == [True] * 8


def test_a_migration_that_lacks_is_named_and_one_too_many_is_not(
    broker: Broker, static: Path
) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_applied("exercise", "0999_of_the_version_to_come")
    assert ask()[0] == 200
    recorder.record_unapplied("exercise", "0999_of_the_version_to_come")
    for check in ready.CHECKS:
        check._round = None
    recorder.record_unapplied("exercise", "0001_initial")
    try:
        assert failing(ask()[1]) == {"migrations": "failed"}
    finally:
        recorder.record_applied("exercise", "0001_initial")


def test_static_files_that_lack_are_named(broker: Broker, static: Path) -> None:
    static.unlink()
    status, said = ask()
    assert (status, failing(said)) == (503, {"static": "failed"})


def test_what_fails_says_nothing_an_outsider_could_use(
    settings: Any, static: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://mat-khau:rat-kin@127.0.0.1:1/0"
    said = json.dumps(ask()[1])
    for secret in ("rat-kin", "127.0.0.1", "Error", "version"):
        assert secret not in said
        assert secret not in caplog.text.replace("BusDown", "")


def test_a_trouble_that_lasts_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    check = Check("any", lambda: bool(1 / 0))
    check._good_for_s = 0
    for _time in range(3):
        check._round = None
        findings((check,), limit_s=60)
    assert caplog.text.count("not ready: any fails (ZeroDivisionError)") == 1


def test_a_sign_of_life_asks_nobody(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with CaptureQueriesContext(connection) as asked:
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert len(asked) == 0
    assert not answer.cookies
