"""A long drill on the whole product: does anything grow, and does anything go wrong?

    python -m benchmarks.soak [--minutes 60] [--pace 120] [--units 40] [--viewers 500] [--out FILE]

Runs ``manage.py run`` in a directory of its own with a drill as long as the run, bots for its
people, viewers on open streams and a reader who opens one page after another. Every quarter of a
minute it notes of each process its own memory (what would be free if it ended), file descriptors
and threads, and the sizes of database and stream. The result, JSON: of each process the slope by
least squares over the last two thirds (MB an hour, with the first and last reading), its
descriptors, and all that the logs say at WARNING or above.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import scenario_files

BASE = Path(__file__).resolve().parent.parent
EVERY_S = 15.0
CODE = "soak"
NAMES = {
    "worker": "timers@",
    "chores": "chores@",
    "beat": " beat ",
    "web": "uvicorn",
    "broker": "-server ",
}
SUPERVISOR, PLAYERS = "supervisor", "players"
WRONG = (" WARNING ", " ERROR ", " CRITICAL ", "Traceback")


def main() -> None:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--pace", type=float, default=120.0)
    parser.add_argument("--units", type=int, default=40)
    parser.add_argument("--injects", type=int, default=300)
    parser.add_argument("--taskings", type=int, default=2000)
    parser.add_argument("--viewers", type=int, default=500)
    parser.add_argument("--out", type=Path, default=BASE / "benchmarks" / "results" / "soak.json")
    options = parser.parse_args()
    # Started in the background of a script, it would be deaf to both.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_received: sys.exit(130))
    with tempfile.TemporaryDirectory(prefix="soak-") as var:
        report = Soak(Path(var), options).run()
    words = json.dumps(report, indent=2)
    print(words)
    options.out.write_text(f"{words}\n")


class Soak:
    """One run, in a directory of its own."""

    def __init__(self, var: Path, options: argparse.Namespace) -> None:
        self.var, self.options = var, options
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        os.environ |= {
            "EXERCISE_VAR": str(var),
            "PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": "exercise.settings",
        }
        os.chdir(BASE)
        self.readings: dict[str, list[dict[str, float]]] = {}
        self.sizes: list[dict[str, float]] = []
        self.begun = datetime.now(UTC)

    def run(self) -> dict[str, Any]:
        """Make the drill, start everything, look on, stop everything, report."""
        exercise_id = self.prepare()
        seconds = self.options.minutes * 60
        with (
            self.process(SUPERVISOR, "manage.py", "run") as tree,
            self.watched(tree) as wait_for_web,
        ):
            wait_for_web()
            with (
                self.process(PLAYERS, *self.players()) as players,
                self.process(
                    "viewers",
                    *("-m", "benchmarks.soak_viewers", str(exercise_id)),
                    str(self.options.viewers),
                ) as viewers,
            ):
                self.look_on(seconds, {SUPERVISOR: tree.pid, PLAYERS: players.pid})
                ended_us = time.time_ns() // 1000  # what falls due afterwards has no timers
                viewers.send_signal(signal.SIGTERM)
                seen = json.loads(viewers.communicate(timeout=60)[0])
        return self.report(exercise_id, seen, ended_us)

    # ── before ──────────────────────────────────────────────────────────────────────────────
    def prepare(self) -> int:
        """The drill, as long as the run, planned and at its pace."""
        import django

        django.setup()
        from django.db import connections

        from exercise import conduct
        from exercise.conduct import create_exercise
        from exercise.management.preparation import prepare
        from exercise.players.cast import fill_empty_seats
        from exercise.players.rehearsal import director_of
        from scenarios.reading import load

        prepare(lambda line: None)
        hours = self.options.minutes / 60 * self.options.pace
        source = scenario_files.write(
            self.var / "soak.yaml",
            units=self.options.units,
            injects=self.options.injects,
            taskings=self.options.taskings,
            hours=hours,
        )
        exercise = create_exercise(load(source), code=CODE, rehearsal=True)
        fill_empty_seats(exercise)
        rate = round(self.options.pace * 1000)
        conduct.set_pace(exercise.pk, director_of(exercise), rate_permille=rate)
        connections.close_all()
        return int(exercise.pk)

    def players(self) -> tuple[str, ...]:
        """The players' command: they keep every seat, though readers sign in as their people."""
        from exercise.clock import wall_us
        from scenarios.calendar import MINUTE_US

        never_us = wall_us() + round(2 * self.options.minutes * MINUTE_US)
        return ("manage.py", "players", CODE, "--since", str(never_us))

    @contextmanager
    def process(self, name: str, *words: str) -> Iterator[subprocess.Popen[str]]:
        """A process of this run, ended with the block."""
        log = (self.var / f"{name}.out").open("w")
        stdout = subprocess.PIPE if name == "viewers" else log
        running = subprocess.Popen([sys.executable, *words], stdout=stdout, stderr=log, text=True)
        try:
            yield running
        finally:
            if running.poll() is None:
                running.send_signal(signal.SIGTERM)
                running.wait(60)
            log.close()

    @contextmanager
    def watched(self, tree: subprocess.Popen[str]) -> Iterator[Any]:
        """Gives what waits until the web server answers."""

        def wait() -> None:
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline:
                assert tree.poll() is None, (self.var / f"{SUPERVISOR}.out").read_text()
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                        return
                time.sleep(0.2)
            raise TimeoutError("the web server does not answer")

        yield wait

    # ── meanwhile ───────────────────────────────────────────────────────────────────────────
    def look_on(self, seconds: float, known: dict[str, int]) -> None:
        """Take a reading every quarter of a minute; say a line every minute."""
        begun = time.monotonic()
        while (at := time.monotonic() - begun) < seconds:
            for name, pid in {**known, **self.children()}.items():
                if found := reading(pid):
                    self.readings.setdefault(name, []).append({"at_s": at, "pid": pid} | found)
            self.sizes.append({"at_s": at} | self.stores())
            if int(at / EVERY_S) % 4 == 0:
                own = {name: round(rows[-1]["own_mb"]) for name, rows in self.readings.items()}
                print(f"{at / 60:5.1f} min  {own}", file=sys.stderr, flush=True)
            time.sleep(max(0.0, EVERY_S - (time.monotonic() - begun - at)))

    def children(self) -> dict[str, int]:
        """The supervisor's children by name."""
        found = {}
        for place in Path("/proc").iterdir():
            if not place.name.isdecimal():
                continue
            try:
                command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                given = (place / "environ").read_bytes()
            except (OSError, UnicodeDecodeError):
                continue
            # The broker writes its title over its environment; its socket is in the title.
            if f"EXERCISE_VAR={self.var}".encode() in given or str(self.var) in command:
                for name, mark in NAMES.items():
                    if mark in command:
                        found[name] = int(place.name)
        return found

    def stores(self) -> dict[str, float]:
        """Sizes of what is kept, in MB."""
        from redis import Redis

        redis = Redis(unix_socket_path=str(self.var / "run" / "broker.sock"))
        try:
            used = float(redis.info("memory")["used_memory"])
        finally:
            redis.close()
        database = sum(path.stat().st_size for path in self.var.glob("db.sqlite3*"))
        broker = sum(p.stat().st_size for p in (self.var / "broker").rglob("*") if p.is_file())
        return {
            "stream_mb": used / 1e6,
            "database_mb": database / 1e6,
            "append_only_file_mb": broker / 1e6,
        }

    # ── after ───────────────────────────────────────────────────────────────────────────────
    def report(self, exercise_id: int, seen: dict[str, Any], ended_us: int) -> dict[str, Any]:
        """What had come of it by this wall moment."""
        from exercise.players.report import Facts, conformance

        drill = conformance(Facts.read(exercise_id, ended_us))
        return {
            "begun": f"{self.begun:%Y-%m-%d %H:%M:%SZ}",
            "minutes": self.options.minutes,
            "pace": self.options.pace,
            "units": self.options.units,
            "viewers": self.options.viewers,
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.python_version()}",
            "commit": subprocess.check_output(
                ["git", "rev-parse", "--short", "HEAD"], text=True
            ).strip(),
            "processes": {name: grown(rows) for name, rows in self.readings.items()},
            "stores": {
                name: {
                    "first": round(self.sizes[0][name], 1),
                    "last": round(self.sizes[-1][name], 1),
                }
                for name in self.sizes[0]
                if name != "at_s"
            },
            "viewers_saw": seen,
            "drill": {key: drill[key] for key in ("exercise", "injects", "lateness_ms", "journal")},
            "log": list(self.wrong_lines()),
        }

    def wrong_lines(self) -> Iterator[str]:
        """What the logs say at WARNING or above."""
        for log in sorted([*self.var.glob("log/*.log"), *self.var.glob("*.out")]):
            for line in log.read_text(errors="replace").splitlines():
                if any(mark in line for mark in WRONG):
                    yield f"{log.name}: {line[:300]}"


def reading(pid: int) -> dict[str, float] | None:
    """Memory that is a process's own (MB), descriptors, threads; ``None`` when it has ended."""
    place = Path(f"/proc/{pid}")
    try:
        rolled = (place / "smaps_rollup").read_text()
        descriptors = len(list((place / "fd").iterdir()))
        threads = len(list((place / "task").iterdir()))
    except OSError:
        return None
    own_kb = sum(
        int(line.split()[1])
        for line in rolled.splitlines()
        if line.startswith(("Private_Clean:", "Private_Dirty:"))
    )
    return {"own_mb": own_kb / 1024, "descriptors": descriptors, "threads": threads}


def grown(rows: Sequence[dict[str, float]]) -> dict[str, Any]:
    """What became of one process over the last two thirds of its readings."""
    late = rows[len(rows) // 3 :]
    return {
        "pids": len({row["pid"] for row in rows}),
        "mb_first": round(rows[0]["own_mb"], 1),
        "mb_after_a_third": round(late[0]["own_mb"], 1),
        "mb_last": round(late[-1]["own_mb"], 1),
        "mb_an_hour": round(slope([(row["at_s"] / 3600, row["own_mb"]) for row in late]), 2),
        "descriptors": [int(late[0]["descriptors"]), int(late[-1]["descriptors"])],
        "descriptors_most": int(max(row["descriptors"] for row in rows)),
        "threads": [int(late[0]["threads"]), int(late[-1]["threads"])],
    }


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Least squares: y for each x."""
    count = len(points)
    if count < 2:
        return 0.0
    mean_x = sum(x for x, _y in points) / count
    mean_y = sum(y for _x, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _y in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


if __name__ == "__main__":
    main()
