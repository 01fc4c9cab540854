"""New scenarios and new versions of known ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from scenarios.models import Scenario
from units.models import User
from units.text import Text


class Carried(NamedTuple):
    """What an earlier drill left to be seen to."""

    text: Text
    source: str = ""


def new_scenario(
    code: str,
    user: User | None,
    *,
    title: Text,
    starts_at: datetime,
    timezone: str = "Asia/Ho_Chi_Minh",
    hours: int = 12,
) -> Scenario:
    """An empty draft, version 1, its three phases sharing ``hours``; ``starts_at`` may be naive.

    Raises:
        Refused: the code is bad or taken, the zone unknown, the title empty.
    """
    raise NotImplementedError


def new_version(
    scenario: Scenario, user: User | None, *, checkpoints: Sequence[Carried] = ()
) -> Scenario:
    """A draft that goes on from this version, with the next free number.

    Raises:
        Refused: ``draft_exists`` when there is a draft of this code already (``details``: which).
    """
    raise NotImplementedError


def clone(scenario: Scenario, code: str, user: User | None) -> Scenario:
    """A draft of another code that holds the same; version 1, based on this version.

    Raises:
        Refused: the code is bad or taken.
    """
    raise NotImplementedError
