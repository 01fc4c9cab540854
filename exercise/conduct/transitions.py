"""One step of a state machine within a command: carried out, or refused in a sentence."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from exercise.conduct.refused import Refused
from exercise.models import (
    CorrectiveAction,
    Exercise,
    Inject,
    Posture,
    ReportVersion,
    Tasking,
)
from exercise.models.state import Stateful


class Step(NamedTuple):
    """The field that changed, and its states before and after."""

    field: str
    old: str
    new: str


def carry_out(thing: Stateful, transition: str) -> Step:
    """Run a declared transition; nothing is saved.

    Raises:
        Refused: ``not_ready`` with what is missing, or ``wrong_state``.
    """
    meta = getattr(type(thing), transition)._django_fsm
    old = meta.field.get_state(thing)
    missing = thing.unmet(transition)
    if missing:
        raise Refused("not_ready", _("Chưa đủ điều kiện."), details=missing)
    try:
        getattr(thing, transition)()
    except TransitionNotAllowed as error:
        raise Refused(
            "wrong_state",
            _("Không làm được: %(what)s đang ở tình trạng “%(state)s”.")
            % {"what": _name_of(thing), "state": _label(thing, meta.field.name)},
            _("Trang này có thể đã cũ, số liệu mới đang được tải."),
        ) from error
    return Step(meta.field.name, old, meta.field.get_state(thing))


def key_of(thing: Any) -> str:
    """How the journal names an object: unit code, inject number, ``number/unit``, or nothing."""
    if isinstance(thing, Posture):
        return thing.unit.code
    if isinstance(thing, Inject):
        return thing.number
    if isinstance(thing, Tasking):
        return f"{thing.inject.number}/{thing.unit.code}"
    return ""


def _name_of(thing: Any) -> str:
    if isinstance(thing, Exercise):
        return str(_("cuộc diễn tập"))
    if isinstance(thing, Posture):
        return str(thing.unit)
    if isinstance(thing, CorrectiveAction):
        return thing.label
    if isinstance(thing, ReportVersion):
        return str(_("báo cáo bản %(number)d") % {"number": thing.number})
    return key_of(thing)


def _label(thing: Any, field: str) -> str:
    return str(getattr(thing, f"get_{field}_display")())
