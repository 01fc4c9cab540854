"""The section of docs/benchmarks.md about the soak (``make soak`` → ``results/soak.json``), and its
budgets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from exercise.live.bus import RING_BYTES, RING_ENTRIES
from exercise.live.room import MADE_BYTES

OURS = ("supervisor", "broker", "worker", "chores", "beat", "web")
MB_AN_HOUR = 5
"""What is flat: a drill of two days would take a quarter of a GB more, and the readings of one hour
tell no less than this from the steps in which memory is taken.
"""
MORE_DESCRIPTORS = 2
"""A reading can find a file or a connection in use that the one before did not."""
LATENESS_P99_MS = 100
ERRORS = (" ERROR ", " CRITICAL ", "Traceback")


def checks(soak: dict[str, Any]) -> Iterator[tuple[str, str, str, str, bool]]:
    """Key, what, budget, measured, met."""
    ours = {name: soak["processes"][name] for name in OURS if name in soak["processes"]}
    for name, one in ours.items():
        grows = one["mb_an_hour"]
        what = f"soak: memory of {name}, its slope over the last two thirds"
        allowed, measured = f"≤ {MB_AN_HOUR} MB an hour", f"{grows:.1f} MB an hour"
        yield f"soak memory {name}", what, allowed, measured, grows <= MB_AN_HOUR
    for name, one in ours.items():
        first, last = one["descriptors"]
        what = f"soak: file descriptors of {name}, from a third of the run to its end"
        met = last - first <= MORE_DESCRIPTORS
        yield f"soak descriptors {name}", what, f"≤ {MORE_DESCRIPTORS} more", f"{last - first}", met
    restarts = sum(one["pids"] - 1 for one in ours.values())
    yield "soak restarts", "soak: processes started again", "0", str(restarts), restarts == 0
    errors = sum(any(mark in line for mark in ERRORS) for line in soak["log"])
    yield "soak log", "soak: lines in the logs at ERROR or above", "0", str(errors), errors == 0
    injects = soak["drill"]["injects"]
    for key, word in (("lost", "lost"), ("released_twice", "released twice")):
        found = injects[key]
        yield f"soak {key}", f"soak: injects {word}", "0", str(found), found == 0
    late_ms = soak["drill"]["lateness_ms"]["p99"]
    yield (
        *("soak lateness", "soak: release lateness p99", f"≤ {LATENESS_P99_MS} ms"),
        *(f"{late_ms:.1f} ms", late_ms <= LATENESS_P99_MS),
    )


MENDED = (
    "The soak of commit f321e2b found the web process growing by 65 MB an hour and the worker by "
    "41. No leak was found; three things filled up, slowly. The web process kept the finished "
    "bytes of the last 32 drawings, each larger as the drill went on: 30 MB and rising, now "
    f"{MADE_BYTES // 2**20} MB at most. Both kept the markup of the timeline's bars for each "
    "language, also of those that look different every minute and never again as they did: 20 MB "
    "in 16,384 places; now bars at rest alone are kept, once for all languages, in half as many. "
    "And texts of some hundred KB left holes in glibc's heaps, a quarter of those of the web "
    "process; now they are given back, as `exercise/supervisor/layout.py` asks for. Before and "
    "after side by side, 20 minutes at ×240 on a machine with too much to do: web 174 → 118 MB, "
    "worker 142 → 122 MB at the end; over the last two thirds, by the hour at ×120, web 61 → 20 "
    "MB, worker 40 → 23 MB; over the last third, with nothing left to fill, web 11 → 8 MB, worker "
    "9 → −4 MB. What still grows is what the drill has come to: the drawings kept until they "
    "reach their bound, and the rows of its taskings."
)

Table = Callable[[Sequence[str], Iterable[Sequence[Any]]], str]


def section(soak: dict[str, Any], table: Table) -> list[str]:
    """What grew, and what was lost."""
    drill, stores, seen = soak["drill"], soak["stores"], soak["viewers_saw"]
    rows = []
    for name in (name for name in OURS if name in soak["processes"]):
        one = soak["processes"][name]
        rows.append(
            (
                name,
                one["mb_first"],
                one["mb_after_a_third"],
                one["mb_last"],
                one["mb_an_hour"],
                "–".join(str(count) for count in one["descriptors"]),
                "–".join(str(count) for count in one["threads"]),
                one["pids"] - 1,
            )
        )
    head = ("", "MB at first", "after a third", "at last", "MB an hour", "descriptors", "threads")
    kept = ", ".join(
        f"{name.removesuffix('_mb').replace('_', ' ')} {size['first']} → {size['last']} MB"
        for name, size in stores.items()
    )
    injects, journal = drill["injects"], drill["journal"]
    verified = "yes" if journal["verified"] else "**no**"
    return [
        "## Soak",
        f"{soak['minutes']:.0f} minutes at ×{soak['pace']:.0f}, {soak['units']} units, "
        f"{soak['viewers']} viewers on open streams (`make soak`). Memory is each process's own; "
        "its slope by least squares over the last two thirds.",
        table((*head, "restarts"), rows),
        f"{injects['released']} of {injects['total']} injects released, {injects['lost']} lost, "
        f"{injects['released_twice']} released twice; "
        f"{journal['entries']:,} journal entries, chain verified: {verified}; "
        f"{seen['stream events']:,} stream events, {seen['pages answered 200']:,} pages read. "
        f"Kept: {kept}. Lines in the logs at WARNING or above: {len(soak['log'])}"
        + (f", such as `{soak['log'][0][:90]}…`." if soak["log"] else "."),
        f"What fills to a bound: Redis and every web process keep the last {RING_ENTRIES} drawings "
        "of an exercise, deflated, so that who comes back misses nothing; a drawing grows with "
        f"what the drill has released, and so do they, up to {_mb(RING_BYTES)} an exercise: who "
        "missed more is sent all of the page's live part. A web process keeps finished bytes of "
        f"the newest for those who come at once, up to {_mb(MADE_BYTES)}; web and worker keep "
        "the rows of the exercises read last, and of bars and cards some thousands as they were "
        "last written, which grow with what the drill has released. The broker writes its "
        "append-only file anew when it has doubled, from 64 MB on.",
        MENDED,
        f"<sub>{_begun(soak)}commit {soak['commit']}, {soak['machine']}</sub>",
    ]


def _mb(size: int) -> str:
    return f"{size // 2**20} MB"


def _begun(soak: dict[str, Any]) -> str:
    return f"{soak['begun']}, " if "begun" in soak else ""
