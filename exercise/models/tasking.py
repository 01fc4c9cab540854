"""A tasking: one inject for one unit, with what the unit reports on it."""

from __future__ import annotations

import uuid
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from exercise.models.exercise import Exercise
from exercise.models.inject import Inject
from exercise.models.state import StateField, Stateful
from units.models import Unit


class TaskingState(models.TextChoices):
    """The acknowledgement ladder. Overdue and due soon come from the clock and are never stored."""

    DELIVERED = "delivered", _("đã phát")
    OPENED = "opened", _("đã mở")
    ACKNOWLEDGED = "acknowledged", _("đã nhận")
    IN_PROGRESS = "in_progress", _("đang làm")
    COMPLETED = "completed", _("hoàn thành")
    VERIFIED = "verified", _("đã kiểm tra")
    RETURNED = "returned", _("trả lại")
    WAIVED = "waived", _("miễn")
    CANCELLED = "cancelled", _("thu hồi")


T = TaskingState
UNREAD = (T.DELIVERED, T.OPENED)
"""Not acknowledged yet."""
AT_WORK = (T.ACKNOWLEDGED, T.IN_PROGRESS, T.RETURNED)
FINISHED = (T.COMPLETED, T.VERIFIED, T.WAIVED, T.CANCELLED)
DUE_SOON_PORTION = 0.25
"""Due soon begins when this part of the time allowed is left, but at most 15 minutes."""
DUE_SOON_MOST_US = 15 * 60 * 1_000_000


TO_READ = Q(state__in=UNREAD) | Q(reacknowledge=True)
"""The acknowledgement is still asked for: the first one, or that of a correction."""
TO_DO = Q(state__in=UNREAD) | Q(state__in=AT_WORK, complete_due_us__isnull=False)
"""The work itself is still asked for; a correction does not make finished work unfinished."""


class TaskingQuerySet(models.QuerySet["Tasking"]):
    """Questions asked in more than one place."""

    def open(self) -> TaskingQuerySet:
        """Something is still asked of the unit: acknowledge, or (with a deadline) complete."""
        return self.filter(TO_READ | TO_DO)


class Tasking(Stateful):
    """What one unit has to do about one inject. All ``*_us`` are play time, ``*_wall_us`` wall
    time.
    """

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="taskings")
    inject = models.ForeignKey(Inject, on_delete=models.PROTECT, related_name="taskings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="taskings")
    state = StateField(_("tình trạng"), choices=TaskingState.choices, default=T.DELIVERED)
    delivered_us = models.BigIntegerField()
    delivered_wall_us = models.BigIntegerField()
    ack_due_us = models.BigIntegerField(null=True, blank=True)
    complete_due_us = models.BigIntegerField(null=True, blank=True)
    due_soon_us = models.BigIntegerField(null=True, blank=True)
    opened_us = models.BigIntegerField(null=True, blank=True)
    acknowledged_us = models.BigIntegerField(null=True, blank=True)
    started_us = models.BigIntegerField(null=True, blank=True)
    completed_us = models.BigIntegerField(null=True, blank=True)
    verified_us = models.BigIntegerField(null=True, blank=True)
    read_version = models.PositiveSmallIntegerField(default=0)
    """Version of the inject the unit has read; 0 before it opened any."""
    reacknowledge = models.BooleanField(default=False)
    """The unit had read an older version and must acknowledge the correction."""
    on_behalf = models.CharField(max_length=10, blank=True)
    """``phone`` or ``paper`` when control entered the acknowledgement or completion."""
    reason = models.CharField(max_length=500, blank=True)
    """Why it was returned, waived or cancelled."""
    nudges = models.PositiveSmallIntegerField(default=0)

    # Which deadlines the timers have already told of, so that each is told once.
    told_ack_overdue = models.BooleanField(default=False)
    told_due_soon = models.BooleanField(default=False)
    told_overdue = models.BooleanField(default=False)

    objects = TaskingQuerySet.as_manager()

    class Meta:
        ordering = ("delivered_us", "pk")
        verbose_name = _("nhiệm vụ")
        constraints = [
            models.UniqueConstraint(fields=["inject", "unit"], name="one_tasking_per_unit")
        ]
        indexes = [
            models.Index(fields=["exercise", "unit"], name="tasking_of_unit"),
            models.Index(
                fields=["exercise", "ack_due_us"],
                condition=Q(told_ack_overdue=False),
                name="tasking_ack_due",
            ),
            models.Index(
                fields=["exercise", "due_soon_us"],
                condition=Q(told_due_soon=False),
                name="tasking_due_soon",
            ),
            models.Index(
                fields=["exercise", "complete_due_us"],
                condition=Q(told_overdue=False),
                name="tasking_complete_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inject_id} → {self.unit_id}: {self.get_state_display()}"

    @property
    def to_read(self) -> bool:
        """The acknowledgement is still asked for; see ``TO_READ``."""
        return self.reacknowledge or self.state in UNREAD

    @property
    def to_do(self) -> bool:
        """The work itself is still asked for; see ``TO_DO``."""
        return self.state in UNREAD or (self.state in AT_WORK and self.complete_due_us is not None)

    @property
    def open(self) -> bool:
        """Something is still asked of the unit."""
        return self.to_read or self.to_do

    @property
    def due_us(self) -> int | None:
        """The deadline that counts now: acknowledgement first, then completion."""
        if self.to_read and self.ack_due_us is not None:
            return self.ack_due_us
        return self.complete_due_us if self.to_do else None

    def overdue_at(self, position_us: int) -> bool:
        """Whether a deadline that counts has passed at this exercise time."""
        limits = [self.ack_due_us] if self.to_read else []
        limits += [self.complete_due_us] if self.to_do else []
        return any(due is not None and position_us >= due for due in limits)

    def due_soon_at(self, position_us: int) -> bool:
        """Whether the deadline that counts is near but not past."""
        return (
            self.to_do
            and self.due_soon_us is not None
            and self.due_soon_us <= position_us
            and not self.overdue_at(position_us)
        )

    def untold_at(self, position_us: int) -> bool:
        """Whether something has come by this exercise time that the timers have yet to tell of."""
        moments = (
            (self.to_read, self.ack_due_us, self.told_ack_overdue),
            (self.to_do, self.due_soon_us, self.told_due_soon),
            (self.to_do, self.complete_due_us, self.told_overdue),
        )
        return any(
            asked and at_us is not None and at_us <= position_us and not told
            for asked, at_us, told in moments
        )

    # ── transitions ─────────────────────────────────────────────────────────────────────────
    @transition("state", source=T.DELIVERED, target=T.OPENED)
    def mark_opened(self) -> None:
        """Someone of the unit has it on the screen."""

    @transition("state", source=[T.DELIVERED, T.OPENED], target=T.ACKNOWLEDGED)
    def acknowledge(self) -> None:
        """The unit says it has it. Nothing ever acknowledges itself."""

    @transition("state", source=[T.ACKNOWLEDGED, T.RETURNED], target=T.IN_PROGRESS)
    def start(self) -> None:
        """Work begins, or begins again after a return."""

    @transition("state", source=T.IN_PROGRESS, target=T.COMPLETED)
    def complete(self) -> None:
        """The unit says it is done."""

    @transition("state", source=T.COMPLETED, target=T.VERIFIED)
    def verify(self) -> None:
        """Control has checked it."""

    @transition("state", source=T.COMPLETED, target=T.RETURNED)
    def send_back(self) -> None:
        """Control sends it back with a reason."""

    @transition(
        "state",
        source=[T.DELIVERED, T.OPENED, T.ACKNOWLEDGED, T.IN_PROGRESS, T.RETURNED],
        target=T.WAIVED,
    )
    def waive(self) -> None:
        """Control lets the unit off."""

    @transition(
        "state",
        source=[
            T.DELIVERED,
            T.OPENED,
            T.ACKNOWLEDGED,
            T.IN_PROGRESS,
            T.RETURNED,
            T.COMPLETED,
            T.VERIFIED,
        ],
        target=T.CANCELLED,
    )
    def cancel(self) -> None:
        """Its inject was recalled, or the phase left it behind."""


class Report(models.Model):
    """What a unit reports on a tasking: words, quantities, an official document, files."""

    tasking = models.ForeignKey(Tasking, on_delete=models.PROTECT, related_name="reports")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    author_name = models.CharField(max_length=150)
    at_us = models.BigIntegerField()
    at_wall_us = models.BigIntegerField()
    text = models.TextField(blank=True)
    quantity = models.JSONField(default=dict, blank=True)
    """``{"planned": n, "done": n, "people": n, "unit": "bộ"}``; any of them."""
    document = models.JSONField(default=dict, blank=True)
    """``{"number", "date", "signer", "abstract"}`` of an official document."""
    on_behalf = models.CharField(max_length=10, blank=True)
    key = models.CharField(max_length=36, blank=True)
    """What the sender's page calls it, so that one sent again after a lost answer is kept once."""

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["tasking", "key"], condition=~Q(key=""), name="one_report_per_key"
            )
        ]

    def __str__(self) -> str:
        return self.text[:40]


def _stored_name(attachment: Any, original: str) -> str:
    # A random name: nothing of what the sender typed reaches the file system.
    return f"{attachment.tasking.exercise_id}/{uuid.uuid4().hex}{PurePath(original).suffix.lower()}"


class Attachment(models.Model):
    """A file or photo sent with a report."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    tasking = models.ForeignKey(Tasking, on_delete=models.PROTECT, related_name="attachments")
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="attachments", null=True
    )
    file = models.FileField(upload_to=_stored_name, max_length=200)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name
