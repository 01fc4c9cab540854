"""What operators learn of a command: a line in the log with ids, and the count by outcome.

The journal has what was done; here is what it cost, and what was refused.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from exercise import logs
from exercise.conduct.refused import Refused
from exercise.health import counted

log = logging.getLogger(__name__)

MOST_INJECTS = 50
"""Named in one line."""


class Written(Protocol):
    """What a command wrote down: an entry of the journal or of an action's history, a report."""

    @property
    def inject_number(self) -> str: ...


@contextmanager
def told(
    name: str, entries: Sequence[Written], *, exercise_id: int, user_id: int | None
) -> Iterator[None]:
    """Around a command: every line written within carries the ids, the last one says what came of
    it.

    Args:
        entries: filled by the command; empty at the end of one that came to nothing.
    """
    begun_s = time.perf_counter()
    with logs.about(command=name, exercise=exercise_id, user=user_id):
        try:
            yield
        except Refused as refused:
            counted.refusal(name, refused.code)
            _tell(logging.INFO, name, refused.code, (), begun_s)
            raise
        except Exception:
            counted.command(name, "failed")
            _tell(logging.WARNING, name, "failed", (), begun_s)
            raise
        counted.command(name, "done" if entries else "nothing")
        if entries:
            _tell(logging.INFO, name, "done", entries, begun_s)
        else:
            _tell(logging.DEBUG, name, "nothing to do", (), begun_s)


def _tell(level: int, name: str, outcome: str, entries: Sequence[Written], begun_s: float) -> None:
    if log.isEnabledFor(level):
        injects = dict.fromkeys(entry.inject_number for entry in entries if entry.inject_number)
        extra = {
            "outcome": outcome,
            "entries": len(entries),
            "injects": list(injects)[:MOST_INJECTS],
            "ms": round((time.perf_counter() - begun_s) * 1000, 1),
        }
        log.log(level, "command %s: %s", name, outcome, extra=extra)
