"""A grown install on hosts of its own, with a drill under way and two unit leads at their pages."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import BASE, INJECT, SMALL

from .install import HOSTS, PORT, WEB, Install, wait_for
from .network import Network, remove_orphans

DEPLOY = BASE / "deploy"
WITHIN_S = 60.0
"""A connection that hangs until the kernel gives up takes a quarter of an hour or two hours."""
EVERY_MIN = 4
"""Exercise minutes between two injects: four seconds at ×60."""
INJECTS = 145


def long_scenario() -> str:
    """One phase of ten hours, so ten minutes at ×60, with an inject every four minutes."""
    head = SMALL.replace(
        '  - {from: "N1 08:00", to: "N1 13:00", title: {vi: "Nghỉ", en: "Break"}}\n', ""
    )
    head = head.replace("stand_downs:\n", "").replace("N1 08:00", "N1 17:00")
    head = head.replace("N1 13:00", "N1 17:00").replace("N1 14:00", "N1 18:00")
    head = head.replace("N1 15:00", "N1 19:00")
    moments = [(at * EVERY_MIN + 5) for at in range(INJECTS)]
    return head + "".join(
        INJECT.format(
            number=f"1.{place:02d}",
            phase="transition",
            at=f"N1 {7 + minute // 60:02d}:{minute % 60:02d}",
            reply="text",
        )
        for place, minute in enumerate(moments, start=1)
    )


class Drill:
    """The drill under way, and what was seen of it."""

    def __init__(self, install: Install, begun: dict[str, Any]) -> None:
        self.install, self.network, self.begun = install, install.network, begun
        self.board: str = begun["board"]
        self.logs: dict[str, Path] = {}

    def enter(self) -> None:
        """Have the two leads open their inboxes, one on each web server."""
        begun, install = self.begun, self.install
        for host, (unit, token) in zip(WEB, sorted(begun["links"].items()), strict=True):
            self.logs[unit] = install.home / f"lead-{unit}.jsonl"
            install.popen(
                *("-m", "tests.hosts.people", f"http://{self.network.address[host]}:{PORT}"),
                *(token, f"/x/{begun['code']}/inbox/", self.logs[unit]),
                host="client",
            )

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.install.desk("state")
        return found

    def told(self, unit: str, what: str) -> list[dict[str, Any]]:
        """What this unit's lead noted."""
        if not self.logs[unit].exists():
            return []
        lines = map(json.loads, self.logs[unit].read_text().splitlines())
        return [line for line in lines if line["what"] == what]

    def seen(self, unit: str) -> set[str]:
        return {line["number"] for line in self.told(unit, "seen")}

    def moves_on(self) -> bool:
        """Whether an inject that becomes due from now on is released."""
        known = len(self.state()["released_wall_s"])
        wait_for(
            lambda: len(self.state()["released_wall_s"]) > known, "a further release", WITHIN_S
        )
        return True

    def behind(self, upto: set[str]) -> dict[str, list[str]]:
        """What is missing of these injects: not released, not seen, not acknowledged."""
        state = self.state()
        pairs = {f"{number}/{unit}" for number in upto for unit in self.logs}
        found = {
            "released": sorted(upto - set(state["released_wall_s"])),
            "acknowledged": sorted(pairs - set(state["acknowledged"])),
        } | {f"seen {unit}": sorted(upto - self.seen(unit)) for unit in self.logs}
        return {what: missing for what, missing in found.items() if missing}


@contextmanager
def hosts(*, https: bool = False) -> Iterator[Install]:
    """The hosts for as long as the block lasts, with nothing running on them."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("needs root and `ip` (apt install iproute2)")
    remove_orphans()
    network = Network(HOSTS)
    made = Install(network, https=https)
    try:
        network.build()
        yield made
    finally:
        print(made.logs())  # shown with a failure
        made.stop()
        network.remove()


@pytest.fixture
def install() -> Iterator[Install]:
    """Everything running."""
    with hosts() as made:
        made.start()
        yield made


@pytest.fixture
def quiet_drill(install: Install, tmp_path: Path) -> Drill:
    """A drill under way that nobody plays."""
    source = tmp_path / "drill.yaml"
    source.write_text(long_scenario(), encoding="utf-8")
    return Drill(install, install.desk("begin", source))


@pytest.fixture
def drill(quiet_drill: Drill) -> Drill:
    quiet_drill.enter()
    return quiet_drill
