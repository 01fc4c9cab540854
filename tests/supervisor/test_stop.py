"""The tree ends in order, in time, and completely."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from exercise.supervisor.tree import Tree

from .conftest import DEAF, STAYS, UNHURRIED, Until, program

Grow = Callable[..., Tree]

NOTES_ITS_END = """
import pathlib, signal, sys
def end(*_):
    with pathlib.Path("ends").open("a") as ends:
        ends.write("{name} ")
    sys.exit()
signal.signal(signal.SIGTERM, end)
pathlib.Path("{name}").touch()
signal.pause()
"""


def test_children_are_stopped_rank_after_rank(grow: Grow, tmp_path: Path) -> None:
    names = ["broker", "worker", "beat", "web"]
    tree = grow(
        *(
            program(
                name,
                NOTES_ITS_END.format(name=name),
                stop_rank=3 - rank,
                ready=(tmp_path / name).exists,
            )
            for rank, name in enumerate(names)
        ),
        patience=UNHURRIED,
    )
    tree.keep(on_ready=tree.ask_stop)
    assert (tmp_path / "ends").read_text().split() == ["web", "beat", "worker", "broker"]


def test_a_child_that_does_not_listen_is_killed_in_time(
    grow: Grow, said: list[str], tmp_path: Path
) -> None:
    log = tmp_path / "log" / "worker.log"
    tree = grow(program("worker", DEAF, ready=lambda: log.exists() and "deaf" in log.read_text()))
    started: list[float] = []

    def stop() -> None:
        started.append(time.monotonic())
        tree.ask_stop()

    tree.keep(on_ready=stop)
    assert time.monotonic() - started[0] < tree.patience.stop_s + 10
    assert tree.posts["worker"].process is None
    assert said[-1] == "worker killed, it did not end by itself"


def test_asked_twice_it_waits_for_nobody(grow: Grow, tmp_path: Path) -> None:
    log = tmp_path / "log" / "worker.log"
    deaf = program("worker", DEAF, ready=lambda: log.exists() and "deaf" in log.read_text())
    tree = grow(deaf, patience=UNHURRIED)
    started: list[float] = []

    def stop() -> None:
        started.append(time.monotonic())
        tree.ask_stop()
        tree.ask_stop()

    tree.keep(on_ready=stop)
    assert time.monotonic() - started[0] < tree.patience.rank_stop_s


def test_what_a_child_left_behind_goes_with_it(grow: Grow, until: Until, tmp_path: Path) -> None:
    code = f"""
import pathlib, subprocess, sys
left = subprocess.Popen([sys.executable, "-S", "-c", {STAYS!r}])
pathlib.Path("left").write_text(str(left.pid))
raise SystemExit(1)
"""
    tree = grow(program("worker", code))
    until(lambda: tree.look() or tree.posts["worker"].crashes)
    left = int((tmp_path / "left").read_text())
    until(lambda: is_gone(left))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_nothing_outlives_a_supervisor_that_is_killed(until: Until, tmp_path: Path) -> None:
    script = textwrap.dedent(
        f"""
        import pathlib, sys
        from exercise.supervisor.child import Child
        from exercise.supervisor.tree import Tree
        names = ("one", "two")
        here = pathlib.Path({str(tmp_path)!r})
        tree = Tree(
            [Child(name=n, argv=(sys.executable, "-S", "-c", {STAYS!r})) for n in names],
            logs=here, cwd=here, say=print,
        )
        def note():
            pids = " ".join(str(tree.posts[n].process.pid) for n in names)
            (here / "pids.part").write_text(pids)
            (here / "pids.part").rename(here / "pids")
        tree.keep(on_ready=note)
        """
    )
    supervisor = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.DEVNULL)
    try:
        until((tmp_path / "pids").exists)
        pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
        assert not any(is_gone(pid) for pid in pids)
    finally:
        supervisor.kill()
        supervisor.wait()
    until(lambda: all(is_gone(pid) for pid in pids))


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that waits to be collected by its parent has."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_log_that_has_grown_too_long_is_put_aside(
    grow: Grow, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exercise.supervisor.child.ROTATE_ABOVE_BYTES", 10)
    log = tmp_path / "log" / "web.log"
    log.parent.mkdir()
    log.write_text("what was written last week")
    tree = grow(program("web", "print('fresh')", until_done=True))
    until(lambda: tree.look() or tree.posts["web"].done)
    assert log.read_text() == "fresh\n"
    assert log.with_name("web.log.1").read_text() == "what was written last week"


def test_signals_end_the_tree(grow: Grow) -> None:
    from exercise.supervisor.start import _Signals

    tree = grow(program("web", STAYS))
    before = signal.getsignal(signal.SIGTERM)
    with _Signals(tree):
        tree.keep(on_ready=lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert tree.posts["web"].process is None
    assert signal.getsignal(signal.SIGTERM) == before
