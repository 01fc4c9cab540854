"""The processes started by hand, by the very commands that the operations guide gives."""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2]
HIGH_S = 60.0


def documented(word: str) -> list[str]:
    """The command in the guide's chapter that has this word."""
    guide = (BASE / "docs" / "operations.md").read_text()
    chapter = guide.split("\n## Several processes\n")[1].split("\n## ")[0]
    (line,) = [line for line in re.findall(r"^    (\S.*)$", chapter, re.M) if word in line.split()]
    return line.replace(".venv/bin/python", sys.executable).split()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A fresh machine's: nothing has ever run there, and nothing but what is documented does."""
    mine = (
        "DJANGO_SETTINGS_MODULE",
        "DATABASE_URL",
        "REDIS_URL",
        "SECRET_KEY",
        "DEBUG",
        "HTTPS",
        "PORT",
    )
    kept = {name: value for name, value in os.environ.items() if name not in mine}
    # A broker that is not there: the web server goes without.
    return kept | {"EXERCISE_VAR": str(tmp_path / "var"), "REDIS_URL": "redis://127.0.0.1:1/0"}


def prepare(environment: dict[str, str]) -> str:
    done = subprocess.run(
        documented("prepare"), cwd=BASE, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


@contextmanager
def web(environment: dict[str, str]) -> Iterator[str]:
    """The documented web server on a port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    server = subprocess.Popen(
        documented("web"),
        cwd=BASE,
        env=environment | {"PORT": port},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    try:
        deadline, pause = time.monotonic() + HIGH_S, threading.Event()
        while socket.socket().connect_ex(("127.0.0.1", int(port))):
            assert time.monotonic() < deadline
            assert server.poll() is None
            pause.wait(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def test_a_fresh_machine_serves_after_the_documented_commands(
    environment: dict[str, str],
) -> None:
    assert prepare(environment).splitlines() == ["database migrated", "static files built"]
    assert stat.S_IMODE(Path(environment["EXERCISE_VAR"]).stat().st_mode) == 0o700
    assert prepare(environment).splitlines() == ["nothing to do"]
    with web(environment) as site:
        with urllib.request.urlopen(f"{site}/") as page:  # after redirects
            assert page.status == 200
            html = page.read().decode()
        sheet = re.search(r'href="(/static/[^"]+\.css)"', html)
        assert sheet
        with urllib.request.urlopen(site + sheet[1]) as answer:
            assert answer.status == 200
            assert answer.read()
