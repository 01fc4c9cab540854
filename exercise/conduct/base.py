"""What every command is made of: the lock, the role table, the state machine, the journal, the
broadcast.

A command is a function that takes a :class:`Conduct` and changes things through it. The decorator
:func:`command` makes of it what screens and timers call: ``pause(exercise_id, by)``. One call is
one transaction that

1. locks the exercise row, so that commands of one exercise happen one after the other;
2. refuses what the role table, the status or a real-world stop forbids;
3. runs the body, which asks the state machines;
4. appends the journal entries, numbered and chained, and saves the exercise;
5. on commit tells the live channel that there is something to draw.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransition

from exercise import live, logs
from exercise.clock import wall_us
from exercise.conduct.refused import Refused
from exercise.conduct.telling import told
from exercise.conduct.transitions import carry_out, key_of
from exercise.conduct.turns import in_turn
from exercise.models import (
    IN_PLAY,
    Change,
    Exercise,
    Inject,
    JournalEntry,
    Participant,
    Posture,
    Tasking,
)
from exercise.models.state import Stateful
from scenarios.calendar import SECOND_US
from units.roles import may

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

TIMER = "timer"
CLOCKS_DIFFER_US = SECOND_US
"""Wall clocks of two machines may differ by this without either having been set."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command: a participant, or the timers."""

    name: str
    role: str
    user_id: int | None = None
    unit_id: int | None = None

    @classmethod
    def of(cls, participant: Participant) -> Actor:
        """The person behind a participation."""
        return cls(
            name=str(participant.user),
            role=participant.role,
            user_id=participant.user_id,
            unit_id=participant.unit_id,
        )


TIMERS = Actor(name="", role=TIMER)


class Conduct:
    """One command under way: the locked exercise, both times, and what it has changed so far."""

    def __init__(self, exercise: Exercise, by: Actor, now_wall_us: int) -> None:
        self.exercise = exercise
        self.by = by
        self.now_wall_us = max(now_wall_us, exercise.last_wall_us)
        self.position_us = exercise.clock.position_us(self.now_wall_us)
        self.phase = exercise.phase
        """The phase that entries belong to: what ends a phase still happens in it."""
        self._loaded = _values(exercise)
        self._changes: list[Change] = []
        self._entries: list[JournalEntry] = []
        self._files: list[tuple[Storage, str]] = []
        if self.now_wall_us - now_wall_us > CLOCKS_DIFFER_US:
            self._go_on_from(now_wall_us)

    def _go_on_from(self, now_wall_us: int) -> None:
        """The wall clock was set back: exercise time goes on from where it stood."""
        exercise, back_us = self.exercise, self.now_wall_us - now_wall_us
        self.now_wall_us = now_wall_us
        if exercise.resume_wall_us is not None:
            exercise.resume_wall_us -= back_us
        if exercise.running:
            self.set_clock(
                replace(exercise.clock, anchor_wall_us=now_wall_us, anchor_us=self.position_us)
            )
        self.note("wall_clock_set_back", back_us=back_us)

    # ── changing ────────────────────────────────────────────────────────────────────────────
    def move(self, thing: Stateful, transition: str, *, save: bool = True, **fields: Any) -> None:
        """Run a declared transition and set fields with it; refuses with what is missing."""
        step = carry_out(thing, transition)
        self._changes.append(
            Change(
                of=_kind_of(thing), key=key_of(thing), field=step.field, old=step.old, new=step.new
            )
        )
        for name, value in fields.items():
            setattr(thing, name, value)
        if save and thing is not self.exercise:
            thing.save(update_fields=[step.field, *fields])

    def created(self, thing: Stateful, field: str = "state") -> None:
        """Record that a row came into being in this state."""
        self._changes.append(
            Change(
                of=_kind_of(thing),
                key=key_of(thing),
                field=field,
                old=None,
                new=getattr(thing, field),
            )
        )

    def set_clock(self, clock: Any) -> None:
        """Re-anchor the clock; the four integers go to the journal, so that replay has them."""
        old, new = (
            _anchors(self.exercise),
            [
                clock.anchor_wall_us,
                clock.anchor_us,
                clock.rate_permille,
                clock.running,
            ],
        )
        self.exercise.set_clock(clock)
        self.position_us = clock.position_us(self.now_wall_us)
        self._changes.append(Change(of="exercise", key="", field="clock", old=old, new=new))

    def due(self, play_us: int | None) -> None:
        """A timer has work at this exercise time: the beat must not sleep past it."""
        self.exercise.next_due_us = first(self.exercise.next_due_us, play_us)

    def deadline(self, play_us: int | None) -> None:
        """A deadline passes at this exercise time, and somebody has to be told of it."""
        self.exercise.next_deadline_us = first(self.exercise.next_deadline_us, play_us)
        self.due(play_us)

    def note(
        self, kind: str, *, inject: Inject | None = None, unit: str = "", **data: Any
    ) -> JournalEntry:
        """Write down what happened, with every change made since the last note.

        Raises:
            TypeError: a floating-point number in ``data``: not every database gives it back.
        """
        _check_no_floats(data)
        if self.exercise.before_break:
            data["before_break"] = True
        entry = JournalEntry(
            exercise=self.exercise,
            kind=kind,
            wall_us=self.now_wall_us,
            exercise_us=self.position_us,
            phase=self.phase,
            actor_id=self.by.user_id,
            actor_name=self.by.name,
            role=self.by.role,
            unit_code=unit,
            inject_number=inject.number if inject else "",
            data=data,
            changes=self._changes,
        )
        self._changes = []
        self._entries.append(entry)
        return entry

    # ── fetching ────────────────────────────────────────────────────────────────────────────
    def inject(self, inject_id: int) -> Inject:
        """An inject of this exercise, or a refusal."""
        logs.learn(inject=inject_id)
        try:
            return Inject.objects.get(pk=inject_id, exercise=self.exercise)
        except Inject.DoesNotExist:
            raise Refused("unknown", _("Không có tình huống này.")) from None

    def tasking(self, tasking_id: int) -> Tasking:
        """A tasking of this exercise; unit members reach their own unit's alone."""
        logs.learn(tasking=tasking_id)
        own = {"unit_id": self.by.unit_id} if self.by.unit_id is not None else {}
        try:
            found = Tasking.objects.select_related("inject", "unit").get(
                pk=tasking_id, exercise=self.exercise, **own
            )
        except Tasking.DoesNotExist:
            raise Refused("unknown", _("Đơn vị không có nhiệm vụ này.")) from None
        logs.learn(inject=found.inject_id)
        return found

    def posture(self, unit_code: str) -> Posture:
        """A unit's posture in this exercise, or a refusal."""
        own = {"unit_id": self.by.unit_id} if self.by.unit_id is not None else {}
        try:
            return self.exercise.postures.select_related("unit").get(unit__code=unit_code, **own)
        except Posture.DoesNotExist:
            raise Refused("unknown", _("Đơn vị không tham gia cuộc diễn tập này.")) from None

    # ── ending ──────────────────────────────────────────────────────────────────────────────
    def keep_file(self, field: FieldFile, name: str, content: bytes) -> None:
        """Save a file that goes away again when the command comes to nothing."""
        stored = field.field.generate_filename(field.instance, name)
        # Before it is written: a full disk takes a part of it.
        self._files.append((field.storage, stored))
        try:
            stored = field.storage.save(stored, ContentFile(content))
        except OSError as error:
            log.exception("could not save a file")
            raise Refused(
                "no_room",
                _("Máy chủ không lưu được tệp; chưa có gì được gửi."),
                _("Thử lại sau ít phút, hoặc gửi không kèm tệp."),
            ) from error
        setattr(field.instance, field.field.attname, stored)

    def drop_files(self) -> None:
        """Delete what ``keep_file`` saved: no row will ever name it."""
        for storage, name in self._files:
            storage.delete(name)

    def finish(self) -> list[JournalEntry]:
        """Append the entries and save the exercise, if anything came of the command."""
        if self._changes:
            raise RuntimeError(f"changed without a journal entry: {self._changes}")
        exercise = self.exercise
        if self._entries:
            exercise.last_wall_us = self.now_wall_us
        for entry in self._entries:
            exercise.journal_seq += 1
            entry.seq, entry.previous = exercise.journal_seq, exercise.journal_head
            entry.hash = exercise.journal_head = entry.digest()
        JournalEntry.objects.bulk_create(self._entries)
        values = _values(exercise)
        changed = [name for name, value in values.items() if value != self._loaded[name]]
        if changed:
            exercise.save(update_fields=changed)
        return self._entries


def _values(exercise: Exercise) -> dict[str, Any]:
    return {field.attname: getattr(exercise, field.attname) for field in _FIELDS}


_FIELDS = Exercise._meta.concrete_fields


def first(*moments: int | None) -> int | None:
    """The earliest of these moments; ``None`` is one that never comes."""
    return min((moment for moment in moments if moment is not None), default=None)


def _check_no_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"a floating-point number in the journal: {value!r}")
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return
    for part in value:
        _check_no_floats(part)


def _anchors(exercise: Exercise) -> list[Any]:
    clock = exercise.clock
    return [clock.anchor_wall_us, clock.anchor_us, clock.rate_permille, clock.running]


def _kind_of(thing: Stateful) -> str:
    return str(thing._meta.model_name)


@contextmanager
def conducting(
    exercise_id: int, by: Actor, *, name: str, when: frozenset[str] = IN_PLAY, stopped: bool = False
) -> Iterator[Conduct]:
    """The frame around a command's body; see the module's list."""
    entries: list[JournalEntry] = []
    with told(name, entries, exercise_id=exercise_id, user_id=by.user_id):
        try:
            with in_turn(), transaction.atomic():
                exercise = admitted(exercise_id, by, name=name, when=when, stopped=stopped)
                conduct = Conduct(exercise, by, wall_us())
                try:
                    yield conduct
                    entries += conduct.finish()
                except BaseException:
                    conduct.drop_files()
                    raise
                if entries:
                    transaction.on_commit(lambda: live.changed(exercise_id))
        except ConcurrentTransition as error:
            raise Refused(
                "stale", _("Người khác vừa thay đổi việc này."), _("Số liệu mới đang được tải.")
            ) from error


def admitted(
    exercise_id: int, by: Actor, *, name: str, when: frozenset[str], stopped: bool
) -> Exercise:
    """The exercise, locked until the transaction ends; or a refusal by role, status or real-world
    stop.
    """
    try:
        exercise = Exercise.objects.select_for_update(of=("self",)).get(pk=exercise_id)
    except Exercise.DoesNotExist:
        raise Refused("unknown", _("Không có cuộc diễn tập này.")) from None
    if by.role != TIMER and not may(by.role, name):
        raise Refused("forbidden", _("Vai trò của bạn không được ra lệnh này."))
    if exercise.status not in when:
        raise Refused(
            "wrong_status",
            _("Cuộc diễn tập %(status)s.") % {"status": exercise.get_status_display()},
        )
    if exercise.real_world_wall_us is not None and not stopped:
        raise Refused(
            "real_world",
            _("Đang có tình huống thật. Diễn tập dừng."),
            _("Chờ tổng đạo diễn gỡ báo động."),
        )
    return exercise


COMMANDS: dict[str, Callable[..., Any]] = {}
"""Every command by name: what the screens dispatch on and the tests enumerate."""


def command(
    *, when: frozenset[str] = IN_PLAY, stopped: bool = False
) -> Callable[[Callable[Concatenate[Conduct, P], R]], Callable[Concatenate[int, Actor, P], R]]:
    """Make a body into a command.

    Args:
        when: statuses of the exercise in which it may be given.
        stopped: whether it may be given while a real-world stop is on.
    """

    def wrap(
        body: Callable[Concatenate[Conduct, P], R],
    ) -> Callable[Concatenate[int, Actor, P], R]:
        name = body.__name__

        @wraps(body)
        def run(exercise_id: int, by: Actor, *args: P.args, **kwargs: P.kwargs) -> R:
            with conducting(exercise_id, by, name=name, when=when, stopped=stopped) as conduct:
                return body(conduct, *args, **kwargs)

        COMMANDS[name] = run
        return cast(Callable[Concatenate[int, Actor, P], R], run)

    return wrap
