"""Corrective actions: written down, taken up, carried out, verified, dropped.

These commands look like the others to those who give them, and go through the same door, role table
and log; but they are given when the drill is over, for months, so each writes to the action's own
history and never to the journal of the drill. From the start of the drill on, control may write
actions down; the units learn of theirs when it has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from exercise.clock import wall_us
from exercise.conduct.base import COMMANDS, Actor, admitted
from exercise.conduct.phases import need_reason
from exercise.conduct.refused import Refused
from exercise.conduct.telling import told
from exercise.conduct.transitions import carry_out
from exercise.models import CorrectiveAction, CorrectiveActionChange, Exercise, Status
from exercise.situation.improvement import today
from units.models import Unit
from units.roles import CONTROL
from units.text import canonical

P = ParamSpec("P")
R = TypeVar("R")

STARTED = frozenset(Status) - {Status.PLANNED}
LONGEST = {"finding": 2000, "measure": 2000, "responsible": 150, "note": 1000}
"""Characters."""


class Improving:
    """One command under way: the locked exercise, who gives it, and what it wrote down."""

    def __init__(
        self, exercise: Exercise, by: Actor, written: list[CorrectiveActionChange]
    ) -> None:
        self.exercise = exercise
        self.by = by
        self._written = written

    def action(self, action_id: int) -> CorrectiveAction:
        """An action of this exercise; unit members reach those their own unit has to carry out,
        once the drill is over and its evaluation published.
        """
        known = CorrectiveAction.objects.filter(exercise=self.exercise)
        if self.by.role not in CONTROL:
            told = self.exercise.lessons_published and self.by.unit_id is not None
            known = known.filter(owner_id=self.by.unit_id) if told else known.none()
        try:
            return known.select_related("owner", "unit").get(pk=action_id)
        except CorrectiveAction.DoesNotExist:
            raise Refused("unknown", _("Không có biện pháp khắc phục này.")) from None

    def move(self, action: CorrectiveAction, name: str, reason: str) -> CorrectiveAction:
        """Run a declared transition and write it down."""
        step = carry_out(action, name)
        self.save(action, from_state=step.old, reason=reason)
        return action

    def save(self, action: CorrectiveAction, **change: Any) -> None:
        """Save the action with the row of its history that says how it got there."""
        if action.pk is not None:
            action.revision += 1
        action.save()
        self._written.append(
            CorrectiveActionChange.objects.create(
                action=action,
                wall_us=wall_us(),
                actor_id=self.by.user_id,
                actor_name=self.by.name,
                role=self.by.role,
                to_state=action.state,
                **change,
            )
        )


def improvement(
    body: Callable[Concatenate[Improving, P], R],
) -> Callable[Concatenate[int, Actor, P], R]:
    """Make a body into a command of ``COMMANDS``, called as all are: ``(exercise_id, by, …)``.

    One transaction, which locks the exercise so that its actions change one after the other.
    """
    name = body.__name__

    @wraps(body)
    def run(exercise_id: int, by: Actor, *args: P.args, **kwargs: P.kwargs) -> R:
        written: list[CorrectiveActionChange] = []
        with (
            told(name, written, exercise_id=exercise_id, user_id=by.user_id),
            transaction.atomic(),
        ):
            exercise = admitted(exercise_id, by, name=name, when=STARTED, stopped=True)
            return body(Improving(exercise, by, written), *args, **kwargs)

    COMMANDS[name] = run
    return cast(Callable[Concatenate[int, Actor, P], R], run)


# ── by control ──────────────────────────────────────────────────────────────────────────────────
@improvement
def add_action(
    improving: Improving, /, *, source_seq: int | None = None, **words: Any
) -> CorrectiveAction:
    """Write down a corrective action.

    Args:
        source_seq: number of the journal entry of the observation it answers.
        words: see :func:`_worded`.

    Raises:
        Refused: ``unknown`` (no such entry, unit, objective, problem or inject), ``no_words``,
            ``too_long``, ``past`` (due before today).
    """
    exercise = improving.exercise
    fields = _worded(exercise, **words)
    if source_seq is not None and not exercise.journal.filter(seq=source_seq).exists():
        raise Refused("unknown", _("Nhật ký không có mục này."))
    _not_past(fields["due"])
    last = exercise.corrective_actions.aggregate(last=Max("number"))["last"]
    action = CorrectiveAction(
        exercise=exercise, number=(last or 0) + 1, source_seq=source_seq, **fields
    )
    improving.save(action)
    return action


@improvement
def edit_action(
    improving: Improving, /, *, action_id: int, revision: int, **words: Any
) -> CorrectiveAction:
    """Reword an action that is not done yet, or give it another owner or day.

    Args:
        revision: the one that was on the page; another one means that somebody was faster.

    Raises:
        Refused: as :func:`add_action`, ``wrong_state``, ``stale``.
    """
    action = improving.action(action_id)
    if action.revision != revision:
        raise Refused(
            "stale", _("Người khác vừa thay đổi việc này."), _("Số liệu mới đang được tải.")
        )
    if not action.to_do:
        raise Refused(
            "wrong_state",
            _("%(what)s %(state)s, không sửa được nữa.")
            % {"what": action.label, "state": action.get_state_display()},
        )
    fields = _worded(improving.exercise, **words)
    if fields["due"] != action.due:
        _not_past(fields["due"])
    reworded = {}
    for name, new in fields.items():
        old = getattr(action, name)
        if new != old:
            reworded[name] = [_plain(old), _plain(new)]
            setattr(action, name, new)
    if reworded:
        improving.save(action, from_state=action.state, reworded=reworded)
    return action


@improvement
def verify_action(improving: Improving, *, action_id: int, note: str = "") -> CorrectiveAction:
    """Confirm that what was done has mended the matter."""
    return improving.move(improving.action(action_id), "verify", _clean("note", note))


@improvement
def reopen_action(improving: Improving, *, action_id: int, reason: str) -> CorrectiveAction:
    """Give it back to the owner: it is not mended, for this reason."""
    return improving.move(improving.action(action_id), "reopen", need_reason(canonical(reason)))


@improvement
def drop_action(improving: Improving, *, action_id: int, reason: str) -> CorrectiveAction:
    """Decide that it will not be carried out, for this reason."""
    return improving.move(improving.action(action_id), "drop", need_reason(canonical(reason)))


# ── by the owner's lead, or control on their behalf ─────────────────────────────────────────────
@improvement
def begin_action(improving: Improving, *, action_id: int, note: str = "") -> CorrectiveAction:
    """The owner takes it up."""
    return improving.move(improving.action(action_id), "begin", _clean("note", note))


@improvement
def finish_action(improving: Improving, *, action_id: int, note: str) -> CorrectiveAction:
    """The owner says what was done; control has yet to verify it.

    Raises:
        Refused: ``no_words`` without a note of what was done.
    """
    said = _clean("note", note)
    if not said:
        raise Refused("no_words", _("Ghi đã làm gì để khắc phục."))
    return improving.move(improving.action(action_id), "finish", said)


# ── what is given ───────────────────────────────────────────────────────────────────────────────
def _worded(
    exercise: Exercise,
    *,
    finding: str,
    measure: str,
    owner_code: str,
    due: date,
    responsible: str = "",
    unit_code: str = "",
    objective: str = "",
    problem: str = "",
    inject_number: str = "",
) -> dict[str, Any]:
    """The fields of an action, each one known to the exercise.

    Args:
        finding, measure: what was found wanting, and what is to be done about it.
        owner_code, due: who has it done, by which day (the whole of that day counts).
        unit_code: whom the finding is about.
        objective, problem: codes in the exercise's scenario.
    """
    words = {"finding": _clean("finding", finding), "measure": _clean("measure", measure)}
    if not all(words.values()):
        raise Refused("no_words", _("Cần ghi cả hạn chế và biện pháp khắc phục."))
    scenario = exercise.scenario
    if objective and not scenario.objectives.filter(code=objective).exists():
        raise Refused("unknown", _("Kịch bản không có mục tiêu này."))
    if problem and not scenario.problems.filter(code=problem).exists():
        raise Refused("unknown", _("Kịch bản không có vấn đề huấn luyện này."))
    if inject_number and not exercise.injects.filter(number=inject_number).exists():
        raise Refused("unknown", _("Không có tình huống này."))
    return {
        **words,
        "owner": _unit(exercise, owner_code),
        "responsible": _clean("responsible", responsible),
        "due": due,
        "unit": _unit(exercise, unit_code) if unit_code else None,
        "objective": objective,
        "problem": problem,
        "inject_number": inject_number,
    }


def units_of(exercise: Exercise) -> list[Unit]:
    """Who can be given an action: those who played, and those who stand above them in the plan."""
    return list(
        Unit.objects.filter(
            Q(postures__exercise=exercise) | Q(participations__scenario=exercise.scenario_id)
        )
        .distinct()
        .order_by("pk")
    )


def _unit(exercise: Exercise, code: str) -> Unit:
    found = next((unit for unit in units_of(exercise) if unit.code == code), None)
    if found is None:
        raise Refused("unknown", _("Đơn vị không thuộc cuộc diễn tập này."))
    return found


def _clean(name: str, words: str) -> str:
    words = canonical(words).strip()
    if len(words) > LONGEST[name]:
        raise Refused("too_long", _("Viết gọn lại, nhiều nhất %d ký tự.") % LONGEST[name])
    return words


def _not_past(due: date) -> None:
    if due < today():
        raise Refused("past", _("Hạn đã qua. Chọn từ hôm nay trở đi."))


def _plain(value: Any) -> str:
    if isinstance(value, Unit):
        return value.code
    return value.isoformat() if isinstance(value, date) else str(value or "")


__all__ = [
    "STARTED",
    "add_action",
    "begin_action",
    "drop_action",
    "edit_action",
    "finish_action",
    "reopen_action",
    "units_of",
    "verify_action",
]
