"""The course of the drill: phases, what stopped the clock, acknowledgements, injects, units."""

from __future__ import annotations

from dataclasses import dataclass

from exercise.review.facts import Spread
from exercise.review.report.values.names import Tick, UnitName


# ── 1. plan against actual ──────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Mark:
    """An inject on its phase's bar."""

    number: str
    title: str
    at_us: int
    late: bool
    seq: int


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """One phase as planned and as it was.

    Attributes:
        started_us, ended_us: ``None`` where it did not begin, or has not ended.
        difference_us: exercise time by which it ended later (+) or earlier (-) than planned.
        override_reason: why its gate was passed with something missing (``unmet``: the codes).
    """

    phase: str
    number: int
    title: str
    planned_start_us: int
    planned_end_us: int
    started_us: int | None
    ended_us: int | None
    started_seq: int | None
    ended_seq: int | None
    difference_us: int | None
    wall_length_us: int | None
    released: int
    on_time: int
    late: int
    override_reason: str
    unmet: tuple[str, ...]
    marks: tuple[Mark, ...]
    finding: str


@dataclass(frozen=True, slots=True)
class PlanSection:
    """Plan against actual. The axis is exercise time, so stand-downs take no room on it."""

    title: str
    finding: str
    axis_from_us: int
    axis_to_us: int
    ticks: tuple[Tick, ...]
    phases: tuple[PhaseRow, ...]


@dataclass(frozen=True, slots=True)
class Interruption:
    """A time in which the clock stood, or a moment at which it was moved.

    Attributes:
        kind: ``pause``, ``stand_down``, ``real_world``, ``outage``, ``jump``, ``pace`` or
            ``wall_clock``.
        label: the kind in words.
        wall_length_us: how long the clock stood; ``None`` for what has no length, or goes on.
        skipped_us: exercise time passed over by a jump; 0 for the others.
        words: the reason given, the place, the new pace.
    """

    kind: str
    label: str
    at_us: int
    before_break: bool
    wall_length_us: int | None
    skipped_us: int
    words: str
    seq: int


@dataclass(frozen=True, slots=True)
class InterruptionSection:
    """Everything that stopped, moved or paced the clock, in order."""

    title: str
    finding: str
    rows: tuple[Interruption, ...]


# ── 2. acknowledgements ─────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Point:
    """One acknowledgement of one unit: a dot, or a triangle where it was over its limit."""

    number: str
    title: str
    after_us: int
    over: bool
    seq: int


@dataclass(frozen=True, slots=True)
class Strip:
    """One unit's line of the strip plot; ``unanswered`` were never acknowledged."""

    unit: UnitName
    points: tuple[Point, ...]
    spread: Spread
    unanswered: int


@dataclass(frozen=True, slots=True)
class AcknowledgementSection:
    """Time to acknowledge, in exercise time, per unit. The axis is a square root, as it says.

    Attributes:
        limit_us: the limit most injects had; ``None`` where none had one. A point is ``over`` by
            its own inject's limit, which may be another.
    """

    title: str
    finding: str
    limit_us: int | None
    axis_to_us: int
    ticks: tuple[Tick, ...]
    strips: tuple[Strip, ...]


# ── injects and units ───────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class InjectRow:
    """One inject, what became of it.

    Attributes:
        state: ``released``, ``recalled``, ``skipped``, ``held`` or ``waiting``.
        due_us: when it was first due: planned, shifted with its phase; or when its condition said.
        late_us, late_wall_us: how long after ``due_us`` it was released, in exercise time; and wall
            time, which only the timers know.
        units: asked; of these ``acknowledged``, ``completed``, ``overdue``.
        words: why it was recalled.
    """

    number: str
    title: str
    phase_number: int
    state: str
    state_label: str
    mandatory: bool
    added: bool
    how: str
    planned_us: int | None
    due_us: int | None
    released_us: int | None
    late_us: int | None
    late_wall_us: int | None
    on_time: bool | None
    units: int
    acknowledged: int
    completed: int
    overdue: int
    acknowledgement: Spread
    completion: Spread
    corrections: int
    resent: int
    words: str
    seq: int | None


@dataclass(frozen=True, slots=True)
class InjectSection:
    """Every inject in the order of the numbers."""

    title: str
    finding: str
    rows: tuple[InjectRow, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """How one unit went through one phase: exercise time from the order to report and
    confirmation.
    """

    phase_number: int
    ordered_us: int
    reported_after_us: int | None
    confirmed_after_us: int | None
    returned: int
    seq: int


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit's work.

    Attributes:
        taskings: delivered to it; ``waived`` and ``cancelled`` of these were taken off it.
        overdue: those of which a limit passed, for the acknowledgement or the work.
        reworks: how often work was returned.
        peak: the most taskings delivered within 15 minutes of exercise time; ``peak_from_us``.
    """

    unit: UnitName
    taskings: int
    acknowledged: int
    completed: int
    overdue: int
    waived: int
    cancelled: int
    reworks: int
    mandatory: int
    mandatory_in_time: int
    peak: int
    peak_from_us: int | None
    opening: Spread
    acknowledgement: Spread
    completion: Spread
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class UnitSection:
    """Load, mandatory work and postures, per unit."""

    title: str
    finding: str
    rows: tuple[UnitRow, ...]
