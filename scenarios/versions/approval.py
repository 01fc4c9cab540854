"""From draft to approved: one planner submits, another one approves."""

from __future__ import annotations

from scenarios.models import Scenario
from units.models import User


def submit(scenario_id: int, user: User) -> Scenario:
    """Ask for approval. An edit made afterwards takes the request back.

    Raises:
        Refused: ``approved``; ``incomplete`` when the strict check of files does not pass
            (``details``: its problems).
    """
    raise NotImplementedError


def withdraw(scenario_id: int, user: User) -> Scenario:
    """Take the request for approval back.

    Raises:
        Refused: ``approved``; ``not_submitted``.
    """
    raise NotImplementedError


def approve(scenario_id: int, user: User) -> Scenario:
    """Approve what was submitted: it gets its content hash and is never changed again.

    Raises:
        Refused: ``not_submitted``; ``second_person`` when this planner edited or submitted it;
            ``incomplete`` when the strict check of files does not pass (``details``: its problems).
    """
    raise NotImplementedError
