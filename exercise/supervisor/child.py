"""One supervised process: what to start, and a handle on the running one.

When it is started, and what happens after it ends, is decided in `tree.py`.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROTATE_ABOVE_BYTES = 5 * 1024 * 1024
_PR_SET_PDEATHSIG = 1
# Loaded here because nothing may be imported between fork and exec.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Child:
    """What to run under the supervisor.

    `needs` names the children that must be ready before this one is started. `stop_rank` orders the
    end: lower ranks are stopped first. A child with `until_done` may end by itself with status 0;
    any other end of any child is a crash and it is started again. `niceness` is how far it steps
    back where processor time is short.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    ready: Callable[[], bool] | None = None
    stop_rank: int = 0
    until_done: bool = False
    niceness: int = 0


class Process:
    """A started child: its own session, its output in a log file, killed when its parent dies."""

    def __init__(
        self, child: Child, *, log: Path, cwd: Path, env: Mapping[str, str] | None = None
    ) -> None:
        rotate(log)
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", **(env or {}), **child.env}
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                child.argv,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Its own session: the terminal's Ctrl-C reaches the supervisor alone, which then
                # stops the children in order.
                start_new_session=True,
                preexec_fn=_before_exec(os.getpid(), child.niceness),
            )
        self.pid = self._popen.pid

    def ended(self) -> int | None:
        """Return the exit status once the process has ended, negative for a signal."""
        status = self._popen.poll()
        if status is not None:
            self._signal_group(signal.SIGKILL)  # what it may have started and left behind
        return status

    def terminate(self) -> None:
        """Ask the process to end."""
        if self._popen.poll() is None:
            self._popen.terminate()

    def kill(self) -> None:
        """End the process and everything it started, now."""
        self._signal_group(signal.SIGKILL)
        self._popen.wait()

    def _signal_group(self, number: int) -> None:
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            pass


def rotate(log: Path) -> None:
    """Put a log that has grown too long aside as `<name>.log.1`; only one old one is kept."""
    try:
        if log.stat().st_size > ROTATE_ABOVE_BYTES:
            log.replace(log.with_name(log.name + ".1"))
    except FileNotFoundError:
        log.parent.mkdir(parents=True, exist_ok=True)


def last_lines(log: Path, count: int = 5) -> list[str]:
    """Return the end of a log, for a message about the process that wrote it."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - 4096))
            text = stream.read().decode(errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]


def _before_exec(parent: int, niceness: int) -> Callable[[], None] | None:
    """Step back for others, and have the kernel kill the new process when its parent dies, in
    whatever way: the latter on Linux only.

    The kernel watches the thread that forked, so that thread must outlive the child.
    """
    libc = _libc
    if libc is None and not niceness:
        return None

    def between_fork_and_exec() -> None:
        if niceness:
            os.nice(niceness)
        if libc is None:
            return
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return between_fork_and_exec
