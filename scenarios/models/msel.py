"""The injects of the master scenario events list."""

from __future__ import annotations

import re
from typing import Any

from django.db import models
from django.db.models.signals import m2m_changed, pre_delete
from django.dispatch import receiver

from scenarios.choices import Method, ReleaseMode, Reply, TriggerEvent
from scenarios.models.editable import Editable, require_drafts
from scenarios.models.scenario import Scenario
from scenarios.models.training import Objective, Problem
from scenarios.phases import Phase
from units.models import Unit
from units.text import TextPairField


def sort_key(number: str) -> str:
    """Key that puts inject 1.9 before 1.10."""
    return re.sub(r"\d+", lambda digits: digits.group().zfill(6), number)[:120]


class MselEntry(Editable):
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


@receiver(m2m_changed, sender=MselEntry.addressees.through)
@receiver(m2m_changed, sender=MselEntry.objectives.through)
def _only_in_drafts(
    instance: models.Model, action: str, reverse: bool, pk_set: set[int] | None, **_more: Any
) -> None:
    if not action.startswith("pre_"):
        return
    if not reverse:
        linked = MselEntry.objects.filter(pk=instance.pk)
    elif pk_set is None:  # an objective's links, all of them
        linked = MselEntry.objects.filter(objectives=instance.pk)
    else:
        linked = MselEntry.objects.filter(pk__in=pk_set)
    require_drafts(set(linked.values_list("scenario_id", flat=True)))


@receiver(pre_delete, sender=Unit)
def _no_addressee_is_lost(instance: Unit, **_more: Any) -> None:
    linked = MselEntry.objects.filter(addressees=instance.pk)
    require_drafts(set(linked.values_list("scenario_id", flat=True)))
