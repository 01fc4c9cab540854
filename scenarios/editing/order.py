"""When injects come and what they are called: moving in time, order within a minute, numbers."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.models import MselEntry
from units.models import User


def move_injects(scenario_id: int, user: User, pks: Sequence[int], by_s: int) -> list[MselEntry]:
    """Move injects by so many seconds of play: a stand-down in between is jumped over. Those that
    stand by stay as they are. One may leave its phase's window: the check tells of it.

    Raises:
        Refused: one would come before the drill begins.
    """
    raise NotImplementedError


def reorder(scenario_id: int, user: User, pk: int, before_pk: int | None) -> list[MselEntry]:
    """Put an inject before another one of the same phase and minute, or (``None``) behind all of
    them: the numbers of that minute are dealt out anew. Answers the injects of the minute in order.

    Raises:
        Refused: the two are not of the same minute.
    """
    raise NotImplementedError


def renumber(scenario_id: int, user: User) -> list[MselEntry]:
    """Number all injects by phase and time: ``1.01`` … in the first phase, ``2.01`` … Gates follow;
    answers those whose number changed.
    """
    raise NotImplementedError
