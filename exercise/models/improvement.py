"""What a drill taught to be mended: corrective actions, and the history of each.

Doctrine: HSEEP 2020, improvement planning: every area for improvement gets corrective actions with
an owner and a date, which are tracked until they are carried out, whatever becomes of the drill.

An action outlives its drill by months, so its history is a table of its own and not the drill's
journal: that one ends when the file is closed, and its head hash stands in the signed report. The
database refuses to change or delete what is in the history, as it does for the journal.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_fsm import transition

from exercise.models.exercise import Exercise
from exercise.models.state import StateField, Stateful
from units.models import Unit


class ActionState(models.TextChoices):
    """Life of a corrective action."""

    OPEN = "open", pgettext_lazy("corrective action", "chờ thực hiện")
    IN_PROGRESS = "in_progress", pgettext_lazy("corrective action", "đang thực hiện")
    DONE = "done", pgettext_lazy("corrective action", "đã làm, chờ kiểm tra")
    VERIFIED = "verified", pgettext_lazy("corrective action", "đã kiểm tra")
    DROPPED = "dropped", pgettext_lazy("corrective action", "không thực hiện")


A = ActionState

ACTION_TO_DO = frozenset({A.OPEN, A.IN_PROGRESS})
"""The owner has work left: what can be due or overdue, and what may still be reworded."""

ACTION_UNSETTLED = ACTION_TO_DO | {A.DONE}
"""Nobody has confirmed yet that it was mended: what the next drill should look at."""


class CorrectiveAction(Stateful):
    """One measure against one finding. All its changes go through ``conduct.improvement``.

    Objective and training problem are named by their codes in the drill's scenario, the observation
    by the number of its journal entry: all three are sealed and never change.
    """

    exercise = models.ForeignKey(
        Exercise, on_delete=models.PROTECT, related_name="corrective_actions"
    )
    number = models.PositiveIntegerField()
    finding = models.TextField(gettext_lazy("Hạn chế"))
    measure = models.TextField(gettext_lazy("Biện pháp"))
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    """Whom the finding is about."""
    objective = models.CharField(max_length=20, blank=True)
    problem = models.CharField(max_length=20, blank=True)
    inject_number = models.CharField(max_length=20, blank=True)
    source_seq = models.PositiveIntegerField(null=True, blank=True)

    owner = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="corrective_actions")
    responsible = models.CharField(gettext_lazy("Người phụ trách"), max_length=150, blank=True)
    due = models.DateField(pgettext_lazy("corrective action", "Hạn"))
    state = StateField(choices=ActionState.choices, default=ActionState.OPEN)
    revision = models.PositiveIntegerField(default=1)
    """Goes up with every change; who edits names the one seen."""

    class Meta:
        ordering = ("due", "exercise", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["exercise", "number"], name="one_corrective_action_per_number"
            )
        ]
        indexes = [models.Index(fields=["state", "due"], name="corrective_action_due")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """How people cite it, within its drill."""
        return _("BP %d") % self.number

    @property
    def to_do(self) -> bool:
        return self.state in ACTION_TO_DO

    def overdue(self, today: date) -> bool:
        """Whether the owner has let the day pass: the due day itself is still in time."""
        return self.to_do and self.due < today

    # ── state ───────────────────────────────────────────────────────────────────────────────
    @transition("state", source=A.OPEN, target=A.IN_PROGRESS)
    def begin(self) -> None:
        """The owner has taken it up."""

    @transition("state", source=A.IN_PROGRESS, target=A.DONE)
    def finish(self) -> None:
        """The owner says that it is carried out."""

    @transition("state", source=A.DONE, target=A.VERIFIED)
    def verify(self) -> None:
        """Control has seen that it was carried out."""

    @transition("state", source=A.DONE, target=A.OPEN)
    def reopen(self) -> None:
        """Control has seen that it was not, or not enough."""

    @transition("state", source=[A.OPEN, A.IN_PROGRESS, A.DONE], target=A.DROPPED)
    def drop(self) -> None:
        """It will not be carried out, for a reason."""


class CorrectiveActionChange(models.Model):
    """One thing that was done with an action: who, when, from what to what, and why. Never changed.

    ``from_state`` is empty for the first. ``reworded`` holds what was edited, ``{field:
    [old, new]}``: units by code, dates as ISO 8601.
    """

    action = models.ForeignKey(CorrectiveAction, on_delete=models.PROTECT, related_name="changes")
    wall_us = models.BigIntegerField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=12)
    from_state = models.CharField(max_length=24, choices=ActionState.choices, blank=True)
    to_state = models.CharField(max_length=24, choices=ActionState.choices)
    reason = models.CharField(max_length=1000, blank=True)
    reworded = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.action_id}: {self.from_state} → {self.to_state}"

    @property
    def inject_number(self) -> str:
        """What the line of the log names."""
        return self.action.inject_number


__all__ = [
    "ACTION_TO_DO",
    "ACTION_UNSETTLED",
    "ActionState",
    "CorrectiveAction",
    "CorrectiveActionChange",
]
