"""A rehearsal under way whose processes can be found and hit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.engine.conftest import BASE, environment, small

__all__ = ["small"]
PROCESSES = {"worker": " worker ", "beat": " beat ", "broker": "-server "}
WITHIN_S = 30.0


@dataclass
class Played:
    """A rehearsal in a process of its own, in a directory of its own."""

    process: subprocess.Popen[str]
    var: Path
    out: Path

    def wait_for(self, condition: Callable[[], Any], what: str) -> None:
        deadline = time.monotonic() + WITHIN_S
        while not condition():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline, what
            time.sleep(0.05)

    def pids(self, name: str) -> list[int]:
        """The processes of that name which belong to this rehearsal."""
        found = []
        for place in Path("/proc").iterdir():
            if not place.name.isdecimal():
                continue
            try:
                command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                given = (place / "environ").read_bytes()
            except (OSError, UnicodeDecodeError):
                continue
            # The broker writes its title over its environment; its socket is in the title.
            mine = f"EXERCISE_VAR={self.var}".encode() in given or str(self.var) in command
            if mine and PROCESSES[name] in command:
                found.append(int(place.name))
        return found

    def kill(self, *names: str) -> None:
        """Kill -9 and see that the supervisor starts each again."""
        before = {name: self.pids(name) for name in names}
        assert all(before.values()), before
        for pids in before.values():
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
        for name, pids in before.items():
            self.wait_for(lambda n=name, p=pids: set(self.pids(n)) - set(p), f"{name} again")

    def stop_for(self, name: str, seconds: float) -> None:
        """Freeze a process for a while, as a machine that swaps does."""
        (pid,) = self.pids(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)

    def flush(self) -> None:
        """Empty the broker: the queue, the stream, the locks."""
        Redis(unix_socket_path=str(self.var / "run" / "broker.sock")).flushall()

    def report(self) -> dict[str, Any]:
        said, told = self.process.communicate(timeout=240)
        assert self.process.returncode == 0, said + told
        found: dict[str, Any] = json.loads(self.out.read_text())
        return found


@pytest.fixture
def played(small: Path, tmp_path: Path) -> Iterator[Played]:
    """The small scenario at ×240: about fifty seconds, the first inject has been released."""
    var, out = tmp_path / "var", tmp_path / "report.json"
    words = ["rehearse", small, "--speed", 240, "--units-late", 0, "--keep", var, "--json", out]
    process = subprocess.Popen(
        [sys.executable, "manage.py", *map(str, words)],
        cwd=BASE,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    found = Played(process, var, out)
    try:
        found.wait_for(lambda: all(found.pids(name) for name in PROCESSES), "the engine")
        yield found
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
