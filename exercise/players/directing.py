"""What the directing side does next: confirm, check, release by hand, go through the gates, end."""

from __future__ import annotations

from collections.abc import Iterator

from exercise.models import (
    PENDING,
    REPORTED,
    ExercisePhase,
    Inject,
    InjectState,
    Posture,
    Status,
    StopReason,
    Tasking,
    TaskingState,
)
from exercise.players.acts import Act, given
from exercise.players.cast import CONTROL, DIRECTING
from exercise.players.habits import Habits
from exercise.players.scene import Scene
from scenarios.calendar import MINUTE_US
from scenarios.choices import ReleaseMode
from scenarios.phases import Phase

RETURNED_SHARE = 0.04
OVERRIDE_AFTER_US = 120 * MINUTE_US
"""How long past its planned end a phase is held up by a closed gate before it is passed."""
LAST_WORK_US = 60 * MINUTE_US
"""How long unfinished work may hold up the end."""

_POSTURE_BACK = "Báo cáo chưa nêu quân số và phương tiện, đề nghị bổ sung."
_TASKING_BACK = "Báo cáo thiếu giờ thực hiện và người phụ trách, đề nghị bổ sung."
_OVERRIDE = "Đã quá giờ kế hoạch; việc chưa xong chuyển sang giai đoạn sau theo dõi tiếp."


def of_director(scene: Scene, habits: Habits) -> Iterator[Act]:
    """Everything that is the director's alone."""
    if not scene.cast.plays(DIRECTING):
        return
    exercise, by = scene.exercise, scene.cast.first(DIRECTING)
    if exercise.status == Status.PLANNED:
        yield Act(scene.now_us, "start", "start", by)
        return
    if exercise.status == Status.PAUSED and exercise.stop_reason == StopReason.OUTAGE:
        yield Act(scene.now_us, f"resume {exercise.clock_version}", "resume", by)
    for posture in scene.postures:
        if posture.state in REPORTED:
            yield from _on_report(scene, habits, posture)
    overdue = [inject.pk for inject in scene.injects if _in_overdue_queue(inject)]
    if overdue:
        arguments = given(inject_ids=overdue, decision="release")
        yield Act(scene.now_us, "overdue queue", "decide_overdue", by, arguments)
    if exercise.phase == Phase.AFTER:
        yield _end(scene)
    elif scene.phase is not None:
        yield from _in_phase(scene, habits, scene.phase)


def of_controllers(scene: Scene, habits: Habits) -> Iterator[Act]:
    """Checking completed work; the director's, where a scenario has no controllers."""
    seat = CONTROL if CONTROL in scene.cast.seats else DIRECTING
    if not scene.cast.plays(seat):
        return
    for tasking in scene.taskings:
        if tasking.state != TaskingState.COMPLETED or tasking.completed_us is None:
            continue
        unit, number = tasking.unit.code, tasking.inject.number
        names = (unit, number, "check")
        at_us = tasking.completed_us + habits.minutes(5, 20, *names)
        key = f"{number}/{unit} check"
        by = scene.cast.someone(seat, habits, *names)
        if _is_returned(habits, tasking, at_us, names):
            arguments = given(tasking_id=tasking.pk, reason=_TASKING_BACK)
            yield Act(at_us, key, "return_tasking", by, arguments)
        else:
            yield Act(at_us, key, "verify", by, given(tasking_id=tasking.pk))


def _is_returned(habits: Habits, tasking: Tasking, at_us: int, names: tuple[str, ...]) -> bool:
    """Once at most, and only where there is time left to do it again."""
    due_us = tasking.complete_due_us
    enough = due_us is not None and at_us + 15 * MINUTE_US < due_us
    return enough and not tasking.reason and habits.chance(RETURNED_SHARE, *names, "return")


def _on_report(scene: Scene, habits: Habits, posture: Posture) -> Iterator[Act]:
    unit, state = posture.unit.code, posture.state
    if any(tasking.open for tasking in scene.work_of(posture)):
        return
    by = scene.cast.first(DIRECTING)
    at_us = posture.since_us + habits.minutes(1, 5, unit, state)
    key = f"{unit} confirm {state}"
    if not posture.return_reason and habits.chance(RETURNED_SHARE, unit, state, "return"):
        arguments = given(unit_code=unit, reason=_POSTURE_BACK)
        yield Act(at_us, key, "return_posture", by, arguments)
    else:
        yield Act(at_us, key, "confirm_posture", by, given(unit_code=unit))


def _in_overdue_queue(inject: Inject) -> bool:
    return inject.state == InjectState.SCHEDULED and inject.overdue_wall_us is not None


def _in_phase(scene: Scene, habits: Habits, phase: ExercisePhase) -> Iterator[Act]:
    """Release what is the director's to release, then lead on to the next phase.

    1. Manual injects go at their planned moment, or some time into the phase.
    2. While something is to come, the phase goes on.
    3. An open gate is passed at once when all work is done, else at the planned end.
    4. At a closed gate the injects it waits for are released by hand, those held back included.
    5. Two hours past the planned end the gate is passed by decision, and the work carried on.
    """
    by = scene.cast.first(DIRECTING)
    started_us = phase.started_us or 0
    length_us = phase.planned_end_us - phase.planned_start_us
    end_us = started_us + length_us
    for inject in scene.injects:
        if inject.phase != phase.phase:
            continue
        if inject.state == InjectState.STANDBY and inject.mode == ReleaseMode.MANUAL:
            portion = habits.draw(inject.number, "manual").uniform(0.3, 0.6)
            moment = inject.due_us
            at_us = moment if moment is not None else started_us + round(length_us * portion)
            yield _by_hand(scene, inject, at_us)
        elif inject.state == InjectState.HELD:
            yield _by_hand(scene, inject, end_us)
    if scene.to_come(phase.phase):
        return
    idle = not scene.open_work(phase.phase)
    key = f"advance {phase.phase}"
    if not idle and scene.now_us < end_us:
        yield Act(end_us, f"{key} look", "", by)
        return
    unmet = scene.gate.unmet
    if not unmet:
        at_us = max((one.since_us for one in scene.postures), default=0)
        at_us += habits.minutes(3, 8, key)
        yield Act(at_us, key, "advance_phase", by, given(leaving=phase.phase))
        return
    numbers = {number for condition in unmet for number in condition.inject_numbers}
    for inject in scene.injects:
        if inject.number in numbers and inject.state in PENDING:
            yield _by_hand(scene, inject, scene.now_us)
    arguments = given(leaving=phase.phase, override_reason=_OVERRIDE)
    yield Act(end_us + OVERRIDE_AFTER_US, f"{key} past the gate", "advance_phase", by, arguments)


def _by_hand(scene: Scene, inject: Inject, at_us: int) -> Act:
    by = scene.cast.first(DIRECTING)
    return Act(at_us, f"{inject.number} by hand", "release", by, given(inject_id=inject.pk))


def _end(scene: Scene) -> Act:
    """ENDEX a little after the last gate, or when the last work is done."""
    ended_us = max((row.ended_us or 0 for row in scene.exercise.phases), default=0)
    waiting = any(tasking.open for tasking in scene.taskings)
    at_us = ended_us + (LAST_WORK_US if waiting else 5 * MINUTE_US)
    return Act(at_us, "end", "end", scene.cast.first(DIRECTING))
