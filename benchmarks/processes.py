"""Starting what is measured in a place of its own, and reading what it costs."""

from __future__ import annotations

import ctypes
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.results import BASE
from exercise.supervisor import broker

OURS = ("DJANGO_SETTINGS_MODULE", "EXERCISE_VAR", "DATABASE_URL", "REDIS_URL", "PORT", "DEBUG")
START_S = 60.0


class DidNotFinish(Exception):
    """A candidate could not do what was asked within its time."""


def environment(**given: str) -> dict[str, str]:
    """This process's, without what belongs to an install."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(BASE)} | given


def free_port() -> int:
    """A port nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def directory() -> Iterator[Path]:
    """One that is gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


# Loaded here because nothing may be imported between fork and exec.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """A run that is killed, by its time limit too, leaves no worker behind."""
    if _libc is not None:
        _libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


@contextmanager
def running(
    words: Sequence[str], env: Mapping[str, str], log: Path, *, stop_s: float = 5.0
) -> Iterator[psutil.Process]:
    """A program and all it starts; ended by its group, so nothing is left behind."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            words,
            env=dict(env),
            cwd=BASE,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
    try:
        yield psutil.Process(process.pid)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(stop_s)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


@contextmanager
def redis() -> Iterator[str]:
    """A Redis of its own on a port of this machine, its address."""
    port = free_port()
    with directory() as there:
        words = [broker.program(), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(there)]
        words += ["--save", "", "--appendonly", "no", "--loglevel", "warning"]
        with running(words, environment(), there / "log"):
            wait_until(lambda: listens(port), "Redis does not start")
            yield f"redis://127.0.0.1:{port}/0"


def uvicorn(application: str, port: int, processes: int = 1) -> list[str]:
    """The product's own web server, for anybody's application."""
    return [
        *(sys.executable, "-m", "uvicorn", application, "--host", "127.0.0.1"),
        *("--port", str(port), "--loop", "uvloop", "--http", "httptools", "--ws", "none"),
        *("--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "1"),
        *(("--workers", str(processes)) if processes > 1 else ()),
        *("--backlog", "4096"),
    ]


def manage(*words: str, env: Mapping[str, str]) -> str:
    """A management command, to its end."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=BASE,
        env=dict(env),
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode:
        raise DidNotFinish(f"manage.py {' '.join(words)}: {done.stderr[-2000:]}")
    return done.stdout


def listens(port: int) -> bool:
    """Whether somebody has the port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def serves(port: int, path: str = "/healthz") -> bool:
    """Whether a page comes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until(condition: object, complaint: str, limit_s: float = START_S) -> None:
    """Look every 20 ms."""
    deadline = time.monotonic() + limit_s
    while not condition():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise DidNotFinish(complaint)
        time.sleep(0.02)


@dataclass(frozen=True)
class Cost:
    """What a program and its children have used so far and hold now."""

    cpu_s: float
    rss_kb: float
    pss_kb: float
    threads: int
    processes: int

    @classmethod
    def of(cls, *roots: psutil.Process, pss: bool = False) -> Cost:
        """Read it; who ends meanwhile does not count."""
        found = [one for root in roots for one in (root, *_children(root))]
        cpu_s = rss = pss_bytes = 0.0
        threads = count = 0
        for one in found:
            try:
                cpu_s += _on_cpu_s(one)
                rss += one.memory_info().rss
                pss_bytes += one.memory_full_info().pss if pss else 0
                threads += one.num_threads()
                count += 1
            except psutil.Error:
                continue
        return cls(cpu_s, rss / 1024, pss_bytes / 1024, threads, count)


def _on_cpu_s(process: psutil.Process) -> float:
    """Seconds on a processor: by the scheduler's own count where that tells more.

    The usual times come in ticks of 10 ms, too coarse for a hundred viewers; the scheduler's are
    exact, but a thread that ended takes its own away.
    """
    used = process.cpu_times()
    ticked = float(used.user + used.system)
    try:
        tasks = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
        return max(ticked, sum(int(task.read_text().split()[0]) for task in tasks) / 1e9)
    except (OSError, ValueError, IndexError):
        return ticked


def _children(root: psutil.Process) -> list[psutil.Process]:
    try:
        return root.children(recursive=True)
    except psutil.Error:
        return []
