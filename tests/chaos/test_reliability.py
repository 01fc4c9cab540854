"""The long form's book-keeping: what is still to be run, and the table drawn from what was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from exercise.models import Inject, JournalEntry
from tests.chaos import reliability
from tests.chaos.faults import CATALOGUE, DATABASES
from tests.chaos.rehearse import lateness_of_all_us
from tests.chaos.table import page


def drill(fault: str, database: str, strikes: int, seed: int = 1, **more: Any) -> dict[str, Any]:
    blows = [{"lasted_s": 0.0, "recovery_s": 1.0 + n, "pages_s": 2.0} for n in range(strikes)]
    found = {
        "fault": fault,
        "database": database,
        "seed": seed,
        "strikes": blows,
        "injects": 30,
        "lost": 0,
        "doubled": 0,
        "chain_verified": True,
        "replay_differs": [],
        "pages": 6,
        "pages_differ": {},
        "reloads": 0,
        "latest_ms": 1200,
        "held_as_overdue": 0,
        "server_errors": {},
        "problems": [],
    }
    return found | more


@pytest.fixture
def record(tmp_path: Path) -> reliability.Record:
    return reliability.Record(tmp_path / "results.json")


def test_all_of_it_is_missing_at_first(record: reliability.Record) -> None:
    orders = record.missing(20, CATALOGUE, DATABASES)
    assert {(order.fault, order.database) for order in orders} == {
        (fault, database) for fault in CATALOGUE for database in DATABASES
    }
    assert sum(order.strikes for order in orders) == 20 * len(CATALOGUE) * len(DATABASES)


def test_broken_off_it_goes_on_with_what_is_missing(
    record: reliability.Record, tmp_path: Path
) -> None:
    record.add(drill("kill web", "sqlite", 7))
    again = reliability.Record(tmp_path / "results.json")
    (order,) = again.missing(10, ["kill web"], ["sqlite"])
    assert (order.seed, order.strikes) == (2, 3)
    again.add(drill("kill web", "sqlite", 3, seed=2))
    assert not again.missing(10, ["kill web"], ["sqlite"])


def test_results_of_another_commit_are_not_added_to(
    record: reliability.Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.add(drill("kill web", "sqlite", 7))
    monkeypatch.setattr(reliability, "commit", lambda: "another")
    assert not reliability.Record(tmp_path / "results.json").data["drills"]


def results(*drills: dict[str, Any]) -> dict[str, Any]:
    return {"commit": "abc1234", "machine": "2 cores", "drills": list(drills)}


BROKEN = {"fault": "two beats", "database": "sqlite", "seed": 4, "strikes": []}


def test_the_table_says_what_went_wrong() -> None:
    bad = drill(
        "kill web", "sqlite", 2, seed=2, lost=3, doubled=1, reloads=1, replay_differs=["inject 1"]
    )
    words = page(results(drill("kill web", "sqlite", 4), bad))
    (row,) = [line for line in words.splitlines() if line.startswith("| kill web | sqlite | 6")]
    assert (
        row
        == "| kill web | sqlite | 6 | 3 | 1 | 1/2 | 11/12 | 1200 | 0 | – | 2.0 (4.0) | 2.0 (2.0) |"
    )
    assert "6 runs in 2 drills, so with 2 seeds, 2 for a line" in words
    assert "abc1234" in words


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lost": 3}, "3 lost"),
        ({"doubled": 1}, "1 released twice"),
        ({"reloads": 2}, "2 reloads of a page"),
        ({"chain_verified": False}, "the journal's chain does not verify"),
        ({"replay_differs": ["inject 1"]}, "the replay differs: inject 1"),
        (
            {"pages_differ": {"unit C": ["run: shows a, loaded anew b", "log: shows []"]}},
            "the page of unit C is not what it is when loaded anew (run, log)",
        ),
        ({"server_errors": {"500": 2}}, "2 answers with status 500"),
        ({"problems": ["the players ended: OSError()"]}, "the players ended: OSError()"),
    ],
)
def test_a_drill_that_failed_is_told_of_before_everything_else(
    wrong: dict[str, Any], said: str
) -> None:
    words = page(results(drill("kill web", "sqlite", 4), drill("kill beat", "sqlite", 1, **wrong)))
    first = words.partition("\n## ")[2].partition("\n## ")[0]
    assert first.startswith("What failed\n\n1 of 2 drills:")
    assert f"- **kill beat, sqlite, seed 1**: {said}." in first


def test_a_drill_that_was_broken_off_failed() -> None:
    words = page(results(drill("kill web", "sqlite", 4), BROKEN | {"broken_off": "no end"}))
    assert "- **two beats, sqlite, seed 4**: did not come to its end: no end." in words


def test_where_nothing_failed_that_is_said() -> None:
    words = page(results(drill("kill web", "sqlite", 4)))
    assert words.index("## Nothing failed") < words.index("## How a run goes")
    assert "What failed" not in words


@pytest.mark.parametrize(
    ("found", "left"), [(drill("kill web", "sqlite", 1), 0), (BROKEN | {"broken_off": "x"}, 1)]
)
def test_it_ends_with_an_error_when_a_drill_failed(
    tmp_path: Path, found: dict[str, Any], left: int
) -> None:
    kept, drawn = tmp_path / "results.json", tmp_path / "page.md"
    kept.write_text(json.dumps(results(found)))
    words = ["--table", "--results", str(kept), "--page", str(drawn)]
    assert reliability.main(words) == left
    assert drawn.read_text() == page(results(found))


def test_releases_after_a_kill_are_held_against_their_budget_the_misses_first() -> None:
    words = page(
        results(
            drill("kill web", "sqlite", 2, latest_ms=3000),
            drill("kill worker", "sqlite", 2, latest_ms=2900, held_as_overdue=1),
            drill("kill beat", "sqlite", 2, latest_ms=2900, latest_of_all_ms=7100),
            drill("broker down", "sqlite", 2, latest_ms=4000),
        )
    )
    section = words.partition("## Releases after")[2].partition("\n## ")[0]
    assert "**Missed in 2 of 3 lines.**" in section
    assert [line.split(" | ")[:4] for line in section.splitlines() if "sqlite" in line] == [
        ["| kill worker", "sqlite", "3,000", "**more than 5,000**"],
        ["| kill beat", "sqlite", "3,000", "**7,100**"],
        ["| kill web", "sqlite", "3,000", "3,000"],
    ]


def test_the_latest_of_all_counts_injects_that_waited_for_the_director() -> None:
    by_itself = Inject(number="1", due_us=0, released_wall_us=9, lateness_us=4_000_000)
    # At ×600 it was 6 s late when it was held, and the director decided half a second later.
    waited = Inject(number="2", due_us=600_000_000, released_wall_us=100_500_000)
    asked_for = Inject(number="3", due_us=None, released_wall_us=5)
    entry = JournalEntry(
        wall_us=100_000_000, exercise_us=600_000_000 + 3600_000_000, data={"numbers": ["2"]}
    )
    found = lateness_of_all_us([by_itself, waited, asked_for], [entry], 600_000)
    assert found == [4_000_000, 6_500_000]
