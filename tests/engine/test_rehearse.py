"""``manage.py rehearse`` on the real engine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scenarios.reading import sample_path

from .conftest import BASE, Run, environment

pytestmark = pytest.mark.engine
LATEST_P99_MS = 250


def test_a_small_scenario_is_played_to_its_end(manage: Run, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    done = manage("rehearse", small, "--json", out, "--units-late", 0)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(out.read_text())
    assert (report["injects"]["released"], report["injects"]["lost"]) == (4, 0)
    assert report["injects"]["released_twice"] == 0
    assert report["journal"]["verified"]
    assert {unit["final_posture"] for unit in report["units"]} == {"accomplished"}
    assert {unit["completed"] for unit in report["units"]} == {4}
    assert not report["gate_overrides"]
    assert "4 of 4 released, 0 lost, 0 released twice" in done.stdout
    assert "100 %" in done.stderr


@pytest.mark.timeout(400)
def test_the_sample_conforms_at_600(manage: Run) -> None:
    done = manage("rehearse", sample_path(), "--speed", 600, "--seed", 7, "--json", "-")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["injects"]["lost"] == report["injects"]["released_twice"] == 0
    assert {unit["final_posture"] for unit in report["units"]} == {"accomplished"}
    assert sum(unit["overdue"] > 0 for unit in report["units"]) >= 2
    assert report["lateness_ms"]["p99"] <= LATEST_P99_MS


def test_a_file_with_problems_is_told_line_by_line(manage: Run, small: Path) -> None:
    small.write_text(small.read_text().replace("to: [A, B]", "to: [A, X]", 1))
    done = manage("rehearse", small)
    assert done.returncode == 2
    assert f"{small}:" in done.stderr
    assert "X" in done.stderr


@contextmanager
def under_way(small: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A rehearsal whose engine has begun, and where it puts its directory."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    rehearsal = subprocess.Popen(
        [sys.executable, "manage.py", "rehearse", str(small)],
        cwd=BASE,
        env=environment(TMPDIR=str(temporary)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not list(temporary.glob("rehearsal-*/log/beat.log")):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield rehearsal, temporary
    finally:
        if rehearsal.poll() is None:
            os.killpg(rehearsal.pid, signal.SIGKILL)
            rehearsal.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_leaves_nothing_behind(small: Path, tmp_path: Path, number: int) -> None:
    with under_way(small, tmp_path) as (rehearsal, temporary):
        rehearsal.send_signal(number)
        assert rehearsal.wait(timeout=20) == 130
        assert not list(temporary.glob("rehearsal-*"))


def test_interrupted_again_and_again_it_outlives_what_it_began(small: Path, tmp_path: Path) -> None:
    with under_way(small, tmp_path) as (rehearsal, temporary):
        children = Path(f"/proc/{rehearsal.pid}/task/{rehearsal.pid}/children")
        (inner,) = children.read_text().split()
        for _time in range(3):
            rehearsal.send_signal(signal.SIGINT)
            time.sleep(0.02)
        assert rehearsal.wait(timeout=20) == 130
        assert not Path(f"/proc/{inner}").exists()
        assert not list(temporary.glob("rehearsal-*"))
