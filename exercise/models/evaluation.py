"""What evaluators judge: expected actions, taskings, objectives; and what they saw besides.

Ratings are HSEEP's (2020 doctrine, exercise evaluation guide). Two evaluators of one unit each have
rows of their own: nothing is averaged away. Staff and observers see none of it before the director
publishes it, and then a unit sees its own.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exercise.models.exercise import Exercise
from exercise.models.stored import StoredFile, random_name
from exercise.models.tasking import Tasking
from scenarios.calendar import MINUTE_US
from units.models import Unit


class Rating(models.TextChoices):
    """HSEEP 2020 performance ratings."""

    P = "P", _("đạt tốt")
    S = "S", _("còn vướng mắc nhỏ")
    M = "M", _("vướng mắc lớn")
    U = "U", _("không thực hiện được")

    @property
    def short(self) -> Any:
        """What fits on a button beneath the letter; the label says it in full."""
        return SHORT[self]


SHORT = {
    Rating.P: pgettext_lazy("rating", "Đạt tốt"),
    Rating.S: pgettext_lazy("rating", "Vướng nhỏ"),
    Rating.M: pgettext_lazy("rating", "Vướng lớn"),
    Rating.U: pgettext_lazy("rating", "Không đạt"),
}


class Judgement(models.Model):
    """One evaluator's rating of one thing, with the moment of the last word on both clocks."""

    evaluator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    rating = models.CharField(max_length=1, choices=Rating.choices)
    note = models.TextField(blank=True)
    at_us = models.BigIntegerField()
    at_wall_us = models.BigIntegerField()

    class Meta:
        abstract = True


class Observation(Judgement):
    """The judgement of one tasking as a whole."""

    tasking = models.ForeignKey(Tasking, on_delete=models.PROTECT, related_name="observations")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tasking", "evaluator"], name="one_rating_each")
        ]

    def __str__(self) -> str:
        return f"{self.tasking_id}: {self.rating}"


class ActionRating(Judgement):
    """The judgement of one expected action of a tasking."""

    tasking = models.ForeignKey(Tasking, on_delete=models.PROTECT, related_name="action_ratings")
    action = models.PositiveSmallIntegerField()
    """Place among the inject's expected actions, from 1."""

    class Meta:
        ordering = ("action", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["tasking", "evaluator", "action"], name="one_action_rating_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tasking_id}/{self.action}: {self.rating}"


class ObjectiveRating(Judgement):
    """The judgement of how one unit met one objective, over all its taskings."""

    exercise = models.ForeignKey(
        Exercise, on_delete=models.PROTECT, related_name="objective_ratings"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    objective = models.CharField(max_length=20)
    """Code of the scenario's objective."""

    class Meta:
        ordering = ("objective", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["exercise", "unit", "objective", "evaluator"],
                name="one_objective_rating_each",
            )
        ]

    def __str__(self) -> str:
        return f"{self.objective} {self.unit_id}: {self.rating}"


class FindingKind(models.TextChoices):
    """What an evaluator writes down besides ratings (HSEEP after-action report)."""

    STRENGTH = "strength", pgettext_lazy("finding", "ưu điểm")
    IMPROVEMENT = "improvement", pgettext_lazy("finding", "hạn chế")
    OBSERVATION = "observation", pgettext_lazy("finding", "quan sát")


class Finding(models.Model):
    """Something seen: of a unit, of one of its taskings, or of neither. Written once, kept."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="findings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True)
    tasking = models.ForeignKey(
        Tasking, on_delete=models.PROTECT, related_name="findings", null=True
    )
    kind = models.CharField(max_length=12, choices=FindingKind.choices)
    text = models.TextField()
    place = models.CharField(max_length=200, blank=True)
    evaluator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    evaluator_name = models.CharField(max_length=150)
    at_us = models.BigIntegerField()
    at_wall_us = models.BigIntegerField()
    """When it was noted: exercise and wall time."""
    arrived_us = models.BigIntegerField(null=True)
    arrived_wall_us = models.BigIntegerField(null=True)
    """When it arrived, where it had waited on the evaluator's device."""
    key = models.CharField(max_length=36, blank=True)
    """What the sender's page calls it, so that one sent again after a lost answer is kept once."""

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["exercise", "evaluator", "key"],
                condition=~models.Q(key=""),
                name="one_finding_per_key",
            )
        ]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def came_late(self) -> bool:
        """Whether it arrived so long after it was noted that a reader has to be told."""
        return came_late(self.at_wall_us, self.arrived_wall_us)


def came_late(noted_wall_us: int, arrived_wall_us: int | None) -> bool:
    """Whether these moments are over a minute apart; nothing arrived on its own is not late."""
    return arrived_wall_us is not None and arrived_wall_us - noted_wall_us > MINUTE_US


def _stored_name(photo: FindingFile, original: str) -> str:
    return random_name(photo.finding.exercise_id, original)


class FindingFile(StoredFile):
    """A photo or file that shows what was seen; for control and evaluators, never for units."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="files")
    file = models.FileField(upload_to=_stored_name, max_length=200)
