"""The whole tree as a user meets it: real broker, worker, beat and web around a tiny program."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exercise.supervisor import CannotStart, Site, broker, engine

from .conftest import QUICK, Until
from .test_stop import is_gone

PROJECT = Path(__file__).resolve().parents[2]

ASGI = """
async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"served"})
"""

CELERY = """
import os
from celery import Celery
broker = os.environ["REDIS_URL"].replace("unix", "redis+socket", 1)
app = Celery("tiny", task_default_queue="timers", broker=broker)
@app.task(name="tick", ignore_result=True)
def tick():
    with open("ticks", "a") as ticks:
        ticks.write("tick ")
app.conf.beat_schedule = {"tick": {"task": "tick", "schedule": 0.1}}
"""

SUPERVISE = """
import pathlib, signal, sys
# A suite started in the background ignores Ctrl-C, and hands that down.
signal.signal(signal.SIGINT, signal.default_int_handler)
from exercise.supervisor import CannotStart, Site, run_tree
from exercise.supervisor import broker
here = pathlib.Path(sys.argv[1])
site = Site(
    base=here, var=here / "var", host="127.0.0.1", port=int(sys.argv[2]),
    redis_url=broker.url(here / "var"), own_broker=True,
)
def before():
    (here / "broker-answered").write_text(str(broker.answers(broker.socket_path(site.var))))
    if (here / "slow").exists():
        print("preparing", flush=True)
        signal.pause()
try:
    run_tree(
        say=lambda line: print(line, flush=True), site=site, before=before,
        on_ready=lambda: print("ready", flush=True),
    )
except CannotStart as problem:
    raise SystemExit(f"refused: {problem}")
"""

Start = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    package = tmp_path / "exercise"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "asgi.py").write_text(textwrap.dedent(ASGI))
    (package / "celery.py").write_text(textwrap.dedent(CELERY))
    return tmp_path


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free: int = server.getsockname()[1]
        return free


@pytest.fixture
def start(home: Path, port: int) -> Iterator[Start]:
    """Start the supervisor as a program of its own."""
    started: list[subprocess.Popen[str]] = []

    def run() -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
        for name in ("DJANGO_SETTINGS_MODULE", "REDIS_URL"):
            environment.pop(name, None)
        supervisor = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, str(home), str(port)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(supervisor)
        return supervisor

    yield run
    for supervisor in started:
        supervisor.kill()
        supervisor.communicate()


def read_until(supervisor: subprocess.Popen[str], word: str) -> list[str]:
    """The lines of a supervisor up to the one that is `word`."""
    lines: list[str] = []
    assert supervisor.stdout is not None
    for line in supervisor.stdout:
        lines.append(line.strip())
        if lines[-1] == word:
            return lines
    pytest.fail("it ended: " + "\n".join(lines))


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children]


def test_it_serves_works_and_ends_completely(
    home: Path, port: int, start: Start, until: Until
) -> None:
    supervisor = start()
    lines = read_until(supervisor, "ready")
    assert lines[0] == "broker started"
    assert (home / "broker-answered").read_text() == "True"
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
        assert page.read() == b"served"
    until((home / "ticks").exists)  # beat, broker and worker have done something together

    pids = descendants(supervisor.pid)
    assert len(pids) == 5
    asked = time.monotonic()
    supervisor.send_signal(signal.SIGINT)
    output, _ = supervisor.communicate(timeout=60)
    assert time.monotonic() - asked < 8
    assert supervisor.returncode == 0, output
    assert all(is_gone(pid) for pid in pids)
    assert not [line for line in output.splitlines() if "Traceback" in line]


def test_a_second_one_is_refused_and_the_first_goes_on(home: Path, port: int, start: Start) -> None:
    first = start()
    read_until(first, "broker started")
    output, _ = start().communicate(timeout=60)
    assert f"refused: Another one is already running on {home / 'var'}" in output
    assert str(first.pid) in output
    assert first.poll() is None


def test_a_taken_port_is_refused_before_anything_starts(
    home: Path, port: int, start: Start
) -> None:
    with socket.create_server(("127.0.0.1", port)):
        supervisor = start()
        output, _ = supervisor.communicate(timeout=60)
    assert supervisor.returncode == 1
    assert output.startswith(f"refused: Port {port} is in use by another program.")
    assert not (home / "var" / "log").exists()


def test_it_can_be_interrupted_while_it_prepares(home: Path, start: Start) -> None:
    (home / "slow").touch()
    supervisor = start()
    lines = read_until(supervisor, "preparing")
    assert lines == ["broker started", "preparing"]
    supervisor.send_signal(signal.SIGINT)
    output, _ = supervisor.communicate(timeout=60)
    assert supervisor.returncode == 0
    assert output == ""


def test_an_engine_runs_beside_a_program_and_ends_with_it(
    home: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    var = home / "var"
    site = Site(base=home, var=var, host="", port=0, redis_url=broker.url(var), own_broker=True)
    said: list[str] = []
    with engine(site=site, say=said.append):
        until((home / "ticks").exists)
        with engine(site=site, say=said.append):
            pass  # the one that runs is used, and left running
        assert broker.answers(broker.socket_path(var))
    assert not broker.answers(broker.socket_path(var))
    assert said == ["broker started", "worker started", "beat started"]


def test_an_engine_that_cannot_run_says_so_to_its_program(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exercise.supervisor.broker.program", lambda: "/bin/false")
    monkeypatch.setattr("exercise.supervisor.tree.Patience", lambda: QUICK)
    var = home / "var"
    site = Site(base=home, var=var, host="", port=0, redis_url=broker.url(var), own_broker=True)
    with pytest.raises(CannotStart, match="broker does not start"), engine(site=site):
        pytest.fail("it ran without a broker")
