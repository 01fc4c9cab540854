"""The product as it runs during a fault: its processes, and the service manager that keeps it.

Standard library, psutil and the product's own supervisor; the drill is elsewhere.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
from django.conf import settings

from exercise.supervisor import broker
from exercise.supervisor.child import Child, Process

MARKS = {
    "web": "uvicorn",
    "worker": "timers@",
    "chores": "chores@",
    "beat": " beat ",
    "broker": "-server",
}
CELERY = (sys.executable, "-m", "celery", "--quiet", "--app", "exercise.celery")
SECOND_WORKER = (*CELERY, "worker", "--queues", "timers", "--pool", "threads")
SECOND_WORKER = (*SECOND_WORKER, "--concurrency", "4")
SECOND_WORKER = (*SECOND_WORKER, "--hostname", "second@%h", "--without-gossip", "--without-mingle")
SECOND_BEAT = (*CELERY, "beat")
RESTART_S = 0.3
"""What the service manager waits; systemd's own default is 0.1 s."""


class Deployment:
    """`manage.py run`, and what a grown deployment has beside it."""

    def __init__(self, *, outer_broker: bool, second_worker: bool) -> None:
        self.var: Path = settings.VAR_DIR
        self.site = f"http://127.0.0.1:{settings.PORT}"
        self.parts = ("web", "worker", "chores", "beat") + (() if outer_broker else ("broker",))
        self._supervisor: Process | None = None
        self._others: dict[str, tuple[Child, Process | None]] = {}
        self._down: set[str] = set()
        self._restart_at_s = 0.0
        self.postgres_restarts = 0
        if outer_broker:
            self._add(Child("outer-broker", broker.command(self.var / "outer")))
        if second_worker:
            self._add(Child("second-worker", SECOND_WORKER))

    # ── keeping ─────────────────────────────────────────────────────────────────────────────
    def look(self) -> None:
        """Start what is not running and ought to be, as systemd does."""
        if self._supervisor is not None and self._supervisor.ended() is not None:
            self._supervisor, self._restart_at_s = None, time.monotonic() + RESTART_S
        if self._supervisor is None and time.monotonic() >= self._restart_at_s:
            self._supervisor = self._start(
                Child("supervisor", (sys.executable, "manage.py", "run"))
            )
        for name, (child, process) in list(self._others.items()):
            ended = process is None or process.ended() is not None
            if ended and name not in self._down:
                self._others[name] = (child, self._start(child))

    def stop(self) -> None:
        """Stop all of it, in order."""
        if self._supervisor is not None:
            self._supervisor.terminate()
            deadline = time.monotonic() + 10
            while self._supervisor.ended() is None and time.monotonic() < deadline:
                time.sleep(0.05)
            self._supervisor.kill()
        for _child, process in self._others.values():
            if process is not None:
                process.kill()

    def _start(self, child: Child) -> Process:
        return Process(child, log=self.var / "log" / f"{child.name}.log", cwd=settings.BASE_DIR)

    def _add(self, child: Child) -> None:
        self._others[child.name] = (child, None)

    # ── seeing ──────────────────────────────────────────────────────────────────────────────
    def pids(self, name: str) -> set[int]:
        """The processes of that name under the supervisor, or beside it."""
        if name in self._others:
            process = self._others[name][1]
            return set() if process is None else {process.pid}
        if name == "supervisor":
            return set() if self._supervisor is None else {self._supervisor.pid}
        return {pid for pid, command in self._children().items() if MARKS[name] in command}

    def _children(self) -> dict[int, str]:
        if self._supervisor is None:
            return {}
        try:
            children = psutil.Process(self._supervisor.pid).children()
            return {child.pid: " ".join(child.cmdline()) + " " for child in children}
        except psutil.Error:
            return {}

    def whole(self, killed: set[int]) -> bool:
        """Whether every part runs again, none of those killed among them, and the web answers."""
        found = [self.pids(name) for name in (*self.parts, *self._others)]
        return all(pids and not pids & killed for pids in found) and self.answers()

    def answers(self) -> bool:
        """Whether the web server does."""
        try:
            with urllib.request.urlopen(f"{self.site}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    # ── hitting ─────────────────────────────────────────────────────────────────────────────
    def kill(self, *names: str) -> set[int]:
        """Kill -9, all of them in one moment; answers who was hit."""
        hit = set().union(*(self.pids(name) for name in names))
        assert hit, f"none of {names} runs"
        for pid in hit:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return hit

    def stop_for(self, name: str, seconds: float) -> None:
        """Freeze a process for a while, as a machine that swaps does."""
        pids = self.pids(name)
        assert pids, f"no {name} runs"
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def down_for(self, name: str, seconds: float) -> set[int]:
        """Kill -9 one of those beside the tree and keep it down."""
        self._down.add(name)
        hit = self.kill(name)
        time.sleep(seconds)
        self._down.discard(name)
        self.look()
        return hit

    def another_beat_for(self, seconds: float) -> None:
        """Run a second beat for a while; it ends by kill -9."""
        beat = self._start(Child("second-beat", SECOND_BEAT))
        time.sleep(seconds)
        assert beat.ended() is None, "the second beat does not run"
        beat.kill()

    def revive_postgres(self, data: Path) -> None:
        """Start a PostgreSQL that its full disk has ended, as its service would be."""
        pids = [line.split() for line in _read(data / "postmaster.pid").splitlines()[:1]]
        if pids and psutil.pid_exists(int(pids[0][0])):
            return
        self.postgres_restarts += 1
        program = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))[-1]
        command = [str(program), "--pgdata", str(data), "--silent", "--wait", "restart"]
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run([*user, *command], check=False, capture_output=True, cwd="/")


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
