"""What the injects of a version refer to, read once a request: phases, units, objectives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from scenarios.models import Objective, Participation, PhasePlan, Scenario
from scenarios.phases import PLAYED
from units.models import Unit

NUMBERS = {str(phase): number for number, phase in enumerate(PLAYED, start=1)}
"""The number by which each phase is called."""


@dataclass(frozen=True)
class Lists:
    """A version and what there is in it beside injects."""

    scenario: Scenario

    @cached_property
    def zero(self) -> datetime:
        """Time zero in the scenario's own time zone."""
        return self.scenario.starts_at.astimezone(ZoneInfo(self.scenario.timezone))

    @cached_property
    def phases(self) -> dict[str, PhasePlan]:
        """The played phases by their words, in order."""
        plans = {plan.phase: plan for plan in self.scenario.phases.all()}
        return {str(phase): plans[phase] for phase in PLAYED if phase in plans}

    @cached_property
    def _participations(self) -> list[Participation]:
        return list(self.scenario.participations.select_related("unit"))

    @cached_property
    def units(self) -> dict[int, Unit]:
        """Every unit of the version by its key, in the version's order."""
        return {row.unit_id: row.unit for row in self._participations}

    @cached_property
    def participants(self) -> frozenset[int]:
        """The keys of those that take part."""
        return frozenset(row.unit_id for row in self._participations if row.participates)

    @cached_property
    def objectives(self) -> dict[int, Objective]:
        """Every objective by its key."""
        return {row.pk: row for row in self.scenario.objectives.all()}

    @cached_property
    def problems(self) -> dict[str, str]:
        """Training problems: code → words."""
        return {row.code: str(row) for row in self.scenario.problems.all()}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Every inject's key by its number."""
        return dict(self.scenario.msel.order_by().values_list("number", "pk"))
