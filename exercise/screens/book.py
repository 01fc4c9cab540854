"""Lines for the book of sign-ins about a person's part in an exercise."""

from __future__ import annotations

from typing import Any

from exercise.models import Participant
from units.audit import event
from units.models import AccountEvent, EventKind


def role_given(request: Any, part: Participant) -> AccountEvent:
    """That somebody takes part, as what and where."""
    return _about(EventKind.ROLE_GIVEN, request, part)


def role_removed(request: Any, part: Participant) -> AccountEvent:
    """That somebody takes part no longer."""
    return _about(EventKind.ROLE_REMOVED, request, part)


def _about(kind: EventKind, request: Any, part: Participant) -> AccountEvent:
    detail = {"exercise": part.exercise.code, "role": part.role}
    if part.unit is not None:
        detail["unit"] = part.unit.code
    return event(kind, request, user=part.user, by=request.user, **detail)
