"""Who is at work on a version at this moment, and where in it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from scenarios.models.scenario import Scenario
from units.models import User

SEEN_WITHIN = timedelta(seconds=30)


class Presence(models.Model):
    """One planner in one version; ``where`` is the page's own word, such as ``inject-1.05``."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    where = models.CharField(max_length=60, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("user__name", "pk")
        constraints = [
            models.UniqueConstraint(fields=["scenario", "user"], name="one_presence_per_planner")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.where}".strip()


def be_present(scenario: Scenario, user: User, where: str = "") -> None:
    """Note that a planner is here now."""
    seen = {"where": where[:60], "seen_at": timezone.now()}
    Presence.objects.update_or_create(scenario=scenario, user=user, defaults=seen)


def present(scenario: Scenario) -> list[Presence]:
    """Who was seen in this version within ``SEEN_WITHIN``, by name, with ``user`` at hand."""
    lately = timezone.now() - SEEN_WITHIN
    return list(scenario.presences.filter(seen_at__gt=lately).select_related("user"))
