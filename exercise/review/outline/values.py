"""Sections of sentences, tables and paragraphs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _

from exercise.review.report.values import Run
from exercise.review.report.words import number

NOTHING = "–"


class Cell(NamedTuple):
    """One cell.

    Attributes:
        text: what it says; it stands for the moment ``seq``, unless ``moment`` does, at its end.
        strong: stands before ``text`` on a line of its own.
    """

    text: str
    seq: int | None = None
    rating: str = ""
    strong: str = ""
    moment: str = ""

    @property
    def line(self) -> str:
        """``text`` with ``moment``."""
        return " · ".join(filter(None, (self.text, self.moment)))


class Column(NamedTuple):
    """A column: its heading, its share of the width; ``numeric`` ones are set to the right, of
    ``whole`` ones no line is broken.
    """

    label: str
    numeric: bool = False
    weight: int = 2
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one row of headings."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One section: what it says first, its tables, its paragraphs."""

    code: str
    title: str
    findings: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    paragraphs: tuple[tuple[Run, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole report. ``warnings`` stand before everything else; ``about`` is under the title."""

    language: str
    warnings: tuple[str, ...]
    title: str
    subtitle: str
    about: tuple[str, ...]
    summary: Part
    figures: Part
    parts: tuple[Part, ...]
    closing: tuple[Part, ...]
    signature: tuple[str, ...]

    @property
    def numbered(self) -> tuple[Part, ...]:
        """The sections that carry a number, in order."""
        return (*self.parts, *self.closing)

    @property
    def notice(self) -> str:
        """What stands on every page: nothing of this was real."""
        with translation.override(self.language):
            return _("DIỄN TẬP – KHÔNG PHẢI TÌNH HUỐNG THẬT")


def part_of(part: int, whole: int) -> str:
    """``41/45``."""
    return f"{number(part)}/{number(whole)}"


LONGEST_WORD = 9
"""Letters of a heading's word for which a column is made wider than its weight; a longer one is
broken, or nothing would be left for the texts.
"""


def widths(
    columns: Sequence[Column], whole: int, *, letter: int = 0, margins: int = 0
) -> list[int]:
    """``whole`` shared out by the columns' weights, but to each what the longest word of its
    heading takes; what division leaves over goes to the last.

    Args:
        letter: width of a heading's letter; ``margins``: of a cell's margins.
    """
    least = [
        margins + letter * min(LONGEST_WORD, max(map(len, column.label.split()), default=0))
        for column in columns
    ]
    if sum(least) > whole:
        least = [0] * len(columns)
    narrow: set[int] = set()
    while True:
        shared = [place for place in range(len(columns)) if place not in narrow]
        left = whole - sum(least[place] for place in narrow)
        weights = sum(columns[place].weight for place in shared)
        parts = [
            least[place] if place in narrow else left * column.weight // weights
            for place, column in enumerate(columns)
        ]
        more = {place for place in shared if parts[place] < least[place]}
        if not more:
            parts[-1] += whole - sum(parts)
            return parts
        narrow |= more


def sentences(of: Outline) -> Iterable[str]:
    """Every sentence that the outline says, to be looked for in a file made of it."""
    yield from of.warnings
    yield from of.about
    for part in (of.summary, of.figures, *of.numbered):
        yield from part.findings
        for paragraph in part.paragraphs:
            yield "".join(run.text for run in paragraph)
