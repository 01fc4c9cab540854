"""What is not free is refused before anything starts, with the way out."""

from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from exercise.supervisor.premises import CannotStart, require_free_port, sole_supervisor


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_in_use_is_named_with_another_to_try(taken_port: int) -> None:
    with pytest.raises(CannotStart) as caught:
        require_free_port("127.0.0.1", taken_port)
    assert caught.value.sentence == f"Port {taken_port} is in use by another program."
    assert "PORT=" in caught.value.remedy


def test_a_free_port_is_accepted(taken_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    require_free_port("127.0.0.1", free)


def test_a_second_supervisor_of_the_same_directory_is_refused(tmp_path: Path) -> None:
    with (
        sole_supervisor(tmp_path),
        pytest.raises(CannotStart, match="already running") as caught,
        sole_supervisor(tmp_path),
    ):
        pytest.fail("two supervisors had the directory")
    assert str(tmp_path) in caught.value.sentence
    assert "EXERCISE_VAR" in caught.value.remedy


def test_the_directory_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with sole_supervisor(tmp_path):
            assert (tmp_path / "run" / "supervisor.lock").read_text().isdigit()


def test_only_its_owner_may_enter_an_install(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir(mode=0o755)
    with sole_supervisor(var):
        assert stat.S_IMODE(var.stat().st_mode) == 0o700


def test_a_place_that_is_everybodys_is_left_as_it_is(tmp_path: Path) -> None:
    var = tmp_path / "tmp"
    var.mkdir()
    var.chmod(0o1777)
    with sole_supervisor(var):
        assert stat.S_IMODE(var.stat().st_mode) == 0o1777
