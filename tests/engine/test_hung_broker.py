"""A broker that hangs: it takes connections and never answers."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import BASE, environment

pytestmark = pytest.mark.engine
HIGH_S = 100
MOST_S = 12.0
SEND = """
import time, django
django.setup()
from exercise.celery import app
from exercise.timing.beat import DueScheduler
from exercise.timing.tasks import heartbeat
beat, began = DueScheduler(app=app, lazy=True), time.monotonic()
beat._send(heartbeat)
print(time.monotonic() - began)
"""


def test_beat_goes_on_within_seconds(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hung:
        url = f"redis://127.0.0.1:{hung.getsockname()[1]}/0"
        given = {"EXERCISE_VAR": str(tmp_path), "REDIS_URL": url}
        done = subprocess.run(
            [sys.executable, "-c", SEND],
            cwd=BASE,
            env=environment(DJANGO_SETTINGS_MODULE="exercise.settings", **given),
            capture_output=True,
            text=True,
            timeout=HIGH_S,
        )
    assert done.returncode == 0, done.stderr
    assert "broker does not answer" in done.stderr
    assert float(done.stdout) < MOST_S
