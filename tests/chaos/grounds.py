"""Where a drill is struck: a directory, a database and small disks of its own, made and taken away.

Nothing here loads Django: each drill is a process of its own, `rehearse.py`.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests import migrated
from tests.chaos.faults import (
    CATALOGUE,
    SMALL_POSTGRES,
    SMALL_UPLOADS,
    SMALL_VAR,
    SQLITE,
    Fault,
    set_false_clock,
)

BASE = Path(__file__).resolve().parents[2]
SMALL_DISK = {SMALL_VAR: "96m", SMALL_UPLOADS: "4m", SMALL_POSTGRES: "320m"}
GIVEN_UP_AFTER_S = 900
_OURS = frozenset(
    {
        "DJANGO_SETTINGS_MODULE",
        "EXERCISE_VAR",
        "DATABASE_URL",
        "REDIS_URL",
        "PORT",
        "DRILL_POSTGRES_DATA",
    }
)


_running: set[subprocess.Popen[bytes]] = set()


class NotPossible(Exception):
    """A drill could not be made or did not come to its end, with the end of its logs."""


def strike(
    name: str, database: str, *, seed: int, strikes: int, home: Path, long: bool = False
) -> dict[str, Any]:
    """Run one drill under one fault; answers what `rehearse.py` found.

    Args:
        home: a directory that drills of one session share: what is made once lies there.
    """
    fault = CATALOGUE[name]
    small = (fault.small or {}).get(database, "")
    with ExitStack() as made:
        var = Path(made.enter_context(_directory()))
        environment = _environment() | {"EXERCISE_VAR": str(var), "PORT": str(_free_port())}
        command = [sys.executable, "-m", "tests.chaos.rehearse", "--fault", name]
        command += ["--seed", str(seed), "--strikes", str(strikes)]
        command += ["--out", str(var.parent / "found.json"), *(["--long"] if long else [])]
        if small == SMALL_VAR:
            environment["CHAOS_SMALL_DISK"] = str(made.enter_context(_disk(var, small)))
        shutil.copytree(_prepared(home), var, dirs_exist_ok=True, symlinks=True)
        if small == SMALL_UPLOADS:
            uploads = var / "uploads"
            environment["CHAOS_SMALL_DISK"] = str(made.enter_context(_disk(uploads, small)))
        if small == SMALL_POSTGRES:
            disk = made.enter_context(_disk(var.parent / "pg", small))
            environment |= {"CHAOS_SMALL_DISK": str(disk), "TMPDIR": str(disk)}
            command = [str(BASE / ".ci" / "with-postgres"), *command]
        elif database != SQLITE:
            environment["DATABASE_URL"] = made.enter_context(_database(home))
        environment |= _special(fault, var)
        return _run(command, environment, var)


def _special(fault: Fault, var: Path) -> dict[str, str]:
    found = {}
    if fault.outer_broker:
        found["REDIS_URL"] = f"unix://{var}/outer/run/broker.sock"
    if fault.false_clock:
        set_false_clock(var / "clock", 0)
        found["CHAOS_CLOCK_FILE"] = str(var / "clock")
        found["PYTHONPATH"] = str(BASE / "tests" / "chaos" / "false_clock")
    return found


def _run(command: list[str], environment: dict[str, str], var: Path) -> dict[str, Any]:
    log = var.parent / "rehearse.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=BASE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _running.add(process)
        try:
            status: int | None = process.wait(GIVEN_UP_AFTER_S)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            _end(process)
            _running.discard(process)
    if status != 0:
        raise NotPossible(f"status {status}\n{_logs(log, var)}")
    found: dict[str, Any] = json.loads((var.parent / "found.json").read_text())
    if keep := os.environ.get("CHAOS_KEEP"):
        shutil.copytree(var / "log", Path(keep) / var.parent.name, dirs_exist_ok=True)
    return found


def break_off() -> None:
    """End the drills under way; whoever waits for one is told that it came to no end."""
    for process in list(_running):
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    for number, wait_s in ((signal.SIGTERM, 10), (signal.SIGKILL, None)):
        if process.poll() is not None:
            return
        os.killpg(process.pid, number)  # what the drill started dies with it
        try:
            process.wait(wait_s)
        except subprocess.TimeoutExpired:
            pass


def _logs(log: Path, var: Path) -> str:
    parts = [log, *sorted((var / "log").glob("*.log"))]
    return "\n".join(
        f"── {part.name}\n" + "\n".join(part.read_text(errors="replace").splitlines()[-30:])
        for part in parts
        if part.exists()
    )


# ── what a drill stands on ──────────────────────────────────────────────────────────────────────
@contextmanager
def _directory() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="chaos-", dir="/tmp"))
    (place / "var").mkdir(mode=0o700)
    place.chmod(0o711)  # PostgreSQL, which does not run as root, must get to a disk in it
    try:
        yield place / "var"
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _disk(place: Path, size: str) -> Iterator[Path]:
    """A disk that is soon full. Needs the right to mount, which CI has as root."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = f"size={SMALL_DISK[size]},mode={'755' if size == SMALL_POSTGRES else '700'}"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "chaos", str(place)], capture_output=True, text=True
    )
    if done.returncode != 0:
        raise NotPossible(f"cannot mount a small disk: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)


def _prepared(home: Path) -> Path:
    """A directory as `manage.py prepare` leaves it, made once for all drills."""
    with _once(home / "var") as var:
        if var is not None:
            migrated.put(var)
            _manage("prepare", EXERCISE_VAR=str(var))
    return home / "var"


@contextmanager
def _database(home: Path) -> Iterator[str]:
    """A PostgreSQL database of a drill's own, on the server that `.ci/with-postgres` started."""
    server = os.environ["DATABASE_URL"]
    with _once(home / "template") as fresh:
        if fresh is not None:
            _order(server, "CREATE DATABASE {}", "chaos_template")
            url = _to(server, "chaos_template")
            _manage("migrate", "--verbosity", "0", EXERCISE_VAR=str(home / "var"), DATABASE_URL=url)
    name = f"chaos_{os.getpid()}_{_free_port()}"
    _order(server, "CREATE DATABASE {} TEMPLATE chaos_template", name)
    try:
        yield _to(server, name)
    finally:
        _order(server, "DROP DATABASE {} WITH (FORCE)", name)


def _order(server: str, words: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(words).format(sql.Identifier(name)))


def _to(server: str, name: str) -> str:
    return urlsplit(server)._replace(path=f"/{name}").geturl()


@contextmanager
def _once(place: Path) -> Iterator[Path | None]:
    """The place to make something in, for the first who comes; the others wait and get none."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if place.exists():
            yield None
            return
        fresh = place.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        yield fresh
        fresh.rename(place)


def _manage(*words: str, **given: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=BASE,
        env=_environment() | given,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in _OURS}
    return kept | {"DJANGO_SETTINGS_MODULE": "exercise.settings"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
