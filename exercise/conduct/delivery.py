"""Steps several commands share: delivering injects, closing them, meeting their conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import prefetch_related_objects

from exercise.conduct.base import Conduct
from exercise.models import (
    DUE_SOON_MOST_US,
    DUE_SOON_PORTION,
    FINISHED,
    Inject,
    InjectState,
    Tasking,
    TaskingState,
)
from scenarios.calendar import SECOND_US
from scenarios.choices import TriggerEvent

ROWS_AT_ONCE = 500
"""Databases limit the parameters of one statement."""


def deliver(
    conduct: Conduct, injects: Sequence[Inject], *, how: str, late_by: dict[int, int] | None = None
) -> list[Tasking]:
    """Release injects in the order of their numbers, all in a few statements.

    1. Each inject passes its declared transition in memory, under the exercise's lock.
    2. The injects are written with few UPDATEs, their taskings with one INSERT.
    3. Each inject gets a journal entry with its taskings.

    Args:
        how: ``timer``, ``hand`` or ``jump``, for the journal.
        late_by: wall µs past the due moment, by inject id, for those a timer released.
    """
    if not injects:
        return []
    late_by = late_by or {}
    now_us = conduct.position_us
    ordered = sorted(injects, key=lambda inject: inject.sort_key)
    prefetch_related_objects(ordered, "addressees")
    made: list[Tasking] = []
    for inject in ordered:
        conduct.move(inject, "release", save=False)
        inject.released_us, inject.released_wall_us = now_us, conduct.now_wall_us
        inject.lateness_us = late_by.get(inject.pk)
        inject.overdue_wall_us = None
        taskings = [_tasking(conduct, inject, unit) for unit in inject.addressees.all()]
        for tasking in taskings:
            conduct.created(tasking)
            for moment in (tasking.ack_due_us, tasking.due_soon_us, tasking.complete_due_us):
                conduct.due(moment)
        made += taskings
        conduct.note(
            "inject_released",
            inject=inject,
            how=how,
            to=[tasking.unit.code for tasking in taskings],
            title=inject.title.as_dict(),
            lateness_us=inject.lateness_us,
        )
    _write(ordered)
    return Tasking.objects.bulk_create(made)


def _write(released: Sequence[Inject]) -> None:
    """Write injects released together: the same values in all of them, except for the lateness.

    An UPDATE for each lateness, and a burst has one; ``bulk_update`` would spell out every field
    of every row, which takes two thirds of a second for a thousand.
    """
    by_lateness: dict[int | None, list[Inject]] = defaultdict(list)
    for inject in released:
        by_lateness[inject.lateness_us].append(inject)
    for lateness_us, injects in by_lateness.items():
        for start in range(0, len(injects), ROWS_AT_ONCE):
            batch = injects[start : start + ROWS_AT_ONCE]
            Inject.objects.filter(pk__in=[inject.pk for inject in batch]).update(
                state=batch[0].state,
                released_us=batch[0].released_us,
                released_wall_us=batch[0].released_wall_us,
                lateness_us=lateness_us,
                overdue_wall_us=None,
            )


def _tasking(conduct: Conduct, inject: Inject, unit: object) -> Tasking:
    now_us = conduct.position_us
    ack_us = inject.acknowledge_within_s and inject.acknowledge_within_s * SECOND_US
    complete_us = inject.complete_within_s and inject.complete_within_s * SECOND_US
    allowed = complete_us or ack_us
    soon = allowed and now_us + allowed - min(int(allowed * DUE_SOON_PORTION), DUE_SOON_MOST_US)
    return Tasking(
        exercise=conduct.exercise,
        inject=inject,
        unit=unit,
        delivered_us=now_us,
        delivered_wall_us=conduct.now_wall_us,
        ack_due_us=now_us + ack_us if ack_us else None,
        complete_due_us=now_us + complete_us if complete_us else None,
        due_soon_us=soon or None,
    )


def watch_deadlines(conduct: Conduct, tasking: Tasking) -> None:
    """Something is asked of the unit again: the timers must not sleep past its deadlines."""
    for moment, told in (
        (tasking.ack_due_us, tasking.told_ack_overdue or not tasking.reacknowledge),
        (tasking.due_soon_us, tasking.told_due_soon),
        (tasking.complete_due_us, tasking.told_overdue),
    ):
        if not told:
            conduct.due(moment)


def cancel_taskings(conduct: Conduct, taskings: Iterable[Tasking], reason: str) -> list[str]:
    """Cancel each; answers the unit codes. The caller writes the note."""
    codes = []
    for tasking in taskings:
        conduct.move(tasking, "cancel", reason=reason, reacknowledge=False)
        codes.append(tasking.unit.code)
    return codes


def settle(conduct: Conduct, inject: Inject) -> None:
    """After a tasking ended: close the inject if it was the last, and meet the conditions on it."""
    taskings = list(Tasking.objects.filter(inject=inject))
    if inject.state == InjectState.RELEASED and not any(tasking.open for tasking in taskings):
        conduct.move(inject, "close", closed_us=conduct.position_us)
        conduct.note("inject_closed", inject=inject)
    done = [t for t in taskings if t.state != TaskingState.CANCELLED]
    if done and all(t.state in FINISHED for t in done):
        meet_conditions(conduct, inject, TriggerEvent.COMPLETED, at_us=conduct.position_us)


def meet_conditions(conduct: Conduct, inject: Inject, event: str, *, at_us: int) -> None:
    """Schedule the standby injects that waited for ``event`` on this inject, after their delay."""
    waiting = Inject.objects.filter(
        trigger_inject=inject, trigger_event=event, state=InjectState.STANDBY
    ).order_by("sort_key")
    for standby in waiting:
        due_us = at_us + standby.trigger_delay_s * SECOND_US
        conduct.move(standby, "schedule", due_us=due_us)
        conduct.due(due_us)
        conduct.note("condition_met", inject=standby, on=inject.number, event=event, due_us=due_us)
