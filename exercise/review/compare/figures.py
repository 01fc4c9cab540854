"""What one drill tells for a comparison: worked out of its facts, without a language.

A drill that is over does not change any more, and one under way has another journal head with every
change: what was worked out is kept under the head, as ``situation.rows`` keeps rows.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from exercise.models import Exercise, Verdict
from exercise.review.facts import Facts, Plan, Spread, read_facts
from exercise.review.facts.values import TaskingFact
from exercise.review.report.material import Material
from exercise.review.report.objectives import objectives_of
from units.text import Text

KEPT = 60
"""Drills of which a process keeps the figures: some KB each."""


@dataclass(frozen=True, slots=True)
class Times:
    """Exercise time from delivery to acknowledgement, and to completion."""

    acknowledgement: Spread
    completion: Spread

    @classmethod
    def of(cls, taskings: Iterable[TaskingFact]) -> Times:
        """As the report counts them: every tasking that was acknowledged, or completed."""
        listed = list(taskings)
        return cls(
            Spread.of(
                one.acknowledged_after_us for one in listed if one.acknowledged_after_us is not None
            ),
            Spread.of(
                one.completed_after_us for one in listed if one.completed_after_us is not None
            ),
        )


@dataclass(frozen=True, slots=True)
class Rated:
    """One objective: the worst rating of each unit that was rated, and of all; empty: not rated."""

    code: str
    title: Text
    rating: str
    by_unit: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """One drill. ``units`` in the drill's order; ``day`` is the wall date on which it began."""

    pk: int
    code: str
    day: date
    over: bool
    times: Times
    units: Mapping[str, Text]
    by_unit: Mapping[str, Times]
    objectives: tuple[Rated, ...]


_kept: OrderedDict[int, tuple[str, Figures]] = OrderedDict()
_keeping = threading.Lock()


def figures_of(exercise: Exercise) -> Figures:
    """The figures as of the exercise's journal: six queries, or none where they are known."""
    head = f"{exercise.journal_head} {exercise.status}"
    with _keeping:
        found = _kept.get(exercise.pk)
        if found is not None and found[0] == head:
            _kept.move_to_end(exercise.pk)
            return found[1]
    made = figures_from(exercise, *read_facts(exercise, exercise.journal_seq))
    with _keeping:
        _kept[exercise.pk] = head, made
        _kept.move_to_end(exercise.pk)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def figures_from(exercise: Exercise, plan: Plan, facts: Facts) -> Figures:
    """The figures that these facts tell. Pure."""
    began = datetime.fromtimestamp((exercise.started_wall_us or 0) // 1_000_000, UTC)
    material = Material(exercise, plan, facts, Verdict(facts.entries), "vi")
    titles = {one.code: one.title for one in plan.objectives}
    return Figures(
        pk=exercise.pk,
        code=exercise.code,
        day=began.astimezone(ZoneInfo(exercise.timezone)).date(),
        over=exercise.over,
        times=Times.of(facts.taskings.values()),
        units={one.code: one.short or one.name for one in plan.units},
        by_unit={one.code: Times.of(material.by_unit.get(one.code, ())) for one in plan.units},
        objectives=tuple(
            Rated(
                code=row.code,
                title=titles[row.code],
                rating=row.rating,
                by_unit={cell.unit.code: cell.rating for cell in row.cells if cell.rating},
            )
            for row in objectives_of(material).rows
        ),
    )
