"""Whatever fails in mid-drill: nothing is lost, nothing doubled, every page comes back by itself.

The short form, each fault twice in one drill; `make reliability` is the long one.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.chaos.faults import CATALOGUE, DATABASES
from tests.chaos.grounds import strike

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

STRIKES = 2
SEED = int(os.environ.get("CHAOS_SEED", "1"))


@pytest.fixture(scope="session")
def home() -> Path:
    """What the drills share; the workers of pytest-xdist find the same place."""
    return Path(os.environ["EXERCISE_TESTS_VAR"]) / "chaos"


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("fault", CATALOGUE)
def test_nothing_is_lost_and_nothing_doubled(fault: str, database: str, home: Path) -> None:
    # On a busy machine a drill may end before its second strike: then a longer one is played.
    for planned in (STRIKES, 2 * STRIKES):
        found = strike(fault, database, seed=SEED, strikes=planned, home=home)
        assert not found["problems"], found["problems"]
        assert (found["lost"], found["doubled"]) == (0, 0)
        assert found["chain_verified"]
        assert not found["replay_differs"]
        assert (found["pages_differ"], found["reloads"]) == ({}, 0)
        if len(found["strikes"]) >= STRIKES:
            return
    pytest.fail(f"{len(found['strikes'])} strikes only")
