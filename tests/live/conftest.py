"""A real broker on a private socket, and a hub with little patience."""

from __future__ import annotations

import itertools
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from exercise.live import hub
from exercise.supervisor import broker


class Broker:
    """The private broker of these tests, which may be killed and come back."""

    def __init__(self, var: Path) -> None:
        self.var, self.url = var, broker.url(var)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(broker.command(self.var), stdout=subprocess.DEVNULL)
        deadline, pause = time.monotonic() + 60, threading.Event()
        while not broker.answers(broker.socket_path(self.var)):
            assert time.monotonic() < deadline, "the broker did not come up"
            pause.wait(0.01)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    @property
    def runs(self) -> bool:
        return self._process is not None


@pytest.fixture(scope="session")
def kept_broker() -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="live-", dir="/tmp") as place:
        kept = Broker(Path(place))
        kept.start()
        yield kept
        if kept.runs:
            kept.kill()


@pytest.fixture(autouse=True)
def bus_broker(
    kept_broker: Broker, settings: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Broker:
    """The broker, running, with the bus and the hub turned to it."""
    if not kept_broker.runs:
        kept_broker.start()
    settings.REDIS_URL = kept_broker.url  # type: ignore[attr-defined]
    monkeypatch.setattr(hub, "BEAT_S", 0.1)
    monkeypatch.setattr(hub, "BACK_OFF_S", (0.01, 0.05))
    return kept_broker


_ids = itertools.count(1)


@pytest.fixture
def drill() -> int:
    """The id of an exercise nobody else uses."""
    return next(_ids)
