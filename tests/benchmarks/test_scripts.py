"""The benchmarks run to their end at small sizes, so that they are there when they are needed.

Nothing is said about the figures: those are for a quiet machine and the full sizes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import PARTS
from benchmarks.report import document, read
from tests.engine.conftest import BASE, environment

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]
NOT_INSTALLED = "not installed"


def run(part: str, out: Path) -> list[dict[str, Any]]:
    subprocess.run(
        [sys.executable, "-m", "benchmarks", part, "--scale", "small", "--out", str(out)],
        cwd=BASE,
        env=environment(),
        check=True,
    )
    rows: list[dict[str, Any]] = read(out)[part]["rows"]
    return rows


@pytest.mark.parametrize("part", PARTS)
def test_every_part_runs_and_can_be_reported(tmp_path: Path, part: str) -> None:
    rows = run(part, tmp_path)
    failed = [row["failed"] for row in rows if "failed" in row]
    assert [why for why in failed if NOT_INSTALLED not in why] == []
    assert len(rows) > len(failed)
    text = document(read(tmp_path))
    assert "## What misses its budget" in text
    assert json.loads((tmp_path / f"{part}.json").read_text())["machine"]["cores"]
