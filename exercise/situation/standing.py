"""How a tasking stands at one moment: done, late, due soon, and the glyph that says so; and the
work of one unit, of which most is over and stands as it does whatever the time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, NamedTuple, TypeVar

from django.utils.translation import get_language

from exercise.models import FINISHED, Tasking, TaskingState

T = TypeVar("T")

GLYPH = {
    TaskingState.DELIVERED: "delivered",
    TaskingState.OPENED: "delivered",
    TaskingState.ACKNOWLEDGED: "ack",
    TaskingState.IN_PROGRESS: "work",
    TaskingState.RETURNED: "work",
    TaskingState.COMPLETED: "done",
    TaskingState.VERIFIED: "done",
    TaskingState.WAIVED: "skip",
    TaskingState.CANCELLED: "skip",
}
"""The state glyph of the design guide for each tasking state; late and due come before it."""


class Standing(NamedTuple):
    """How one tasking stands at one moment: asked many times a page, worked out once."""

    open: bool
    late: bool
    soon: bool
    counts: bool
    """Waived and recalled ones do not count at all."""
    glyph: str

    @property
    def done(self) -> bool:
        """Finished by the unit: what counts in "done 2/3"."""
        return self.counts and not self.open

    @classmethod
    def of(cls, tasking: Tasking, position_us: int) -> Standing:
        """Where it stands at this exercise time."""
        is_open = tasking.open
        late = is_open and tasking.overdue_at(position_us)
        soon = is_open and not late and tasking.due_soon_at(position_us)
        state = TaskingState(tasking.state)
        glyph = GLYPH[state] if is_open or state in FINISHED else "done"
        return cls(
            open=is_open,
            late=late,
            soon=soon,
            counts=state not in (TaskingState.WAIVED, TaskingState.CANCELLED),
            glyph="late" if late else "due" if soon else glyph,
        )


class Work:
    """All taskings of one unit as they were read, in the order of delivery."""

    __slots__ = ("_known", "open", "settled", "taskings")

    def __init__(self, taskings: Iterable[Tasking]) -> None:
        self.taskings = tuple(taskings)
        self.open = tuple(tasking for tasking in self.taskings if tasking.open)
        """Something is still asked: where these stand is a question of the time."""
        still = {tasking.pk for tasking in self.open}
        self.settled = {
            tasking.pk: Standing.of(tasking, 0)
            for tasking in self.taskings
            if tasking.pk not in still
        }
        """Where the others stand, by id."""
        self._known: dict[tuple[str, str], tuple[Hashable, Any]] = {}

    def once(self, name: str, given: Hashable, work_out: Callable[[], T]) -> T:
        """What follows from these rows, in the reader's language; worked out again only when
        something else is given.
        """
        key = name, get_language() or ""
        known = self._known.get(key)
        if known is None or known[0] != given:
            known = self._known[key] = given, work_out()
        found: T = known[1]
        return found
