"""What an earlier drill left to be seen to, carried into the next version."""

from __future__ import annotations

from django.db import models

from scenarios.models.editable import Editable
from scenarios.models.scenario import Scenario
from units.text import TextPairField


class Checkpoint(Editable):
    """One thing to see to, with where it comes from. ``done``: a planner has seen to it. It is no
    part of what is approved.
    """

    VERSION = ""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="checkpoints")
    text = TextPairField()
    source = models.CharField(max_length=120, blank=True)
    done = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.text)
