"""What both clocks said a while ago: the clock's history, read back from the journal.

For what comes in after it was made, such as a finding that waited on a phone without a network.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from exercise.clock import Clock
from exercise.conduct.base import Conduct
from exercise.models import JournalEntry

SET_BACK = "wall_clock_set_back"
ANCHORING = frozenset(
    {
        "exercise_started",
        "exercise_ended",
        "clock_paused",
        "clock_resumed",
        "clock_jumped",
        "pace_set",
        "stand_down_begun",
        "stand_down_ended",
        "outage_recovered",
        "real_world_called",
        SET_BACK,
    }
)
"""The kinds of entry that may carry another anchor of the clock."""


class Moment(NamedTuple):
    """A moment on both clocks: exercise time and wall time."""

    at_us: int
    at_wall_us: int


def earlier(conduct: Conduct, ago_us: int) -> Moment | None:
    """The moment ``ago_us`` (0 or more) of wall time before now; ``None`` where that is before
    STARTEX.

    Wall time is by the machine's clock as it goes now, though it may have been set back since.
    Where the exercise clock was set back (an outage, a stand-down noticed late), what followed
    counts as the moment it was set back to: exercise time there is never after what came later.
    """
    ago_wall_us = then_wall_us = conduct.now_wall_us - ago_us
    at_most_us = conduct.position_us
    entries = JournalEntry.objects.filter(exercise=conduct.exercise, kind__in=ANCHORING)
    newest_first = entries.order_by("-seq").values_list("kind", "wall_us", "data", "changes")
    for kind, wall_us, data, changes in newest_first.iterator(chunk_size=100):
        clock = _clock(changes)
        if wall_us <= then_wall_us:
            if clock is not None:
                return Moment(min(clock.position_us(then_wall_us), at_most_us), ago_wall_us)
        elif kind == "exercise_started":
            return None
        else:
            if clock is not None:
                at_most_us = min(at_most_us, clock.anchor_us)
            if kind == SET_BACK:
                then_wall_us += data["back_us"]  # by the clock as it went until then
    return None


def _clock(changes: list[dict[str, Any]]) -> Clock | None:
    anchors = [change["new"] for change in changes if change["field"] == "clock"]
    return Clock(*anchors[-1]) if anchors else None
