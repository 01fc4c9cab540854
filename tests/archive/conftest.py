"""A prepared install with a drill under way, copied for each test that wants one."""

from __future__ import annotations

from pathlib import Path

import pytest

from .installs import Install, fresh


@pytest.fixture(scope="session")
def kept_install(tmp_path_factory: pytest.TempPathFactory) -> Install:
    made = fresh(tmp_path_factory.mktemp("kept") / "var")
    made.migrate()
    made.python("a_drill_under_way()")
    return made


@pytest.fixture
def install(kept_install: Install, tmp_path: Path) -> Install:
    """Running since T0 by its rows, with two uploaded files; nobody is at work."""
    return kept_install.copy(tmp_path / "here" / "var")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Install:
    """Another host: nothing has ever been there."""
    return fresh(tmp_path / "elsewhere" / "var")


@pytest.fixture
def backup(install: Install, tmp_path: Path) -> Path:
    """A backup of ``install``."""
    out = tmp_path / "drill.zip"
    install.done("backup", out)
    return out
