"""What is to be done next by units and evaluators, and when. Reads a scene, changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from exercise.conduct import Actor
from exercise.models import WORKING, Posture, Tasking, TaskingState
from exercise.players import answers
from exercise.players.cast import unit_seat
from exercise.players.habits import Habits
from exercise.players.scene import Scene
from scenarios.calendar import MINUTE_US
from scenarios.choices import Reply

T = TaskingState
INTERIM_SHARE = 0.3
RATED_SHARE = 0.4
Arguments = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Act:
    """One command somebody is about to give, and the play time at which he does.

    The arguments are made when they are needed: a photo is drawn for the one who sends it.
    """

    at_us: int
    key: str
    command: str
    by: Actor
    arguments: Arguments = dict


def given(**arguments: Any) -> Arguments:
    """Arguments that are known already."""
    return lambda: arguments


# ── units ───────────────────────────────────────────────────────────────────────────────────────
def of_units(scene: Scene, habits: Habits) -> Iterator[Act]:
    """What the units do about their taskings and their postures."""
    for tasking in scene.taskings:
        if tasking.open and scene.cast.plays(unit_seat(tasking.unit.code)):
            act = _on_tasking(scene, habits, tasking)
            if act is not None:
                yield act
    for posture in scene.postures:
        if posture.state in WORKING and scene.cast.plays(unit_seat(posture.unit.code)):
            act = _on_posture(scene, habits, posture)
            if act is not None:
                yield act


def _on_tasking(scene: Scene, habits: Habits, tasking: Tasking) -> Act | None:
    unit, number, seat = tasking.unit.code, tasking.inject.number, unit_seat(tasking.unit.code)
    plan = habits.plan(tasking, unit, number)
    by = scene.cast.someone(seat, habits, number)

    def act(at_us: int, command: str, arguments: Arguments | None = None) -> Act:
        key = f"{number}/{unit} {command}"
        made = arguments or dict
        return Act(at_us, key, command, by, lambda: {"tasking_id": tasking.pk, **made()})

    def final() -> dict[str, Any]:
        signer = scene.cast.first(seat).name
        return answers.final(habits, tasking, scene.exercise, signer)

    if tasking.state == T.DELIVERED:
        return act(plan.open_us, "open_tasking")
    if tasking.reacknowledge:
        version = tasking.inject.version
        seen_us = scene.memory.since(f"{number}/{unit} version {version}", scene.now_us)
        return act(seen_us + habits.minutes(1, 4, unit, number, version), "acknowledge")
    if tasking.state == T.OPENED:
        return act(plan.acknowledge_us, "acknowledge")
    if tasking.state == T.ACKNOWLEDGED:
        return act(plan.start_us, "start_work")
    if tasking.reason:
        # Sent back: no row says when, so the time counts from when it is seen.
        seen_us = scene.memory.since(f"{number}/{unit} returned", scene.now_us)
        again_us = seen_us + habits.minutes(4, 10, unit, number, "again")
        if tasking.state == T.RETURNED:
            return act(again_us, "report", final)
        return act(again_us + habits.minutes(1, 3, unit, number, "again"), "complete")
    made = scene.reports.get(tasking.pk, 0)
    wants_interim = tasking.inject.reply == Reply.QUANTITY or (
        tasking.inject.reply != Reply.NONE and habits.chance(INTERIM_SHARE, unit, number, "interim")
    )
    if wants_interim and made == 0:
        return act(plan.interim_us, "report", lambda: answers.interim(habits, tasking))
    lacking = scene.memory.refusals.get(f"{number}/{unit} complete", 0)
    if tasking.inject.reply != Reply.NONE and made <= int(wants_interim) + lacking:
        return act(plan.report_us, "report", final)
    return act(plan.complete_us, "complete")


def _on_posture(scene: Scene, habits: Habits, posture: Posture) -> Act | None:
    """Report it reached, some time after the last mandatory work that was to come is done."""
    unit, state = posture.unit.code, posture.state
    work = scene.work_of(posture)
    if scene.expects_more(posture) or any(tasking.open for tasking in work):
        return None
    done_us = [tasking.completed_us or tasking.acknowledged_us or 0 for tasking in work]
    if done_us:
        at_us = max([posture.since_us, *done_us]) + habits.minutes(4, 15, unit, state)
    else:
        at_us = posture.since_us + habits.minutes(25, 70, unit, state)
    return Act(
        at_us,
        f"{unit} report {state}",
        "report_posture",
        scene.cast.first(unit_seat(unit)),
        given(unit_code=unit, note=answers.posture_note(habits, unit, state)),
    )


# ── evaluators ──────────────────────────────────────────────────────────────────────────────────
_NOTES = {
    "P": "Thực hiện đúng trình tự, báo cáo rõ ràng.",
    "S": "Đạt yêu cầu; cần ghi đủ giờ và người phụ trách.",
    "M": "Chậm so với thời hạn, phối hợp giữa các bộ phận chưa chặt.",
}


def of_evaluators(scene: Scene, habits: Habits) -> Iterator[Act]:
    """Judgements on some of the work that is done."""
    done = [t for t in scene.taskings if t.state in (T.COMPLETED, T.VERIFIED) and t.completed_us]
    for _seat, evaluator in scene.cast.evaluators():
        for tasking in done:
            unit, number = tasking.unit.code, tasking.inject.number
            names = (evaluator.user.username, unit, number)
            seen = evaluator.unit_id in (None, tasking.unit_id)
            if (
                not seen
                or (tasking.pk, evaluator.user_id) in scene.rated
                or not habits.chance(RATED_SHARE, *names)
            ):
                continue
            rating = _rating(habits, tasking, names)
            yield Act(
                (tasking.completed_us or 0) + habits.minutes(4, 15, *names, "when"),
                f"{number}/{unit} rate {evaluator.user.username}",
                "rate",
                Actor.of(evaluator),
                given(tasking_id=tasking.pk, rating=rating, note=_NOTES[rating]),
            )


def _rating(habits: Habits, tasking: Tasking, names: tuple[str, ...]) -> str:
    late = tasking.complete_due_us is not None and (
        (tasking.completed_us or 0) > tasking.complete_due_us
    )
    hurried = tasking.complete_due_us is not None and (
        (tasking.completed_us or 0) > tasking.complete_due_us - 5 * MINUTE_US
    )
    if late:
        return "M"
    return "S" if hurried or habits.chance(0.3, *names, "rating") else "P"
