"""What replay keeps, so that it need not begin at the first entry: derived, made anew at will."""

from __future__ import annotations

from django.db import models

from exercise.models.exercise import Exercise


class ReplaySnapshot(models.Model):
    """The story of one exercise up to one entry of its journal; see ``exercise.review.past``."""

    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveIntegerField()
    head = models.CharField(max_length=64)
    """Hash of that entry when it was made: where the journal has another, it counts for nothing."""
    form = models.PositiveSmallIntegerField()
    """Which version of the program wrote it so; others do not read it."""
    packed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exercise", "seq"], name="one_snapshot_per_entry")
        ]

    def __str__(self) -> str:
        return f"{self.exercise_id} at {self.seq}"
