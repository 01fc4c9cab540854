"""What every row has that planners edit."""

from __future__ import annotations

from django.db import models


class Editable(models.Model):
    """A row of a draft. ``revision`` goes up with every change; who saves names the one seen."""

    revision = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        abstract = True
