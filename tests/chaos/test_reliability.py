"""The long form's book-keeping: what is still to be run, and the table drawn from what was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.chaos import reliability
from tests.chaos.faults import CATALOGUE, DATABASES
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


def test_the_table_says_what_went_wrong() -> None:
    bad = drill(
        "kill web", "sqlite", 2, seed=2, lost=3, doubled=1, reloads=1, replay_differs=["inject 1"]
    )
    broken = {"fault": "two beats", "database": "sqlite", "seed": 4, "strikes": []}
    drills = [drill("kill web", "sqlite", 4), bad, broken | {"broken_off": "no end"}]
    words = page({"commit": "abc1234", "machine": "2 cores", "drills": drills})
    (row,) = [line for line in words.splitlines() if line.startswith("| kill web | sqlite")]
    assert row == "| kill web | sqlite | 6 | 3 | 1 | 1/2 | 11/12 | 1200 | 2.0 (4.0) | 2.0 (2.0) |"
    assert "two beats on sqlite, seed 4" in words
    assert "abc1234" in words
