"""Finding a peer's header row in a workbook, and naming its columns. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from scenarios.intake.columns import infer_habit
from scenarios.intake.mapping import MANY, Column, Field
from scenarios.intake.reading import Reading, Sheet, Value
from units.text import plain

DEEPEST_ROW = 15
MOST_COLUMNS = 500
_LONGEST_HEADER = 60

Names = Mapping[Field, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Heading:
    """A header row: the sheet, the row's place from 0, each header in plain words."""

    sheet: Sheet
    place: int
    names: tuple[str, ...]

    @property
    def row(self) -> int:
        """The row as the file counts."""
        return self.sheet.first_row + self.place

    def below(self, column: int) -> Iterable[Value]:
        """The cells under a header."""
        for row in self.sheet.rows[self.place + 1 :]:
            yield row[column] if column < len(row) else None


def said(header: Value) -> str:
    """A header in plain words; ``#`` stays what it is."""
    if not isinstance(header, str):
        return ""
    return plain(header[:_LONGEST_HEADER]) or header.strip()[:_LONGEST_HEADER]


def located(reading: Reading, fits: Callable[[frozenset[str]], bool]) -> Heading | None:
    """The first row near the top of a visible sheet whose headers fit."""
    for sheet in reading.sheets:
        if sheet.hidden:
            continue
        for place, row in enumerate(sheet.rows[:DEEPEST_ROW]):
            names = tuple(said(header) for header in row[:MOST_COLUMNS])
            if fits(frozenset(filter(None, names))):
                return Heading(sheet, place, names)
    return None


def fields_of(names: Iterable[str], known: Names) -> dict[int, Field]:
    """The meaning of each header by its place: the first wording of a field that is there."""
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        places.setdefault(name, place)
    told: dict[int, Field] = {}
    for field, wordings in known.items():
        found = [places[word] for word in wordings if word in places and places[word] not in told]
        for place in found if field in MANY else found[:1]:
            told[place] = field
    return told


def columns_of(heading: Heading, fields: Mapping[int, Field]) -> tuple[Column, ...]:
    """The columns, with the habit in which times are written.

    A column without a meaning is a note, one without header and cells is left out of account.
    """
    width = max(map(len, heading.sheet.rows[heading.place :]), default=0)
    header_row = heading.sheet.rows[heading.place]
    columns = []
    for place in range(min(width, MOST_COLUMNS)):
        header = header_row[place] if place < len(header_row) else None
        field = fields.get(place, Field.NOTE)
        if field == Field.NOTE and header in (None, ""):
            empty = all(cell in (None, "") for cell in heading.below(place))
            field = Field.IGNORED if empty else Field.NOTE
        column = Column(place, "" if header is None else str(header), field)
        columns.append(infer_habit(column, list(heading.below(place))))
    return tuple(columns)
