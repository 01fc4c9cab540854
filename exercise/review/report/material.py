"""What the sections of one report are made of: the exercise, its plan, its facts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from exercise.models import Exercise, Rating, Verdict
from exercise.review.facts import Facts, Plan
from exercise.review.facts.values import JudgementFact, TaskingFact
from exercise.review.report.values import UnitName

WORST_FIRST = "UMSP"


@dataclass
class Material:
    """Everything read, once; sections only look."""

    exercise: Exercise
    plan: Plan
    facts: Facts
    verdict: Verdict
    language: str

    @cached_property
    def units(self) -> dict[str, UnitName]:
        """Participating units by code, in their order."""
        return {
            one.code: UnitName(one.code, str(one.short), str(one.name)) for one in self.plan.units
        }

    def unit(self, code: str) -> UnitName:
        """A unit's names; its code where it does not take part."""
        return self.units.get(code) or UnitName(code, code, code)

    def title(self, number: str) -> str:
        """An inject's title."""
        planned = self.plan.injects.get(number)
        return str(planned.title) if planned else ""

    def objectives_of(self, number: str) -> tuple[str, ...]:
        """Codes of the objectives that an inject tests."""
        planned = self.plan.injects.get(number)
        return planned.objectives if planned else ()

    @cached_property
    def by_unit(self) -> dict[str, list[TaskingFact]]:
        """Taskings by unit code, in the order of the injects' numbers."""
        found: dict[str, list[TaskingFact]] = defaultdict(list)
        for number in self.ordered_numbers:
            for unit in self.facts.injects[number].units:
                found[unit].append(self.facts.taskings[number, unit])
        return found

    @cached_property
    def ordered_numbers(self) -> list[str]:
        """Inject numbers in order; those that the plan does not know come last."""
        planned = self.plan.injects
        return [*planned, *(number for number in self.facts.injects if number not in planned)]

    @cached_property
    def ratings(self) -> dict[tuple[str, str], list[JudgementFact]]:
        """What was rated of (inject number, unit code)."""
        found: dict[tuple[str, str], list[JudgementFact]] = defaultdict(list)
        for one in self.facts.judgements:
            if one.number:
                found[one.number, one.unit].append(one)
        return found


def worst(ratings: list[str]) -> str:
    """The worst of these ratings; empty of none."""
    return min(ratings, key=WORST_FIRST.index, default="")


def rating_label(rating: str) -> str:
    """A rating in words; empty of none."""
    return str(Rating(rating).label) if rating else ""
