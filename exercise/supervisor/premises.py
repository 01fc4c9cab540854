"""What must be free before anything is started: the install's directory and its port."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class CannotStart(Exception):
    """The tree cannot run here, with what would make it possible."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(f"{sentence}\n{remedy}")
        self.sentence = sentence
        self.remedy = remedy


@contextmanager
def sole_supervisor(var: Path) -> Iterator[None]:
    """Hold the directory for this supervisor; a second one is refused while the first lives.

    The lock is the kernel's, so it is gone with the process however that ends.
    """
    lock_file = var / "run" / "supervisor.lock"
    lock_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    close_to_others(var)
    with lock_file.open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            owner = held.read().strip() or "unknown"
            raise CannotStart(
                f"Another one is already running on {var} (process {owner}).",
                "Stop it with Ctrl-C in its window, or use another directory: EXERCISE_VAR=…",
            ) from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield


def close_to_others(var: Path) -> None:
    """Let only its owner enter an install's directory: journal, reports and keys lie in it.

    One that is somebody else's stays as it is, and so does a place for everybody, such as /tmp.
    """
    found = var.stat()
    if found.st_uid == os.getuid() and not found.st_mode & stat.S_ISVTX:
        var.chmod(0o700)


def require_free_port(host: str, port: int) -> None:
    """Refuse to start when the web server could not listen on its address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise CannotStart(_why(problem, host, port), _another(port)) from None


def _why(problem: OSError, host: str, port: int) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program."
    if problem.errno == errno.EACCES:
        return f"Port {port} may only be opened by the machine's administrator."
    return f"Cannot listen on {host}:{port}: {problem.strerror}."


def _another(port: int) -> str:
    other = port + 1 if 1024 <= port < 65535 else 8001
    return f"Free it, or use another one: put PORT={other} before the command."
