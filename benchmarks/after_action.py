"""What an after-action report costs: seconds, memory and queries, for drills of all sizes; and each
of its files, as ``manage.py report`` writes it.

Each drill has a database of its own and is made once. A report is built and written in a process of
its own, so that its peak of memory is the report's and not the making's.
"""

from __future__ import annotations

import json
import shutil
import time
from typing import Any

from benchmarks.engine import migrated, run_apart
from benchmarks.processes import DidNotFinish, directory, environment
from benchmarks.results import Results

SETTINGS = "exercise.settings"
SCALES: dict[str, list[dict[str, Any]]] = {
    "full": [
        {"units": 9, "injects": 46, "taskings": 100, "hours": 16},
        {"units": 40, "injects": 300, "taskings": 2000, "hours": 12},
        {"units": 100, "injects": 5000, "taskings": 17000, "hours": 48},
    ],
    "small": [{"units": 4, "injects": 24, "taskings": 40, "hours": 3}],
}
FORMATS = ("docx", "pdf", "xlsx", "html", "json")
MAKING_S, REPORT_S = 3600, 300


def measure(results: Results, *, scale: str, repeats: int) -> None:
    """Each size in turn."""
    with migrated(SETTINGS) as empty:
        for size in SCALES[scale]:
            given = {name: size[name] for name in ("units", "injects")}
            try:
                for row in one(size, repeats, empty):
                    results.add(**given, **row)
            except DidNotFinish as why:
                results.add(**given, failed=f"did not finish: {why}")


def one(size: dict[str, Any], repeats: int, empty: Any) -> list[dict[str, Any]]:
    """One size: the drill, then its report as often as asked for."""
    with directory() as there:
        var = shutil.copytree(empty, there / "var")
        env = environment(EXERCISE_VAR=str(var), DJANGO_SETTINGS_MODULE=SETTINGS)
        logs = var / "log"
        run = "benchmarks.after_action_run"
        run_apart(run, "make", json.dumps(size), env=env, logs=logs, limit_s=MAKING_S)
        rows = []
        for repeat in range(1, repeats + 1):
            said = run_apart(run, "report", "vi", env=env, logs=logs, limit_s=REPORT_S)
            rows.append({"repeat": repeat, **json.loads(said.splitlines()[-1])})
            for name in FORMATS:
                begun = time.monotonic()
                said = run_apart(run, "file", name, env=env, logs=logs, limit_s=REPORT_S)
                wall_s = round(time.monotonic() - begun, 2)
                rows.append(
                    {"repeat": repeat, "wall_s": wall_s, **json.loads(said.splitlines()[-1])}
                )
        return rows
