"""The sections of docs/benchmarks.md on the product alone: acknowledgements, pages, its start."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks.budgets import FIRST_BYTE_AT, FIRST_BYTE_MS
from benchmarks.figures import spread
from benchmarks.tables import Row, of, table, times, unfinished

SMALLEST = {"database": "SQLite", "web": 1, "exercises": 1}
BY_HAND = "by hand"


# ── acknowledgements ────────────────────────────────────────────────────────────────────────────
def acknowledgements(rows: Sequence[Row]) -> list[str]:
    """The section's blocks."""
    lines = []
    keys = ("database", "web", "exercises", "load")
    good = [row for row in rows if "failed" not in row]
    for key in dict.fromkeys(tuple(row[name] for name in keys) for row in good):
        mine = [row for row in good if tuple(row[name] for name in keys) == key]
        late = [row["releases"] for row in mine]
        database, web, exercises, load = key
        here = dict(zip(keys, key, strict=True))
        base = {**SMALLEST, "load": load}
        lines.append(
            (
                f"{database} × {web}" + (f", {exercises} exercises" if exercises > 1 else ""),
                load,
                of(mine, "per_second", 1),
                times(good, "per_second", here, base),
                of(mine, "p50_ms", 1),
                times(good, "p50_ms", here, base),
                of(mine, "p99_ms", 1),
                times(good, "p99_ms", here, base),
                sum(row["refused"] for row in mine),
                of(mine, "web_cpu_ms"),
                *(of(late, field, 1) for field in ("p50_ms", "p99_ms", "max_ms")),
            )
        )
    for row in [one for one in rows if "failed" in one]:
        lines.append(unfinished(f"{row['database']} × {row['web']}", row, 12))
    head = ("database × web processes", "load", "acks/s", "acks/s ×", "p50 ms", "p50 ×", "p99 ms")
    head += ("p99 ×", "refused")
    head += ("web CPU ms/ack", "release p50 ms", "release p99 ms", "release max ms")
    return [
        "## Acknowledgements, end to end",
        "Forty unit leads with sessions of their own post the form with its CSRF token; the "
        "command, the journal entry and the drawing of the boards are all in it. *Paced* is 25 a "
        "second for all together, *flat out* each as soon as the answer is there. Meanwhile the "
        "timers release five injects a second in the same exercise, to three units each: how late "
        "is beside. Both databases wait for their disk at each commit. `×` is against SQLite × 1 "
        "under the same load, in the same repeat.",
        table(head, lines),
    ]


# ── pages ───────────────────────────────────────────────────────────────────────────────────────
def pages(rows: Sequence[Row]) -> list[str]:
    """The section's blocks."""
    lines = []
    good = [row for row in rows if "page" in row]
    sizes = list(dict.fromkeys((row["units"], row["injects"]) for row in good))
    least = min(sizes, key=math.prod, default=(0, 0))
    for page in dict.fromkeys(row["page"] for row in good):
        for units, injects in sizes:
            mine = [
                row
                for row in good
                if row["page"] == page and (row["units"], row["injects"]) == (units, injects)
            ]
            if not mine:
                continue
            first = of(mine, "first_byte_ms", 1)
            here = (units, injects) == FIRST_BYTE_AT
            slow = here and sorted(r["first_byte_ms"] for r in mine)[len(mine) // 2] > FIRST_BYTE_MS
            size = {"page": page, "units": units, "injects": injects}
            smallest = {"page": page, "units": least[0], "injects": least[1]}
            lines.append(
                (
                    page,
                    f"{units} × {injects:,}",
                    f"{mine[0]['taskings']:,}",
                    f"{mine[0]['journal']:,}",
                    f"**{first}**" if slow else first,
                    times(good, "first_byte_ms", size, smallest),
                    of(mine, "known_ms", 1),
                    _against_first(mine, "known_ms"),
                    of(mine, "cold_ms", 1),
                    _against_first(mine, "cold_ms"),
                    of(mine, "cpu_ms", 1),
                    mine[0]["queries"],
                    f"{mine[0]['bytes'] / 1024:.1f}",
                )
            )
    for row in [one for one in rows if "failed" in one]:
        lines.append(unfinished(f"{row['units']} × {row['injects']}", row, 12))
    head = ("page", "units × injects", "taskings", "journal", "first byte ms", "× smallest")
    head += ("again ms", "again ×", "cold ms", "cold ×")
    return [
        "## Pages",
        "A drill four fifths through, made by the product's own commands; its pages through the "
        "whole ASGI application in one process (no network), gzip included, SQLite, warm; the "
        "median of 15 in each repeat. *CPU* is the process's own, hardly touched by other work on "
        "the machine. Each is the first page after a command, and reads what that touched; *again* "
        "is one that comes before the next command, *cold* one of a process that knows nothing of "
        "the drill yet; their `×` is against the first byte. *× smallest* is that of the same page "
        "of the smallest drill.",
        table((*head, "CPU ms", "queries", "KB"), lines),
    ]


def _against_first(rows: Sequence[Row], field: str) -> str:
    """A time against the first byte's, in the same repeat."""
    known = [row for row in rows if row.get(field)]
    return spread([row[field] / row["first_byte_ms"] for row in known])


# ── start ───────────────────────────────────────────────────────────────────────────────────────
def startup(rows: Sequence[Row]) -> list[str]:
    """The section's blocks."""
    lines, memory = [], []
    for how, warm in dict.fromkeys((row["how"], row["warm"]) for row in rows):
        mine = [r for r in rows if (r["how"], r["warm"]) == (how, warm) and "failed" not in r]
        label = f"{how}, {'warm' if warm else 'the first time (migrations, static files)'}"
        cells = [
            of(mine, field) for field in ("first_page_s", "timers_s", "stop_s", "pss_mb", "rss_mb")
        ]
        here, base = {"how": how, "warm": warm}, {"how": BY_HAND, "warm": True}
        for place, field in ((1, "first_page_s"), (3, "timers_s"), (6, "pss_mb")):
            # The first time is one run, and no repeat of anything.
            cells.insert(place, times(rows, field, here, base) if warm else "–")
        lines.append((label, *cells))
        if not warm:
            continue
        for name in dict.fromkeys(name for row in mine for name in row["processes"]):
            found = [row["processes"][name] for row in mine if name in row["processes"]]
            cells = (of(found, field, 1) for field in ("pss_mb", "rss_mb", "threads"))
            memory.append((f"{how}: {name}", *cells))
    head = ("", "first page s", "first page ×", "timers s", "timers ×", "stop s", "PSS MB", "PSS ×")
    head += ("RSS MB",)
    return [
        "## The embedded tree",
        "From the command to the first page, and to the first round of beat, broker, worker and "
        "database; memory after twenty pages. *By hand* is the same four programs started at one "
        "moment, without supervisor, migrations or checks; `×` is against it, in the same repeat.",
        table(head, lines),
        table(("process", "PSS MB", "RSS MB", "threads"), memory),
    ]
