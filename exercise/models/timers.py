"""Signs of life of the timers: that they work at all, and which processes have said so."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TimerHeartbeat(models.Model):
    """When beat, broker, worker and database last worked together; one row for the install."""

    wall_us = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.wall_us)

    @classmethod
    def newest_us(cls) -> int | None:
        """The moment; ``None`` where they never did."""
        return cls.objects.order_by("pk").values_list("wall_us", flat=True).first()


class TimerKind(models.TextChoices):
    """What a process of the timers does."""

    BEAT = "beat", _("Beat – tìm việc đến giờ")
    WORKER = "worker", _("Worker – làm việc đến giờ")


class TimerSign(models.Model):
    """The last sign of one process: a beat's when it sent it, a worker's when it took it.

    Those that have said nothing for long are gone and their rows with them.
    """

    kind = models.CharField(max_length=6, choices=TimerKind.choices)
    name = models.CharField(max_length=120)
    wall_us = models.BigIntegerField()

    class Meta:
        ordering = ("kind", "name")
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="one_sign_per_process")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
