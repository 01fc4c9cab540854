"""What the timers do: everything that has become due in one exercise, in one transaction.

Timers claim, they never remember: each sweep asks the database what is due under the exercise's
lock, so that a sweep too many finds nothing and a sweep too few is made good by the next.
"""

from __future__ import annotations

from django.db.models import Min, Q

from exercise.clock import Clock
from exercise.conduct.base import TIMERS, Conduct, conducting
from exercise.conduct.delivery import deliver, meet_conditions
from exercise.conduct.injects import space_out
from exercise.models import (
    AT_WORK,
    UNREAD,
    Exercise,
    Inject,
    InjectState,
    OverduePolicy,
    Status,
    StopReason,
    Tasking,
)
from scenarios.calendar import SECOND_US
from scenarios.choices import TriggerEvent

ANY_STATUS = frozenset(Status)
NATURAL_RATE = 1000
"""×1: the pace at which a stand-down takes the wall time it was planned to take."""


def sweep(exercise_id: int) -> int:
    """Carry out what is due; answers how many things were.

    1. End a stand-down whose time has come.
    2. Begin a planned stand-down (at ×1) or pass over it (at any other pace).
    3. Release the injects whose moment has come; those that missed it by more than the exercise
       tolerates go by its overdue policy.
    4. Tell of deadlines: acknowledgement late, due soon, overdue.
    5. Work out when there is something to do again.
    """
    with conducting(exercise_id, TIMERS, name="sweep", when=ANY_STATUS, stopped=True) as conduct:
        exercise = conduct.exercise
        _end_stand_down(conduct)
        if not exercise.running:
            return 0
        done = _stand_downs(conduct)
        done += _release_due(conduct)
        done += _tell_deadlines(conduct)
        exercise.next_due_us = _next_due_us(exercise)
        return done


def recover(exercise_id: int, heartbeat_wall_us: int) -> bool:
    """After an outage longer than tolerated: the clock comes back at the last heartbeat, paused.

    Args:
        heartbeat_wall_us: when the timers last worked. The wall time since then is not played.

    Returns:
        Whether the clock was set back; a second caller finds it done.
    """
    with conducting(exercise_id, TIMERS, name="recover", when=ANY_STATUS, stopped=True) as conduct:
        exercise = conduct.exercise
        if not exercise.running or exercise.anchor_wall_us > heartbeat_wall_us:
            return False
        gone_us = exercise.clock.position_us(heartbeat_wall_us)
        missed = Inject.objects.filter(
            exercise=exercise,
            state=InjectState.SCHEDULED,
            due_us__gt=gone_us,
            due_us__lte=conduct.position_us,
        ).values_list("number", flat=True)
        numbers = list(missed)
        conduct.move(exercise, "pause")
        conduct.set_clock(Clock(conduct.now_wall_us, gone_us, exercise.rate_permille, False))
        exercise.stop_reason = StopReason.OUTAGE
        conduct.note(
            "outage_recovered",
            heartbeat_wall_us=heartbeat_wall_us,
            down_us=conduct.now_wall_us - heartbeat_wall_us,
            missed=numbers,
        )
        return True


# ── stand-downs ─────────────────────────────────────────────────────────────────────────────────
def _end_stand_down(conduct: Conduct) -> None:
    exercise = conduct.exercise
    ends = exercise.resume_wall_us
    if not exercise.in_stand_down or ends is None or conduct.now_wall_us < ends:
        return
    row = exercise.stand_down
    conduct.move(exercise, "resume")
    conduct.set_clock(exercise.clock.resumed(conduct.now_wall_us))
    exercise.stop_reason, exercise.stand_down, exercise.resume_wall_us = StopReason.NONE, None, None
    conduct.note("stand_down_ended", title=row.title.as_dict() if row else {})


def _stand_downs(conduct: Conduct) -> int:
    exercise = conduct.exercise
    reached = [
        (row, place)
        for row, (place, _length) in zip(
            exercise.stand_downs.all(), exercise.calendar.breaks, strict=True
        )
        if exercise.stand_downs_taken_us < place <= conduct.position_us
    ]
    for row, place in reached:
        exercise.stand_downs_taken_us = place
        if exercise.rate_permille != NATURAL_RATE:
            conduct.note("stand_down_passed", title=row.title.as_dict())
            continue
        begun_wall_us = exercise.clock.due_wall_us(place) or conduct.now_wall_us
        conduct.move(exercise, "pause")
        conduct.set_clock(Clock(conduct.now_wall_us, place, exercise.rate_permille, False))
        exercise.stop_reason, exercise.stand_down = StopReason.STAND_DOWN, row
        exercise.resume_wall_us = _resume_wall_us(exercise, begun_wall_us, row.from_us, row.to_us)
        conduct.note(
            "stand_down_begun",
            title=row.title.as_dict(),
            resume_wall_us=exercise.resume_wall_us,
        )
        break
    return len(reached)


def _resume_wall_us(exercise: Exercise, begun_wall_us: int, from_us: int, to_us: int) -> int:
    """The planned wall time of its end. A morning that ran late shortens the break, never
    lengthens it.
    """
    planned = (exercise.started_wall_us or begun_wall_us) + to_us
    return min(begun_wall_us + to_us - from_us, max(begun_wall_us, planned))


# ── injects ─────────────────────────────────────────────────────────────────────────────────────
def _release_due(conduct: Conduct) -> int:
    exercise = conduct.exercise
    due = Inject.objects.filter(
        exercise=exercise,
        state=InjectState.SCHEDULED,
        due_us__lte=conduct.position_us,
        overdue_wall_us__isnull=True,
    )
    if exercise.in_stand_down:
        # The break begins and ends at one moment of play; what is due at that moment
        # comes after it.
        due = due.filter(due_us__lt=conduct.position_us)
    found = list(due.order_by("due_us", "sort_key"))
    on_time: list[Inject] = []
    overdue: list[Inject] = []
    late_by: dict[int, int] = {}
    for inject in found:
        late_by[inject.pk] = _late_by_us(conduct, inject)
        missed = late_by[inject.pk] > exercise.overdue_after_s * SECOND_US
        (overdue if missed else on_time).append(inject)
    deliver(conduct, on_time, how="timer", late_by=late_by)
    if overdue:
        _apply_policy(conduct, overdue, late_by)
    return len(found)


def _late_by_us(conduct: Conduct, inject: Inject) -> int:
    clock = conduct.exercise.clock
    if not clock.running:  # the stand-down that has just begun stopped it
        return 0
    due_wall_us = clock.due_wall_us(inject.due_us or 0) or conduct.now_wall_us
    return max(0, conduct.now_wall_us - due_wall_us)


def _apply_policy(conduct: Conduct, overdue: list[Inject], late_by: dict[int, int]) -> None:
    exercise = conduct.exercise
    conduct.note(
        "injects_overdue",
        numbers=[inject.number for inject in overdue],
        policy=exercise.overdue_policy,
    )
    if exercise.overdue_policy == OverduePolicy.RELEASE:
        deliver(conduct, overdue, how="timer", late_by=late_by)
    elif exercise.overdue_policy == OverduePolicy.SPACE:
        space_out(conduct, overdue, exercise.overdue_spacing_s)
    else:
        Inject.objects.filter(pk__in=[inject.pk for inject in overdue]).update(
            overdue_wall_us=conduct.now_wall_us
        )


# ── deadlines ───────────────────────────────────────────────────────────────────────────────────
def _tell_deadlines(conduct: Conduct) -> int:
    now_us = conduct.position_us
    working = Q(state__in=AT_WORK, complete_due_us__isnull=False)
    unread = Q(state__in=UNREAD) | Q(reacknowledge=True)
    kinds = (
        ("ack_overdue", Q(ack_due_us__lte=now_us) & unread, "told_ack_overdue"),
        ("due_soon", Q(due_soon_us__lte=now_us) & (unread | working), "told_due_soon"),
        ("overdue", Q(complete_due_us__lte=now_us) & (unread | working), "told_overdue"),
    )
    told = 0
    for kind, condition, flag in kinds:
        found = list(
            Tasking.objects.filter(condition, exercise=conduct.exercise, **{flag: False})
            .select_related("inject", "unit")
            .order_by("inject__sort_key", "unit_id")
        )
        Tasking.objects.filter(pk__in=[tasking.pk for tasking in found]).update(**{flag: True})
        for tasking in found:
            conduct.note(f"tasking_{kind}", inject=tasking.inject, unit=tasking.unit.code)
            if kind == "overdue" or (kind == "ack_overdue" and tasking.complete_due_us is None):
                due_us = (
                    tasking.complete_due_us if kind == "overdue" else tasking.ack_due_us
                ) or now_us
                meet_conditions(conduct, tasking.inject, TriggerEvent.OVERDUE, at_us=due_us)
        told += len(found)
    return told


def _next_due_us(exercise: Exercise) -> int | None:
    injects = Inject.objects.filter(
        exercise=exercise, state=InjectState.SCHEDULED, overdue_wall_us__isnull=True
    ).aggregate(at=Min("due_us"))
    waiting = Tasking.objects.open().filter(exercise=exercise)
    deadlines = waiting.aggregate(
        ack=Min(
            "ack_due_us",
            filter=Q(told_ack_overdue=False) & (Q(state__in=UNREAD) | Q(reacknowledge=True)),
        ),
        soon=Min("due_soon_us", filter=Q(told_due_soon=False)),
        late=Min("complete_due_us", filter=Q(told_overdue=False)),
    )
    breaks = [
        place
        for place, _length in exercise.calendar.breaks
        if place > exercise.stand_downs_taken_us
    ]
    moments = [injects["at"], *deadlines.values(), *breaks]
    return min((moment for moment in moments if moment is not None), default=None)
