"""Commands on the exercise as a whole: start, pause, resume, pace, jump, stand-downs, the real-
world stop, end.
"""

from __future__ import annotations

import secrets
from typing import Literal

from django.utils.translation import gettext_lazy as _

from exercise.clock import PACE_MAX, PACE_MIN
from exercise.conduct.base import Conduct, command
from exercise.conduct.creation import refuse_altered
from exercise.conduct.delivery import deliver
from exercise.conduct.phases import begin_phase
from exercise.conduct.refused import Refused
from exercise.conduct.sweep import NATURAL_RATE, settle_missed
from exercise.models import (
    BOARD_LINK_US,
    IN_PLAY,
    Exercise,
    Inject,
    InjectState,
    OverduePolicy,
    Status,
    StopReason,
)
from scenarios.calendar import MINUTE_US

Missed = Literal["release", "skip", "hold"]
LEAST_LATE_S, MOST_LATE_S = 2, 300
LEAST_OUTAGE_S, MOST_OUTAGE_S = 10, 3600
FURTHEST_JUMP_US = 60 * 24 * 60 * MINUTE_US
"""More than any drill lasts; a slip of the hand must not throw the clock out of the calendar."""
ANY_STATUS = frozenset(Status)


@command(when=frozenset({Status.PLANNED}))
def start(conduct: Conduct) -> Exercise:
    """STARTEX: the clock runs from zero, phase 1 begins, every unit is ordered in.

    Raises:
        Refused: ``scenario_altered``, where its version no longer says what was approved.
    """
    exercise = conduct.exercise
    refuse_altered(exercise.scenario)
    conduct.move(exercise, "start", started_wall_us=conduct.now_wall_us)
    conduct.set_clock(exercise.clock.resumed(conduct.now_wall_us))
    conduct.note("exercise_started", pace_permille=exercise.rate_permille)
    begin_phase(conduct)
    _next_stand_down(conduct)
    return exercise


@command()
def pause(conduct: Conduct) -> Exercise:
    """Stop the clock; spacing stays exact because no inject is touched."""
    exercise = conduct.exercise
    if exercise.status == Status.PAUSED and exercise.in_stand_down:
        # A director's pause on top of a stand-down: it no longer ends by itself.
        exercise.stop_reason, exercise.resume_wall_us = StopReason.DIRECTOR, None
        conduct.note("clock_paused", why=StopReason.DIRECTOR)
        return exercise
    settle_missed(conduct)
    conduct.move(exercise, "pause")
    conduct.set_clock(exercise.clock.paused(conduct.now_wall_us))
    exercise.stop_reason = StopReason.DIRECTOR
    conduct.note("clock_paused", why=StopReason.DIRECTOR)
    return exercise


@command()
def resume(conduct: Conduct) -> Exercise:
    """Go on from the same moment; out of a stand-down too, before its planned end."""
    exercise = conduct.exercise
    was = exercise.stop_reason
    conduct.move(exercise, "resume")
    conduct.set_clock(exercise.clock.resumed(conduct.now_wall_us))
    exercise.stop_reason, exercise.stand_down, exercise.resume_wall_us = StopReason.NONE, None, None
    conduct.note("clock_resumed", after=was)
    _next_stand_down(conduct)
    return exercise


@command(when=frozenset({Status.PLANNED, *IN_PLAY}))
def set_pace(conduct: Conduct, *, rate_permille: int) -> Exercise:
    """Change the pace, in thousandths: ×0.25 to ×600."""
    exercise = conduct.exercise
    if not PACE_MIN <= rate_permille <= PACE_MAX:
        raise Refused("pace", _("Nhịp phải từ ×0,25 đến ×600."))
    if rate_permille == exercise.rate_permille:
        raise Refused(
            "same_pace", _("Đồng hồ đã ở nhịp ×%(pace)g.") % {"pace": rate_permille / 1000}
        )
    settle_missed(conduct)
    old = exercise.rate_permille
    conduct.set_clock(exercise.clock.paced(conduct.now_wall_us, rate_permille))
    if exercise.in_stand_down and rate_permille != NATURAL_RATE:
        exercise.resume_wall_us = conduct.now_wall_us  # at this pace a stand-down takes no time
    conduct.note("pace_set", old_permille=old, pace_permille=rate_permille)
    return exercise


@command()
def jump(conduct: Conduct, *, to_us: int, missed: Missed) -> list[Inject]:
    """Move the clock forward to ``to_us`` of play; say what becomes of the injects in between.

    They are released now in the order of their moments, skipped, or held for the director.
    """
    exercise = conduct.exercise
    if to_us <= conduct.position_us:
        raise Refused(
            "backwards",
            _("Chỉ nhảy tới được, không lùi lại."),
            _("Chọn thời điểm sau %(now)s.")
            % {"now": exercise.calendar.label(conduct.position_us)},
        )
    if to_us - conduct.position_us > FURTHEST_JUMP_US:
        raise Refused("too_far", _("Chỉ nhảy tới trong vòng 60 ngày."))
    if missed not in ("release", "skip", "hold"):
        raise Refused("choice", _("Chọn phát, bỏ qua hoặc tạm giữ các tin bị nhảy qua."))
    settle_missed(conduct)
    between = passed_by(exercise, to_us)
    from_us = conduct.position_us
    conduct.set_clock(exercise.clock.jumped(conduct.now_wall_us, to_us))
    places = [place for place, _length in exercise.calendar.breaks if place <= to_us]
    exercise.stand_downs_taken_us = max([exercise.stand_downs_taken_us, *places])
    if exercise.in_stand_down:
        exercise.stop_reason, exercise.resume_wall_us = StopReason.DIRECTOR, None
    exercise.stand_down = None
    conduct.note(
        "clock_jumped",
        from_us=from_us,
        to_us=to_us,
        missed=missed,
        numbers=[inject.number for inject in between],
    )
    if missed == "release":
        deliver(conduct, between, how="jump")
    for inject in between if missed != "release" else ():
        conduct.move(inject, missed, overdue_wall_us=None)
        conduct.note("inject_skipped" if missed == "skip" else "inject_held", inject=inject)
    conduct.due(to_us)
    return between


def passed_by(exercise: Exercise, to_us: int) -> list[Inject]:
    """The scheduled injects a jump to ``to_us`` would pass by: what its preview shows."""
    return list(
        Inject.objects.filter(
            exercise=exercise,
            state=InjectState.SCHEDULED,
            due_us__lte=to_us,
            overdue_wall_us__isnull=True,
        ).order_by("due_us", "sort_key")
    )


@command()
def extend_stand_down(conduct: Conduct, *, minutes: int) -> Exercise:
    """Let the stand-down last longer; wall minutes."""
    exercise = conduct.exercise
    if not exercise.in_stand_down or exercise.resume_wall_us is None:
        raise Refused("no_stand_down", _("Hiện không trong giờ tạm nghỉ."))
    if not 1 <= minutes <= 24 * 60:
        raise Refused("minutes", _("Thời gian kéo dài từ 1 phút đến 24 giờ."))
    exercise.resume_wall_us += minutes * MINUTE_US
    conduct.note("stand_down_extended", minutes=minutes, resume_wall_us=exercise.resume_wall_us)
    return exercise


@command(when=frozenset({Status.PLANNED, *IN_PLAY}))
def set_overdue_policy(
    conduct: Conduct,
    *,
    policy: str,
    spacing_s: int = 300,
    overdue_after_s: int | None = None,
    outage_after_s: int | None = None,
) -> Exercise:
    """Choose what becomes of injects whose moment passes while the timers are down.

    Args:
        spacing_s: exercise seconds between two that are spaced out.
        overdue_after_s: wall seconds of lateness from which a moment counts as missed; ``None``: as
            it was.
        outage_after_s: wall seconds without timers after which the clock is set back; ``None``: as
            it was.
    """
    exercise = conduct.exercise
    if policy not in OverduePolicy.values:
        raise Refused("policy", _("Không có cách xử lý này."))
    if not 10 <= spacing_s <= 3600:
        raise Refused("spacing", _("Giãn cách từ 10 giây đến 60 phút."))
    overdue_s = exercise.overdue_after_s if overdue_after_s is None else overdue_after_s
    outage_s = exercise.outage_after_s if outage_after_s is None else outage_after_s
    if overdue_after_s is not None and not LEAST_LATE_S <= overdue_s <= MOST_LATE_S:
        raise Refused("tolerance", _("Coi là quá giờ khi trễ hơn 2 giây đến 5 phút."))
    if outage_after_s is not None and not LEAST_OUTAGE_S <= outage_s <= MOST_OUTAGE_S:
        raise Refused("tolerance", _("Đặt lại đồng hồ khi gián đoạn hơn 10 giây đến 60 phút."))
    if overdue_s > outage_s:
        raise Refused("tolerance", _("Độ trễ cho phép không dài hơn thời gian gián đoạn cho phép."))
    exercise.overdue_policy = policy
    exercise.overdue_spacing_s = spacing_s
    exercise.overdue_after_s, exercise.outage_after_s = overdue_s, outage_s
    conduct.note(
        "overdue_policy_set",
        policy=policy,
        spacing_s=spacing_s,
        overdue_after_s=overdue_s,
        outage_after_s=outage_s,
    )
    return exercise


@command(stopped=True)
def call_real_world_stop(conduct: Conduct, *, place: str, words: str) -> Exercise:
    """A real emergency: the clock stops at once and every screen says so. Anyone may call it."""
    exercise = conduct.exercise
    if exercise.real_world_wall_us is not None:
        raise Refused("already", _("Đã báo tình huống thật. Diễn tập đã dừng."))
    if not place.strip() or not words.strip():
        raise Refused("words", _("Ghi rõ nơi xảy ra và nội dung."))
    if exercise.status == Status.RUNNING:
        settle_missed(conduct, OverduePolicy.HOLD)  # whatever it is, nothing is released now
        conduct.move(exercise, "pause")
        conduct.set_clock(exercise.clock.paused(conduct.now_wall_us))
    exercise.stop_reason, exercise.resume_wall_us = StopReason.REAL_WORLD, None
    exercise.real_world_wall_us = conduct.now_wall_us
    exercise.real_world_place = place.strip()[:200]
    exercise.real_world_words = words.strip()[:500]
    exercise.real_world_by = conduct.by.name
    conduct.note("real_world_called", place=place.strip()[:200], words=words.strip()[:500])
    return exercise


@command(stopped=True)
def lift_real_world_stop(conduct: Conduct) -> Exercise:
    """The emergency is over; the clock still stands until someone resumes it."""
    exercise = conduct.exercise
    if exercise.real_world_wall_us is None:
        raise Refused("not_stopped", _("Không có báo động tình huống thật."))
    _lift(conduct)
    exercise.stop_reason = StopReason.DIRECTOR
    return exercise


def _lift(conduct: Conduct) -> None:
    exercise = conduct.exercise
    exercise.real_world_wall_us = None
    exercise.real_world_place = exercise.real_world_words = exercise.real_world_by = ""
    conduct.note("real_world_lifted")


@command(stopped=True)
def end(conduct: Conduct) -> Exercise:
    """ENDEX: by a director's order alone."""
    exercise = conduct.exercise
    if exercise.real_world_wall_us is not None:
        _lift(conduct)
    conduct.move(exercise, "end", ended_wall_us=conduct.now_wall_us, board_until_wall_us=None)
    conduct.set_clock(exercise.clock.paused(conduct.now_wall_us))
    exercise.stop_reason, exercise.stand_down, exercise.resume_wall_us = StopReason.NONE, None, None
    row = exercise.current
    if row is not None:
        row.ended_us, row.ended_wall_us = conduct.position_us, conduct.now_wall_us
        row.save(update_fields=["ended_us", "ended_wall_us"])
    conduct.note("exercise_ended")
    return exercise


@command(when=frozenset({Status.ENDED}))
def close(conduct: Conduct) -> Exercise:
    """Close the file: the journal takes nothing more."""
    conduct.move(conduct.exercise, "close")
    conduct.note("exercise_closed")
    return conduct.exercise


@command(when=ANY_STATUS, stopped=True)
def revoke_board_link(conduct: Conduct) -> Exercise:
    """Make a new share link for the board; the old one and its open screens end."""
    exercise = conduct.exercise
    exercise.board_token = secrets.token_urlsafe(18)
    exercise.board_until_wall_us = conduct.now_wall_us + BOARD_LINK_US
    conduct.note("board_link_revoked", until_wall_us=exercise.board_until_wall_us)
    return exercise


@command(when=ANY_STATUS, stopped=True)
def extend_board_link(conduct: Conduct) -> Exercise:
    """Let the board's share link work for another week from now; walls keep their address."""
    exercise = conduct.exercise
    exercise.board_until_wall_us = conduct.now_wall_us + BOARD_LINK_US
    conduct.note("board_link_extended", until_wall_us=exercise.board_until_wall_us)
    return exercise


def _next_stand_down(conduct: Conduct) -> None:
    taken = conduct.exercise.stand_downs_taken_us
    ahead = [place for place, _length in conduct.exercise.calendar.breaks if place > taken]
    conduct.due(min(ahead, default=None))
