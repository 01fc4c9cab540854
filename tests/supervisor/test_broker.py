"""The private broker: where it listens, who may reach it, and that it really runs."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exercise.supervisor import broker
from exercise.supervisor.child import Child
from exercise.supervisor.layout import Site
from exercise.supervisor.premises import CannotStart
from exercise.supervisor.tree import Tree

from .conftest import Until

Grow = Callable[..., Tree]


def site(var: Path) -> Site:
    return Site(
        base=var,
        var=var,
        host="127.0.0.1",
        port=0,
        redis_url=broker.url(var),
        own_broker=True,
    )


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for temporary files whose path is short, as it is on a real machine."""
    with tempfile.TemporaryDirectory(prefix="d", dir="/tmp") as place:
        monkeypatch.setattr("tempfile.tempdir", place)
        yield Path(place)


def too_deep(tmp_path: Path) -> Path:
    deep = tmp_path.joinpath(*["a-directory-with-a-long-name"] * 5)
    deep.mkdir(parents=True)
    return deep


def test_a_short_path_keeps_the_socket_in_the_install() -> None:
    assert broker.socket_path(Path("/srv/drill/var")) == Path("/srv/drill/var/run/broker.sock")


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(tmp_path: Path, short: Path) -> None:
    deep = too_deep(tmp_path)
    path = broker.socket_path(deep)
    assert path.is_relative_to(short)
    assert len(os.fsencode(path)) <= broker.SOCKET_PATH_LIMIT_BYTES
    assert path == broker.socket_path(deep)
    assert path != broker.socket_path(deep / "other")
    assert site(deep).env()["REDIS_URL"] == f"unix://{path}"


def test_a_directory_that_is_somebody_elses_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    with pytest.raises(CannotStart):
        broker.make_private(tmp_path / "link")


def test_the_bundled_server_is_found_where_the_machine_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert broker.program().endswith("/valkey-server")
    assert os.access(broker.program(), os.X_OK)


@pytest.mark.parametrize("where", [Path, too_deep], ids=["in the install", "in a short place"])
def test_it_runs_on_a_private_socket_keeps_its_data_and_comes_back(
    where: Callable[[Path], Path],
    tmp_path: Path,
    short: Path,
    grow: Grow,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    var = where(tmp_path)
    (child,) = site(var).broker()
    assert isinstance(child, Child)
    tree = grow(child)

    tree.keep_until_ready()
    socket = broker.socket_path(var)
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert not broker.answers(socket.with_name("no.sock"))

    process = tree.posts["broker"].process
    assert process is not None
    process.kill()
    assert not broker.answers(socket)
    until(lambda: tree.look() or tree.posts["broker"].ready)
    assert tree.posts["broker"].starts == 2
    assert broker.answers(socket)
    assert list((var / "broker" / "appendonlydir").iterdir())
