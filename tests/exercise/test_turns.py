"""Writing threads of one process take turns where the database takes one at a time."""

from __future__ import annotations

import threading

from django.db import connection

from exercise.conduct import turns


def entered_meanwhile(wait_s: float = 0.2) -> bool:
    """Whether another thread may write while this one does, that long."""
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with turns.in_turn():
            entered.set()
            leave.wait(60)

    with turns.in_turn():
        thread = threading.Thread(target=other)
        thread.start()
        early = entered.wait(wait_s)
    assert entered.wait(60), "never had its turn"
    leave.set()
    thread.join()
    return early


def test_one_thread_writes_after_the_other_where_the_database_wants_it_so():
    alone = connection.vendor == "sqlite"
    assert entered_meanwhile(0.2 if alone else 10) is not alone


def test_who_waited_too_long_asks_the_database_itself(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT_S", 0.01)
    assert entered_meanwhile(10)


def test_a_command_within_a_command_has_its_turn_already():
    with turns.in_turn(), turns.in_turn():
        pass
