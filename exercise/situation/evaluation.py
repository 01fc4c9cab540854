"""What an evaluator sees of the unit they stand with: what was expected, what was done, their
ratings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from exercise.models import Observation, Rating, Report, Tasking
from exercise.situation import strip
from exercise.situation.facts import Facts
from units.text import Text


@dataclass(frozen=True)
class Row:
    """A tasking with this evaluator's rating."""

    tasking: Tasking
    glyph: str
    late: bool


def list_context(
    facts: Facts, unit_ids: Iterable[int], *, touched: Iterable[str] | None = ()
) -> dict[str, Any]:
    """The taskings of these units, newest first."""
    wanted = set(unit_ids)
    rows = [Row(t, facts.glyph(t), facts.late(t)) for t in facts.taskings if t.unit_id in wanted]
    return strip.context(facts.exercise) | {
        "rows": rows[::-1],
        "several": len(wanted) > 1,
        "touched": "*" if touched is None else " ".join(sorted(set(touched))),
    }


def detail_context(facts: Facts, tasking: Tasking, evaluator_id: int) -> dict[str, Any]:
    """One tasking to be rated: expected actions, the facts, the reports, the rating so far."""
    known = next(t for t in facts.taskings if t.pk == tasking.pk)
    own = Observation.objects.filter(tasking=tasking, evaluator_id=evaluator_id).first()
    return {
        "tasking": known,
        "inject": tasking.inject,
        "glyph": facts.glyph(known),
        "expected": [Text.of(action) for action in tasking.inject.expected_actions],
        "reports": list(Report.objects.filter(tasking=tasking).prefetch_related("attachments")),
        "own": own,
        "ratings": Rating.choices,
        "acknowledged_after_us": None
        if known.acknowledged_us is None
        else known.acknowledged_us - known.delivered_us,
        "completed_after_us": None
        if known.completed_us is None
        else known.completed_us - known.delivered_us,
    }
