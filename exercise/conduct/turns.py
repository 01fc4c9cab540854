"""Whose turn it is to write, where the database lets only one write at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

LONGEST_WAIT_S = 20.0
"""Then SQLite itself is asked, and says that it is busy."""

_turn = threading.RLock()


@contextmanager
def in_turn() -> Iterator[None]:
    """On SQLite: one writing thread of this process after the other.

    SQLite does not wake who waits for its lock: it naps, longer and longer up to a tenth of a
    second, and looks again. Where a worker's threads waited for each other that way, they slept a
    fifth of their time while there was work and nobody wrote.
    """
    if connection.vendor != "sqlite":
        yield
        return
    taken = _turn.acquire(timeout=LONGEST_WAIT_S)
    try:
        yield
    finally:
        if taken:
            _turn.release()
