"""What is trained: objectives and training problems."""

from __future__ import annotations

from django.db import models

from scenarios.models.editable import Editable
from scenarios.models.scenario import Scenario
from scenarios.phases import Phase
from units.text import TextPairField


class Objective(Editable):
    """What the drill is to show; every inject names the objectives it tests."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="objectives")
    code = models.CharField(max_length=20)
    title = TextPairField()
    description = TextPairField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order", "pk")
        constraints = [
            models.UniqueConstraint(fields=["scenario", "code"], name="one_objective_per_code")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Problem(Editable):
    """A training problem (*vấn đề huấn luyện*), the level between phase and inject."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="problems")
    code = models.CharField(max_length=20)
    phase = models.CharField(max_length=16, choices=Phase.choices)
    title = TextPairField()
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order", "pk")
        constraints = [
            models.UniqueConstraint(fields=["scenario", "code"], name="one_problem_per_code")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"
