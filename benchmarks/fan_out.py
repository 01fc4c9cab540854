"""Fan-out: one event to many viewers. Ours against what others would use, side by side.

For each size every candidate is started, its viewers are opened, and events are published at each
rate; then the next candidate. A candidate that cannot open its viewers, or has not delivered
within a grace of a second or two, "did not finish", and larger sizes are not tried with it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from benchmarks.processes import (
    Cost,
    DidNotFinish,
    directory,
    environment,
    listens,
    manage,
    redis,
    running,
    uvicorn,
    wait_until,
)
from benchmarks.processes import free_port as a_port
from benchmarks.publisher import EXERCISE_ID
from benchmarks.results import Results

DELIVERED = 0.99


@dataclass(frozen=True)
class Candidate:
    """Somebody's way to bring an event to viewers."""

    name: str
    words: str
    """What to start: a module for ``python -m`` or an application for uvicorn."""
    way: str = "pubsub"
    """How the publisher speaks to it."""
    kind: str = "stream"
    processes: int = 1
    needs: str = ""
    """The package that must be installed."""

    @property
    def label(self) -> str:
        return f"{self.name} ×{self.processes}"


CANDIDATES = (
    Candidate("bare uvloop", "-m benchmarks.rivals.bare"),
    Candidate("ours", "exercise.asgi:application", way="ours"),
    Candidate("Django StreamingHttpResponse", "benchmarks.rivals.streaming:application"),
    Candidate(
        "django-eventstream",
        "benchmarks.rivals.eventstream:application",
        way="eventstream",
        needs="django_eventstream",
    ),
    Candidate(
        "channels",
        "benchmarks.rivals.consumers:application",
        way="channels",
        needs="channels_redis",
    ),
    Candidate("polling 2 s", "benchmarks.rivals.polling:application", kind="poll"),
    Candidate("bare uvloop", "-m benchmarks.rivals.bare", processes=2),
    Candidate("ours", "exercise.asgi:application", way="ours", processes=2),
)
SCALES: dict[str, dict[str, Any]] = {
    "full": {
        "sizes": (100, 1000, 5000, 10_000),
        "rates": ((1, 4.0), (10, 2.0)),
        # 100,000 messages a second are more than the crowd's one process can read.
        "rates_at_10000": ((1, 4.0),),
        "open_limit_s": 15.0,
        "grace_s": {"stream": 1.0, "poll": 2.5},
        # Two processes are worth a look only where one is busy.
        "two_from": 1000,
    },
    "small": {
        "sizes": (20,),
        "rates": ((5, 1.0),),
        "open_limit_s": 60.0,
        "grace_s": {"stream": 30.0, "poll": 30.0},
        "two_from": 0,
    },
}


def measure(results: Results, *, scale: str, repeats: int) -> None:
    """All sizes, all candidates, all rates; then again."""
    plan = SCALES[scale]
    room = raise_file_limit()
    failed: set[tuple[str, int]] = set()
    unopened: set[tuple[str, int]] = set()
    for repeat in range(1, repeats + 1):
        for size in plan["sizes"]:
            if size > room:
                results.add(repeat=repeat, viewers=size, skipped=f"only {room} files may be open")
                continue
            for candidate in CANDIDATES:
                if candidate.processes > 1 and size < plan["two_from"]:
                    continue
                about = {
                    "repeat": repeat,
                    "viewers": size,
                    "who": candidate.name,
                    "processes": candidate.processes,
                }
                if candidate.needs and find_spec(candidate.needs) is None:
                    results.add(**about, failed="not installed: requirements-bench.txt")
                    continue
                smaller = [n for (label, n) in failed if label == candidate.label and n < size]
                if smaller:
                    results.add(**about, failed=f"not tried: did not finish at {min(smaller):,}")
                    continue
                if (candidate.label, size) in unopened:
                    results.add(**about, failed="not tried again: did not open its viewers")
                    continue
                try:
                    for row in one(candidate, size, plan):
                        results.add(**about, **row)
                        if row.get("failed"):
                            failed.add((candidate.label, size))
                except DidNotFinish as why:
                    failed.add((candidate.label, size))
                    unopened.add((candidate.label, size))
                    results.add(**about, failed=f"did not finish: {why}")


def raise_file_limit() -> int:
    """As many open files as this user may have; answers how many viewers that is room for."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard - 200


def one(candidate: Candidate, size: int, plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One candidate with one crowd; a row for each rate."""
    with directory() as there, redis() as address, served(candidate, there, address) as server:
        port, path, env, process = server
        sleep(0.3)
        empty = Cost.of(process)
        with viewers(candidate.kind, port, path, size, plan["open_limit_s"]) as crowd:
            ready = json.loads(crowd.stdout.readline())
            if ready["ready"] < size:
                raise DidNotFinish(
                    f"{ready['ready']:,} of {size:,} open after {ready['open_s']:.0f} s"
                )
            sleep(0.3)
            full = Cost.of(process)
            held = {
                "open_s": ready["open_s"],
                "kb_per_viewer": round((full.rss_kb - empty.rss_kb) / size, 1),
                "threads_per_viewer": round((full.threads - empty.threads) / size, 2),
            }
            for rate, seconds in plan.get(f"rates_at_{size}", plan["rates"]):
                grace_s = plan["grace_s"][candidate.kind]
                row = published(candidate, crowd, env, process, size, rate, seconds, grace_s)
                yield {"rate": rate, **held, **row}
                if row.get("failed"):
                    return


@contextmanager
def served(candidate: Candidate, there: Path, address: str) -> Iterator[tuple[Any, ...]]:
    """The candidate's server: (port, path of the stream, environment, process)."""
    port = a_port()
    env = environment(BENCH_REDIS=address, REDIS_URL=address, EXERCISE_VAR=str(there / "var"))
    path = "/stream/"
    if candidate.way == "ours":
        env["DJANGO_SETTINGS_MODULE"] = "exercise.settings"
        path = stream_path(env)
    if candidate.words.startswith("-m"):
        words = [sys.executable, *candidate.words.split(), str(port), str(candidate.processes)]
    else:
        words = uvicorn(candidate.words, port, candidate.processes)
    log = there / "log"
    with running(words, env, log) as process:
        try:
            wait_until(lambda: listens(port), "the server does not start", 30)
        except DidNotFinish:
            raise DidNotFinish(log.read_text()[-1500:]) from None
        yield port, path, env, process


def stream_path(env: dict[str, str]) -> str:
    """The address of the public board's stream, with its token."""
    words = f"from exercise.live import tokens; print(tokens.issue({EXERCISE_ID}, 'board.vi'))"
    token = manage("shell", "--no-imports", "-c", words, env=env).strip()
    return f"/live/{EXERCISE_ID}/?t={token}&last=0-0"


@contextmanager
def viewers(kind: str, port: int, path: str, size: int, limit_s: float) -> Iterator[Any]:
    """The crowd, in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.viewers", kind, str(port), path, str(size)]
    process = subprocess.Popen(
        [*words, str(limit_s)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def published(
    candidate: Candidate,
    crowd: Any,
    env: dict[str, str],
    process: Any,
    size: int,
    rate: float,
    seconds: float,
    grace_s: float,
) -> dict[str, Any]:
    """Publish at a rate for a while; what came of it."""
    crowd_cpu_s = ask(crowd, "forget")["cpu_s"]
    before, begun = Cost.of(process), monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.publisher", candidate.way, str(rate), str(seconds)],
        env=env,
        capture_output=True,
        text=True,
        timeout=seconds + 60,
    )
    if done.returncode:
        raise DidNotFinish(f"the publisher: {done.stderr[-1000:]}")
    moments = json.loads(done.stdout)
    deadline, told = monotonic() + grace_s, ask(crowd, f"tell {json.dumps(moments)}")
    while told["delivered"] < size * len(moments) and monotonic() < deadline:
        sleep(0.25)
        told = ask(crowd, f"tell {json.dumps(moments)}")
    after, elapsed_s = Cost.of(process), monotonic() - begun
    # Near 1 the crowd, one process, is the limit and not the server.
    crowd_cores = (told["cpu_s"] - crowd_cpu_s) / (seconds + 0.5)
    delivered, cpu_s = told["delivered"], after.cpu_s - before.cpu_s
    messages = told["answers"] if candidate.kind == "poll" else delivered
    row = {
        "delivered": round(delivered / (size * len(moments)), 4),
        "p50_ms": told["p50_ms"],
        "p99_ms": told["p99_ms"],
        "max_ms": told["max_ms"],
        "cpu_us_per_message": round(1e6 * cpu_s / messages, 1) if messages else None,
        "cores": round(cpu_s / elapsed_s, 3),
        "crowd_cores": round(crowd_cores, 2),
        "lost_streams": told["lost"],
    }
    if row["delivered"] < DELIVERED:
        row["failed"] = f"did not finish: {row['delivered']:.0%} delivered in time"
    return row


def ask(crowd: Any, words: str) -> dict[str, Any]:
    """One line to the crowd, one back."""
    crowd.stdin.write(f"{words}\n")
    crowd.stdin.flush()
    answer: dict[str, Any] = json.loads(crowd.stdout.readline())
    return answer
