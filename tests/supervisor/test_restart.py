"""A child that ends is started again, later and later while it keeps ending."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from exercise.supervisor.child import Child
from exercise.supervisor.premises import CannotStart
from exercise.supervisor.tree import Patience, Tree

from .conftest import FAILS, STAYS, Until, program

Grow = Callable[..., Tree]


def test_a_killed_child_is_started_again(grow: Grow, until: Until, said: list[str]) -> None:
    tree = grow(program("worker", STAYS))
    tree.keep_until_ready()
    first = tree.posts["worker"].process
    assert first is not None

    os.kill(first.pid, signal.SIGKILL)

    until(lambda: tree.look() or tree.posts["worker"].starts == 2)
    second = tree.posts["worker"].process
    assert second is not None
    assert second.pid != first.pid
    assert any("SIGKILL" in line for line in said)
    assert said[-1] == "worker started again"


def test_it_waits_twice_as_long_after_each_crash_up_to_a_limit(grow: Grow) -> None:
    tree = grow(patience=Patience())
    waits = [tree.restart_wait_s(crashes) for crashes in range(1, 9)]
    assert waits == [0.3, 0.6, 1.2, 2.4, 4.8, 9.6, 10.0, 10.0]


def test_it_is_patient_again_with_a_child_that_was_stable(grow: Grow, until: Until) -> None:
    tree = grow(program("worker", STAYS), patience=Patience(first_restart_s=0, stable_after_s=0))
    post = tree.posts["worker"]
    for starts in range(1, 8):
        until(lambda starts=starts: tree.look() or (post.ready and post.starts == starts))
        process = post.process
        assert process is not None
        process.kill()
    assert post.crashes <= 1


def test_it_gives_up_on_a_child_that_never_starts_and_shows_its_log(grow: Grow) -> None:
    tree = grow(program("web", FAILS, ready=lambda: False))
    with pytest.raises(CannotStart, match="web does not start") as caught:
        tree.keep()
    assert "out of tea" in caught.value.remedy
    assert tree.posts["web"].starts == 5


def test_a_child_that_dies_soon_after_it_was_ready_is_waited_for_longer_each_time(
    grow: Grow, until: Until
) -> None:
    patience = Patience(first_restart_s=0, stable_after_s=60)
    tree = grow(program("worker", STAYS), patience=patience)
    post = tree.posts["worker"]
    for starts in range(1, 4):
        until(lambda starts=starts: tree.look() or (post.ready and post.starts == starts))
        assert post.process is not None
        post.process.kill()
        until(lambda starts=starts: tree.look() or post.crashes == starts)
    assert post.crashes == 3


@pytest.mark.parametrize("ready", [None, lambda: False], ids=["nothing says", "never"])
def test_it_gives_up_though_a_child_lives_for_a_while_before_it_fails(
    grow: Grow, ready: Callable[[], bool] | None
) -> None:
    patience = Patience(first_restart_s=0, stable_after_s=0)
    waits = program("broker", STAYS, ready=lambda: False)
    tree = grow(waits, program("web", FAILS, ready=ready), patience=patience)
    with pytest.raises(CannotStart, match="web does not start"):
        tree.keep()
    assert tree.posts["web"].starts == 5


def test_a_child_that_could_not_be_started_is_tried_again_and_the_others_stay(
    grow: Grow, until: Until, said: list[str]
) -> None:
    tree = grow(program("worker", STAYS), program("beat", STAYS))
    log = tree.log("beat")
    log.mkdir(parents=True)  # its output cannot be written
    tree.look()
    assert tree.posts["worker"].process is not None
    until(lambda: tree.look() or tree.posts["beat"].crashes == 2)
    assert "beat could not be started" in said[-1]
    assert "Is a directory" in said[-1]
    log.rmdir()
    until(lambda: tree.look() or tree.posts["beat"].process)
    assert tree.posts["worker"].starts == tree.posts["beat"].starts == 1


def test_it_gives_up_on_a_child_that_cannot_be_started_and_says_why(grow: Grow) -> None:
    tree = grow(Child(name="web", argv=("/no/such/program",)))
    with pytest.raises(CannotStart, match="web does not start") as caught:
        tree.keep()
    assert "No such file" in caught.value.remedy


def test_a_child_waits_for_what_it_needs(grow: Grow, until: Until) -> None:
    answers: list[bool] = []
    tree = grow(
        program("broker", STAYS, ready=lambda: bool(answers)),
        program("worker", STAYS, needs=("broker",)),
    )
    until(lambda: tree.look() or tree.posts["broker"].process)
    tree.look()
    assert tree.posts["worker"].process is None
    answers.append(True)
    until(lambda: tree.look() or tree.posts["worker"].process)


def test_a_child_that_may_end_is_left_alone_when_it_has_finished(grow: Grow, until: Until) -> None:
    tree = grow(program("players", "pass", until_done=True))
    until(lambda: tree.look() or tree.posts["players"].done)
    tree.look()
    assert tree.posts["players"].starts == 1
    assert tree.is_ready()
