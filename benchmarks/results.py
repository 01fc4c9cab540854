"""Where measurements are kept: one JSON file for each part, a row for each thing measured.

A row is written as soon as it is there, so that a run broken off keeps what it has.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parent.parent
KEPT = BASE / "benchmarks" / "results"
Row = dict[str, Any]


@dataclass
class Results:
    """One part's file in the making."""

    path: Path
    head: dict[str, Any]
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def begin(cls, part: str, directory: Path, **head: Any) -> Results:
        """Begin a part's file anew, with the machine and the commit."""
        directory.mkdir(parents=True, exist_ok=True)
        words = {"part": part, "begun": _now(), "machine": machine(), "commit": commit(), **head}
        return cls(directory / f"{part}.json", words)

    def add(self, **row: Any) -> Row:
        """Keep a row, with how busy the machine is."""
        self.rows.append({**row, "load_average": round(os.getloadavg()[0], 1)})
        whole = {**self.head, "ended": _now(), "rows": self.rows}
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        fresh.replace(self.path)
        words = ", ".join(f"{k} {v}" for k, v in row.items() if not isinstance(v, dict))
        print(f"  {words}", flush=True)
        return self.rows[-1]


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    cpu = "?"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    memory_kb = int(Path("/proc/meminfo").read_text().split()[1])
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": cpu,
        "memory_gb": round(memory_kb / 1024**2, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def commit() -> str:
    """The commit measured, marked when the tree is not as it was committed."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=BASE, capture_output=True, text=True)
        return done.stdout.strip()

    # What a run itself writes does not count.
    product = ("exercise", "scenarios", "units", "templates", "static", "requirements.txt")
    changed = git("status", "--porcelain", "--untracked-files=no", "--", *product)
    return (git("rev-parse", "--short=12", "HEAD") or "?") + ("+" if changed else "")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
