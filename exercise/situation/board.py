"""The status board: what anyone with the link may see.

No person's name, no report's words, no rating, and no trace of what is still to come: not even
the moment of the next inject.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from exercise.models import CONFIRMED, REPORTED, UNREAD, WORKING, Posture
from exercise.situation import log, strip
from exercise.situation.facts import Facts
from units.models import Unit

EVENTS_SHOWN = 6


@dataclass(frozen=True)
class Tile:
    """One unit on the wall; ``to_us`` ticks behind the words, ``at_us`` is when it is due."""

    posture: Posture
    glyph: str
    words: str
    to_us: int | None
    at_us: int | None
    number: str
    done: int
    total: int

    @property
    def unit(self) -> Unit:
        return self.posture.unit


def context(facts: Facts) -> dict[str, Any]:
    """The whole board."""
    exercise = facts.exercise
    entries = (
        log.entries_of(exercise)
        .filter(kind__in=log.PUBLIC_KINDS)
        .order_by("-seq")
        .only("seq", "kind", "exercise_us", "role", "unit_code", "inject_number", "data")[
            :EVENTS_SHOWN
        ]
    )
    units = {unit.code: unit for unit in facts.units.values()}
    counted = [t for t in facts.taskings if facts.counts(t)]
    deadlines = [
        t.due_us
        for t in facts.taskings
        if facts.open(t) and t.due_us is not None and t.due_us > facts.position_us
    ]
    return strip.context(exercise) | {
        "exercise": exercise,
        "public": True,
        "tiles": [tile(facts, posture) for posture in facts.postures],
        "columns": columns(len(facts.postures)),
        "phases": facts.phases,
        "events": log.rows(exercise, entries, units=units, public=True),
        "next_deadline_us": min(deadlines, default=None),
        "done": sum(facts.done(t) for t in counted),
        "at_work": sum(facts.open(t) and not facts.late(t) for t in counted),
        "late": len(facts.overdue),
    }


def columns(units: int) -> int:
    """Columns of the wall: three up to twelve units, then five, six, seven; one more where a row
    would hold a single tile.
    """
    found = 3 if units <= 12 else 5 if units <= 20 else 6 if units <= 36 else 7
    return found + 1 if units > 1 and units % found == 1 else found


def tile(facts: Facts, posture: Posture) -> Tile:
    """The worst that is true of a unit, in a few words."""
    taskings = facts.by_unit[posture.unit_id]
    glyph, words, to_us, at_us, number = _worst(facts, posture)
    return Tile(
        posture=posture,
        glyph=glyph,
        words=words,
        to_us=to_us,
        at_us=at_us,
        number=number,
        done=sum(facts.done(t) for t in taskings),
        total=sum(facts.counts(t) for t in taskings),
    )


def _worst(facts: Facts, posture: Posture) -> tuple[str, str, int | None, int | None, str]:
    taskings = [t for t in facts.by_unit[posture.unit_id] if facts.open(t)]
    by_due = sorted(taskings, key=lambda t: (t.due_us is None, t.due_us or 0))
    if late := [t for t in by_due if facts.late(t)]:
        return (
            "late",
            _("Trễ"),
            late[0].due_us or late[0].complete_due_us,
            None,
            late[0].inject.number,
        )
    if soon := [t for t in by_due if facts.soon(t)]:
        return "due", _("Sắp hết hạn"), soon[0].due_us, None, ""
    if unread := [t for t in by_due if t.state in UNREAD or t.reacknowledge]:
        return "delivered", _("Chưa nhận"), None, unread[0].due_us, ""
    if by_due:
        return "work", _("Đang làm"), None, by_due[0].due_us, ""
    if posture.state in REPORTED:
        return "ack", _("Đã báo cáo"), None, None, ""
    if posture.state in CONFIRMED:
        return "done", _("Đã xác nhận"), None, None, ""
    waiting = _("Chờ tin") if posture.state in WORKING else str(posture.get_state_display())
    return "plan", waiting.capitalize(), None, None, ""
