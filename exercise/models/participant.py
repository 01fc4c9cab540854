"""Who is what in one exercise."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exercise.models.exercise import Exercise
from units.models import Unit
from units.roles import CONTROL, Role


class Participant(models.Model):
    """One person's role, and the unit they belong to or (an evaluator) stand with."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="participants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="participations"
    )
    role = models.CharField(_("vai trò"), max_length=12, choices=Role.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True)

    session_id: int | None = None
    """The open session by which this person asks, where they do; no column."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exercise", "user"], name="one_role_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    @property
    def in_control(self) -> bool:
        """Whether this person conducts the drill, and is told what keeps it from running."""
        return self.role in CONTROL
