"""The drills that benchmarks and long runs use are drills: no state without its journal entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import scenario_files
from benchmarks.drills import large_drill
from exercise.models import Exercise, verify
from exercise.review.replay import differences
from scenarios.reading import read


@pytest.fixture
def drill(db: None) -> Exercise:
    return large_drill(units=4, injects=24, taskings=40, hours=3)


def test_every_state_of_a_made_up_drill_comes_from_its_journal(drill: Exercise) -> None:
    assert verify(drill).verified
    assert differences(drill) == []


def test_a_made_up_drill_is_under_way_with_work_in_every_state(drill: Exercise) -> None:
    assert (drill.status, drill.phase) == ("running", "preparation")
    assert {"scheduled", "standby", "released", "closed"} <= set(
        drill.injects.values_list("state", flat=True)
    )
    assert {"acknowledged", "completed", "verified"} <= set(
        drill.taskings.values_list("state", flat=True)
    )
    assert not drill.injects.filter(overdue_wall_us__isnull=False).exists()


@pytest.mark.parametrize(("units", "injects", "hours"), [(1, 1, 1), (3, 40, 12), (12, 90, 120)])
def test_a_made_up_scenario_is_a_scenario_file(
    tmp_path: Path, units: int, injects: int, hours: float
) -> None:
    path = scenario_files.write(
        tmp_path / "x.yaml", units=units, injects=injects, taskings=injects * 3, hours=hours
    )
    assert len(read(path).msel) == injects
