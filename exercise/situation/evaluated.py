"""What evaluators have judged so far, over all units: what control reads before it publishes.

Nothing is averaged: where evaluators of one thing differ, both words are kept and counted as a
disagreement, for control to talk over with them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Value

from exercise.models import ActionRating, Exercise, Finding, ObjectiveRating, Observation, Rating
from scenarios.models import Objective
from units.models import Unit


@dataclass(frozen=True)
class Cell:
    """How a unit met an objective: each evaluator's letter, best first."""

    letters: tuple[str, ...]
    under: str = ""
    """Where nobody rated the objective itself: the worst letter of what was done under it, as the
    report counts it; ``""`` where nothing was rated."""


@dataclass(frozen=True)
class UnitRow:
    """A unit's line in the table."""

    unit: Unit
    cells: tuple[Cell, ...]
    """In the order of the objectives."""
    whole: tuple[int, ...]
    """How often its taskings as a whole were rated P, S, M, U."""
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
    actions = _rated(ActionRating.objects.filter(tasking__exercise=exercise), F("action"))
    whole = _rated(Observation.objects.filter(tasking__exercise=exercise), Value(0))
    rated = actions + whole
    under = _under(exercise, rated)
    action_counts, whole_counts = _by_letter(actions), _by_letter(whole)
    disagreements = Counter(of for (of, _code), found in letters.items() if len(set(found)) > 1)
    disagreements += _differing(rated)
    found = Finding.objects.filter(exercise=exercise)
    findings = Counter(found.values_list("unit_id", flat=True).order_by())
    rows = [
        UnitRow(
            unit=posture.unit,
            cells=tuple(
                Cell(
                    tuple(sorted(letters[posture.unit_id, one.code], key=_BADNESS)),
                    "" if letters[posture.unit_id, one.code] else under[posture.unit_id, one.code],
                )
                for one in objectives
            ),
            whole=whole_counts[posture.unit_id],
            counts=action_counts[posture.unit_id],
            findings=findings[posture.unit_id],
            disagreements=disagreements[posture.unit_id],
        )
        for posture in exercise.postures.select_related("unit")
    ]
    return {
        "objectives": objectives,
        "ratings": Rating.choices,
        "rows": rows,
        "any_under": any(cell.under for row in rows for cell in row.cells),
        "of_none": list(found.filter(unit=None).prefetch_related("files")),
        "touched": "*" if touched is None else " ".join(sorted(touched)),
        "disagreements": sum(row.disagreements for row in rows),
    }


_BADNESS = Rating.values.index
_Rated = Counter[tuple[int, int, int, str]]
"""How often each letter was given: (unit, inject, expected action or 0 for the whole, letter)."""


def _rated(given: QuerySet[Any], action: Value | F) -> _Rated:
    of, inject = F("tasking__unit_id"), F("tasking__inject_id")
    found = given.order_by().annotate(of=of, inject=inject, what=action)
    counted = found.values_list("of", "inject", "what", "rating").annotate(count=Count("pk"))
    return Counter({(*thing, rating): count for *thing, rating, count in counted})


def _by_letter(rated: _Rated) -> dict[int, tuple[int, ...]]:
    """For each unit how often it was given P, S, M, U."""
    counts = Counter[tuple[int, str]]()
    for (of, _inject, _action, rating), count in rated.items():
        counts[of, rating] += count
    none = (0,) * len(Rating)
    found = {of: tuple(counts[of, letter] for letter in Rating.values) for of, _letter in counts}
    return defaultdict(lambda: none, found)


def _differing(rated: _Rated) -> Counter[int]:
    """For each unit how many things got more than one letter."""
    words = Counter((of, inject, action) for of, inject, action, _rating in rated)
    return Counter(of for (of, _inject, _action), count in words.items() if count > 1)


def _under(exercise: Exercise, rated: _Rated) -> dict[tuple[int, str], str]:
    """The worst letter of what each unit did under each objective: (unit, objective's code)."""
    worst: dict[tuple[int, str], str] = defaultdict(str)
    codes = dict(exercise.injects.values_list("pk", "objectives"))
    for of, inject, _action, rating in rated:
        for code in codes[inject]:
            worst[of, code] = max(worst[of, code] or rating, rating, key=_BADNESS)
    return worst
