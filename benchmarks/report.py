"""docs/benchmarks.md, made of the results: what misses a budget first, then a table for each part.

The reasons for a miss are people's words, in benchmarks/reasons.json by the budget's key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import imports_page, soak_page
from benchmarks.budgets import BARE, FIRST_BYTE_AT, FIRST_BYTE_MS, OURS, checks, ratios
from benchmarks.figures import spread
from benchmarks.results import BASE

DOCUMENT = BASE / "docs" / "benchmarks.md"
REASONS = BASE / "benchmarks" / "reasons.json"
BUSY = 3
"""Load average for each core from which wall times are not to be believed."""
Row = dict[str, Any]


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
    ]
    for part, write_part in PARTS.items():
        if part in results:
            blocks += [*write_part(results[part]["rows"]), _measured_on(results[part])]
    if "soak" in results:
        blocks += soak_page.section(results["soak"], table)
    return "\n\n".join(blocks) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table; the first column is words, the others are figures."""
    words = ("", "why", "budget")
    lines = [list(head), ["---" if column in words else "--:" for column in head], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


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
        f"`×` is against {BARE} with as many processes, in the same repeat.",
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
        label = f"{_label(who, processes)}{' †' * bool(failed)}"
        lines.append(
            (
                label,
                rate,
                _of(mine, "p50_ms", 1),
                _of(mine, "p99_ms", 1),
                times[0],
                _of(mine, "cpu_us_per_message", 1),
                times[1],
                _of(mine, "kb_per_viewer", 1),
                _of(mine, "threads_per_viewer", 2),
                _of(mine, "cores"),
                _of(mine, "crowd_cores"),
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
            lines.append((f"† {_label(who, processes)}: {words} ({repeats}×)", rate, *["–"] * 9))
    return lines


def _candidates(rows: Sequence[Row]) -> list[tuple[str, int]]:
    found = [(row["who"], row["processes"]) for row in rows if "who" in row]
    return sorted(dict.fromkeys(found), key=lambda one: (one[1], found.index(one)))


def _label(who: str, processes: int) -> str:
    words = f"{who}, {processes} processes" if processes > 1 else who
    return f"**{words}**" if who == OURS else words


def _of(rows: Sequence[Row], field: str, digits: int = 2) -> str:
    return spread([row.get(field) for row in rows], digits)


# ── release lateness ────────────────────────────────────────────────────────────────────────────
def _lateness(rows: Sequence[Row]) -> list[str]:
    loads = [row for row in rows if row["what"] == "load"]
    idles = [row for row in rows if row["what"] == "idle" and "failed" not in row]
    injects = next((row["injects"] for row in loads if "injects" in row), 0)
    lines, waiting = [], []
    for who in dict.fromkeys(row["who"] for row in rows):
        mine = [row for row in loads if row["who"] == who and "failed" not in row]
        times = ratios(loads, "p99_ms", {"who": who}, {"who": OURS})
        if mine:
            lines.append(
                (
                    _label(who, 1),
                    sum(row["lost"] for row in mine),
                    sum(row["doubled"] for row in mine),
                    *(_of(mine, field, 1) for field in ("p50_ms", "p99_ms", "max_ms")),
                    "1" if who == OURS else spread(times),
                    _of(mine, "cpu_ms_per_inject"),
                    _of(mine, "handed_over_s"),
                )
            )
        for row in [one for one in loads if one["who"] == who and one.get("failed")][:1]:
            words = " ".join(row["failed"].split())[:120]
            lines.append((f"† {_label(who, 1)}: {words}", *["–"] * 8))
        for scheduled in sorted({row["scheduled"] for row in idles if row["who"] == who}):
            which = [r for r in idles if r["who"] == who and r["scheduled"] == scheduled]
            cells = (_of(which, "cpu_percent"), _of(which, "pss_mb", 1), len(which))
            waiting.append((_label(who, 1), f"{scheduled:,}", *cells))
    head = ("", "lost", "doubled", "p50 ms", "p99 ms", "max ms", "p99 × ours", "CPU ms/inject")
    return [
        "## Release lateness",
        f"{injects:,} injects evenly over many running exercises, on SQLite; from the moment each "
        "is due until a reader of the database sees it released (it looks every 5 ms, at the cost "
        "of some of the two cores). The same transaction in all four: only what calls it differs. "
        "*Handed over* is what sending or storing each inject's own timer takes at the start.",
        table((*head, "handed over s"), lines),
        "Waiting, with nothing due for hours: worker, beat and broker together.",
        table(("", "scheduled", "CPU % of a core", "PSS MB", "runs"), waiting),
    ]


# ── acknowledgements ────────────────────────────────────────────────────────────────────────────
def _acknowledgements(rows: Sequence[Row]) -> list[str]:
    lines = []
    keys = ("database", "web", "exercises", "load")
    good = [row for row in rows if "failed" not in row]
    for key in dict.fromkeys(tuple(row[name] for name in keys) for row in good):
        mine = [row for row in good if tuple(row[name] for name in keys) == key]
        late = [row["releases"] for row in mine]
        database, web, exercises, load = key
        lines.append(
            (
                f"{database} × {web}" + (f", {exercises} exercises" if exercises > 1 else ""),
                load,
                _of(mine, "per_second", 1),
                *(_of(mine, field, 1) for field in ("p50_ms", "p99_ms")),
                sum(row["refused"] for row in mine),
                _of(mine, "web_cpu_ms"),
                *(_of(late, field, 1) for field in ("p50_ms", "p99_ms", "max_ms")),
            )
        )
    for row in [one for one in rows if "failed" in one]:
        words = " ".join(row["failed"].split())[:160]
        lines.append((f"† {row['database']} × {row['web']}: {words}", *["–"] * 9))
    head = ("database × web processes", "load", "acks/s", "p50 ms", "p99 ms", "refused")
    head += ("web CPU ms/ack", "release p50 ms", "release p99 ms", "release max ms")
    return [
        "## Acknowledgements, end to end",
        "Forty unit leads with sessions of their own post the form with its CSRF token; the "
        "command, the journal entry and the drawing of the boards are all in it. *Paced* is 25 a "
        "second for all together, *flat out* each as soon as the answer is there. Meanwhile the "
        "timers release five injects a second in the same exercise, to three units each: how late "
        "is beside. Both databases wait for their disk at each commit.",
        table(head, lines),
    ]


# ── pages ───────────────────────────────────────────────────────────────────────────────────────
def _pages(rows: Sequence[Row]) -> list[str]:
    lines = []
    good = [row for row in rows if "page" in row]
    sizes = dict.fromkeys((row["units"], row["injects"]) for row in good)
    for page in dict.fromkeys(row["page"] for row in good):
        for units, injects in sizes:
            mine = [
                row
                for row in good
                if row["page"] == page and (row["units"], row["injects"]) == (units, injects)
            ]
            if not mine:
                continue
            first = _of(mine, "first_byte_ms", 1)
            here = (units, injects) == FIRST_BYTE_AT
            slow = here and sorted(r["first_byte_ms"] for r in mine)[len(mine) // 2] > FIRST_BYTE_MS
            lines.append(
                (
                    page,
                    f"{units} × {injects:,}",
                    f"{mine[0]['taskings']:,}",
                    f"{mine[0]['journal']:,}",
                    f"**{first}**" if slow else first,
                    _of(mine, "known_ms", 1) if "known_ms" in mine[0] else "–",
                    _of(mine, "cold_ms", 1) if "cold_ms" in mine[0] else "–",
                    _of(mine, "cpu_ms", 1),
                    mine[0]["queries"],
                    f"{mine[0]['bytes'] / 1024:.1f}",
                )
            )
    for row in [one for one in rows if "failed" in one]:
        words = " ".join(row["failed"].split())[:160]
        lines.append((f"† {row['units']} × {row['injects']}: {words}", *["–"] * 9))
    head = ("page", "units × injects", "taskings", "journal", "first byte ms", "again ms")
    return [
        "## Pages",
        "A drill four fifths through, made by the product's own commands; its pages through the "
        "whole ASGI application in one process (no network), gzip included, SQLite, warm; the "
        "median of 15 in each repeat. *CPU* is the process's own, hardly touched by other work on "
        "the machine. Each is the first page after a command, and reads what that touched; *again* "
        "is one that comes before the next command, *cold* one of a process that knows nothing of "
        "the drill yet.",
        table((*head, "cold ms", "CPU ms", "queries", "KB"), lines),
    ]


# ── start ───────────────────────────────────────────────────────────────────────────────────────
def _startup(rows: Sequence[Row]) -> list[str]:
    lines, memory = [], []
    for how, warm in dict.fromkeys((row["how"], row["warm"]) for row in rows):
        mine = [r for r in rows if (r["how"], r["warm"]) == (how, warm) and "failed" not in r]
        label = f"{how}, {'warm' if warm else 'the first time (migrations, static files)'}"
        fields = ("first_page_s", "timers_s", "stop_s", "pss_mb", "rss_mb")
        lines.append((label, *(_of(mine, field) for field in fields)))
        if not warm:
            continue
        for name in dict.fromkeys(name for row in mine for name in row["processes"]):
            found = [row["processes"][name] for row in mine if name in row["processes"]]
            cells = (_of(found, field, 1) for field in ("pss_mb", "rss_mb", "threads"))
            memory.append((f"{how}: {name}", *cells))
    return [
        "## The embedded tree",
        "From the command to the first page, and to the first round of beat, broker, worker and "
        "database; memory after twenty pages. *By hand* is the same four programs started at one "
        "moment, without supervisor, migrations or checks.",
        table(("", "first page s", "timers s", "stop s", "PSS MB", "RSS MB"), lines),
        table(("process", "PSS MB", "RSS MB", "threads"), memory),
    ]


# ── replay ──────────────────────────────────────────────────────────────────────────────────────
def _replay(rows: Sequence[Row]) -> list[str]:
    lines = []
    for size in dict.fromkeys((row["units"], row["injects"]) for row in rows):
        mine = [
            row for row in rows if (row["units"], row["injects"]) == size and "failed" not in row
        ]
        if not mine:
            continue
        label = "{} units, {:,} injects, {:,} entries".format(*size, mine[0]["entries"])
        fields = ("first_ms", "cold_ms", "cold_worst_ms", "warm_ms", "console_ms", "snapshots_kb")
        lines.append((label, *(_of(mine, field, 0) for field in fields)))
    return [
        "## Replay",
        "From an entry's number to the rows as they were, all over the journal, on SQLite: cold in "
        "a process that has read nothing of the drill, warm in one that has. The first look reads "
        "the whole journal and keeps snapshots of it; drawing the console comes on top.",
        table(
            (
                "",
                "first look ms",
                "cold ms",
                "cold, worst ms",
                "warm ms",
                "console ms",
                "snapshots KB",
            ),
            lines,
        ),
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
        lines.append((label, *(_of(built, field, 1) for field in fields)))
        for name in dict.fromkeys(row["format"] for row in mine if "format" in row):
            which = [row for row in mine if row.get("format") == name]
            cells = (_of(which, field, 1) for field in ("wall_s", "cpu_s", "peak_mb", "kb"))
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
    "acknowledgements": _acknowledgements,
    "pages": _pages,
    "startup": _startup,
    "after_action": _after_action,
    "replay": _replay,
    "imports": _imports,
}
