"""Steps several commands share: delivering injects, closing them, meeting their conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import QuerySet, prefetch_related_objects

from exercise.conduct.base import Conduct
from exercise.models import (
    DUE_SOON_MOST_US,
    DUE_SOON_PORTION,
    UNREAD,
    Inject,
    InjectState,
    Tasking,
    TaskingState,
)
from scenarios.calendar import SECOND_US
from scenarios.choices import ReleaseMode, TriggerEvent

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
                conduct.deadline(moment)
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
    return Tasking(
        exercise=conduct.exercise,
        inject=inject,
        unit=unit,
        delivered_us=now_us,
        delivered_wall_us=conduct.now_wall_us,
        ack_due_us=now_us + ack_us if ack_us else None,
        complete_due_us=now_us + complete_us if complete_us else None,
        due_soon_us=soon_us(now_us, allowed),
    )


def soon_us(now_us: int, allowed_us: int | None) -> int | None:
    """When a deadline ``allowed_us`` after now is near; ``None`` where there is none."""
    if not allowed_us:
        return None
    return now_us + allowed_us - min(int(allowed_us * DUE_SOON_PORTION), DUE_SOON_MOST_US)


def ask_to_read(conduct: Conduct, tasking: Tasking) -> list[str]:
    """Give the tasking a new deadline for its acknowledgement; answers the fields it set."""
    within_s = tasking.inject.acknowledge_within_s
    allowed_us = within_s * SECOND_US if within_s else None
    tasking.ack_due_us = conduct.position_us + allowed_us if allowed_us else None
    tasking.told_ack_overdue = False
    fields = ["ack_due_us", "told_ack_overdue"]
    if tasking.complete_due_us is None:
        tasking.due_soon_us = soon_us(conduct.position_us, allowed_us)
        tasking.told_due_soon = False
        fields += ["due_soon_us", "told_due_soon"]
    watch_deadlines(conduct, tasking)
    return fields


def watch_deadlines(conduct: Conduct, tasking: Tasking) -> None:
    """Something is asked of the unit again: the timers must not sleep past its deadlines."""
    for moment, told in (
        (tasking.ack_due_us, tasking.told_ack_overdue or not tasking.to_read),
        (tasking.due_soon_us, tasking.told_due_soon),
        (tasking.complete_due_us, tasking.told_overdue),
    ):
        if not told:
            conduct.deadline(moment)


def cancel_taskings(conduct: Conduct, taskings: Iterable[Tasking], reason: str) -> list[str]:
    """Cancel each; answers the unit codes. The caller writes the note."""
    codes = []
    for tasking in taskings:
        conduct.move(tasking, "cancel", reason=reason, reacknowledge=False)
        codes.append(tasking.unit.code)
    return codes


def drop_rereading(conduct: Conduct, tasking: Tasking) -> None:
    """The unit need not acknowledge a correction of work it has finished. Writes the note."""
    tasking.reacknowledge = False
    tasking.save(update_fields=["reacknowledge"])
    conduct.note("tasking_rereading_waived", inject=tasking.inject, unit=tasking.unit.code)


def settle(conduct: Conduct, inject: Inject) -> None:
    """After a tasking ended: close the inject if it was the last, and meet the conditions on it."""
    taskings = list(Tasking.objects.filter(inject=inject))
    if inject.state == InjectState.RELEASED and not any(tasking.open for tasking in taskings):
        conduct.move(inject, "close", closed_us=conduct.position_us)
        conduct.note("inject_closed", inject=inject)
    if _all_completed(taskings):
        meet_conditions(conduct, inject, TriggerEvent.COMPLETED, at_us=conduct.position_us)


# ── conditions ──────────────────────────────────────────────────────────────────────────────────
def _all_completed(taskings: Sequence[Tasking]) -> bool:
    """All have completed it; those let off do not count, what was cancelled is not completed."""
    asked = [tasking for tasking in taskings if tasking.state != TaskingState.WAIVED]
    return bool(asked) and all(_is_completed(tasking) for tasking in asked)


def _is_completed(tasking: Tasking) -> bool:
    if tasking.complete_due_us is None:  # for information: acknowledged is all that is asked
        return tasking.state not in (*UNREAD, TaskingState.CANCELLED)
    return tasking.state in (TaskingState.COMPLETED, TaskingState.VERIFIED)


def is_overdue(tasking: Tasking) -> bool:
    """A deadline passed: of the work or, for information, of the first acknowledgement."""
    if tasking.complete_due_us is None:
        return tasking.told_ack_overdue and not tasking.reacknowledge
    return tasking.told_overdue


def _waiting(conduct: Conduct) -> QuerySet[Inject]:
    """Standby injects that a timer releases once their condition is met."""
    return (
        Inject.objects.filter(
            exercise=conduct.exercise,
            state=InjectState.STANDBY,
            mode=ReleaseMode.AUTO,
            trigger_inject__isnull=False,
        )
        .select_related("trigger_inject")
        .order_by("sort_key")
    )


def meet_conditions(conduct: Conduct, inject: Inject, event: str, *, at_us: int) -> None:
    """Schedule the standby injects that waited for ``event`` on this inject, after their delay.

    One whose phase has not begun waits for that as well: see ``meet_earlier_conditions``.
    """
    begun = [row.phase for row in conduct.exercise.phases if row.started_us is not None]
    found = _waiting(conduct).filter(trigger_inject=inject, trigger_event=event, phase__in=begun)
    for standby in found:
        _schedule(conduct, standby, at_us=at_us)


def meet_earlier_conditions(conduct: Conduct, phase: str) -> None:
    """A phase begins: schedule those of its standby injects whose condition is met already."""
    for standby in _waiting(conduct).filter(phase=phase):
        taskings = list(Tasking.objects.filter(inject=standby.trigger_inject))
        if standby.trigger_event == TriggerEvent.COMPLETED:
            met = _all_completed(taskings)
        else:
            met = any(is_overdue(tasking) for tasking in taskings)
        if met:
            _schedule(conduct, standby, at_us=conduct.position_us)


def _schedule(conduct: Conduct, standby: Inject, *, at_us: int) -> None:
    # Never before now: a sweep that came late must not make what it triggers late as well.
    due_us = max(at_us + standby.trigger_delay_s * SECOND_US, conduct.position_us)
    conduct.move(standby, "schedule", due_us=due_us)
    conduct.due(due_us)
    conduct.note(
        "condition_met",
        inject=standby,
        on=standby.trigger_inject.number if standby.trigger_inject else "",
        event=standby.trigger_event,
        due_us=due_us,
    )
