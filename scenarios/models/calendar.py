"""When: stand-downs, the windows of the phases, and what their gates wait for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from scenarios.models.editable import Editable
from scenarios.models.scenario import Scenario
from scenarios.phases import Phase
from units.text import TextPairField


class StandDown(Editable):
    """A planned break."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="stand_downs")
    title = TextPairField(blank=True)
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField()

    class Meta:
        ordering = ("from_us",)

    def __str__(self) -> str:
        return str(self.title)


class PhasePlan(Editable):
    """One of the three played phases and its window."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="phases")
    phase = models.CharField(max_length=16, choices=Phase.choices)
    title = TextPairField()
    starts_us = models.BigIntegerField()
    ends_us = models.BigIntegerField()

    class Meta:
        ordering = ("starts_us",)
        constraints = [
            models.UniqueConstraint(fields=["scenario", "phase"], name="one_plan_per_phase")
        ]

    def __str__(self) -> str:
        return str(self.title)


class PhaseCondition(Editable):
    """A condition of a phase's gate: the injects that must have been carried out."""

    VERSION = "plan__scenario"

    plan = models.ForeignKey(PhasePlan, on_delete=models.CASCADE, related_name="conditions")
    code = models.CharField(max_length=20)
    title = TextPairField()
    after = models.JSONField(default=list)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order", "pk")

    @classmethod
    def versions_of(cls, made: Iterable[Any]) -> set[int]:
        """The keys of the versions of conditions, by their plans."""
        plans = PhasePlan.objects.filter(pk__in={one.plan_id for one in made})
        return set(plans.values_list("scenario_id", flat=True))

    def __str__(self) -> str:
        return str(self.title)
