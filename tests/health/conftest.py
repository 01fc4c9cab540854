"""Reading the page of metrics, a broker where one is wanted, and programs of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from tests.live.conftest import Broker

ROOT = Path(__file__).parents[2]

Metrics = Callable[..., dict[str, float]]


def flat(page: str) -> dict[str, float]:
    """``name{label=value,…}`` of each sample, without the process, to its value."""
    found = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            labels = ",".join(
                f"{name}={value}"
                for name, value in sorted(sample.labels.items())
                if name != "process"
            )
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


@pytest.fixture
def metrics() -> Metrics:
    """Ask for the page as this machine does."""

    def ask() -> dict[str, float]:
        answer = Client(HTTP_HOST="127.0.0.1:8000").get("/metrics")
        assert answer.status_code == 200
        return flat(answer.content.decode())

    return ask


@pytest.fixture(scope="session")
def kept_broker() -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="health-", dir="/tmp") as place:
        broker = Broker(Path(place))
        broker.start()
        yield broker
        if broker.runs:
            broker.kill()


@pytest.fixture
def broker(kept_broker: Broker, settings: Any) -> Broker:
    """A real broker, answering."""
    if not kept_broker.runs:
        kept_broker.start()
    settings.REDIS_URL = kept_broker.url
    return kept_broker


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a piece of Python as an install of its own would: the product's settings, no tests'."""

    def run(source: str, **given: str) -> subprocess.CompletedProcess[str]:
        not_mine = ("DATABASE_URL", "REDIS_URL", "DEBUG", "HTTPS", "SENTRY_DSN", "LOG_FORMAT")
        environment = {name: value for name, value in os.environ.items() if name not in not_mine}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "exercise.settings",
            "EXERCISE_VAR": str(tmp_path / "var"),
            **given,
        }
        return subprocess.run(
            [sys.executable, "-c", source],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return run
