"""Who is to take part: units and people."""

from __future__ import annotations

from django.db import models

from scenarios.models.editable import Editable
from scenarios.models.scenario import Scenario
from units.models import Unit
from units.roles import Role
from units.text import TextPairField


class Participation(Editable):
    """A unit in the scenario's order, and whether it takes part or only stands above.

    Units belong to the installation and may be renamed or moved; an approved version keeps in
    ``name``, ``short`` and ``parent`` what they were when it was approved.
    """

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="participations")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="participations")
    participates = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=0)
    name = TextPairField(null=True, blank=True, default=None)
    short = TextPairField(null=True, blank=True, default=None)
    parent = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("order", "pk")
        constraints = [
            models.UniqueConstraint(fields=["scenario", "unit"], name="one_participation_per_unit")
        ]

    def __str__(self) -> str:
        return str(self.unit)


class Person(Editable):
    """Who is to take part, in which role, with which unit."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="people")
    username = models.CharField(max_length=150)
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=12, choices=Role.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order", "pk")
        constraints = [
            models.UniqueConstraint(fields=["scenario", "username"], name="one_person_per_username")
        ]

    def __str__(self) -> str:
        return self.name
