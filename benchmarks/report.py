"""docs/benchmarks.md, made of the results: what misses a budget first, then a table for each part.

The reasons for a miss are people's words, in benchmarks/reasons.json by the budget's key; what was
made faster is in benchmarks/faster.json.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import faster_page, imports_page, product_page, soak_page
from benchmarks.budgets import BARE, OURS, checks, ratios
from benchmarks.figures import spread
from benchmarks.results import BASE
from benchmarks.tables import Row, named, of, table

DOCUMENT = BASE / "docs" / "benchmarks.md"
REASONS = BASE / "benchmarks" / "reasons.json"
BUSY = 3
"""Load average for each core from which wall times are not to be believed."""


def write(directory: Path, to: Path = DOCUMENT) -> Path:
    """Write the document from all results there are."""
    to.write_text(document(read(directory)), encoding="utf-8")
    return to


def read(directory: Path) -> dict[str, dict[str, Any]]:
    """Each part's results."""
    parts = (
        "fan_out",
        "release_lateness",
        "acknowledgements",
        "pages",
        "startup",
        "after_action",
        "replay",
        "imports",
        "soak",
    )
    files = [(part, directory / f"{part}.json") for part in parts]
    return {part: json.loads(file.read_text("utf-8")) for part, file in files if file.exists()}


def document(results: dict[str, dict[str, Any]]) -> str:
    """The whole text."""
    blocks = [
        "# Benchmarks",
        "Written by `make bench-report` from `benchmarks/results/*.json`; not edited by hand. "
        '`make bench` measures anew (`PARTS="fan_out pages"` for some), '
        "[`benchmarks/README.md`](../benchmarks/README.md) says how.\n"
        "Rivals and ours are measured in turn in the same run, on one machine with the clients on "
        "it as well, so **the ratios count**, not the milliseconds. A figure is the median of the "
        "repeats, with the lowest and the highest in brackets.",
        *_budgets(results),
        *faster_page.section(),
    ]
    for part, write_part in PARTS.items():
        if part in results:
            blocks += [*write_part(results[part]["rows"]), _measured_on(results[part])]
    if "soak" in results:
        blocks += soak_page.section(results["soak"], table)
    return "\n\n".join(blocks) + "\n"


def _measured_on(part: dict[str, Any]) -> str:
    machine, rows = part["machine"], part["rows"]
    loads = [row["load_average"] for row in rows]
    busy = f", load average {min(loads)}–{max(loads)}" if loads else ""
    # Rivals keep two cores busy by themselves; beyond that, others were at work.
    crowded = loads and sorted(loads)[len(loads) // 2] > BUSY * machine["cores"]
    warning = (
        "**Other work kept the machine busy: wall times here say little, processor times and "
        "counts hold.**\n\n"
    )
    return (warning if crowded else "") + (
        f"<sub>{part['begun']}, commit {part['commit']}, scale {part['scale']}: "
        f"{machine['cores']} cores ({machine['cpu']}), {machine['memory_gb']} GB, "
        f"kernel {machine['kernel']}, Python {machine['python']}{busy}.</sub>"
    )


def _budgets(results: dict[str, dict[str, Any]]) -> list[str]:
    found = checks(results)
    missed = [check for check in found if not check.met]
    reasons = json.loads(REASONS.read_text("utf-8")) if REASONS.exists() else {}
    blocks = ["## What misses its budget"]
    if missed:
        rows = [(one.what, one.budget, one.measured, _reason(reasons, one.key)) for one in missed]
        blocks.append(table(("budget", "allowed", "measured", "why"), rows))
    else:
        blocks.append("Nothing that was measured.")
    blocks.append(
        f"<details><summary>Met: {len(found) - len(missed)} of {len(found)}</summary>\n\n"
        + table(
            ("budget", "allowed", "measured"),
            [(one.what, one.budget, one.measured) for one in found if one.met],
        )
        + "\n\n</details>"
    )
    return blocks


def _reason(reasons: dict[str, str], key: str) -> str:
    """The longest key that this one begins with."""
    fits = [known for known in reasons if key.startswith(known)]
    return reasons[max(fits, key=len)] if fits else "not looked into yet"


# ── fan-out ─────────────────────────────────────────────────────────────────────────────────────
def _fan_out(rows: Sequence[Row]) -> list[str]:
    blocks = [
        "## Fan-out: one event to many viewers",
        "A payload of 1 KB, stamped by the publisher before it is handed over, to the moment a "
        "viewer's process reads it. *CPU* is the server's, for each message delivered (polling: "
        "for each answer); *cores* the server's share while events flow; *crowd* that of the one "
        "process that plays all viewers, which is the limit itself when it comes near 1. "
        f"`×` is against {BARE} with as many processes, in the same repeat. **Not run**: 10 events "
        "a second to 10,000 viewers, because 100,000 messages a second are more than the crowd's "
        "one process can read; two processes for 100 viewers, which keep not even one busy; two "
        "processes of the rivals, to keep all of it within half an hour; and at a larger size what "
        "did not finish at a smaller one.",
    ]
    sizes = sorted({row["viewers"] for row in rows})
    for viewers in sizes:
        here = [row for row in rows if row["viewers"] == viewers]
        skipped = [row["skipped"] for row in here if row.get("skipped")]
        if skipped:
            blocks.append(f"### {viewers:,} viewers\n\nNot measured: {skipped[0]}.")
            continue
        lines = []
        for rate in sorted({row["rate"] for row in here if row.get("rate")}):
            lines += _fan_out_lines(here, viewers, rate)
        lines += _unfinished(here)
        head = ("", "events/s", "p50 ms", "p99 ms", "p99 ×", "CPU µs", "CPU ×")
        head += ("KB/viewer", "threads/viewer", "cores", "crowd")
        blocks.append(f"### {viewers:,} viewers\n\n" + table(head, lines))
    return blocks


def _fan_out_lines(here: Sequence[Row], viewers: int, rate: float) -> list[tuple[Any, ...]]:
    lines = []
    for who, processes in _candidates(here):
        name = {"who": who, "processes": processes}
        at = {"viewers": viewers, "rate": rate}
        mine = [r for r in here if r.get("rate") == rate and name.items() <= r.items()]
        if not mine:
            continue
        base = {**at, "who": BARE, "processes": processes}
        times = [
            "1" if who == BARE else spread(ratios(here, field, {**at, **name}, base))
            for field in ("p99_ms", "cpu_us_per_message")
        ]
        failed = [row for row in mine if row.get("failed")]
        label = f"{named(who, processes)}{' †' * bool(failed)}"
        lines.append(
            (
                label,
                rate,
                of(mine, "p50_ms", 1),
                of(mine, "p99_ms", 1),
                times[0],
                of(mine, "cpu_us_per_message", 1),
                times[1],
                of(mine, "kb_per_viewer", 1),
                of(mine, "threads_per_viewer", 2),
                of(mine, "cores"),
                of(mine, "crowd_cores"),
            )
        )
    return lines


def _unfinished(here: Sequence[Row]) -> list[tuple[Any, ...]]:
    """A line for each that did not finish, with what became of it."""
    lines = []
    for who, processes in _candidates(here):
        mine = [row for row in here if row["who"] == who and row["processes"] == processes]
        for why in dict.fromkeys(row["failed"] for row in mine if row.get("failed")):
            which = [row for row in mine if row.get("failed") == why]
            rate = which[0].get("rate", "")
            repeats = len({row["repeat"] for row in which})
            words = " ".join(why.split())[:120]
            lines.append((f"† {named(who, processes)}: {words} ({repeats}×)", rate, *["–"] * 9))
    return lines


def _candidates(rows: Sequence[Row]) -> list[tuple[str, int]]:
    found = [(row["who"], row["processes"]) for row in rows if "who" in row]
    return sorted(dict.fromkeys(found), key=lambda one: (one[1], found.index(one)))


# ── release lateness ────────────────────────────────────────────────────────────────────────────
def _lateness(rows: Sequence[Row]) -> list[str]:
    loads = [row for row in rows if row["what"] == "load"]
    idles = [row for row in rows if row["what"] == "idle" and "failed" not in row]
    injects = next((row["injects"] for row in loads if "injects" in row), 0)
    lines, waiting = [], []
    for who in dict.fromkeys(row["who"] for row in rows):
        mine = [row for row in loads if row["who"] == who and not _why_none(row)]
        times = ratios(loads, "p99_ms", {"who": who}, {"who": OURS})
        if mine:
            lines.append(
                (
                    named(who, 1),
                    sum(row["lost"] for row in mine),
                    sum(row["doubled"] for row in mine),
                    *(of(mine, field, 1) for field in ("p50_ms", "p99_ms", "max_ms")),
                    "1" if who == OURS else spread(times),
                    of(mine, "cpu_ms_per_inject"),
                    of(mine, "handed_over_s"),
                )
            )
        for row in [one for one in loads if one["who"] == who and _why_none(one)][:1]:
            lines.append((f"† {named(who, 1)}: {_why_none(row)[:120]}", *["–"] * 8))
        for scheduled in sorted({row["scheduled"] for row in idles if row["who"] == who}):
            which = [r for r in idles if r["who"] == who and r["scheduled"] == scheduled]
            cells = (of(which, "cpu_percent"), of(which, "pss_mb", 1), len(which))
            waiting.append((named(who, 1), f"{scheduled:,}", *cells))
        waiting += _more_scheduled(who, [row for row in idles if row["who"] == who])
    head = ("", "lost", "doubled", "p50 ms", "p99 ms", "max ms", "p99 × ours", "CPU ms/inject")
    return [
        "## Release lateness",
        f"{injects:,} injects evenly over many running exercises, on SQLite; from the moment each "
        "is due until a reader of the database sees it released (it looks every 5 ms, at the cost "
        "of some of the two cores). The same transaction in all four: only what calls it differs. "
        "*Handed over* is what sending or storing each inject's own timer takes at the start. "
        "django-celery-beat as it comes (2.9.0, on Django 5.2) cannot do this on SQLite: its beat "
        "ends with `Expression tree is too large (maximum depth 1000)` when more than a thousand "
        "clocked tasks fall into its next five minutes, because it fetches their schedules by a "
        "list of ids; it is measured with those two tables joined instead.",
        table((*head, "handed over s"), lines),
        "Waiting, with nothing due for hours: worker, beat and broker together. "
        "(django-celery-beat reads only what is due within five minutes.)",
        table(("", "scheduled", "CPU % of a core", "PSS MB", "runs"), waiting),
    ]


def _why_none(row: Row) -> str:
    """Why a run is no measurement; of a rival, too, that released nothing at all."""
    if row.get("failed"):
        return " ".join(row["failed"].split())
    return "released nothing" if row["who"] != OURS and row["lost"] == row["injects"] else ""


def _more_scheduled(who: str, idles: Sequence[Row]) -> list[tuple[Any, ...]]:
    """What those cost that are scheduled beyond the fewest, by the difference in each repeat."""
    counts = sorted({row["scheduled"] for row in idles})
    if len(counts) < 2:
        return []
    fewest, most = counts[0], counts[-1]
    by_repeat: dict[int, dict[int, Row]] = {}
    for row in idles:
        by_repeat.setdefault(row["repeat"], {})[row["scheduled"]] = row
    pairs = [found for found in by_repeat.values() if {fewest, most} <= found.keys()]
    cells = (
        spread([pair[most][field] - pair[fewest][field] for pair in pairs], digits)
        for field, digits in (("cpu_percent", 2), ("pss_mb", 1))
    )
    words = f"cost of {most - fewest:,} more scheduled, {named(who, 1)}"
    return [(words, f"+{most - fewest:,}", *cells, len(pairs))]


# ── replay ──────────────────────────────────────────────────────────────────────────────────────
_SEEK = {
    "first look ms": "first_ms",
    "cold ms": "cold_ms",
    "cold, worst ms": "cold_worst_ms",
    "warm ms": "warm_ms",
    "warm, worst ms": "warm_worst_ms",
    "moment ms": "moment_ms",
    "console ms": "console_ms",
    "keeping ms": "keeping_ms",
    "snapshots KB": "snapshots_kb",
}


def _replay(rows: Sequence[Row]) -> list[str]:
    lines = []
    for size in dict.fromkeys((row["units"], row["injects"]) for row in rows):
        mine = [
            row for row in rows if (row["units"], row["injects"]) == size and "failed" not in row
        ]
        if not mine:
            continue
        label = "{} units, {:,} injects, {:,} entries".format(*size, mine[0]["entries"])
        if "moment_ms" not in mine[0]:
            continue  # from before a seek was timed with its drawing
        lines.append((label, *(of(mine, field, 0) for field in _SEEK.values())))
    return [
        "## Replay",
        "From an entry's number to the console as it was, all over the journal, on SQLite: cold in "
        "a process that has read nothing of the drill, warm in one that has; of which finding the "
        "moment and drawing the console. The chores worker keeps snapshots as the journal grows; "
        "keeping is all of its work together.",
        table(("", *_SEEK), lines),
    ]


# ── after-action report ─────────────────────────────────────────────────────────────────────────
def _after_action(rows: Sequence[Row]) -> list[str]:
    lines, files = [], []
    good = [row for row in rows if "failed" not in row]
    for units, injects in dict.fromkeys((row["units"], row["injects"]) for row in good):
        mine = [row for row in good if (row["units"], row["injects"]) == (units, injects)]
        label = f"{units} units, {injects:,} injects, {mine[0]['entries']:,} entries"
        built = [row for row in mine if "build_s" in row]
        fields = ("build_s", "json_s", "cpu_s", "peak_mb", "queries")
        lines.append((label, *(of(built, field, 1) for field in fields)))
        for name in dict.fromkeys(row["format"] for row in mine if "format" in row):
            which = [row for row in mine if row.get("format") == name]
            cells = (of(which, field, 1) for field in ("wall_s", "cpu_s", "peak_mb", "kb"))
            files.append((f"{name.upper()}: {label}", *cells))
    return [
        "## The after-action report",
        "From the journal to the value that all formats are drawn from, and on to JSON, each in a "
        "process of its own, on SQLite.",
        table(("", "build s", "JSON s", "CPU s", "peak MB", "queries"), lines),
        "Its files, each by `manage.py report` in Vietnamese, from the command to its end. A PDF "
        "prints at most 1,000 rows of a table and says so; the workbook has them all, and the "
        "whole journal.",
        table(("", "wall s", "CPU s", "peak MB", "KB"), files),
    ]


def _imports(rows: Sequence[Row]) -> list[str]:
    return [
        "## A long import",
        f"A planner takes a sheet of {rows[0].get('rows', 0):,} rows into a draft, in a real "
        "browser, while a drill releases an inject every quarter of a second on the same machine "
        "and SQLite.",
        table(("", "median (range)"), imports_page.lines(rows)),
    ]


PARTS = {
    "fan_out": _fan_out,
    "release_lateness": _lateness,
    "acknowledgements": product_page.acknowledgements,
    "pages": product_page.pages,
    "startup": product_page.startup,
    "after_action": _after_action,
    "replay": _replay,
    "imports": _imports,
}
