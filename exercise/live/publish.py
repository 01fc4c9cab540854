"""Drawing after a commit: what the new journal entries touched, once per audience and language.

The journal says what to draw, so nothing is lost: whoever draws next goes on from the last entry
drawn, which is kept beside the stream. One thread per process draws; a lock on the bus keeps two
processes from drawing the same entries.
"""

from __future__ import annotations

import logging
import threading
import time

from django.db import close_old_connections

from exercise.live import bus
from exercise.live.draw import draw
from exercise.models import Exercise, JournalEntry

log = logging.getLogger(__name__)

GATHER_S = 0.02
"""Changes of this long are drawn together: a burst costs one drawing."""
TRY_AGAIN_S = 0.1


class Publisher:
    """Draws dirty exercises in a thread of its own, so that no request waits for it."""

    def __init__(self) -> None:
        self._dirty: set[int] = set()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def kick(self, exercise_id: int) -> None:
        """Have this exercise drawn soon."""
        with self._wake:
            self._dirty.add(exercise_id)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
                self._thread.start()
            self._wake.notify()

    def ensure(self, exercise_id: int, seq: int) -> None:
        """Have it drawn if entries up to ``seq`` are not."""
        try:
            if bus.published_seq(exercise_id) != seq:
                self.kick(exercise_id)
        except bus.BusDown:
            log.warning("stream does not answer")

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._dirty:
                    self._wake.wait()
            time.sleep(GATHER_S)
            with self._wake:
                dirty, self._dirty = self._dirty, set()
            again = {exercise_id for exercise_id in dirty if not _publish_safely(exercise_id)}
            if again:
                time.sleep(TRY_AGAIN_S)
                with self._wake:
                    self._dirty |= again


def _publish_safely(exercise_id: int) -> bool:
    """Whether this exercise needs no second try. The net of the timers catches what this drops."""
    try:
        return publish(exercise_id)
    except bus.BusDown:
        log.warning("stream does not answer; the timers will draw exercise %s", exercise_id)
    except Exception:
        log.exception("could not draw exercise %s", exercise_id)
    finally:
        close_old_connections()
    return True


def publish(exercise_id: int) -> bool:
    """Draw what the entries since the last drawing touched, and append it to the stream.

    Returns:
        False when another process holds the lock: ask again.
    """
    with bus.lock(exercise_id) as mine:
        if not mine:
            return False
        drawn = bus.published_seq(exercise_id)
        frames, seq = draw(exercise_id, since_seq=drawn)
        if frames:
            bus.append(exercise_id, frames, published_seq=seq)
        _close_revoked_boards(exercise_id, drawn, seq)
        return True


def _close_revoked_boards(exercise_id: int, since_seq: int | None, seq: int) -> None:
    """End the streams of a share link that a director has changed."""
    revoked = JournalEntry.objects.filter(
        exercise_id=exercise_id,
        kind="board_link_revoked",
        seq__gt=since_seq or 0,
        seq__lte=seq,
    )
    if revoked.exists():
        token = Exercise.objects.values_list("board_token", flat=True).get(pk=exercise_id)
        bus.set_board_stamp(exercise_id, token)
        bus.kick(exercise_id, "board")


publisher = Publisher()
"""The one of this process."""
