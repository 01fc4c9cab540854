"""Whatever is killed in mid-drill: every inject is released, once, and the journal is whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Played

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

BLOWS: dict[str, Callable[[Played], None]] = {
    "worker": lambda played: played.kill("worker"),
    "beat": lambda played: played.kill("beat"),
    "broker": lambda played: played.kill("broker"),
    "all three": lambda played: played.kill("worker", "beat", "broker"),
    "worker frozen": lambda played: played.stop_for("worker", 3),
    "broker emptied": lambda played: played.flush(),
}


@pytest.mark.parametrize("blow", BLOWS)
def test_nothing_is_lost_and_nothing_doubled(played: Played, blow: str) -> None:
    for _time in range(2):
        BLOWS[blow](played)
    report = played.report()
    assert report["injects"]["released"] == report["injects"]["total"] == 4
    assert report["injects"]["lost"] == report["injects"]["released_twice"] == 0
    assert report["journal"]["verified"]
    assert {unit["final_posture"] for unit in report["units"]} == {"accomplished"}
    assert not report["gate_overrides"]
