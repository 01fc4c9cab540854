"""The Celery tasks: when conduct is called by time. Duplicates and losses of them are harmless."""

from __future__ import annotations

import logging

from celery import shared_task

from exercise import live
from exercise.clock import wall_us
from exercise.conduct import recover, sweep
from exercise.models import Exercise, Status, TimerHeartbeat
from scenarios.calendar import SECOND_US

log = logging.getLogger(__name__)


@shared_task(name="exercise.sweep")
def sweep_exercise(exercise_id: int) -> None:
    """Carry out what is due in one exercise."""
    if not recover_after_outage(wall_us()):
        sweep(exercise_id)


@shared_task(name="exercise.heartbeat")
def heartbeat() -> None:
    """Say that beat, broker, worker and database work together; draw what was left undrawn."""
    recover_after_outage(wall_us())
    # Those that stand too: a stop called while the stream was down must reach every wall.
    undrawn = Exercise.objects.exclude(status=Status.CLOSED).filter(journal_seq__gt=0)
    for exercise_id, seq in undrawn.values_list("pk", "journal_seq"):
        live.ensure(exercise_id, seq)


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
    if gap_us > SECOND_US:
        for exercise in Exercise.objects.filter(running=True):
            if gap_us > exercise.outage_after_s * SECOND_US:
                found |= _recover(exercise, row.wall_us)
    if abs(gap_us) > SECOND_US:  # backwards too, when the wall clock was set
        TimerHeartbeat.objects.filter(pk=row.pk, wall_us=row.wall_us).update(wall_us=now_wall_us)
    return found


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
