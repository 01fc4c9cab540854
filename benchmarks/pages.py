"""What a page costs: time to its first byte, queries, bytes on the wire, for drills of all sizes.

Each drill has a database of its own. A page goes through the product's whole ASGI application in
this process, so there is no network and no other process in the figure; the median of many, warm.
"""

from __future__ import annotations

import json
import shutil
from typing import Any

from benchmarks.engine import migrated, run_apart
from benchmarks.processes import DidNotFinish, directory, environment, redis
from benchmarks.results import Results

SETTINGS = "exercise.settings"
SCALES: dict[str, dict[str, Any]] = {
    "full": {
        "units": (10, 40, 200),
        "injects": (50, 300, 2000),
        "hours": 12,
        "times": 15,
    },
    "small": {"units": (4,), "injects": (24,), "hours": 3, "times": 3},
}


def measure(results: Results, *, scale: str, repeats: int) -> None:
    """Each size; its drill is made once."""
    plan = SCALES[scale]
    with migrated(SETTINGS) as empty:
        for injects in plan["injects"]:
            for units in plan["units"]:
                # As many for each inject as the budget's 2,000 for 300, where there are the units.
                taskings = round(injects * min(20 / 3, units))
                size = {"units": units, "injects": injects, "taskings": taskings}
                words = json.dumps(size | {k: plan[k] for k in ("hours", "times")})
                try:
                    for row in one(words, repeats, empty):
                        results.add(units=units, injects=injects, **row)
                except DidNotFinish as why:
                    results.add(units=units, injects=injects, failed=f"did not finish: {why}")


def one(words: str, repeats: int, empty: Any) -> list[dict[str, Any]]:
    """One size, in a process of its own."""
    with directory() as there, redis() as address:
        var = shutil.copytree(empty, there / "var")
        env = environment(EXERCISE_VAR=str(var), DJANGO_SETTINGS_MODULE=SETTINGS, REDIS_URL=address)
        said = run_apart(
            "benchmarks.page_run", words, str(repeats), env=env, logs=var / "log", limit_s=1800
        )
        rows: list[dict[str, Any]] = json.loads(said.splitlines()[-1])
        return rows
