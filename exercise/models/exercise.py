"""The exercise: its status, its phase, its clock, its calendar; and the phases and stand-downs it
was given.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from exercise.clock import Clock
from exercise.models.state import Sentence, StateField, Stateful, guard
from scenarios.calendar import DrillCalendar
from scenarios.phases import PLAYED, Phase
from units.text import TextPairField


class Status(models.TextChoices):
    """Life of an exercise. Only a director ends it; it never ends itself."""

    PLANNED = "planned", _("chưa bắt đầu")
    RUNNING = "running", _("đang chạy")
    PAUSED = "paused", _("tạm dừng")
    ENDED = "ended", _("đã kết thúc")
    CLOSED = "closed", _("đã đóng hồ sơ")


IN_PLAY = frozenset({Status.RUNNING, Status.PAUSED})
OVER = frozenset({Status.ENDED, Status.CLOSED})

BOARD_LINK_US = 7 * 24 * 3600 * 1_000_000
"""A share link lasts so long after it was made or extended; in play, after the newest entry."""
BOARD_AFTER_END_US = 12 * 3600 * 1_000_000
"""After ENDEX the wall is still wanted for the hot wash, and no longer."""


class StopReason(models.TextChoices):
    """Why the clock stands."""

    NONE = "", ""
    DIRECTOR = "director", _("Tổng đạo diễn tạm dừng")
    STAND_DOWN = "stand_down", _("tạm nghỉ theo kế hoạch")
    REAL_WORLD = "real_world", _("tình huống thật")
    OUTAGE = "outage", _("hệ thống gián đoạn")


class OverduePolicy(models.TextChoices):
    """What becomes of injects whose moment passed while the timers were down."""

    RELEASE = "release", _("phát ngay")
    SPACE = "space", _("phát giãn cách")
    HOLD = "hold", _("chờ tổng đạo diễn quyết định")


def _real_world_lifted(exercise: Exercise) -> list[Sentence]:
    if exercise.real_world_wall_us is None:
        return []
    return [_("Đang có tình huống thật: tổng đạo diễn phải gỡ báo động trước.")]


def _gate_open(exercise: Exercise) -> list[Sentence]:
    if exercise.override_reason:
        return []
    from exercise.models.gate import gate_of

    return [condition.missing for condition in gate_of(exercise).unmet]


def _board_token() -> str:
    return secrets.token_urlsafe(18)


real_world_lifted = guard(_real_world_lifted)
gate_open = guard(_gate_open)


class Exercise(Stateful):
    """One run of a scenario. All its changes go through ``exercise.conduct``."""

    code = models.SlugField(_("mã"), max_length=60, unique=True)
    scenario = models.ForeignKey(
        "scenarios.Scenario", on_delete=models.PROTECT, related_name="exercises"
    )
    title = TextPairField(_("tên cuộc diễn tập"))
    timezone = models.CharField(max_length=40, default="Asia/Ho_Chi_Minh")
    zero = models.DateTimeField(_("thời điểm bắt đầu theo lịch diễn tập"))
    rehearsal = models.BooleanField(_("diễn tập thử"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    status = StateField(_("tình trạng"), choices=Status.choices, default=Status.PLANNED)
    phase = StateField(_("giai đoạn"), choices=Phase.choices, default=Phase.BEFORE)

    anchor_wall_us = models.BigIntegerField(default=0)
    anchor_us = models.BigIntegerField(default=0)
    rate_permille = models.PositiveIntegerField(default=1000)
    running = models.BooleanField(default=False)
    clock_version = models.PositiveIntegerField(default=0)
    last_wall_us = models.BigIntegerField(default=0)
    """Wall time of the newest journal entry: by then this exercise was certainly being played."""

    started_wall_us = models.BigIntegerField(null=True, blank=True)
    ended_wall_us = models.BigIntegerField(null=True, blank=True)
    stop_reason = models.CharField(
        max_length=12, choices=StopReason.choices, default=StopReason.NONE, blank=True
    )
    stand_down = models.ForeignKey(
        "exercise.StandDown", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resume_wall_us = models.BigIntegerField(null=True, blank=True)
    stand_downs_taken_us = models.BigIntegerField(default=-1)
    real_world_wall_us = models.BigIntegerField(null=True, blank=True)
    real_world_place = models.CharField(max_length=200, blank=True)
    real_world_words = models.CharField(max_length=500, blank=True)
    real_world_by = models.CharField(max_length=150, blank=True)

    evaluation_published = models.BooleanField(default=False, db_default=False)
    """Whether units may read what evaluators wrote of them."""
    overdue_policy = models.CharField(
        max_length=8, choices=OverduePolicy.choices, default=OverduePolicy.HOLD
    )
    overdue_spacing_s = models.PositiveIntegerField(default=300)
    overdue_after_s = models.PositiveIntegerField(default=5)
    outage_after_s = models.PositiveIntegerField(default=30)

    # A lower bound of the next moment (µs of play) at which a timer has work; the sweep
    # makes it exact.
    next_due_us = models.BigIntegerField(null=True, blank=True)
    # The same of deadlines alone: until then a sweep need not look for them. Of a drill that an
    # earlier version has left nothing is known: its first sweep looks.
    next_deadline_us = models.BigIntegerField(null=True, blank=True, default=None, db_default=0)
    board_token = models.CharField(max_length=40, default=_board_token, unique=True)
    board_until_wall_us = models.BigIntegerField(null=True, blank=True)
    """Until when a director said that the share link works; see ``board_ends_wall_us``."""
    journal_seq = models.PositiveIntegerField(default=0)
    journal_head = models.CharField(max_length=64, default="", blank=True)

    override_reason: str = ""
    """Set for the length of one command when a director passes the gate by decision."""

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("cuộc diễn tập")
        indexes = [
            models.Index(fields=["running"], condition=Q(running=True), name="exercise_running")
        ]

    def __str__(self) -> str:
        return str(self.title)

    # ── clock and calendar ──────────────────────────────────────────────────────────────────
    @property
    def clock(self) -> Clock:
        return Clock(self.anchor_wall_us, self.anchor_us, self.rate_permille, self.running)

    def set_clock(self, clock: Clock) -> None:
        """Take over an anchor; counts the version so that a page knows the newer of two."""
        self.anchor_wall_us, self.anchor_us = clock.anchor_wall_us, clock.anchor_us
        self.rate_permille, self.running = clock.rate_permille, clock.running
        self.clock_version += 1

    @cached_property
    def calendar(self) -> DrillCalendar:
        local = self.zero.astimezone(ZoneInfo(self.timezone))
        return DrillCalendar.of(local, [(s.from_us, s.to_us) for s in self.stand_downs.all()])

    @property
    def in_play(self) -> bool:
        """Started and not ended: what commands on injects and taskings ask for."""
        return self.status in IN_PLAY

    @property
    def over(self) -> bool:
        """Ended, whether or not its file is closed."""
        return self.status in OVER

    @property
    def lessons_published(self) -> bool:
        """Over, and the director has published what is to be learnt: units see their actions."""
        return self.over and self.evaluation_published

    @property
    def board_ends_wall_us(self) -> int:
        """When the board's share link stops working, unless something happens before.

        A wall must not go dark while a drill is being played, however long that takes; a drill that
        nobody plays any more, or that is over, is not shown to the world for ever.
        """
        said = self.board_until_wall_us or 0
        if self.ended_wall_us is not None:
            return max(said, self.ended_wall_us + BOARD_AFTER_END_US)
        made = round(self.created_at.timestamp() * 1_000_000)
        return max(said, made + BOARD_LINK_US, self.last_wall_us + BOARD_LINK_US)

    @property
    def board_ends_at(self) -> datetime:
        """The same as a date in the exercise's own zone."""
        ends = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.board_ends_wall_us)
        return ends.astimezone(ZoneInfo(self.timezone))

    @property
    def in_stand_down(self) -> bool:
        return self.stop_reason == StopReason.STAND_DOWN

    @property
    def before_break(self) -> bool:
        """The clock stands where a stand-down begins, whatever stopped it since: 11:30, not 13:00.

        Both are one moment of play.
        """
        return self.stand_down_id is not None

    @cached_property
    def phases(self) -> list[ExercisePhase]:
        """The played phases in order."""
        order = {phase: place for place, phase in enumerate(PLAYED)}
        return sorted(self.phase_rows.all(), key=lambda row: order[Phase(row.phase)])

    @property
    def current(self) -> ExercisePhase | None:
        """The phase being played, ``None`` before the first and after the last."""
        return next((row for row in self.phases if row.phase == self.phase), None)

    # ── status ──────────────────────────────────────────────────────────────────────────────
    @transition("status", source=Status.PLANNED, target=Status.RUNNING)
    def start(self) -> None:
        """STARTEX."""

    @transition("status", source=Status.RUNNING, target=Status.PAUSED)
    def pause(self) -> None:
        """The clock stops."""

    @transition(
        "status", source=Status.PAUSED, target=Status.RUNNING, conditions=[real_world_lifted]
    )
    def resume(self) -> None:
        """The clock goes on."""

    @transition("status", source=[Status.RUNNING, Status.PAUSED], target=Status.ENDED)
    def end(self) -> None:
        """ENDEX, by a director."""

    @transition("status", source=Status.ENDED, target=Status.CLOSED)
    def close(self) -> None:
        """The file is closed: nothing more is added to the journal."""

    # ── phase ───────────────────────────────────────────────────────────────────────────────
    @transition("phase", source=Phase.BEFORE, target=Phase.TRANSITION)
    def open_transition(self) -> None:
        """Phase 1 begins with STARTEX."""

    @transition("phase", source=Phase.TRANSITION, target=Phase.PREPARATION, conditions=[gate_open])
    def open_preparation(self) -> None:
        """Phase 2, through the first gate."""

    @transition("phase", source=Phase.PREPARATION, target=Phase.EXECUTION, conditions=[gate_open])
    def open_execution(self) -> None:
        """Phase 3, through the second gate."""

    @transition("phase", source=Phase.EXECUTION, target=Phase.AFTER, conditions=[gate_open])
    def finish(self) -> None:
        """After the last phase, through the third gate; the exercise still runs until ENDEX."""


OPENING = {
    Phase.BEFORE: "open_transition",
    Phase.TRANSITION: "open_preparation",
    Phase.PREPARATION: "open_execution",
    Phase.EXECUTION: "finish",
}
"""The transition that leaves each phase."""


class ExercisePhase(models.Model):
    """One phase of one exercise: as planned and as it was (play µs, wall µs)."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="phase_rows")
    phase = models.CharField(max_length=16, choices=Phase.choices)
    title = TextPairField()
    planned_start_us = models.BigIntegerField()
    planned_end_us = models.BigIntegerField()
    started_us = models.BigIntegerField(null=True, blank=True)
    ended_us = models.BigIntegerField(null=True, blank=True)
    started_wall_us = models.BigIntegerField(null=True, blank=True)
    ended_wall_us = models.BigIntegerField(null=True, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exercise", "phase"], name="one_row_per_phase")
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def number(self) -> int:
        return PLAYED.index(Phase(self.phase)) + 1


class StandDown(models.Model):
    """A planned break, in calendar µs since the exercise's time zero."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="stand_downs")
    title = TextPairField()
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField()

    class Meta:
        ordering = ("from_us",)

    def __str__(self) -> str:
        return str(self.title)
