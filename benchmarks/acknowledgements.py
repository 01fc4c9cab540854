"""Acknowledgements a second, end to end: real sessions, CSRF, HTTP, the command, the journal.

Unit leads of one exercise acknowledge, first at an even pace, then as fast as answers come, while
the timers go on releasing injects of the same exercise and the boards are drawn. All that happens
in one exercise takes turns at its row, so more web processes help with all but the command.
"""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from typing import Any

from benchmarks.engine import migrated, postgres, run_apart
from benchmarks.processes import DidNotFinish, directory, environment
from benchmarks.results import Results

SETTINGS = "exercise.settings"
SETUPS = (
    # database, web processes, exercises
    ("SQLite", 1, 1),
    ("PostgreSQL", 1, 1),
    ("PostgreSQL", 2, 1),
    ("PostgreSQL", 4, 1),
    ("PostgreSQL", 4, 4),
)
SCALES: dict[str, dict[str, Any]] = {
    "full": {
        "units": 40,
        "acknowledgements": 6000,
        "releases_per_s": 5,
        "phases": (("paced", 25.0, 5.0), ("flat out", 0.0, 5.0)),
    },
    "small": {
        "units": 4,
        "acknowledgements": 200,
        "releases_per_s": 5,
        "phases": (("paced", 10.0, 1.0), ("flat out", 0.0, 1.0)),
    },
}


def measure(results: Results, *, scale: str, repeats: int) -> None:
    """Each set-up, then again."""
    plan = SCALES[scale]
    setups = SETUPS if scale == "full" else SETUPS[:1] + SETUPS[2:3]
    with migrated(SETTINGS) as empty:
        for repeat in range(1, repeats + 1):
            for database, web, exercises in setups:
                about = {"repeat": repeat, "database": database, "web": web, "exercises": exercises}
                try:
                    for row in one(database, {**plan, "web": web, "exercises": exercises}, empty):
                        results.add(**about, **row)
                except DidNotFinish as why:
                    results.add(**about, failed=f"did not finish: {why}")


def one(database: str, plan: dict[str, Any], empty: Any) -> list[dict[str, Any]]:
    """One set-up, in a process of its own."""
    with ExitStack() as held:
        there = held.enter_context(directory())
        var = shutil.copytree(empty, there / "var")
        env = environment(EXERCISE_VAR=str(var), DJANGO_SETTINGS_MODULE=SETTINGS)
        if database == "PostgreSQL":
            env["DATABASE_URL"] = held.enter_context(postgres(there / "pg"))
        words = json.dumps(plan)
        said = run_apart("benchmarks.ack_run", words, env=env, logs=var / "log", limit_s=180)
        rows: list[dict[str, Any]] = json.loads(said.splitlines()[-1])
        return rows
