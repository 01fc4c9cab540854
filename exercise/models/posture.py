"""How far one unit has carried out what was ordered: the heart of the product.

A posture is no armed-forces readiness level; the states of national defence are decided nationally
and received by a department.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_fsm import transition

from exercise.models.exercise import Exercise
from exercise.models.state import Sentence, StateField, Stateful, guard
from scenarios.phases import Phase
from units.models import Unit


class PostureState(models.TextChoices):
    """One unit's way through the three phases."""

    PEACETIME = "peacetime", _("thời bình")
    TRANSITIONING = "transitioning", _("đang chuyển trạng thái")
    TRANSITION_REPORTED = "transition_reported", _("đã báo cáo chuyển xong")
    ON_WAR_FOOTING = "on_war_footing", _("đã chuyển sang thời chiến")
    PREPARING = "preparing", _("đang chuẩn bị")
    PREPARATION_REPORTED = "preparation_reported", _("đã báo cáo chuẩn bị xong")
    PREPARED = "prepared", _("chuẩn bị xong")
    EXECUTING = "executing", _("đang thực hành")
    EXECUTION_REPORTED = "execution_reported", _("đã báo cáo hoàn thành")
    ACCOMPLISHED = "accomplished", _("hoàn thành nhiệm vụ")


P = PostureState
PHASE_OF = {
    P.TRANSITIONING: Phase.TRANSITION,
    P.TRANSITION_REPORTED: Phase.TRANSITION,
    P.ON_WAR_FOOTING: Phase.TRANSITION,
    P.PREPARING: Phase.PREPARATION,
    P.PREPARATION_REPORTED: Phase.PREPARATION,
    P.PREPARED: Phase.PREPARATION,
    P.EXECUTING: Phase.EXECUTION,
    P.EXECUTION_REPORTED: Phase.EXECUTION,
    P.ACCOMPLISHED: Phase.EXECUTION,
}
"""The phase each state belongs to; peacetime belongs to none."""

WORKING = (P.TRANSITIONING, P.PREPARING, P.EXECUTING)
REPORTED = (P.TRANSITION_REPORTED, P.PREPARATION_REPORTED, P.EXECUTION_REPORTED)
CONFIRMED = (P.ON_WAR_FOOTING, P.PREPARED, P.ACCOMPLISHED)


def _mandatory_done(posture: Posture) -> list[Sentence]:
    numbers = posture.open_mandatory_numbers()
    if not numbers:
        return []
    return [
        ngettext(
            "Còn %(count)d việc bắt buộc chưa xong: %(numbers)s.",
            "Còn %(count)d việc bắt buộc chưa xong: %(numbers)s.",
            len(numbers),
        )
        % {"count": len(numbers), "numbers": ", ".join(numbers)}
    ]


mandatory_done = guard(_mandatory_done)


class Posture(Stateful):
    """One unit in one exercise."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="postures")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="postures")
    order = models.PositiveSmallIntegerField(default=0)
    state = StateField(_("trạng thái"), choices=PostureState.choices, default=P.PEACETIME)
    since_us = models.BigIntegerField(default=0)
    since_wall_us = models.BigIntegerField(default=0)
    return_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("order", "pk")
        constraints = [
            models.UniqueConstraint(fields=["exercise", "unit"], name="one_posture_per_unit")
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.get_state_display()}"

    @property
    def phase(self) -> Phase | None:
        """The phase this state belongs to."""
        return PHASE_OF.get(PostureState(self.state))

    @property
    def step(self) -> int:
        """1 working, 2 reported, 3 confirmed in its phase; 0 in peacetime."""
        for step, states in enumerate((WORKING, REPORTED, CONFIRMED), start=1):
            if self.state in states:
                return step
        return 0

    def open_mandatory_numbers(self) -> list[str]:
        """Numbers of this phase's mandatory injects the unit has received and not finished."""
        from exercise.models.tasking import Tasking

        return list(
            Tasking.objects.open()
            .filter(
                exercise_id=self.exercise_id,
                unit_id=self.unit_id,
                inject__mandatory=True,
                inject__phase=self.phase,
            )
            .order_by("inject__sort_key")
            .values_list("inject__number", flat=True)
        )

    # Orders come with the phase; the chain has one name per step so that the journal reads plainly.
    @transition("state", source=P.PEACETIME, target=P.TRANSITIONING)
    def order_transition(self) -> None:
        """Ordered into the peace-to-war transition."""

    @transition("state", source=P.ON_WAR_FOOTING, target=P.PREPARING)
    def order_preparation(self) -> None:
        """Ordered to prepare."""

    @transition("state", source=P.PREPARED, target=P.EXECUTING)
    def order_execution(self) -> None:
        """Ordered to execute."""

    @transition(
        "state", source=P.TRANSITIONING, target=P.TRANSITION_REPORTED, conditions=[mandatory_done]
    )
    def report_transition(self) -> None:
        """The unit reports the transition complete."""

    @transition(
        "state", source=P.PREPARING, target=P.PREPARATION_REPORTED, conditions=[mandatory_done]
    )
    def report_preparation(self) -> None:
        """The unit reports its preparation complete."""

    @transition(
        "state", source=P.EXECUTING, target=P.EXECUTION_REPORTED, conditions=[mandatory_done]
    )
    def report_execution(self) -> None:
        """The unit reports its task carried out."""

    @transition(
        "state",
        source=P.TRANSITION_REPORTED,
        target=P.ON_WAR_FOOTING,
        conditions=[mandatory_done],
    )
    def confirm_transition(self) -> None:
        """The director confirms."""

    @transition(
        "state", source=P.PREPARATION_REPORTED, target=P.PREPARED, conditions=[mandatory_done]
    )
    def confirm_preparation(self) -> None:
        """The director confirms."""

    @transition(
        "state", source=P.EXECUTION_REPORTED, target=P.ACCOMPLISHED, conditions=[mandatory_done]
    )
    def confirm_execution(self) -> None:
        """The director confirms."""

    @transition("state", source=P.TRANSITION_REPORTED, target=P.TRANSITIONING)
    def return_transition(self) -> None:
        """The director returns the report for rework."""

    @transition("state", source=P.PREPARATION_REPORTED, target=P.PREPARING)
    def return_preparation(self) -> None:
        """The director returns the report for rework."""

    @transition("state", source=P.EXECUTION_REPORTED, target=P.EXECUTING)
    def return_execution(self) -> None:
        """The director returns the report for rework."""
