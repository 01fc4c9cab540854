"""A scenario as planned: calendar, phases, objectives, people and the MSEL.

Relational, so that it can be edited, compared and versioned; an exercise takes a copy when it is
made. Times are calendar µs since the scenario's time zero unless the name says otherwise.
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from scenarios.calendar import DrillCalendar
from scenarios.choices import Method, ReleaseMode, Reply, TriggerEvent
from scenarios.phases import Phase
from units.models import Unit
from units.roles import Role
from units.text import TextPairField


class Scenario(models.Model):
    """One scenario, loaded from a file or written in the product."""

    code = models.SlugField(_("mã kịch bản"), max_length=60, unique=True)
    title = TextPairField(_("tên"))
    summary = TextPairField(_("tóm tắt"), blank=True)
    timezone = models.CharField(max_length=40, default="Asia/Ho_Chi_Minh")
    starts_at = models.DateTimeField(_("thời điểm bắt đầu"))
    content_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("kịch bản")

    def __str__(self) -> str:
        return str(self.title)

    def calendar(self) -> DrillCalendar:
        """The drill's calendar in the scenario's own time zone."""
        zero = self.starts_at.astimezone(ZoneInfo(self.timezone))
        return DrillCalendar.of(zero, [(s.from_us, s.to_us) for s in self.stand_downs.all()])


class StandDown(models.Model):
    """A planned break."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="stand_downs")
    title = TextPairField(blank=True)
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField()

    class Meta:
        ordering = ("from_us",)

    def __str__(self) -> str:
        return str(self.title)


class PhasePlan(models.Model):
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


class PhaseCondition(models.Model):
    """A condition of a phase's gate: the injects that must have been carried out."""

    plan = models.ForeignKey(PhasePlan, on_delete=models.CASCADE, related_name="conditions")
    code = models.CharField(max_length=20)
    title = TextPairField()
    after = models.JSONField(default=list)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return str(self.title)


class Objective(models.Model):
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


class Problem(models.Model):
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


class Participation(models.Model):
    """A unit in the scenario's order, and whether it takes part or only stands above."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="participations")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="participations")
    participates = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order", "pk")
        constraints = [
            models.UniqueConstraint(fields=["scenario", "unit"], name="one_participation_per_unit")
        ]

    def __str__(self) -> str:
        return str(self.unit)


class Person(models.Model):
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


def sort_key(number: str) -> str:
    """Key that puts inject 1.9 before 1.10."""
    return re.sub(r"\d+", lambda digits: digits.group().zfill(6), number)[:120]


class MselEntry(models.Model):
    """One inject of the master scenario events list."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="msel")
    number = models.CharField(max_length=20)
    sort_key = models.CharField(max_length=120)
    phase = models.CharField(max_length=16, choices=Phase.choices)
    planned_us = models.BigIntegerField(null=True, blank=True)
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, null=True, blank=True, related_name="entries"
    )
    sender = TextPairField(blank=True)
    addressees = models.ManyToManyField(Unit, related_name="+")
    method = models.CharField(max_length=16, choices=Method.choices, default=Method.DOCUMENT)
    title = TextPairField()
    content = TextPairField(blank=True)
    expected_actions = models.JSONField(default=list, blank=True)
    objectives = models.ManyToManyField(Objective, related_name="entries")
    acknowledge_within_s = models.PositiveIntegerField(null=True, blank=True)
    complete_within_s = models.PositiveIntegerField(null=True, blank=True)
    mandatory = models.BooleanField(default=False)
    reply = models.CharField(max_length=12, choices=Reply.choices, default=Reply.NONE)
    release = models.CharField(max_length=8, choices=ReleaseMode.choices, default=ReleaseMode.AUTO)
    trigger_entry = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="triggers"
    )
    trigger_is = models.CharField(max_length=10, choices=TriggerEvent.choices, blank=True)
    trigger_delay_s = models.PositiveIntegerField(default=0)
    notes = models.JSONField(default=list, db_default=[], blank=True)
    """[name, words] pairs of the planners, such as columns of their own: no unit sees them."""

    class Meta:
        ordering = ("sort_key",)
        constraints = [
            models.UniqueConstraint(fields=["scenario", "number"], name="one_entry_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
