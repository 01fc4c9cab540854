"""A child that steps back: the kernel gives processor time to the others first."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from exercise.supervisor.child import Child, Process

from .conftest import Until


@pytest.mark.parametrize("niceness", [0, 3])
def test_a_child_steps_back_as_far_as_it_was_told(
    tmp_path: Path, until: Until, niceness: int
) -> None:
    log = tmp_path / "log" / "child.log"
    code = "import os; print(os.nice(0))"
    process = Process(
        Child("child", (sys.executable, "-c", code), niceness=niceness), log=log, cwd=tmp_path
    )
    try:
        until(lambda: process.ended() is not None)
        assert int(log.read_text()) == min(19, os.nice(0) + niceness)
    finally:
        process.kill()
