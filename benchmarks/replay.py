"""What looking back costs: from a permalink to the moment, and on to the page, in a long drill.

The drill has a database of its own and is made once. Seeks are measured in a process of its own,
cold (as in a process that has read nothing of the drill) and warm, all over the journal.
"""

from __future__ import annotations

import json
import shutil
from typing import Any

from benchmarks.engine import migrated, run_apart
from benchmarks.processes import DidNotFinish, directory, environment
from benchmarks.results import Results

SETTINGS = "exercise.settings"
SCALES: dict[str, list[dict[str, Any]]] = {
    "full": [{"units": 40, "injects": 1600, "taskings": 6800, "hours": 48}],
    "small": [{"units": 4, "injects": 24, "taskings": 40, "hours": 3}],
}
PLACES = {"full": 40, "small": 4}
MAKING_S, SEEKING_S = 3600, 600


def measure(results: Results, *, scale: str, repeats: int) -> None:
    """Each size in turn."""
    with migrated(SETTINGS) as empty:
        for size in SCALES[scale]:
            given = {name: size[name] for name in ("units", "injects")}
            try:
                for row in one(size, repeats, PLACES[scale], empty):
                    results.add(**given, **row)
            except DidNotFinish as why:
                results.add(**given, failed=f"did not finish: {why}")


def one(size: dict[str, Any], repeats: int, places: int, empty: Any) -> list[dict[str, Any]]:
    """One size: the drill, then seeks in it as often as asked for."""
    with directory() as there:
        var = shutil.copytree(empty, there / "var")
        env = environment(EXERCISE_VAR=str(var), DJANGO_SETTINGS_MODULE=SETTINGS)
        logs = var / "log"
        run = "benchmarks.replay_run"
        run_apart(run, "make", json.dumps(size), env=env, logs=logs, limit_s=MAKING_S)
        rows = []
        for repeat in range(1, repeats + 1):
            said = run_apart(run, "seek", str(places), env=env, logs=logs, limit_s=SEEKING_S)
            rows.append({"repeat": repeat, **json.loads(said.splitlines()[-1])})
        return rows
