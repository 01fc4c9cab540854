"""Commands on phases and postures: the gate, the orders, the reports and their confirmation."""

from __future__ import annotations

from typing import Literal

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from exercise.conduct.base import Conduct, command
from exercise.conduct.delivery import (
    cancel_taskings,
    drop_rereading,
    meet_earlier_conditions,
    settle,
)
from exercise.conduct.refused import Refused
from exercise.models import (
    CONFIRMED,
    OPENING,
    PENDING,
    PHASE_OF,
    REPORTED,
    WORKING,
    Exercise,
    Inject,
    InjectState,
    Posture,
    PostureState,
    Tasking,
    gate_of,
)
from scenarios.phases import Phase

Unfinished = Literal["carry", "cancel"]
REASON_MIN = 10
PHASE_OVER = "Giai đoạn kết thúc / The phase ended"
"""Why its taskings were cancelled, for readers of either language: the row keeps one wording."""

ORDER = {
    Phase.TRANSITION: "order_transition",
    Phase.PREPARATION: "order_preparation",
    Phase.EXECUTION: "order_execution",
}
_STEP = {state: str(PHASE_OF[state]) for state in (*WORKING, *REPORTED, *CONFIRMED)}


def need_reason(reason: str) -> str:
    """The reason, stripped; refused when it is too short to mean anything later."""
    reason = reason.strip()
    if len(reason) < REASON_MIN:
        raise Refused("reason", _("Cần lý do, ít nhất 10 ký tự."))
    return reason[:500]


@command()
def advance_phase(
    conduct: Conduct,
    *,
    leaving: str,
    override_reason: str = "",
    unfinished: Unfinished = "carry",
) -> Exercise:
    """Go on to the next phase, through the gate or past it by decision.

    1. Refuse a page that still shows another phase: a second click has no second effect.
    2. Ask the gate; closed, it takes a reason of at least ten characters, which is journalled.
    3. Carry or cancel what the old phase leaves unfinished.
    4. Begin the next phase: its injects move with it, its units are ordered in.

    Args:
        leaving: the phase the director saw when giving the order.
        override_reason: why the gate is passed though something is missing.
        unfinished: ``carry`` lets old work go on; ``cancel`` cancels its taskings and skips its
            injects not yet released.
    """
    exercise = conduct.exercise
    if exercise.phase != leaving:
        raise Refused(
            "stale",
            _("Đã chuyển sang “%(phase)s” rồi.") % {"phase": exercise.get_phase_display()},
        )
    opening = OPENING.get(Phase(exercise.phase))
    if opening is None or exercise.current is None:
        raise Refused("no_next_phase", _("Không còn giai đoạn nào phía sau."))
    if unfinished not in ("carry", "cancel"):
        raise Refused("choice", _("Chọn chuyển tiếp hoặc hủy việc chưa xong."))
    unmet = gate_of(exercise).unmet
    if unmet and not override_reason.strip():
        raise Refused(
            "gate_closed",
            _("Cổng chưa mở."),
            _("Chờ đủ điều kiện hoặc vượt cổng và nêu lý do."),
            details=[f"{condition.title}: {condition.missing}." for condition in unmet],
        )
    old = exercise.current
    exercise.override_reason = need_reason(override_reason) if unmet else ""
    conduct.move(exercise, opening)
    old.ended_us, old.ended_wall_us = conduct.position_us, conduct.now_wall_us
    old.override_reason = exercise.override_reason
    old.save(update_fields=["ended_us", "ended_wall_us", "override_reason"])
    conduct.note(
        "phase_ended",
        phase=old.phase,
        override_reason=exercise.override_reason,
        unmet=[condition.code for condition in unmet],
        unfinished=unfinished,
    )
    exercise.override_reason = ""
    if unfinished == "cancel":
        _cancel_unfinished(conduct, old.phase)
    conduct.phase = exercise.phase
    if exercise.current is not None:
        begin_phase(conduct)
    return exercise


def begin_phase(conduct: Conduct) -> None:
    """Start the phase the exercise has just entered.

    Its injects are re-anchored: each keeps its distance from the beginning of the phase.
    """
    exercise = conduct.exercise
    if exercise.phase == Phase.BEFORE:
        conduct.move(exercise, OPENING[Phase.BEFORE])
        conduct.phase = exercise.phase
    row = exercise.current
    if row is None:
        raise RuntimeError("no phase to begin")
    row.started_us, row.started_wall_us = conduct.position_us, conduct.now_wall_us
    row.save(update_fields=["started_us", "started_wall_us"])
    shift_us = conduct.position_us - row.planned_start_us
    Inject.objects.filter(
        exercise=exercise, phase=row.phase, state__in=PENDING, planned_us__isnull=False
    ).update(due_us=F("planned_us") + shift_us)
    first = Inject.objects.filter(
        exercise=exercise, phase=row.phase, state=InjectState.SCHEDULED
    ).order_by("due_us")
    conduct.due(first.values_list("due_us", flat=True).first())
    conduct.note("phase_started", phase=row.phase, shift_us=shift_us)
    meet_earlier_conditions(conduct, row.phase)
    for posture in exercise.postures.select_related("unit"):
        _order_in(conduct, posture, Phase(row.phase))


def _order_in(conduct: Conduct, posture: Posture, phase: Phase) -> None:
    """Order a unit into the phase; one left behind by an override follows when it is confirmed."""
    if posture.can(ORDER[phase]):
        conduct.move(
            posture,
            ORDER[phase],
            since_us=conduct.position_us,
            since_wall_us=conduct.now_wall_us,
            return_reason="",
        )
        conduct.note("posture_ordered", unit=posture.unit.code, phase=str(phase))


def _cancel_unfinished(conduct: Conduct, phase: str) -> None:
    injects = {
        inject.pk: inject
        for inject in Inject.objects.filter(exercise=conduct.exercise, phase=phase)
    }
    for inject in injects.values():
        if inject.state in PENDING:
            conduct.move(inject, "skip", overdue_wall_us=None)
            conduct.note("inject_skipped", inject=inject, why="phase_ended")
    taskings = Tasking.objects.open().filter(inject__in=injects).select_related("inject", "unit")
    for tasking in taskings:
        if not tasking.to_do:
            drop_rereading(conduct, tasking)
            continue
        cancel_taskings(conduct, [tasking], PHASE_OVER)
        conduct.note("tasking_cancelled", inject=tasking.inject, unit=tasking.unit.code)
    for inject in injects.values():
        if inject.state == InjectState.RELEASED:
            settle(conduct, inject)


# ── postures ────────────────────────────────────────────────────────────────────────────────────
def _step(conduct: Conduct, posture: Posture, verb: str, allowed: tuple[PostureState, ...]) -> None:
    if posture.state not in allowed:
        raise Refused(
            "wrong_state",
            _("%(unit)s đang ở trạng thái “%(state)s”.")
            % {"unit": posture.unit, "state": posture.get_state_display()},
        )
    conduct.move(
        posture,
        f"{verb}_{_STEP[PostureState(posture.state)]}",
        since_us=conduct.position_us,
        since_wall_us=conduct.now_wall_us,
    )


@command()
def report_posture(conduct: Conduct, *, unit_code: str, note: str = "") -> Posture:
    """The unit lead reports the ordered posture reached; refused while mandatory work is open."""
    posture = conduct.posture(unit_code)
    _step(conduct, posture, "report", WORKING)
    conduct.note("posture_reported", unit=unit_code, note=note.strip()[:500])
    return posture


@command()
def confirm_posture(conduct: Conduct, *, unit_code: str) -> Posture:
    """The director confirms; a unit left behind by an override is ordered on into the phase."""
    posture = conduct.posture(unit_code)
    _step(conduct, posture, "confirm", REPORTED)
    posture.return_reason = ""
    posture.save(update_fields=["return_reason"])
    conduct.note("posture_confirmed", unit=unit_code)
    if posture.phase != conduct.exercise.phase:
        _follow(conduct, posture)
    return posture


def _follow(conduct: Conduct, posture: Posture) -> None:
    order = list(ORDER)
    behind = posture.phase
    if behind is not None and behind != order[-1]:
        _order_in(conduct, posture, order[order.index(behind) + 1])


@command()
def return_posture(conduct: Conduct, *, unit_code: str, reason: str) -> Posture:
    """The director returns the report for rework, with the reason."""
    reason = need_reason(reason)
    posture = conduct.posture(unit_code)
    _step(conduct, posture, "return", REPORTED)
    posture.return_reason = reason
    posture.save(update_fields=["return_reason"])
    conduct.note("posture_returned", unit=unit_code, reason=reason)
    return posture
