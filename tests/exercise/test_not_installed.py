"""A command given by hand where no install is says so, and where it looked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "command",
    [["verify_journal"], ["reset_second_factor", "quantri"], ["backup", "-"]],
    ids=lambda command: command[0],
)
def test_a_command_in_the_wrong_place_names_the_place(command: list[str], tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    place = tmp_path / "var"
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=BASE,
        env=kept | {"EXERCISE_VAR": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "There is no database yet" in done.stderr
    assert f"EXERCISE_VAR is {place.resolve()}" in done.stderr
    assert "Traceback" not in done.stderr
