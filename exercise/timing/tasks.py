"""The Celery tasks: when conduct is called by time. Duplicates and losses of them are harmless."""

from __future__ import annotations

import logging
import os
import socket

from celery import shared_task
from django.db.models import Q

from exercise import live
from exercise.clock import wall_us
from exercise.conduct import recover, sweep
from exercise.models import Exercise, Status, TimerHeartbeat, TimerKind, TimerSign
from exercise.timing.due import with_work
from scenarios.calendar import MINUTE_US, SECOND_US

log = logging.getLogger(__name__)

NOTED_ANEW_US = SECOND_US // 2
"""A heartbeat younger than this is not written again: sweeps come many a second."""
GAP_US = SECOND_US
"""Only after a silence of this is it asked whether anything must be set back."""
GONE_US = 2 * MINUTE_US
"""A process that said nothing for this long is not listed any more."""


@shared_task(name="exercise.sweep")
def sweep_exercises(*exercise_ids: int) -> None:
    """Carry out what is due in some exercises, each for itself."""
    now = wall_us()
    if recover_after_outage(now):
        return
    for exercise_id in with_work(exercise_ids, now):
        try:
            sweep(exercise_id)
        except Exception:
            # The others must not wait for this one; beat asks again.
            log.exception("could not carry out what is due in exercise %s", exercise_id)


@shared_task(name="exercise.heartbeat")
def heartbeat(beat: str = "", sent_wall_us: int = 0) -> None:
    """Say that beat, broker, worker and database work together, and who they are.

    Args:
        beat: name of the beat that sent it; a beat of an earlier version says nothing.
        sent_wall_us: when it did.
    """
    now = wall_us()
    recover_after_outage(now)
    sign({(TimerKind.WORKER, process_name()): now, (TimerKind.BEAT, beat): sent_wall_us}, now)


@shared_task(name="exercise.draw")
def draw_undrawn() -> None:
    """Draw what was left undrawn by a process that died."""
    # Those that stand too: a stop called while the stream was down must reach every wall.
    undrawn = Exercise.objects.exclude(status=Status.CLOSED).filter(journal_seq__gt=0)
    for exercise_id, seq in undrawn.values_list("pk", "journal_seq"):
        live.ensure(exercise_id, seq)


def process_name() -> str:
    """What this process is called among those of the timers."""
    return f"{socket.gethostname()}:{os.getpid()}"


def sign(signs: dict[tuple[str, str], int], now_wall_us: int) -> None:
    """Note each process's last sign of life and forget those long gone."""
    rows = [
        TimerSign(kind=kind, name=name[:120], wall_us=at_wall_us)
        for (kind, name), at_wall_us in signs.items()
        if name
    ]
    TimerSign.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["kind", "name"],
        update_fields=["wall_us"],
    )
    gone = TimerSign.objects.filter(wall_us__lt=now_wall_us - GONE_US)
    if gone.exists():  # a read, so that nothing is locked for nothing
        gone.delete()


def recover_after_outage(now_wall_us: int) -> bool:
    """Note the heartbeat; after a gap longer than tolerated, set the clocks back to it, paused.

    Returns:
        Whether any exercise was.
    """
    row = TimerHeartbeat.objects.order_by("pk").first()
    if row is None:
        TimerHeartbeat.objects.get_or_create(pk=1, defaults={"wall_us": now_wall_us})
        return False
    gap_us = now_wall_us - row.wall_us
    found = False
    if gap_us > GAP_US:
        for exercise in Exercise.objects.filter(running=True):
            if gap_us > exercise.outage_after_s * SECOND_US:
                found |= _recover(exercise, row.wall_us)
    if gap_us < -SECOND_US:
        _go_on()
    if abs(gap_us) > NOTED_ANEW_US:
        TimerHeartbeat.objects.filter(pk=row.pk, wall_us=row.wall_us).update(wall_us=now_wall_us)
    return found


def _go_on() -> None:
    """The wall clock was set back: what comes next would be waited for until it has caught up.

    Whatever anybody does makes the exercise clock go on; here nobody may be doing anything.
    """
    moving = Exercise.objects.filter(Q(running=True) | Q(resume_wall_us__isnull=False))
    for exercise_id in moving.values_list("pk", flat=True):
        try:
            sweep(exercise_id)
        except Exception:
            log.exception("could not let exercise %s go on", exercise_id)


def _recover(exercise: Exercise, heartbeat_wall_us: int) -> bool:
    try:
        found = recover(exercise.pk, heartbeat_wall_us)
    except Exception:
        # The others must not wait for this one, nor the heartbeat.
        log.exception("could not set %s back after an outage", exercise.code)
        return False
    if found:
        log.warning("timers were down: %s set back and paused", exercise.code)
    return found
