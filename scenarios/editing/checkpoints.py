"""What an earlier drill left to be seen to: taken into a draft; seen to, or not yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scenarios.editing.desk import edit
from scenarios.models import Checkpoint, EditKind
from units.models import User
from units.text import Text


class Carried(NamedTuple):
    """What an earlier drill left to be seen to. ``source`` tells one from another, if not empty."""

    text: Text
    source: str = ""


def take_checkpoints(scenario_id: int, user: User, carried: Sequence[Carried]) -> list[Checkpoint]:
    """Take into a draft what earlier drills left, but for what it has already, seen to or not.

    Raises:
        Refused: approved.
    """
    with edit(scenario_id, user, EditKind.CHECKPOINTS_TAKEN) as desk:
        there = set(desk.scenario.checkpoints.values_list("source", flat=True)) - {""}
        given = [one._asdict() for one in carried if one.source not in there]
        desk.say(count=len(given))
        return desk.add_many(Checkpoint, given) if given else []


def set_checkpoint(scenario_id: int, user: User, pk: int, *, done: bool) -> Checkpoint:
    """Say whether a checkpoint has been seen to.

    Raises:
        Refused: approved, or there is no such checkpoint.
    """
    kind = EditKind.CHECKPOINT_DONE if done else EditKind.CHECKPOINT_OPENED
    with edit(scenario_id, user, kind) as desk:
        checkpoint = desk.row(Checkpoint, pk=pk)
        desk.change(checkpoint, done=done)
        desk.say(text=str(checkpoint.text)[:80])
    return checkpoint
