"""Writing threads of one process take turns where the database takes one at a time."""

from __future__ import annotations

import threading

from django.db import connection

from exercise.conduct import turns


def entered_meanwhile() -> bool:
    """Whether another thread may write while this one does."""
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with turns.in_turn():
            entered.set()
            leave.wait(10)

    with turns.in_turn():
        thread = threading.Thread(target=other)
        thread.start()
        early = entered.wait(0.2)
    assert entered.wait(10), "never had its turn"
    leave.set()
    thread.join()
    return early


def test_one_thread_writes_after_the_other_where_the_database_wants_it_so():
    assert entered_meanwhile() == (connection.vendor != "sqlite")


def test_who_waited_too_long_asks_the_database_itself(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT_S", 0.01)
    assert entered_meanwhile()


def test_a_command_within_a_command_has_its_turn_already():
    with turns.in_turn(), turns.in_turn():
        pass
