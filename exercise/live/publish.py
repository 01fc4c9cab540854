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

from exercise import logs
from exercise.live import bus
from exercise.live.draw import draw
from exercise.models import Exercise, JournalEntry

log = logging.getLogger(__name__)

GATHER_S = 0.02
"""Changes of this long are drawn together: a burst costs one drawing."""
TRY_AGAIN_S = (0.1, 2.0)
"""After a failure the first wait, twice as long after each further one, and the longest."""


class Publisher:
    """Draws dirty exercises in a thread of its own, so that no request waits for it.

    What could not be drawn stays dirty and is tried again, later and later.
    """

    def __init__(self) -> None:
        self._dirty: dict[int, float] = {}
        """Not before which moment (monotonic s) an exercise is drawn; 0 is at once."""
        self._leaving: dict[int, set[str]] = {}
        self._failures: dict[int, int] = {}
        self._bus_is_lost = False
        self._at_work = False
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def kick(self, exercise_id: int) -> None:
        """Have this exercise drawn soon."""
        with self._wake:
            # One that waits for its next try goes on waiting: a bus that is down is not asked at
            # every change.
            self._dirty.setdefault(exercise_id, 0.0)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
                self._thread.start()
            self._wake.notify()

    def expel(self, exercise_id: int, holder: str) -> None:
        """Have a participant's or a session's streams closed, as soon as the bus answers."""
        with self._wake:
            self._leaving.setdefault(exercise_id, set()).add(holder)
        self.kick(exercise_id)

    def ensure(self, exercise_id: int, seq: int) -> None:
        """Have it drawn if entries up to ``seq`` are not."""
        try:
            if bus.published_seq(exercise_id) == seq:
                return
        except bus.BusDown:
            pass
        self.kick(exercise_id)

    @property
    def settled(self) -> bool:
        """Whether nothing waits to be drawn and nothing is being drawn."""
        with self._wake:
            return not self._dirty and not self._at_work

    def _run(self) -> None:
        while True:
            self._wait_for_work()
            time.sleep(GATHER_S)
            for exercise_id in self._take():
                with logs.about(exercise=exercise_id):
                    if not self._publish_safely(exercise_id):
                        self._put_off(exercise_id)

    def _wait_for_work(self) -> None:
        with self._wake:
            self._at_work = False
            while True:
                first = min(self._dirty.values(), default=None)
                wait_s = None if first is None else first - time.monotonic()
                if wait_s is not None and wait_s <= 0:
                    return
                self._wake.wait(wait_s)

    def _take(self) -> list[int]:
        now = time.monotonic()
        with self._wake:
            due = [exercise_id for exercise_id, at in self._dirty.items() if at <= now]
            for exercise_id in due:
                del self._dirty[exercise_id]
            self._at_work = True
        return due

    def _put_off(self, exercise_id: int) -> None:
        failures = self._failures.get(exercise_id, 0)
        first_s, longest_s = TRY_AGAIN_S
        at = time.monotonic() + min(first_s * 2.0 ** max(failures - 1, 0), longest_s)
        with self._wake:
            self._dirty[exercise_id] = at

    def _publish_safely(self, exercise_id: int) -> bool:
        """Whether this exercise needs no second try. A trouble that lasts is logged once."""
        try:
            try:
                self._close_leaving(exercise_id)
                done = publish(exercise_id)
            finally:
                close_old_connections()
        except bus.BusDown as error:
            self._fail(exercise_id)
            if not self._bus_is_lost:
                log.warning("stream does not answer, drawing waits for it: %s", error)
            self._bus_is_lost = True
            return False
        except Exception:
            if self._fail(exercise_id) == 1:
                log.exception("could not draw exercise %s, trying again", exercise_id)
            return False
        if self._bus_is_lost:
            log.warning("stream answers again")
        self._bus_is_lost = False
        self._failures.pop(exercise_id, None)
        return done

    def _fail(self, exercise_id: int) -> int:
        self._failures[exercise_id] = self._failures.get(exercise_id, 0) + 1
        return self._failures[exercise_id]

    def _close_leaving(self, exercise_id: int) -> None:
        for holder in list(self._leaving.get(exercise_id, ())):
            bus.expel(exercise_id, holder)
            with self._wake:
                self._leaving[exercise_id].discard(holder)


def publish(exercise_id: int) -> bool:
    """Draw what the entries since the last drawing touched, and append it to the stream.

    Returns:
        False when another process holds the lock, or has sent something meanwhile: ask again.
    """
    with bus.lock(exercise_id) as held:
        if not held:
            return False
        drawn = bus.published_seq(exercise_id)
        found = Exercise.objects.filter(pk=exercise_id)
        written = found.values_list("journal_seq", flat=True).first()
        if written is None:
            return True
        # More was drawn than was ever written: the database was restored or made anew beside a
        # Redis that lived on, and what it holds is of a drill that did not happen.
        another = drawn is not None and drawn > written
        since_seq = None if another else drawn
        frames, seq = draw(exercise_id, since_seq=since_seq)
        if seq == drawn:
            return True
        # First, because it may be done twice, and not at all if it came after and failed.
        _close_revoked_boards(exercise_id, since_seq, seq)
        return bus.append(exercise_id, frames, published_seq=seq, after_seq=drawn)


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
