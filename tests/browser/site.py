"""A whole install for the browser: the real tree in a directory and on a port of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_S = 90.0


class Site:
    """Broker, worker, beat and web under the supervisor; ``stage`` makes drills behind their
    back.
    """

    def __init__(self) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="browser-", dir="/tmp"))
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        others = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")
        self._env = {name: value for name, value in os.environ.items() if name not in others} | {
            "EXERCISE_VAR": str(self.var),
            "PORT": str(self.port),
            "DEBUG": "0",
            "PUBLIC_BOARD": "1",
        }
        self.mid_run: dict[str, Any] = {}
        self._tree: subprocess.Popen[bytes] | None = None
        self._hand: subprocess.Popen[str] | None = None

    # ── the tree ────────────────────────────────────────────────────────────────────────────
    def start(self) -> None:
        """Start the tree as a person does, and wait until the web server answers."""
        log = (self.var / "run.log").open("ab")
        self._tree = subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=PROJECT,
            env=self._env,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        log.close()
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        deadline, pause = time.monotonic() + PATIENCE_S, threading.Event()
        while not self._answers():
            if time.monotonic() > deadline or (self._tree and self._tree.poll() is not None):
                raise RuntimeError(f"no site:\n{(self.var / 'run.log').read_text()}")
            pause.wait(0.05)

    def wait_for_timers(self) -> None:
        """Until beat and worker have been heard of: the web server is up before them."""
        deadline, pause = time.monotonic() + PATIENCE_S, threading.Event()
        while not self.stage("timers_are_up"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"no timers:\n{(self.var / 'run.log').read_text()}")
            pause.wait(0.1)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def web_pid(self) -> int:
        """The web server's process, as it is now."""
        return self._child(b"uvicorn")

    def worker_pid(self) -> int:
        """The process that does the timed work."""
        return self._child(b"timers@%h")

    def beat_pid(self) -> int:
        """The process that knows what is due."""
        return self._child(b"beat")

    def _child(self, word: bytes) -> int:
        assert self._tree is not None
        for entry in Path("/proc").iterdir():
            try:
                if not entry.name.isdigit():
                    continue
                parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if int(parent) == self._tree.pid and word in words:
                return int(entry.name)
        raise RuntimeError(f"no process {word!r}")

    def stop(self) -> None:
        if self._hand is not None and self._hand.stdin is not None:
            self._hand.stdin.close()
            self._hand.wait(10)
        if self._tree is not None:
            self._tree.send_signal(signal.SIGTERM)
            try:
                self._tree.wait(10)
            except subprocess.TimeoutExpired:
                self._tree.kill()
                self._tree.wait()
        shutil.rmtree(self.var, ignore_errors=True)

    # ── the hand behind the stage ───────────────────────────────────────────────────────────
    def stage(self, call: str, **arguments: Any) -> Any:
        """Have something done on the site's database; see ``tests.browser.stage``."""
        if self._hand is None:
            self._hand = subprocess.Popen(
                [sys.executable, "-m", "tests.browser.stage"],
                cwd=PROJECT,
                env=self._env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=(self.var / "stage.log").open("ab"),
                text=True,
            )
        assert self._hand.stdin is not None
        assert self._hand.stdout is not None
        self._hand.stdin.write(json.dumps([call, arguments]) + "\n")
        self._hand.stdin.flush()
        line = self._hand.stdout.readline()
        if not line:
            raise RuntimeError((self.var / "stage.log").read_text()[-3000:])
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
