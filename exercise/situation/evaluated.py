"""What evaluators have judged so far, over all units: what control reads before it publishes.

Nothing is averaged: where evaluators of one thing differ, both words are kept and counted as a
disagreement, for control to talk over with them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet

from exercise.models import ActionRating, Exercise, Finding, ObjectiveRating, Observation, Rating
from scenarios.models import Objective
from units.models import Unit


@dataclass(frozen=True)
class Cell:
    """How a unit met an objective: each evaluator's letter, best first."""

    letters: tuple[str, ...]

    @property
    def disagree(self) -> bool:
        return len(set(self.letters)) > 1


@dataclass(frozen=True)
class UnitRow:
    """A unit's line in the table."""

    unit: Unit
    cells: tuple[Cell, ...]
    """In the order of the objectives."""
    counts: tuple[int, ...]
    """How often its expected actions were rated P, S, M, U."""
    findings: int
    disagreements: int
    """Things on which evaluators differ: actions, taskings as a whole, objectives."""


def overview_context(exercise: Exercise, *, touched: Iterable[str] | None = ()) -> dict[str, Any]:
    """A line for each unit that takes part, in the order of the console.

    Args:
        touched: codes of the units of which something new was judged; ``None``: any may be.
    """
    objectives = list(Objective.objects.filter(scenario_id=exercise.scenario_id))
    letters: dict[tuple[int, str], list[str]] = defaultdict(list)
    given = ObjectiveRating.objects.filter(exercise=exercise).order_by("pk")
    for unit_id, code, rating in given.values_list("unit_id", "objective", "rating"):
        letters[unit_id, code].append(rating)
    actions = ActionRating.objects.filter(tasking__exercise=exercise)
    counts = {
        (unit_id, rating): count
        for unit_id, rating, count in _by_unit(actions, "rating")
        .annotate(count=Count("pk"))
        .values_list("of", "rating", "count")
    }
    disagreements = Counter(of for (of, _code), found in letters.items() if len(set(found)) > 1)
    whole = Observation.objects.filter(tasking__exercise=exercise)
    for differing in (_differing(actions, "action"), _differing(whole)):
        disagreements.update(differing)
    found = Finding.objects.filter(exercise=exercise)
    findings = Counter(found.values_list("unit_id", flat=True).order_by())
    rows = [
        UnitRow(
            unit=posture.unit,
            cells=tuple(
                Cell(tuple(sorted(letters[posture.unit_id, one.code], key=Rating.values.index)))
                for one in objectives
            ),
            counts=tuple(counts.get((posture.unit_id, letter), 0) for letter in Rating.values),
            findings=findings[posture.unit_id],
            disagreements=disagreements[posture.unit_id],
        )
        for posture in exercise.postures.select_related("unit")
    ]
    return {
        "objectives": objectives,
        "ratings": Rating.choices,
        "rows": rows,
        "of_none": list(found.filter(unit=None).prefetch_related("files")),
        "touched": "*" if touched is None else " ".join(sorted(touched)),
        "disagreements": sum(row.disagreements for row in rows),
    }


def _by_unit(given: QuerySet[Any], *by: str) -> QuerySet[Any]:
    return given.order_by().annotate(of=F("tasking__unit_id")).values("of", *by)


def _differing(given: QuerySet[Any], *by: str) -> list[int]:
    """The unit of each thing that got more than one letter; one entry a thing."""
    differing = (
        _by_unit(given, "tasking_id", *by)
        .annotate(words=Count("rating", distinct=True))
        .filter(words__gt=1)
    )
    return list(differing.values_list("of", flat=True))
