"""Small programs to keep, and a tree that keeps them with little patience."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from exercise.supervisor.child import Child
from exercise.supervisor.tree import Patience, Tree

QUICK = Patience(
    first_restart_s=0.02,
    longest_restart_s=0.2,
    rank_stop_s=0.3,
    stop_s=1.0,
    look_every_s=0.01,
    look_every_at_start_s=0.01,
)

UNHURRIED = replace(QUICK, rank_stop_s=20, stop_s=60)
"""Where nobody is to be killed."""

STAYS = "import signal; signal.pause()"
FAILS = "print('out of tea'); raise SystemExit(3)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); signal.pause()"

Until = Callable[[Callable[[], object]], None]


def program(name: str, code: str, **fields: object) -> Child:
    """A child that runs a few words of Python."""
    return Child(name=name, argv=(sys.executable, "-S", "-c", code), **fields)  # type: ignore[arg-type]


@pytest.fixture
def until() -> Until:
    """Wait for something to become true, for at most a minute."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 60
        pause = threading.Event()
        while not condition():
            assert time.monotonic() < deadline, "it did not happen"
            pause.wait(0.01)

    return wait


@pytest.fixture
def said() -> list[str]:
    """What the tree has said."""
    return []


@pytest.fixture
def grow(tmp_path: Path, said: list[str]) -> Iterator[Callable[..., Tree]]:
    """Make trees whose children do not outlive the test."""
    trees: list[Tree] = []

    def make(*children: Child, patience: Patience = QUICK) -> Tree:
        tree = Tree(
            children, logs=tmp_path / "log", cwd=tmp_path, say=said.append, patience=patience
        )
        trees.append(tree)
        return tree

    yield make
    for tree in trees:
        tree.ask_stop()
        tree.ask_stop()
        tree.stop()
