"""An inject: one event of the MSEL as this exercise carries it out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from exercise.models.exercise import Exercise
from exercise.models.state import StateField, Stateful
from scenarios.choices import Method, ReleaseMode, Reply, TriggerEvent
from scenarios.phases import Phase
from units.models import Unit
from units.text import TextPairField


class InjectState(models.TextChoices):
    """Life of an inject. Standby injects wait for the director or for a condition."""

    STANDBY = "standby", _("dự phòng")
    SCHEDULED = "scheduled", _("chờ phát")
    HELD = "held", _("tạm giữ")
    RELEASED = "released", _("đã phát")
    CLOSED = "closed", _("đã xong")
    SKIPPED = "skipped", _("bỏ qua")
    RECALLED = "recalled", _("thu hồi")


S = InjectState
PENDING = (S.STANDBY, S.SCHEDULED, S.HELD)
"""Not yet released: what nobody but control staff may know of."""


class Inject(Stateful):
    """One event: what is said, to whom, when, and what is expected."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="injects")
    number = models.CharField(_("số"), max_length=20)
    sort_key = models.CharField(max_length=120)
    phase = models.CharField(max_length=16, choices=Phase.choices)
    problem = TextPairField(blank=True)
    sender = TextPairField(_("nơi gửi"), blank=True)
    method = models.CharField(max_length=16, choices=Method.choices, default=Method.DOCUMENT)
    title = TextPairField(_("tiêu đề"))
    content = TextPairField(_("nội dung"), blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    expected_actions = models.JSONField(default=list, blank=True)
    objectives = models.JSONField(default=list, blank=True)
    addressees = models.ManyToManyField(Unit, related_name="+")
    acknowledge_within_s = models.PositiveIntegerField(null=True, blank=True)
    complete_within_s = models.PositiveIntegerField(null=True, blank=True)
    mandatory = models.BooleanField(default=False)
    reply = models.CharField(max_length=12, choices=Reply.choices, default=Reply.NONE)
    mode = models.CharField(max_length=8, choices=ReleaseMode.choices, default=ReleaseMode.AUTO)
    trigger_inject = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="triggers"
    )
    trigger_event = models.CharField(max_length=10, choices=TriggerEvent.choices, blank=True)
    trigger_delay_s = models.PositiveIntegerField(default=0)
    added_on_the_fly = models.BooleanField(default=False)

    state = StateField(_("tình trạng"), choices=InjectState.choices, default=S.STANDBY)
    planned_us = models.BigIntegerField(null=True, blank=True)
    """Play time in the plan; ``None`` for one that waits for a condition or the director."""
    due_us = models.BigIntegerField(null=True, blank=True)
    """Play time at which it is released: set when its phase starts or its condition is met."""
    overdue_wall_us = models.BigIntegerField(null=True, blank=True)
    """Set while it waits in the overdue queue for the director's decision."""
    released_us = models.BigIntegerField(null=True, blank=True)
    released_wall_us = models.BigIntegerField(null=True, blank=True)
    lateness_us = models.BigIntegerField(null=True, blank=True)
    """Wall µs between the due moment and the release; ``None`` when released by hand."""
    closed_us = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("sort_key",)
        verbose_name = _("tình huống")
        constraints = [
            models.UniqueConstraint(fields=["exercise", "number"], name="one_inject_per_number")
        ]
        indexes = [
            models.Index(
                fields=["exercise", "due_us"],
                condition=Q(state="scheduled"),
                name="inject_scheduled_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    # ── transitions ─────────────────────────────────────────────────────────────────────────
    @transition("state", source=S.STANDBY, target=S.SCHEDULED)
    def schedule(self) -> None:
        """A condition was met, or the director gave it a time."""

    @transition("state", source=S.SCHEDULED, target=S.HELD)
    def hold(self) -> None:
        """The director holds it back."""

    @transition("state", source=S.HELD, target=S.SCHEDULED)
    def unhold(self) -> None:
        """Let go of; at once if its moment has passed."""

    @transition("state", source=[S.STANDBY, S.SCHEDULED, S.HELD], target=S.RELEASED)
    def release(self) -> None:
        """Delivered to its addressees."""

    @transition("state", source=S.RELEASED, target=S.CLOSED)
    def close(self) -> None:
        """Everything asked for is done."""

    @transition("state", source=S.CLOSED, target=S.RELEASED)
    def reopen(self) -> None:
        """Work was returned, or a correction must be acknowledged."""

    @transition("state", source=[S.STANDBY, S.SCHEDULED, S.HELD], target=S.SKIPPED)
    def skip(self) -> None:
        """Left out."""

    @transition("state", source=S.SKIPPED, target=S.SCHEDULED)
    def restore(self) -> None:
        """The skip is taken back."""

    @transition("state", source=S.SKIPPED, target=S.STANDBY)
    def restore_standby(self) -> None:
        """The skip of a standby inject is taken back."""

    @transition("state", source=[S.RELEASED, S.CLOSED], target=S.RECALLED)
    def recall(self) -> None:
        """Taken back: addressees see it struck out with the reason."""


class InjectVersion(models.Model):
    """What an inject said before it was corrected."""

    inject = models.ForeignKey(Inject, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    title = TextPairField()
    content = TextPairField(blank=True)
    until_us = models.BigIntegerField()

    class Meta:
        ordering = ("version",)

    def __str__(self) -> str:
        return f"{self.inject_id} v{self.version}"


# Where an inject stands on the plan's axis, whether or not its phase has begun.
WHEN_US = Coalesce("due_us", "planned_us")
