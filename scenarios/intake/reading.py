"""What every reader answers: sheets of typed cells, and what the file tells about the drill. Pure.

Rows and columns keep the places that people see in their own program, so that a problem can name
them; nothing is interpreted here (``times``, ``rows``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from scenarios.intake.mapping import Mapping

Value = str | int | float | bool | datetime | date | time | timedelta | None
"""One cell. Dates and times come typed from a workbook, as text from everything else. A list (of
addressees, of expected actions) is one text, its items on lines of their own."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. ``rows[0]`` is the row that people call ``first_row``; rows may differ in length.

    JSON formats count the items of their list from 1; their header is row 0, which is not in
    ``rows``.
    """

    name: str
    rows: tuple[tuple[Value, ...], ...]
    first_row: int = 1
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class OutlinePhase:
    """A phase, move or stage that the file names, in its order."""

    name: str
    starts_s: int | None = None
    """Seconds since the exercise's start, if the file says."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What the file tells about the drill itself, for a scenario made of nothing else."""

    title: str = ""
    summary: str = ""
    starts_at: datetime | None = None
    """Aware, or naive in the zone of the scenario."""
    timezone: str = ""
    duration_s: int | None = None
    phases: tuple[OutlinePhase, ...] = ()
    units: tuple[str, ...] = ()
    """Names as the rows write them in the column of addressees."""
    objectives: tuple[tuple[str, str], ...] = ()
    """(code or "", title)."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the whole file that the planner should know, such as what was left out."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that could be read.

    Attributes:
        format: ``xlsx``, ``csv``, ``tsv``, ``openaev``, ``blueprint``, ``t3sf``, ``cexf``,
            ``livefire``.
        sheets: at least one, in the order of the file.
        mapping: what the columns mean where the format itself says so; ``None``: to be guessed.
        outline: what the file tells about the drill itself.
    """

    format: str
    sheets: tuple[Sheet, ...]
    mapping: Mapping | None = None
    outline: Outline = field(default_factory=Outline)
    remarks: tuple[Remark, ...] = ()


class Unreadable(Exception):
    """The file cannot be read at all; nothing was written.

    Attributes:
        code: a stable word, such as ``password`` or ``too_many_rows``.
        message: a sentence for the reader, in their language.
        hint: what to do about it.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.code, self.message, self.hint = code, message, hint


class OwnFormat(Unreadable):
    """A whole scenario in the product's own YAML or JSON, which ``scenarios.reading`` reads."""
