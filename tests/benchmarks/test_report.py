"""docs/benchmarks.md says what the results say, and the misses first."""

from __future__ import annotations

from typing import Any

from benchmarks.budgets import checks
from benchmarks.figures import percentiles, spread
from benchmarks.report import DOCUMENT, document, read
from benchmarks.results import KEPT

MACHINE = {"cores": 2, "cpu": "c", "memory_gb": 8, "kernel": "k", "python": "p"}


def part(rows: list[dict[str, Any]]) -> dict[str, Any]:
    rows = [{"load_average": 0.1, **row} for row in rows]
    return {"begun": "b", "machine": MACHINE, "commit": "c", "scale": "full", "rows": rows}


def page(first_byte_ms: float, repeat: int) -> dict[str, Any]:
    return {
        "page": "console",
        "units": 40,
        "injects": 300,
        "repeat": repeat,
        "queries": 12,
        "bytes": 50_000,
        "first_byte_ms": first_byte_ms,
        "cpu_ms": 30.0,
        "taskings": 2000,
        "journal": 6000,
    }


def viewers(who: str, p99_ms: float, repeat: int) -> dict[str, Any]:
    return {
        "who": who,
        "repeat": repeat,
        "viewers": 1000,
        "processes": 1,
        "rate": 10,
        "p99_ms": p99_ms,
        "kb_per_viewer": 9.0,
        "threads_per_viewer": 0,
    }


def missed(results: dict[str, Any]) -> list[str]:
    return [check.key for check in checks(results) if not check.met]


def test_the_document_is_made_of_the_results_that_are_kept() -> None:
    assert document(read(KEPT)) == DOCUMENT.read_text(encoding="utf-8")


def test_a_page_is_late_by_the_median_of_its_repeats() -> None:
    late = [page(60, 1), page(55, 2), page(40, 3)]
    assert missed({"pages": part(late)}) == ["pages first byte console"]
    assert missed({"pages": part([page(60, 1), page(49, 2), page(40, 3)])}) == []


def test_fan_out_is_held_against_the_bare_server_of_the_same_repeat() -> None:
    rows = [
        *(viewers("bare uvloop", 10 * n, n) for n in (1, 2, 3)),
        *(viewers("ours", 15 * n, n) for n in (1, 2, 3)),
    ]
    assert missed({"fan_out": part(rows)}) == []
    slower = [
        row | {"p99_ms": row["p99_ms"] * 1.1} if row["who"] == "ours" else row for row in rows
    ]
    assert missed({"fan_out": part(slower)}) == ["fan_out 1000 10"]


def test_what_misses_stands_before_everything_measured() -> None:
    text = document({"pages": part([page(60, 1)])})
    assert text.index("console: first byte") < text.index("## Pages")
    assert "60.0 ms" in text


def test_a_single_value_has_no_range() -> None:
    assert spread([5.0, None, 5.0]) == "5.00"
    assert spread([5.0, 7.0, 6.0]) == "6.00 (5.00–7.00)"
    assert spread([None]) == "–"
    assert percentiles([]) == {"p50": None, "p99": None, "max": None}
    assert percentiles(range(1, 101)) == {"p50": 51, "p99": 100, "max": 100}


def test_a_busy_machine_is_told_of() -> None:
    quiet = part([page(40, 1)])
    busy = part([page(40, 1) | {"load_average": 20.0}])
    assert "kept the machine busy" not in document({"pages": quiet})
    assert "kept the machine busy" in document({"pages": busy})
