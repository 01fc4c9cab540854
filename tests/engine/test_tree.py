"""``manage.py demo`` as a newcomer meets it: it serves, plays, stops at once, goes on."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .conftest import BASE, environment

pytestmark = [pytest.mark.engine, pytest.mark.timeout(400)]
READY_S, ALIVE_S, STOP_S = 90, 90, 3.0


@contextmanager
def demo(var: Path, port: int) -> Iterator[str]:
    """Run the demo for the length of the block; gives what it printed when it was ready."""
    out = var.parent / "demo.out"
    with out.open("wb") as stream:
        tree = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=BASE,
            env=environment(EXERCISE_VAR=str(var), PORT=str(port)),
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for(lambda: "Ctrl-C" in out.read_text() or tree.poll() is not None, READY_S)
        assert tree.poll() is None, out.read_text()
        yield out.read_text()
        asked = time.monotonic()
        tree.send_signal(signal.SIGINT)
        assert tree.wait(timeout=20) == 0
        assert time.monotonic() - asked < STOP_S
    finally:
        if tree.poll() is None:
            os.killpg(tree.pid, signal.SIGKILL)
            tree.wait()


def wait_for(condition, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def rows(var: Path, question: str) -> list[tuple]:
    with sqlite3.connect(var / "db.sqlite3", timeout=20) as connection:
        return connection.execute(question).fetchall()


def acknowledged(var: Path) -> int:
    (found,) = rows(
        var, "SELECT count(*) FROM exercise_journalentry WHERE kind = 'tasking_acknowledged'"
    )
    return found[0]


def test_the_demo_is_alive_soon_stops_at_once_and_goes_on(tmp_path: Path) -> None:
    var, port = tmp_path / "var", free_port()
    with demo(var, port) as said:
        assert len(re.findall(rf"http://127\.0\.0\.1:{port}/go/\S+/", said)) == 3
        board = re.search(rf"http://127\.0\.0\.1:{port}/board/\S+/", said)
        assert board
        wait_for(lambda: acknowledged(var) >= 3, ALIVE_S)
        seen = time.monotonic()
        with urllib.request.urlopen(board[0], timeout=30) as answer:
            assert answer.status == 200
    stopping_s = time.monotonic() - seen
    last = rows(var, "SELECT max(exercise_us) FROM exercise_journalentry")[0][0]
    before = acknowledged(var)
    time.sleep(5)
    with demo(var, port) as said:
        assert "goes on at" in said
        (code, status, anchor_us), *others = rows(
            var, "SELECT code, status, anchor_us FROM exercise_exercise"
        )
        assert (code, status, others) == ("dien-tap-mau", "running", [])
        # Where it was: not before what is written down, and not later by the pause, in which five
        # minutes of the exercise would have passed.
        assert last <= anchor_us <= last + (stopping_s + 4) * 60 * 1_000_000
        wait_for(lambda: acknowledged(var) > before, ALIVE_S)
