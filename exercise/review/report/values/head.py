"""The head of the report and the numbers at its top."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from exercise.review.facts import Spread
from exercise.review.report.values.names import UnitName


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
