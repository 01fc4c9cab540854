"""``manage.py rehearse`` on the real engine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scenarios.reading import sample_path

from .conftest import BASE, Run, environment, write_small

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]
LATE_MS = 250
"""Of the median: timers that look once a second miss by 500. How late the latest is, on a machine
that does nothing else, is measured in ``benchmarks/``.
"""


class Played(NamedTuple):
    """A rehearsal that is over: what it said, and the directory of its install."""

    status: int
    said: str
    told: str
    conformance: Path
    var: Path


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> list[Played]:
    """Two rehearsals of the small scenario with one seed, side by side on engines of their own."""
    small = write_small(tmp_path_factory.mktemp("scenario"))
    under_way = []
    for _time in range(2):
        var = tmp_path_factory.mktemp("rehearsal")
        out = tmp_path_factory.mktemp("out") / "report.json"
        words = ["rehearse", str(small), "--units-late", "0", "--json", str(out)]
        process = subprocess.Popen(
            [sys.executable, "manage.py", *words, "--keep", str(var)],
            cwd=BASE,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        under_way.append((process, out, var))
    found = []
    for process, out, var in under_way:
        said, told = process.communicate(timeout=400)
        found.append(Played(process.returncode, said, told, out, var))
    return found


def test_a_small_scenario_is_played_to_its_end(played: list[Played]) -> None:
    done = played[0]
    assert done.status == 0, done.said + done.told
    report = json.loads(done.conformance.read_text())
    assert (report["injects"]["released"], report["injects"]["lost"]) == (4, 0)
    assert report["injects"]["released_twice"] == 0
    assert report["journal"]["verified"]
    assert {unit["final_posture"] for unit in report["units"]} == {"accomplished"}
    assert {unit["completed"] for unit in report["units"]} == {4}
    assert not report["gate_overrides"]
    assert "4 of 4 released, 0 lost, 0 released twice" in done.said
    assert "100 %" in done.told


ELSEWHERE = (
    {},
    {"PYTHONHASHSEED": "1", "TZ": "America/New_York", "LC_ALL": "C", "LANG": "C"},
    {"PYTHONHASHSEED": "2", "TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8", "LANGUAGE": "en"},
)


def reports_of(played: Played, *environments: dict[str, str]) -> list[bytes]:
    """The after-action report as JSON, each time by a process of its own."""
    words = [sys.executable, "manage.py", "report", "tap-thu-nho", "-", "--format", "json"]
    processes = [
        subprocess.Popen(
            words, cwd=BASE, env=environment(EXERCISE_VAR=str(played.var), **given), stdout=-1
        )
        for given in environments
    ]
    found = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return found


def test_the_report_of_a_rehearsal_is_the_same_bytes_in_any_process(played: list[Played]) -> None:
    first, *others = reports_of(played[0], *ELSEWHERE)
    assert json.loads(first)["key"]["released"] == 4
    assert [one == first for one in others] == [True, True]


MEASURED = frozenset({"seq", "entries", "finding", "on_time", "on_time_percent", "late", "overdue"})
MEASURED |= {"mandatory_in_time", "peak", "slowest", "marks", "ticks", "points"}


def decided(value: Any) -> Any:
    """A report without what was measured: lengths and moments of play, and what follows of them."""
    if isinstance(value, dict):
        return {
            name: decided(part)
            for name, part in value.items()
            if name not in MEASURED
            and not name.endswith("_seq")
            and (not name.endswith("_us") or name.startswith("planned"))
        }
    return [decided(part) for part in value] if isinstance(value, list) else value


def test_two_rehearsals_of_one_seed_agree_in_all_that_is_decided(played: list[Played]) -> None:
    """What was planned, what went out and how, who did what, through which states: all of it.

    Not the moments. Players and timers are processes on a wall clock: at ×600 a millisecond by
    which the machine lets one wait is 0.6 s of exercise time, and with the moments differ the
    lengths, who was first (the numbers of the entries), what was just in time, and the sentences
    that say so. On a clock that stands still while commands are given the bytes are the same:
    tests/review/test_report_files.py.
    """
    one, other = (json.loads(reports_of(rehearsal, {})[0]) for rehearsal in played)
    assert one != other
    assert decided(one) == decided(other)
    (phase, *_others) = decided(one)["plan"]["phases"]
    assert {"planned_start_us", "released", "override_reason"} <= set(phase)
    assert [row["completed"] for row in decided(one)["injects"]["rows"]] == [2, 2, 2, 2]


def test_the_sample_conforms_at_600(manage: Run) -> None:
    done = manage("rehearse", sample_path(), "--speed", 600, "--seed", 7, "--json", "-")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["injects"]["lost"] == report["injects"]["released_twice"] == 0
    assert {unit["final_posture"] for unit in report["units"]} == {"accomplished"}
    assert sum(unit["overdue"] > 0 for unit in report["units"]) >= 2
    assert report["lateness_ms"]["p50"] <= LATE_MS


def test_a_file_with_problems_is_told_line_by_line(manage: Run, small: Path) -> None:
    small.write_text(small.read_text().replace("to: [A, B]", "to: [A, X]", 1))
    done = manage("rehearse", small)
    assert done.returncode == 2
    assert f"{small}:" in done.stderr
    assert "X" in done.stderr


@contextmanager
def under_way(small: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A rehearsal whose engine has begun, and where it puts its directory."""
    # Not the test's own: with its name in it, the broker's socket would have too long a path.
    temporary = Path(tempfile.mkdtemp(prefix="rehearse-"))
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
        shutil.rmtree(temporary, ignore_errors=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_leaves_nothing_behind(small: Path, number: int) -> None:
    with under_way(small) as (rehearsal, temporary):
        rehearsal.send_signal(number)
        assert rehearsal.wait(timeout=20) == 130
        assert not list(temporary.glob("rehearsal-*"))


def test_interrupted_again_and_again_it_outlives_what_it_began(small: Path) -> None:
    with under_way(small) as (rehearsal, temporary):
        children = Path(f"/proc/{rehearsal.pid}/task/{rehearsal.pid}/children")
        (inner,) = children.read_text().split()
        for _time in range(3):
            rehearsal.send_signal(signal.SIGINT)
            time.sleep(0.02)
        assert rehearsal.wait(timeout=20) == 130
        assert not Path(f"/proc/{inner}").exists()
        assert not list(temporary.glob("rehearsal-*"))
