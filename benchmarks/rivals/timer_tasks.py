"""The tasks of ``benchmarks.rivals.timers``: the product's own delivery, called by other clocks."""

from __future__ import annotations

from celery import shared_task

from exercise.clock import wall_us
from exercise.conduct import sweep
from exercise.conduct.base import TIMERS, conducting
from exercise.conduct.delivery import deliver
from exercise.models import IN_PLAY, Exercise, Inject, InjectState


@shared_task(name="bench.release")
def release(inject_id: int) -> None:
    """One inject, if it is still to be released."""
    exercise_id = Inject.objects.values_list("exercise_id", flat=True).get(pk=inject_id)
    with conducting(exercise_id, TIMERS, name="sweep", when=IN_PLAY, stopped=True) as conduct:
        inject = Inject.objects.get(pk=inject_id)
        if inject.state == InjectState.SCHEDULED and inject.due_us is not None:
            due_wall_us = conduct.exercise.clock.due_wall_us(inject.due_us) or 0
            deliver(
                conduct,
                [inject],
                how="timer",
                late_by={inject.pk: max(0, conduct.now_wall_us - due_wall_us)},
            )


@shared_task(name="bench.tick")
def tick() -> None:
    """Everything due in any running exercise."""
    now = wall_us()
    for exercise in Exercise.objects.filter(running=True, next_due_us__isnull=False):
        if (exercise.clock.due_wall_us(exercise.next_due_us or 0) or now + 1) <= now:
            sweep(exercise.pk)
