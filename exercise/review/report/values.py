"""The after-action report as one value: what the page, the DOCX, the PDF, the workbook and the JSON
file are all drawn from, so that they say the same. Frozen, plain, without a database behind it.

Words are in the report's language. Times are integers: ``*_us`` is exercise time in microseconds
(play, stand-downs cut out), ``*_wall_us`` wall time. ``Report.stamp`` and
``exercise.review.report.words`` turn them into what people read. ``seq`` is the number of a journal
entry: the moment of the replay at which the reader can see for themselves; ``None`` where nothing
happened.

Every section has a ``finding``: one generated sentence that says what its chart shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from exercise.review.facts import Spread
from scenarios.calendar import DrillCalendar


class UnitName(NamedTuple):
    """A unit as headings and rows call it."""

    code: str
    short: str
    name: str


class Tick(NamedTuple):
    """A mark on an axis."""

    at_us: int
    label: str


# ── head ────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Head:
    """What is reported on, and whether its journal is whole.

    Attributes:
        warning: empty where the journal is verified; otherwise the sentence that stands before
            anything else, on the first page, in every format.
        first_day, last_day: dates of the drill's own calendar.
        run: the exercise's code, which tells runs of one scenario apart.
        journal_head: hash of the newest entry the report was made of; what a signature names.
        started_wall_us, ended_wall_us: STARTEX and ENDEX; ``None`` before them.
    """

    title: str
    organisation: str
    warning: str
    verified: bool
    broken_seq: int | None
    entries: int
    journal_head: str
    run: str
    rehearsal: bool
    status: str
    status_label: str
    scenario_version: int
    first_day: date
    last_day: date
    starts_at: datetime
    timezone: str
    units: tuple[UnitName, ...]
    phase_count: int
    played_us: int
    started_wall_us: int | None
    ended_wall_us: int | None


# ── key figures ─────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Slowest:
    """The acknowledgement that took longest."""

    unit: UnitName
    number: str
    title: str
    after_us: int
    seq: int


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The numbers at the top.

    Attributes:
        total: injects of the exercise, those added on the day among them.
        waiting: neither released nor skipped (standby ones whose condition was never met).
        on_time: of the ``released``, those of which no unit exceeded a limit.
        acknowledgement: exercise time from delivery to the first acknowledgement, over all units.
        objectives_met: of the ``objectives_rated``, those rated P or S.
        mandatory_in_time: of ``mandatory`` taskings that counted, completed within their limit.
    """

    finding: str
    total: int
    released: int
    skipped: int
    recalled: int
    added: int
    waiting: int
    on_time: int
    on_time_percent: int | None
    taskings: int
    acknowledgement: Spread
    completion: Spread
    slowest: Slowest | None
    objectives: int
    objectives_rated: int
    objectives_met: int
    mandatory: int
    mandatory_in_time: int


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


# ── 3. objectives ───────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Judgement:
    """One evaluator's rating of one thing."""

    of: str
    """``objective``, ``action`` or ``tasking``."""
    evaluator: str
    rating: str
    note: str
    number: str
    action: str
    seq: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One objective at one unit.

    Attributes:
        rating: P, S, M or U: the worst that an evaluator gave the objective itself; where none did,
            the worst given to the unit's actions and taskings under it. Empty: not rated.
        disagreement: evaluators rated the same thing differently; all are in ``judgements``.
    """

    unit: UnitName
    rating: str
    rating_label: str
    disagreement: bool
    judgements: tuple[Judgement, ...]
    seq: int | None


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """One objective over all units; ``rating`` is the worst of its cells."""

    code: str
    title: str
    rating: str
    rating_label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ObjectiveSection:
    """Objective × unit."""

    title: str
    finding: str
    units: tuple[UnitName, ...]
    rows: tuple[ObjectiveRow, ...]
    legend: tuple[tuple[str, str], ...]


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


# ── 4. observations and what follows ────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class ObservationRow:
    """What an evaluator wrote down.

    Attributes:
        what: ``strength``, ``improvement``, ``observation``; or ``note``, a rating's.
        unit: ``None`` where it is about no unit; likewise ``number`` and ``objective`` empty.
        objectives: codes: the one named, else those of its inject.
        at_us: when it was noted; ``arrived_us``: when it arrived, where it had waited over a minute
            of wall time on the evaluator's device.
    """

    what: str
    what_label: str
    text: str
    place: str
    unit: UnitName | None
    number: str
    inject_title: str
    objectives: tuple[str, ...]
    rating: str
    rating_label: str
    evaluator: str
    at_us: int
    arrived_us: int | None
    seq: int


@dataclass(frozen=True, slots=True)
class ObservationSection:
    """Areas for improvement first, the worst rated first; then strengths; then the rest."""

    title: str
    finding: str
    rows: tuple[ObservationRow, ...]


@dataclass(frozen=True, slots=True)
class CorrectiveAction:
    """One line of the improvement plan.

    Attributes:
        label: how people cite it; ``finding``: what is to be mended; ``measure``: by what.
        unit: whom the finding is about; ``owner``: who carries the measure out.
        state: ``open``, ``in_progress``, ``done``, ``verified`` or ``dropped``.
        observation_seq: of the observation it answers.
    """

    label: str
    finding: str
    measure: str
    unit: UnitName | None
    owner: UnitName
    responsible: str
    due: date
    state: str
    state_label: str
    objective: str
    number: str
    observation_seq: int | None


@dataclass(frozen=True, slots=True)
class ImprovementSection:
    """What is to be done, by whom, until when."""

    title: str
    finding: str
    rows: tuple[CorrectiveAction, ...]


# ── what people wrote and signed ────────────────────────────────────────────────────────────────
class Run(NamedTuple):
    """A piece of a paragraph; with ``seq`` it stands for that moment of the replay."""

    text: str
    seq: int | None


@dataclass(frozen=True, slots=True)
class ChapterText:
    """One chapter of the narrative; ``paragraphs`` is empty where nothing was written."""

    chapter: str
    title: str
    paragraphs: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class Narrative:
    """The version of the report that this is.

    Attributes:
        number: 0 where nobody has begun to write.
        warning: empty; or the sentence that a signed version was not left as it was signed.
        notice: what happened to the journal after the signature, which the report does not count.
        signed_head, content_hash: hashes of the journal and of the version, as signed.
        author: who wrote last.
    """

    number: int
    state: str
    state_label: str
    chapters: tuple[ChapterText, ...]
    author: str
    reviewer: str
    signer: str
    warning: str
    notice: str
    signed_seq: int | None
    signed_head: str
    content_hash: str
    written_wall_us: int | None
    reviewed_wall_us: int | None
    signed_wall_us: int | None


# ── the whole ───────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Report:
    """One exercise's after-action report in one language."""

    language: str
    calendar: DrillCalendar
    head: Head
    key: KeyFigures
    plan: PlanSection
    acknowledgements: AcknowledgementSection
    objectives: ObjectiveSection
    injects: InjectSection
    units: UnitSection
    interruptions: InterruptionSection
    observations: ObservationSection
    improvement: ImprovementSection
    narrative: Narrative

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is said before anything else, on the first page, in every format."""
        return tuple(filter(None, (self.head.warning, self.narrative.warning)))

    @property
    def findings(self) -> tuple[str, ...]:
        """The sections' sentences in the order of the report; the warnings first."""
        sections = (
            self.key,
            self.plan,
            self.acknowledgements,
            self.objectives,
            self.injects,
            self.units,
            self.interruptions,
            self.observations,
            self.improvement,
        )
        said = (*self.warnings, *(section.finding for section in sections))
        return tuple(sentence for sentence in said if sentence)

    def stamp(self, play_us: int | None, *, before_break: bool = False) -> str:
        """Exercise day and time as people read it, ``N1 10:42`` / ``D1 10:42``; empty of ``None``.

        Args:
            before_break: for an end: where a stand-down begins there, the time before it.
        """
        if play_us is None:
            return ""
        return self.calendar.label(play_us, language=self.language, before_break=before_break)
