"""The budgets a measurement is held against, and which of them the results miss."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks import imports_page, soak_page
from benchmarks.figures import short, spread

Row = dict[str, Any]
LATENESS_P99_MS = 100
IDLE_PERCENT = 2.0
FAN_OUT_TIMES = {1000: 1.6, 5000: 1.8}
KB_PER_VIEWER = 15
QUERIES, BYTES, FIRST_BYTE_MS = 12, 60 * 1024, 50
FIRST_BYTE_AT = (40, 300)
REPORT_S, REPORT_MB = 20, 500
SEEK_MS = 200
BARE, OURS = "bare uvloop", "ours"


@dataclass(frozen=True)
class Check:
    """One budget and what was measured; ``key`` finds the reason in reasons.json."""

    key: str
    what: str
    budget: str
    measured: str
    met: bool


def checks(results: dict[str, dict[str, Any]]) -> list[Check]:
    """All budgets that the results can speak to."""
    found: list[Check] = []
    for part, look in LOOKS.items():
        if part in results:
            found += look(results[part]["rows"])
    if "soak" in results:
        found += [Check(*words) for words in soak_page.checks(results["soak"])]
    return found


def ratios(rows: Sequence[Row], field: str, ours: Row, base: Row) -> list[float]:
    """Of two candidates, named by fields that must match, in the same repeat."""
    by_repeat: dict[int, dict[str, float]] = defaultdict(dict)
    for name, wanted in (("ours", ours), ("base", base)):
        for row in rows:
            if row.get(field) and all(row.get(key) == value for key, value in wanted.items()):
                by_repeat[row["repeat"]][name] = row[field]
    return [pair["ours"] / pair["base"] for pair in by_repeat.values() if len(pair) == 2]


def _fan_out(rows: Sequence[Row]) -> Iterator[Check]:
    for viewers, most in FAN_OUT_TIMES.items():
        for rate in sorted({row["rate"] for row in rows if row.get("rate")}):
            at = {"viewers": viewers, "rate": rate, "processes": 1}
            found = ratios(rows, "p99_ms", {**at, "who": OURS}, {**at, "who": BARE})
            if found:
                yield Check(
                    f"fan_out {viewers} {rate}",
                    f"event → board p99, {viewers:,} viewers, {rate}/s, against a bare server",
                    f"≤ {most}×",
                    f"{spread(found)}×",
                    median(found) <= most,
                )
    mine = [row for row in rows if row.get("who") == OURS and "kb_per_viewer" in row]
    mine = [row for row in mine if row["viewers"] >= 1000]
    if mine:
        worst = max(row["kb_per_viewer"] for row in mine)
        yield Check(
            "fan_out memory",
            "memory of a viewer, at worst",
            f"≤ {KB_PER_VIEWER} KB",
            f"{short(worst, 1)} KB",
            worst <= KB_PER_VIEWER,
        )
        threads = max(row["threads_per_viewer"] for row in mine)
        yield Check("fan_out threads", "threads of a viewer", "0", f"{threads:g}", threads == 0)
    lost = [row for row in rows if row.get("who") == OURS and row.get("failed")]
    for size in sorted({row["viewers"] for row in lost}):
        which = [row for row in lost if row["viewers"] == size]
        rates = sorted({row.get("rate") or 0 for row in which})
        yield Check(
            f"fan_out delivered {size}",
            f"everything delivered to {size:,} viewers at {'/'.join(map(str, rates))}/s",
            "all repeats",
            which[0]["failed"],
            False,
        )


def _lateness(rows: Sequence[Row]) -> Iterator[Check]:
    mine = [row for row in rows if row.get("who") == OURS and "failed" not in row]
    loads = [row for row in mine if row["what"] == "load"]
    values = [row["p99_ms"] for row in loads if row["p99_ms"] is not None]
    if values:
        yield Check(
            "lateness p99",
            "release lateness p99, until a reader sees it",
            f"≤ {LATENESS_P99_MS} ms",
            f"{spread(values, 1)} ms",
            median(values) <= LATENESS_P99_MS,
        )
    if loads:
        for word in ("lost", "doubled"):
            total = sum(row[word] for row in loads)
            yield Check(f"lateness {word}", f"injects {word}", "0", str(total), total == 0)
    idles = [row["cpu_percent"] for row in mine if row["what"] == "idle" and row["scheduled"]]
    if idles:
        per = [row for row in mine if row["what"] == "idle" and row["scheduled"]]
        first = min(row["scheduled"] for row in per)
        values = [row["cpu_percent"] for row in per if row["scheduled"] == first]
        count = per[0]["exercises"]
        yield Check(
            "idle",
            f"idle, {count} running exercises and {first:,} scheduled injects",
            f"≤ {IDLE_PERCENT:g} % of a core",
            f"{spread(values)} %",
            median(values) <= IDLE_PERCENT,
        )


def _acknowledgements(rows: Sequence[Row]) -> Iterator[Check]:
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if "failed" not in row:
            groups[row["database"], row["web"], row["exercises"], row["load"]].append(row)
    for (database, web, exercises, load), found in groups.items():
        values = [r["releases"]["p99_ms"] for r in found if r["releases"]["p99_ms"] is not None]
        if values:
            yield Check(
                f"acknowledgements {database} {web} {exercises} {load}",
                f"releases on time (p99) while units acknowledge: {database}, {web} web, "
                f"{exercises} exercise{'s' * (exercises > 1)}, {load}",
                f"≤ {LATENESS_P99_MS} ms",
                f"{spread(values, 1)} ms",
                median(values) <= LATENESS_P99_MS,
            )


def _pages(rows: Sequence[Row]) -> Iterator[Check]:
    good = [row for row in rows if "page" in row]
    for page in dict.fromkeys(row["page"] for row in good):
        mine = [row for row in good if row["page"] == page]
        most = max(row["queries"] for row in mine)
        yield Check(
            f"pages queries {page}",
            f"{page}: queries, at worst",
            f"≤ {QUERIES}",
            str(most),
            most <= QUERIES,
        )
        size = max(mine, key=lambda row: row["bytes"])
        yield Check(
            f"pages bytes {page}",
            f"{page}: bytes on the wire, at worst ({size['units']} × {size['injects']})",
            f"≤ {BYTES // 1024} KB",
            f"{short(size['bytes'] / 1024, 1)} KB",
            size["bytes"] <= BYTES,
        )
        at = [row for row in mine if (row["units"], row["injects"]) == FIRST_BYTE_AT]
        if at:
            values = [row["first_byte_ms"] for row in at]
            yield Check(
                f"pages first byte {page}",
                f"{page}: first byte at {FIRST_BYTE_AT[0]} units × {FIRST_BYTE_AT[1]} injects",
                f"≤ {FIRST_BYTE_MS} ms",
                f"{spread(values, 1)} ms",
                median(values) <= FIRST_BYTE_MS,
            )


def _replay(rows: Sequence[Row]) -> Iterator[Check]:
    good = [row for row in rows if "failed" not in row]
    most = max((row["entries"] for row in good), default=0)
    mine = [row for row in good if row["entries"] == most]
    for key, what, field in (
        ("replay first", "the first look of all at its end, console drawn", "first_ms"),
        ("replay cold", "the slowest first seek of a process, console drawn", "cold_worst_ms"),
        # Seeks follow the page, and the page has read the rows.
        ("replay", "the slowest seek, console drawn", "warm_worst_ms"),
    ):
        # Measurements from before a seek was timed with its drawing say nothing of it.
        values = [row[field] for row in mine if "moment_ms" in row]
        if values:
            yield Check(
                key,
                f"replay of {most:,} entries: {what}",
                f"≤ {SEEK_MS} ms",
                f"{spread(values, 0)} ms",
                median(values) <= SEEK_MS,
            )


def _after_action(rows: Sequence[Row]) -> Iterator[Check]:
    good = [row for row in rows if "failed" not in row]
    most = max((row["injects"] for row in good), default=0)
    mine = [row for row in good if row["injects"] == most]
    for name in dict.fromkeys(row.get("format", "") for row in mine):
        which = [row for row in mine if row.get("format", "") == name]
        what = f"after-action report of {most:,} injects, {which[0]['entries']:,} entries"
        for key, field, limit, unit in (
            ("seconds", "wall_s" if name else "build_s", REPORT_S, "s"),
            ("memory", "peak_mb", REPORT_MB, "MB"),
        ):
            values = [row[field] for row in which]
            yield Check(
                " ".join(filter(None, ("after_action", key, name))),
                f"{what}{name and f' as {name.upper()}'}: {key}",
                f"≤ {limit} {unit}",
                f"{spread(values, 1)} {unit}",
                median(values) <= limit,
            )


def _imports(rows: Sequence[Row]) -> Iterator[Check]:
    for words in imports_page.checks(rows):
        yield Check(*words)


LOOKS: dict[str, Callable[[Sequence[Row]], Iterator[Check]]] = {
    "fan_out": _fan_out,
    "release_lateness": _lateness,
    "acknowledgements": _acknowledgements,
    "pages": _pages,
    "after_action": _after_action,
    "replay": _replay,
    "imports": _imports,
}
