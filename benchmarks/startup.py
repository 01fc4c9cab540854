"""The embedded tree: from the command to the first page, and what its processes hold.

``manage.py run`` on an install that has run before, against the same four programs started by hand
at one moment without a supervisor.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks.processes import (
    DidNotFinish,
    directory,
    environment,
    free_port,
    manage,
    running,
    serves,
    wait_until,
)
from benchmarks.results import Results

SETTINGS = "exercise.settings"
SETTLE_S = {"full": 5.0, "small": 0.5}
PAGES = 20
NAMES = (
    # what a command line has in it → which process that is
    ("celery", "chores@", "chores"),
    ("celery", "timers@", "worker"),
    ("celery", " beat", "beat"),
    ("uvicorn", "", "web"),
    ("valkey-server", "", "broker"),
    ("redis-server", "", "broker"),
    ("manage.py", " run", "supervisor"),
)


def measure(results: Results, *, scale: str, repeats: int) -> None:
    """Once cold, then warm with and without the supervisor in turn."""
    with directory() as there:
        env = environment(EXERCISE_VAR=str(there / "var"), DJANGO_SETTINGS_MODULE=SETTINGS)
        results.add(how="manage.py run", warm=False, **one(run_tree, env, there, scale))
        for repeat in range(1, repeats + 1):
            for how, start in (("manage.py run", run_tree), ("by hand", by_hand)):
                try:
                    row = one(start, env, there, scale)
                except DidNotFinish as why:
                    row = {"failed": f"did not finish: {why}"}
                results.add(how=how, warm=True, repeat=repeat, **row)


def one(start: Any, env: dict[str, str], there: Path, scale: str) -> dict[str, Any]:
    """Start it, look at it, stop it."""
    port = free_port()
    env = env | {"PORT": str(port)}
    begun, begun_wall_us = time.monotonic(), time.time_ns() // 1000
    with start(env, there, port) as roots:
        wait_until(lambda: serves(port, "/"), "no page comes", 120)
        first_page_s = time.monotonic() - begun
        wait_until(lambda: heartbeat(there / "var", begun_wall_us), "no timer works", 60)
        timers_s = time.monotonic() - begun
        for _page in range(PAGES):
            serves(port, "/")
        time.sleep(SETTLE_S[scale])
        memory = held(roots)
        stop = time.monotonic()
    # Programs started by hand are stopped by hand, one after the other: that is no figure.
    stopped = {"stop_s": round(time.monotonic() - stop, 2)} if start is run_tree else {}
    return {
        "first_page_s": round(first_page_s, 2),
        "timers_s": round(timers_s, 2),
        **stopped,
        "pss_mb": round(sum(one["pss_mb"] for one in memory.values()), 1),
        "rss_mb": round(sum(one["rss_mb"] for one in memory.values()), 1),
        "processes": memory,
    }


@contextmanager
def run_tree(env: dict[str, str], there: Path, port: int) -> Iterator[list[psutil.Process]]:
    """The one command."""
    words = [sys.executable, "manage.py", "run"]
    with running(words, env, there / "run.log") as process:
        yield [process]


@contextmanager
def by_hand(env: dict[str, str], there: Path, port: int) -> Iterator[list[psutil.Process]]:
    """The same programs, all at once."""
    words = manage("shell", "--no-imports", "-c", _COMMANDS, env=env).strip().splitlines()
    env = env | {"REDIS_URL": words[0]}
    with ExitStack() as held:
        roots = [
            held.enter_context(running(line.split("\t"), env, there / f"hand-{place}.log"))
            for place, line in enumerate(words[1:])
        ]
        yield roots


_COMMANDS = """
from exercise.supervisor import Site
site = Site.from_settings()
print(site.redis_url)
for child in [*site.broker(), *site.timers(), site.web(), site.chores()]:
    print("\\t".join(child.argv))
"""


def heartbeat(var: Path, since_wall_us: int) -> bool:
    """Whether beat, broker, worker and database have worked together since then."""
    try:
        with sqlite3.connect(f"file:{var / 'db.sqlite3'}?mode=ro", uri=True) as database:
            found = database.execute("SELECT max(wall_us) FROM exercise_timerheartbeat").fetchone()
    except sqlite3.Error:
        return False
    return found[0] is not None and found[0] >= since_wall_us


def held(roots: list[psutil.Process]) -> dict[str, dict[str, float]]:
    """Memory and threads by process."""
    found: dict[str, dict[str, float]] = {}
    for root in roots:
        for process in (root, *root.children(recursive=True)):
            words = " ".join(process.cmdline()) + " "
            names = [name for first, second, name in NAMES if first in words and second in words]
            memory = process.memory_full_info()
            row = found.setdefault(names[0] if names else "other", {"pss_mb": 0, "rss_mb": 0})
            row["pss_mb"] = round(row["pss_mb"] + memory.pss / 1024**2, 1)
            row["rss_mb"] = round(row["rss_mb"] + memory.rss / 1024**2, 1)
            row["threads"] = row.get("threads", 0) + process.num_threads()
    return found
