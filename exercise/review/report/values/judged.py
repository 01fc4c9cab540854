"""What evaluators judged and wrote down, and what is to be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exercise.review.report.values.names import UnitName


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
