"""What an earlier drill left to be seen to: seen to, or not yet."""

from __future__ import annotations

from scenarios.editing.desk import edit
from scenarios.models import Checkpoint, EditKind
from units.models import User


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
