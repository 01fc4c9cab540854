"""Celery beat's scheduler: it sleeps until the next moment at which an exercise has work.

It keeps no schedule of its own. Each tick asks one query for the running exercises, works out on
their clocks which have something due, and sends a task for each; any number of beats may do so.
"""

from __future__ import annotations

import logging
from typing import Any

from celery.beat import Scheduler
from django.db import Error, close_old_connections

from exercise.clock import wall_us
from exercise.timing.due import waiting
from exercise.timing.tasks import draw_undrawn, heartbeat, process_name, sweep_exercises
from scenarios.calendar import SECOND_US

log = logging.getLogger(__name__)

LONGEST_SLEEP_S = 0.25
"""A clock can change at any moment; a change is seen within this."""
HEARTBEAT_US = SECOND_US
"""The console calls the timers dead after three seconds: two may be missed."""
DRAW_US = 2 * SECOND_US
KEEP_US = 60 * SECOND_US
KEEP = "exercise.keep_snapshots"
"""By its name: chores are not for beat to load."""
ASK_AGAIN_US = SECOND_US // 2
"""A task sent and not carried out by then is sent again: it may have been lost."""
LOOK_AGAIN_US = SECOND_US // 100
"""How soon to look for what is due after the task just sent: at ×600 that can be moments away."""
GATHER_US = SECOND_US // 50
"""While the workers have not come to all that was asked, what falls due within this goes into one
task: under load the task costs more than the sweep, and nobody would come to it sooner."""
SWEPT_TOGETHER = 8
"""At most so many exercises in a task, so that several workers share them."""


class DueScheduler(Scheduler):
    """Sends what is due and sleeps until the next thing is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked: dict[int, tuple[tuple[int | None, int, int | None], int]] = {}
        self._heartbeat_wall_us = self._drawn_wall_us = self._kept_wall_us = 0
        self._broker_answers = True
        self._gave_up = False

    def setup_schedule(self) -> None:
        """There is nothing to set up."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; answers the wall seconds to sleep."""
        self._gave_up = False
        now = wall_us()
        try:
            next_wall_us = self._send_due(now)
        except Error:
            # The database is the truth; without it there is nothing to do but to ask again.
            log.exception("cannot read what is due")
            close_old_connections()
            return LONGEST_SLEEP_S
        if _passed(now - self._heartbeat_wall_us, HEARTBEAT_US):
            self._send(heartbeat, process_name(), now)
            self._heartbeat_wall_us = now
        if _passed(now - self._drawn_wall_us, DRAW_US):
            self._send(draw_undrawn)
            self._drawn_wall_us = now
        if _passed(now - self._kept_wall_us, KEEP_US):
            self._send(self.app.signature(KEEP))
            self._kept_wall_us = now
        wait_s = (next_wall_us - wall_us()) / SECOND_US if next_wall_us else LONGEST_SLEEP_S
        return min(max(wait_s, 0.001), LONGEST_SLEEP_S)

    def _send_due(self, now: int) -> int | None:
        soonest: int | None = None
        live = set()
        due = []
        behind = False
        for exercise in waiting():
            live.add(exercise.pk)
            at = exercise.due_wall_us
            if at is None:
                continue
            if at > now:
                soonest = at if soonest is None else min(soonest, at)
                continue
            asked, asked_wall_us = self._asked.get(exercise.pk, (None, 0))
            behind |= asked == exercise.what
            if asked != exercise.what or _passed(now - asked_wall_us, ASK_AGAIN_US):
                due.append(exercise.pk)
                self._asked[exercise.pk] = (exercise.what, now)
                asked_wall_us = now
            # Less and less often while nothing comes of it: the worker may be down.
            again = now + max(LOOK_AGAIN_US, (now - asked_wall_us) // 2)
            soonest = again if soonest is None else min(soonest, again)
        self._asked = {pk: asked for pk, asked in self._asked.items() if pk in live}
        for start in range(0, len(due), SWEPT_TOGETHER):
            self._send(sweep_exercises, *due[start : start + SWEPT_TOGETHER])
        if soonest is not None and behind:
            soonest = max(soonest, now + GATHER_US)
        return soonest

    def _send(self, task: Any, *args: Any) -> None:
        if self._gave_up:
            return  # one that hangs costs seconds a task: in this tick it is not asked again
        try:
            # Not retried: the next tick asks again, and a broker that is down must not block it.
            task.apply_async(args=args, retry=False, expires=30)
        except Exception:
            self._gave_up = True
            if self._broker_answers:
                log.warning("broker does not answer; asking again")
            self._broker_answers = False
            return
        if not self._broker_answers:
            log.warning("broker answers again")
        self._broker_answers = True


def _passed(since_us: int, wait_us: int) -> bool:
    """Whether a wait is over; it is, too, when the wall clock was set back meanwhile."""
    return not 0 <= since_us < wait_us
