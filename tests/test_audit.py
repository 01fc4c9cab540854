"""The dependency audit of CI: a known weakness fails it, a missing network is said and does not."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SOUND = {"name": "a", "version": "1", "vulns": []}
WEAK = {
    "name": "b",
    "version": "2",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.1"]}],
}
UNKNOWN = {"name": "c", "skip_reason": "not found"}


def audit(tmp_path: Path, does: str, *, within_s: int = 60) -> subprocess.CompletedProcess[str]:
    """The audit with a program in pip-audit's place: no test may depend on the real service."""
    program = tmp_path / "staged-exercise" / "audit" / "bin" / "pip-audit"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return subprocess.run(
        [ROOT / ".ci" / "audit"],
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path), "AUDIT_LIMIT_S": str(within_s)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def answers(tmp_path: Path, *packages: dict[str, Any]) -> str:
    """As pip-audit does it: the answer in the file named last, 1 when something was found."""
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"dependencies": packages}))
    found = any(package.get("vulns") for package in packages)
    return f'for last; do :; done; cat {answer} >"$last"; exit {int(found)}'


def test_a_known_weakness_fails_it_and_is_named(tmp_path: Path) -> None:
    done = audit(tmp_path, answers(tmp_path, SOUND, WEAK))
    assert done.returncode == 1
    assert "b 2: PYSEC-1, CVE-1; fixed in 2.1" in done.stdout


def test_without_one_it_passes_and_says_how_much_it_asked(tmp_path: Path) -> None:
    done = audit(tmp_path, answers(tmp_path, SOUND, UNKNOWN))
    assert done.returncode == 0
    assert "1 packages asked about, 0 known weaknesses" in done.stdout
    assert "unknown to the service: c" in done.stdout


@pytest.mark.parametrize("does", ["exit 1", "exec sleep 600", "echo nonsense; exit 2"])
def test_a_service_that_cannot_be_reached_fails_nothing_and_is_said(
    tmp_path: Path, does: str
) -> None:
    done = audit(tmp_path, does, within_s=3 if "sleep" in does else 60)
    assert done.returncode == 0, done.stderr
    assert "NOT AUDITED" in done.stdout


def test_a_service_that_knows_none_of_the_packages_is_no_audit(tmp_path: Path) -> None:
    done = audit(tmp_path, answers(tmp_path, UNKNOWN))
    assert done.returncode == 0
    assert "NOT AUDITED" in done.stdout


def test_it_asks_about_every_pinned_package_with_its_hashes(tmp_path: Path) -> None:
    done = audit(tmp_path, f'echo "$@" >{tmp_path}/asked; exit 1')
    asked = (tmp_path / "asked").read_text()
    assert done.returncode == 0
    assert "--require-hashes --disable-pip" in asked
    assert "--requirement requirements.txt" in asked
    assert 'step "dependency audit" .ci/audit' in (ROOT / ".ci" / "run").read_text()
