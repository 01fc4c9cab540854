"""What the timers do: everything that has become due in one exercise, in one transaction.

Timers claim, they never remember: each sweep asks the database what is due under the exercise's
lock, so that a sweep too many finds nothing and a sweep too few is made good by the next.
"""

from __future__ import annotations

from django.db.models import Min, Q, QuerySet, prefetch_related_objects

from exercise.clock import Clock
from exercise.conduct.base import TIMERS, Conduct, conducting, first
from exercise.conduct.delivery import deliver, is_overdue, meet_conditions
from exercise.conduct.injects import space_out
from exercise.models import (
    TO_DO,
    TO_READ,
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
MOST_AT_ONCE = 3
"""More missed injects than these are a burst, and a burst is for a person to order."""
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
        prefetch_related_objects([exercise], "stand_downs")
        _end_stand_down(conduct)
        if not exercise.running:
            return 0
        clock = exercise.clock  # as it ran until now; a stand-down that begins stops it
        done = _stand_downs(conduct)
        done += _release_due(conduct, clock)
        deadline_us = exercise.next_deadline_us
        if deadline_us is not None and deadline_us <= conduct.position_us:
            done += _tell_deadlines(conduct)
            exercise.next_deadline_us = _next_deadline_us(exercise)
        exercise.next_due_us = _next_due_us(exercise)
        return done


def recover(exercise_id: int, heartbeat_wall_us: int, *, tolerated_us: int | None = None) -> bool:
    """After an outage longer than tolerated: the clock comes back at the last sign of life, paused.

    The last sign of life is the timers' heartbeat or, where people went on without timers, the last
    thing they did: exercise time is never set back past something that happened.

    Args:
        heartbeat_wall_us: when the timers last worked.
        tolerated_us: wall µs without a sign of life after which the time since then is not played;
            ``None``: as the exercise says.

    Returns:
        Whether the clock was set back; a second caller finds it done.
    """
    with conducting(exercise_id, TIMERS, name="recover", when=ANY_STATUS, stopped=True) as conduct:
        exercise = conduct.exercise
        if tolerated_us is None:
            tolerated_us = exercise.outage_after_s * SECOND_US
        sign_wall_us = max(heartbeat_wall_us, exercise.anchor_wall_us, exercise.last_wall_us)
        down_us = conduct.now_wall_us - sign_wall_us
        if not exercise.running or down_us <= tolerated_us:
            return False
        gone_us = exercise.clock.position_us(sign_wall_us)
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
            sign_wall_us=sign_wall_us,
            down_us=down_us,
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
def settle_missed(conduct: Conduct, policy: str | None = None) -> None:
    """Before the clock is anchored anew: injects that missed their moment go by the policy.

    Afterwards they would look as if their moment were the new anchor's.

    Args:
        policy: instead of the exercise's own.
    """
    exercise = conduct.exercise
    if exercise.running:
        late_by = {one: _late_by_us(conduct, exercise.clock, one) for one in _due(conduct)}
        missed = [one for one, late_us in late_by.items() if _is_missed(exercise, late_us)]
        _apply_policy(conduct, missed, {one.pk: late_by[one] for one in missed}, policy)


def _due(conduct: Conduct) -> QuerySet[Inject]:
    return Inject.objects.filter(
        exercise=conduct.exercise,
        state=InjectState.SCHEDULED,
        due_us__lte=conduct.position_us,
        overdue_wall_us__isnull=True,
    ).order_by("due_us", "sort_key")


def _is_missed(exercise: Exercise, late_us: int) -> bool:
    return late_us > exercise.overdue_after_s * SECOND_US


def _release_due(conduct: Conduct, clock: Clock) -> int:
    exercise = conduct.exercise
    due = _due(conduct)
    if exercise.in_stand_down:
        # The break begins and ends at one moment of play; what is due at that moment
        # comes after it.
        due = due.filter(due_us__lt=conduct.position_us)
    found = list(due)
    on_time: list[Inject] = []
    overdue: list[Inject] = []
    late_by: dict[int, int] = {}
    for inject in found:
        late_by[inject.pk] = _late_by_us(conduct, clock, inject)
        missed = _is_missed(exercise, late_by[inject.pk])
        (overdue if missed else on_time).append(inject)
    deliver(conduct, on_time, how="timer", late_by=late_by)
    _apply_policy(conduct, overdue, late_by)
    return len(found)


def _late_by_us(conduct: Conduct, clock: Clock, inject: Inject) -> int:
    due_wall_us = clock.due_wall_us(inject.due_us or 0) or conduct.now_wall_us
    return max(0, conduct.now_wall_us - due_wall_us)


def _apply_policy(
    conduct: Conduct, overdue: list[Inject], late_by: dict[int, int], policy: str | None = None
) -> None:
    if not overdue:
        return
    exercise = conduct.exercise
    policy = policy or exercise.overdue_policy
    if policy == OverduePolicy.RELEASE and len(overdue) > MOST_AT_ONCE:
        policy = OverduePolicy.HOLD  # the exercise's policy is what the director is proposed
    numbers = [inject.number for inject in overdue]
    conduct.note("injects_overdue", numbers=numbers, policy=str(policy))
    if policy == OverduePolicy.RELEASE:
        deliver(conduct, overdue, how="timer", late_by=late_by)
    elif policy == OverduePolicy.SPACE:
        space_out(conduct, overdue, exercise.overdue_spacing_s)
    else:
        Inject.objects.filter(pk__in=[inject.pk for inject in overdue]).update(
            overdue_wall_us=conduct.now_wall_us
        )


# ── deadlines ───────────────────────────────────────────────────────────────────────────────────
def _tell_deadlines(conduct: Conduct) -> int:
    now_us = conduct.position_us
    kinds = (
        ("ack_overdue", Q(ack_due_us__lte=now_us) & TO_READ, "told_ack_overdue"),
        ("due_soon", Q(due_soon_us__lte=now_us) & TO_DO, "told_due_soon"),
        ("overdue", Q(complete_due_us__lte=now_us) & TO_DO, "told_overdue"),
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
            setattr(tasking, flag, True)
            conduct.note(f"tasking_{kind}", inject=tasking.inject, unit=tasking.unit.code)
            if is_overdue(tasking):
                due_us = tasking.complete_due_us if kind == "overdue" else tasking.ack_due_us
                at_us = now_us if due_us is None else due_us
                meet_conditions(conduct, tasking.inject, TriggerEvent.OVERDUE, at_us=at_us)
        told += len(found)
    return told


def _next_deadline_us(exercise: Exercise) -> int | None:
    """The first deadline that nobody was told of yet, passed or to come."""
    deadlines = (
        Tasking.objects.open()
        .filter(exercise=exercise)
        .aggregate(
            ack=Min("ack_due_us", filter=Q(told_ack_overdue=False) & TO_READ),
            soon=Min("due_soon_us", filter=Q(told_due_soon=False) & TO_DO),
            late=Min("complete_due_us", filter=Q(told_overdue=False) & TO_DO),
        )
    )
    return first(*deadlines.values())


def _next_due_us(exercise: Exercise) -> int | None:
    injects = Inject.objects.filter(
        exercise=exercise, state=InjectState.SCHEDULED, overdue_wall_us__isnull=True
    ).aggregate(at=Min("due_us"))
    breaks = [
        place
        for place, _length in exercise.calendar.breaks
        if place > exercise.stand_downs_taken_us
    ]
    return first(injects["at"], exercise.next_deadline_us, *breaks)
