"""The network between two hosts fails in mid-drill, in silence, and comes back.

Nothing is lost, nothing doubled, every page catches up by itself. The recovery times are printed.
"""

from __future__ import annotations

import time
from collections import Counter

import pytest

from .conftest import EVERY_MIN, WITHIN_S, Drill
from .install import BEAT, BROKER, CLIENT, DATABASE, WEB, WORKER, wait_for
from .network import REFUSED, SILENT

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

CUT_S = 10.0
HALF_CUT_S, PREFETCHED = 3.0, 4
PAIRS = {
    "web – database": (WEB, DATABASE),
    "web – broker": (WEB, BROKER),
    "worker – database": (WORKER, DATABASE),
    "worker – broker": (WORKER, BROKER),
    "beat – database": (BEAT, DATABASE),
    "beat – broker": (BEAT, BROKER),
    "client – web": (CLIENT, WEB),
}


# The other way, which is the milder, is left out by .ci/run: it takes as long again.
@pytest.mark.parametrize("how", [SILENT, REFUSED])
def test_a_cut_between_any_two_loses_nothing(
    drill: Drill, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wait_for(
        lambda: drill.told("A", "acknowledged") and drill.told("B", "acknowledged"),
        "play",
        WITHIN_S,
    )
    table = []
    for pair, (ones, others) in PAIRS.items():
        with drill.network.cut(ones, others, how):
            time.sleep(CUT_S)
        mended_s, upto = time.time(), set(drill.state()["due"])
        wait_for(lambda upto=upto: not drill.behind(upto), pair, WITHIN_S)
        table.append((pair, time.time() - mended_s))
    if how == SILENT:
        # What the worker is given arrives, what it answers does not; more often than it takes tasks
        # at a time, and each must leave it whole.
        began_s = time.time()
        for _time in range(PREFETCHED + 1):
            with drill.network.cut(WORKER, BROKER, how, one_way=True):
                time.sleep(HALF_CUT_S)
            drill.moves_on()
        table.append((f"worker → broker, {PREFETCHED + 1} times", time.time() - began_s))
    report = drill.install.desk("end")
    with capsys.disabled():
        print(f"\n{how}, {CUT_S:.0f} s each; whole again after:")
        for pair, took_s in table:
            print(f"  {pair:<26}{took_s:6.1f} s")
        print(f"  lateness {report['lateness_ms']}")
    wait_for(lambda: not drill.behind(set(report["state"]["released_wall_s"])), "the last one")
    judge(drill, report)


def judge(drill: Drill, report: dict) -> None:
    """Lost 0, doubled 0, the chain whole, the rows what the journal made them, every press that was
    confirmed in the journal.
    """
    assert report["injects"]["released"] >= len(PAIRS) * CUT_S / EVERY_MIN
    assert report["injects"]["lost"] == report["injects"]["released_twice"] == 0
    assert report["journal"]["verified"]
    assert report["replay_differs"] == []
    state = drill.state()
    assert set(state["due"]) == set(state["released_wall_s"])
    assert set(state["acknowledged"].values()) == {1}
    for unit in drill.logs:
        confirmed = Counter(line["number"] for line in drill.told(unit, "acknowledged"))
        assert set(confirmed.values()) == {1}
        assert {f"{number}/{unit}" for number in confirmed} <= set(state["acknowledged"])
    assert drill.install.alive(), drill.install.logs()
