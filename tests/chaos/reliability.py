"""The long form: every fault on both databases, so many times, kept as it goes; then the table.

    make reliability RUNS=20 [ARGS='--jobs 2 --fault "kill web" --database sqlite']

Every drill is written to `benchmarks/results/reliability.json` as it ends, so that it can be broken
off and goes on with what is missing. Drills of another commit are dropped. It ends with 1 when a
drill failed.

    python -m tests.chaos.reliability --table

draws the page anew from the results that are there, of whatever commit, and runs nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.faults import CATALOGUE, DATABASES
from tests.chaos.findings import failures, named
from tests.chaos.grounds import BASE, NotPossible, break_off, strike
from tests.chaos.table import page

RESULTS = BASE / "benchmarks" / "results" / "reliability.json"
PAGE = BASE / "docs" / "reliability.md"
CODE = ("exercise", "scenarios", "units", "templates", "static", "tests/chaos", "requirements.txt")
"""What the table is true of: another commit of something else does not make it old."""


@dataclass(frozen=True)
class Order:
    """One drill to be run."""

    fault: str
    database: str
    seed: int
    strikes: int

    @property
    def seconds(self) -> float:
        return self.strikes * (CATALOGUE[self.fault].long_s + 6)


class Record:
    """The file of results."""

    def __init__(self, path: Path) -> None:
        self._path, self._writing = path, threading.Lock()
        self.data: dict[str, Any] = {"commit": commit(), "machine": machine(), "drills": []}
        try:
            found = json.loads(path.read_text())
        except (OSError, ValueError):
            return
        if found["commit"] == self.data["commit"]:
            self.data = found

    def add(self, drill: dict[str, Any]) -> None:
        """Keep one drill, whatever happens afterwards."""
        with self._writing:
            self.data["drills"].append(drill)
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps(self.data, ensure_ascii=False, indent=1) + "\n")
            os.replace(fresh, self._path)

    def missing(self, runs: int, faults: Iterable[str], databases: Iterable[str]) -> list[Order]:
        """What is still to be run for so many runs of each, the longest first."""
        found = []
        for fault in faults:
            for database in databases:
                mine = [
                    drill
                    for drill in self.data["drills"]
                    if (drill["fault"], drill["database"]) == (fault, database)
                ]
                seed = max((drill["seed"] for drill in mine), default=0)
                left = runs - sum(max(1, len(drill["strikes"])) for drill in mine)
                while left > 0:
                    seed, strikes = seed + 1, min(left, CATALOGUE[fault].at_once)
                    found.append(Order(fault, database, seed, strikes))
                    left -= strikes
        return sorted(found, key=lambda order: -order.seconds)


def commit() -> str:
    """The commit that last changed what is tested, with a mark when it was changed since."""
    words = ["git", "log", "-1", "--format=%h", "--", *CODE]
    last = subprocess.run(words, cwd=BASE, capture_output=True, text=True, check=True).stdout
    words = ["git", "status", "--porcelain", "--", *CODE]
    changed = subprocess.run(words, cwd=BASE, capture_output=True, text=True, check=True).stdout
    return last.strip() + (" with changes" if changed.strip() else "")


def machine() -> str:
    """The machine in one line."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = " ".join(line.partition(":")[2].split())
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GB, {system}"


def told(data: dict[str, Any], to: Path) -> int:
    """Write the page; 1 when a drill failed, and 0 when none did."""
    to.write_text(page(data))
    return int(any(failures(drill) for drill in data["drills"]))


def main(words: Sequence[str] | None = None) -> int:
    """Run what is missing and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--fault", action="append", choices=CATALOGUE, default=[])
    parser.add_argument("--database", action="append", choices=DATABASES, default=[])
    parser.add_argument("--short", action="store_true", help="as long as in CI")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--table", action="store_true", help="draw the page, run nothing")
    given = parser.parse_args(words)
    if given.table:
        return told(json.loads(given.results.read_text()), given.page)
    record = Record(given.results)
    orders = record.missing(given.runs, given.fault or CATALOGUE, given.database or DATABASES)
    done, began_s, lock = 0, time.monotonic(), threading.Lock()

    def carry_out(order: Order) -> None:
        nonlocal done
        if given_up.is_set():
            return
        try:
            found = strike(
                order.fault,
                order.database,
                seed=order.seed,
                strikes=order.strikes,
                home=Path(home),
                long=not given.short,
            )
        except NotPossible as problem:
            if given_up.is_set():
                return
            found = {
                "fault": order.fault,
                "database": order.database,
                "seed": order.seed,
                "strikes": [],
                "broken_off": str(problem),
            }
        record.add(found)
        with lock:
            done += 1
            print(
                f"{done}/{len(orders)}  {(time.monotonic() - began_s) / 60:.1f} min  {_line(found)}"
            )
            sys.stdout.flush()

    given_up = threading.Event()

    def give_up(_number: int, _frame: object) -> None:
        given_up.set()
        break_off()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, give_up)
    with (
        tempfile.TemporaryDirectory(prefix="chaos-home-", dir="/tmp") as home,
        ThreadPoolExecutor(given.jobs) as pool,
    ):
        list(pool.map(carry_out, orders))
    if given_up.is_set():
        print("broken off; started again it goes on from here")
        return 130
    return told(record.data, given.page)


def _line(found: dict[str, Any]) -> str:
    said = "; ".join(failures(found))
    if "broken_off" in found:
        return f"{named(found)}: FAILED: {said}"
    longest = max((blow["recovery_s"] for blow in found["strikes"]), default=0)
    return (
        f"{named(found)}: {len(found['strikes'])} runs, latest {found['latest_of_all_ms']} ms, "
        f"recovery at most {longest} s, {found['took_s']} s" + (f"; FAILED: {said}" if said else "")
    )


if __name__ == "__main__":
    raise SystemExit(main())
