"""docs/benchmarks.md says what the results say, and the misses first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks import faster_page
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


def process(**given: Any) -> dict[str, Any]:
    flat = {"mb_first": 80.0, "mb_after_a_third": 90.0, "mb_last": 91.0, "mb_an_hour": 1.5}
    return {"pids": 1, **flat, "descriptors": [10, 10], "threads": [1, 1], **given}


def soak(log: Sequence[str] = (), injects: dict[str, int] | None = None, **web: Any) -> Any:
    counts = {"total": 300, "released": 300, "lost": 0, "released_twice": 0} | (injects or {})
    return {
        "minutes": 60.0,
        "pace": 120.0,
        "units": 40,
        "viewers": 500,
        "machine": "2 cores",
        "commit": "c",
        "processes": {"web": process(**web), "chores": process(), "players": process(pids=9)},
        "stores": {"stream_mb": {"first": 1.0, "last": 2.0}},
        "viewers_saw": {"stream events": 1, "pages answered 200": 1},
        "drill": {
            "injects": counts,
            "lateness_ms": {"p50": 10.0, "p99": 48.0, "max": 81.0},
            "journal": {"entries": 1, "verified": True},
        },
        "log": list(log),
    }


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"mb_an_hour": 5.1}, "soak memory web"),
        ({"descriptors": [510, 513]}, "soak descriptors web"),
        ({"pids": 2}, "soak restarts"),
        ({"log": ["web.log: 13:12 ERROR django.request: Internal Server Error"]}, "soak log"),
        ({"injects": {"lost": 1}}, "soak lost"),
    ],
)
def test_a_soak_in_which_something_grew_or_broke_is_a_miss(wrong: dict[str, Any], key: str) -> None:
    assert missed({"soak": soak()}) == []
    assert missed({"soak": soak(**wrong)}) == [key]


def test_a_miss_of_the_soak_stands_before_its_table() -> None:
    text = document({"soak": soak(mb_an_hour=40.9)})
    assert text.index("40.9 MB an hour") < text.index("## Soak")
    assert "| chores | 80.0 |" in text


def test_a_warning_in_the_log_of_a_soak_is_told_and_is_no_miss() -> None:
    results = {"soak": soak(log=["broker.log: # WARNING Memory overcommit"])}
    assert missed(results) == []
    assert "WARNING or above: 1, such as `broker.log" in document(results)


def test_the_soak_says_when_it_was_where_it_knows() -> None:
    assert "<sub>2026-11-28 10:51:00Z, commit c" in document(
        {"soak": {"begun": "2026-11-28 10:51:00Z", **soak()}}
    )
    assert "<sub>commit c, 2 cores</sub>" in document({"soak": soak()})


def cells(text: str, *beginning: str) -> list[str]:
    """The cells of the only line that begins so."""
    (line,) = [one for one in text.splitlines() if one.startswith(f"| {' | '.join(beginning)} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_page_is_set_beside_the_smallest_drill_and_its_later_looks_beside_the_first() -> None:
    larger = [page(60 * n, n) | {"known_ms": 30 * n, "cold_ms": 90 * n} for n in (1, 2)]
    small = [page(20 * n, n) | {"units": 10, "injects": 50} for n in (1, 2)]
    text = document({"pages": part([*larger, *small])})
    shown = cells(text, "console", "40 × 300")
    assert shown[5] == "3.00"
    assert (shown[7], shown[9]) == ("0.50", "1.50")
    assert cells(text, "console", "10 × 50")[5:10] == ["1", "–", "–", "–", "–"]


def acknowledged(database: str, web: int, per_second: float, p50_ms: float) -> dict[str, Any]:
    return {
        "repeat": 1,
        "database": database,
        "web": web,
        "exercises": 1,
        "load": "paced",
        "refused": 0,
        "per_second": per_second,
        "p50_ms": p50_ms,
        "p99_ms": 3 * p50_ms,
        "web_cpu_ms": 15.0,
        "releases": {"p50_ms": 10.0, "p99_ms": 20.0, "max_ms": 30.0},
    }


def test_acknowledgements_are_set_beside_one_web_process_on_sqlite() -> None:
    rows = [acknowledged("SQLite", 1, 20, 100), acknowledged("PostgreSQL", 2, 30, 50)]
    text = document({"acknowledgements": part(rows)})
    assert cells(text, "SQLite × 1", "paced")[3:8:2] == ["1", "1", "1"]
    assert cells(text, "PostgreSQL × 2", "paced")[3:8:2] == ["1.50", "0.50", "0.50"]


def started(how: str, repeat: int, first_page_s: float, pss_mb: float) -> dict[str, Any]:
    times = {"first_page_s": first_page_s, "timers_s": 2.0, "stop_s": 1.0}
    memory = {"pss_mb": pss_mb, "rss_mb": 300.0, "processes": {}}
    return {"how": how, "warm": True, "repeat": repeat, **times, **memory}


def test_the_start_is_set_beside_the_same_programs_started_by_hand() -> None:
    rows = [started("manage.py run", 1, 3.0, 240), started("by hand", 1, 2.0, 200)]
    first = {key: value for key, value in rows[0].items() if key != "repeat"} | {"warm": False}
    text = document({"startup": part([first, *rows])})
    assert cells(text, "manage.py run, warm")[1:8] == [
        *("3.00", "1.50", "2.00", "1.00", "1.00", "240", "1.20")
    ]
    assert cells(text, "manage.py run, the first time (migrations, static files)")[2] == "–"


def test_a_rival_that_released_nothing_is_no_measurement() -> None:
    def load(who: str, lost: int) -> dict[str, Any]:
        times = {"p50_ms": 10.0, "p99_ms": 20.0, "max_ms": 30.0} if not lost else {}
        counts = {"injects": 2000, "lost": lost, "doubled": 0, "cpu_ms_per_inject": 0.25}
        about = {"repeat": 1, "what": "load", "who": who, "handed_over_s": 0.2}
        return about | counts | dict.fromkeys(("p50_ms", "p99_ms", "max_ms")) | times

    text = document({"release_lateness": part([load("ours", 0), load("rival", 2000)])})
    assert cells(text, "† rival: released nothing")[1:] == ["–"] * 8
    assert cells(text, "**ours**")[1:3] == ["0", "0"]
    text = document({"release_lateness": part([load("ours", 2000), load("rival", 0)])})
    assert cells(text, "**ours**")[1] == "2000"


def test_what_ten_thousand_more_scheduled_cost_is_the_difference_in_each_repeat() -> None:
    def waits(repeat: int, scheduled: int, cpu_percent: float) -> dict[str, Any]:
        about = {"repeat": repeat, "what": "idle", "who": "ours", "exercises": 100}
        return about | {"scheduled": scheduled, "cpu_percent": cpu_percent, "pss_mb": 185.0}

    rows = [waits(1, 10_000, 2.0), waits(1, 20_000, 2.1), waits(2, 10_000, 1.0)]
    rows += [waits(2, 20_000, 1.3), waits(3, 10_000, 9.0)]
    text = document({"release_lateness": part(rows)})
    shown = cells(text, "cost of 10,000 more scheduled, **ours**")
    assert shown[1:] == ["+10,000", "0.20 (0.10–0.30)", "0.0", "2"]


def test_what_was_made_faster_is_told_with_its_ratio(tmp_path: Path) -> None:
    figures = [
        {"of": "p50, ms", "before": [664], "after": [26]},
        {"of": "p99, ms", "before": [40, 50], "after": [20, 25]},
    ]
    words = {"what": "releases", "slow": "a query", "done": "none", "commits": ["abc1234"]}
    kept = tmp_path / "faster.json"
    kept.write_text(json.dumps([words | {"figures": figures}]))
    text = "\n".join(faster_page.section(kept))
    assert cells(text, "releases") == ["releases", "p50, ms", "664", "26", "0.04"]
    assert cells(text, "", "p99, ms")[2:] == ["40–50", "20–25", "0.40–0.62"]
    assert "- **releases** (abc1234). *Was:* A query. *Now:* None." in text


def test_what_was_made_faster_stands_after_the_misses() -> None:
    text = document({"pages": part([page(60, 1)])})
    assert text.index("console: first byte") < text.index("## Made faster") < text.index("## Pages")
