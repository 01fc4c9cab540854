"""`manage.py process`: what it looks at before it becomes the server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2]
NOBODY = "redis://127.0.0.1:1/0"


def process(name: str, var: Path, **given: str) -> subprocess.CompletedProcess[str]:
    mine = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "HTTPS")
    kept = {key: value for key, value in os.environ.items() if key not in mine}
    return subprocess.run(
        [sys.executable, "manage.py", "process", name],
        cwd=BASE,
        env=kept | {"EXERCISE_VAR": str(var)} | given,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_without_a_shared_broker_it_does_not_begin(tmp_path: Path) -> None:
    done = process("beat", tmp_path)
    assert done.returncode == 1
    assert "REDIS_URL is not set" in done.stderr


@pytest.mark.parametrize("name", ["web", "worker", "chores"])
def test_who_draws_pages_needs_what_prepare_makes(tmp_path: Path, name: str) -> None:
    done = process(name, tmp_path, REDIS_URL=NOBODY)
    assert done.returncode == 1
    assert "static files are not built" in done.stderr
    assert "database lacks migrations" in done.stderr
    assert "REDIS_URL" not in done.stderr
