"""Release lateness: many injects over many exercises, by our timers and by three other ways.

Each run has a database, a broker, a worker and (but for ETA tasks) a beat of its own, all started
with the product's own command lines. What a reader of the database sees counts: from the moment
an inject is due to the moment its release is visible, looked for every 5 ms. Then, with nothing
due for hours, what the waiting costs.
"""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.engine import migrated, run_apart
from benchmarks.processes import DidNotFinish, directory, environment
from benchmarks.results import Results

RIVALS = "benchmarks.rivals.timers"
WAYS = ("ours", "per-inject ETA", "fixed 1 s tick", "django-celery-beat")
SCALES: dict[str, dict[str, Any]] = {
    "full": {
        "exercises": 100,
        "injects": 2000,
        "seconds": 20.0,
        "lead_s": 8.0,
        "scheduled": 10_000,
        "idle_s": 10.0,
    },
    "small": {
        "exercises": 3,
        "injects": 30,
        "seconds": 2.0,
        "lead_s": 6.0,
        "scheduled": 100,
        "idle_s": 1.0,
    },
}


def measure(results: Results, *, scale: str, repeats: int) -> None:
    """The load with each way, then the waiting: ours each time, the others once."""
    plan = SCALES[scale]
    with migrated(RIVALS) as empty:
        for repeat in range(1, repeats + 1):
            for what in ("load", "idle"):
                for way in WAYS:
                    if what == "idle" and way != "ours" and (repeat > 1 or scale == "small"):
                        continue
                    about = {"repeat": repeat, "what": what, "who": way}
                    if way == "django-celery-beat" and find_spec("django_celery_beat") is None:
                        results.add(**about, failed="not installed: requirements-bench.txt")
                        continue
                    try:
                        for row in apart(way, what, plan, empty):
                            results.add(**about, **row)
                    except DidNotFinish as why:
                        results.add(**about, failed=f"did not finish: {why}")


def apart(way: str, what: str, plan: dict[str, Any], empty: Path) -> list[dict[str, Any]]:
    """One run."""
    with directory() as there:
        var = shutil.copytree(empty, there / "var")
        env = environment(EXERCISE_VAR=str(var), DJANGO_SETTINGS_MODULE=RIVALS)
        if way == "ours":
            env["DJANGO_SETTINGS_MODULE"] = "exercise.players.undrawn"
        elif way == "fixed 1 s tick":
            env["BENCH_TICK"] = "1"
        elif way == "django-celery-beat":
            env["BENCH_SCHEDULER"] = "benchmarks.rivals.clocked:JoiningScheduler"
        words = (way, what, json.dumps(plan))
        said = run_apart("benchmarks.timed_run", *words, env=env, logs=var / "log", limit_s=180)
        rows: list[dict[str, Any]] = json.loads(said.splitlines()[-1])
        return rows
