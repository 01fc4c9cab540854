"""Cells on their way into a ``Sheet``: text in one form, places kept, limits held."""

from __future__ import annotations

import re
import unicodedata

from scenarios.intake.readers.limits import (
    LIMIT_COLUMNS,
    LIMIT_ROWS,
    Budget,
    too_many_columns,
    too_many_rows,
)
from scenarios.intake.reading import Sheet, Value

LONGEST_NAME = 120

_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\ufeff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
_PIECES = re.compile(r"(?s:.){1,200}(?=\s|\Z)|\S{1,200}|\s+")
_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def cleaned(text: str) -> str:
    """The text composed (NFC), its lines ended by ``\\n``, without what no one can see or store."""
    if text.isascii() and text.isprintable():
        return text
    text = _UNWANTED.sub("", _BREAK.sub("\n", text))
    # Composing is quadratic in a run of combining marks, so it is done piece by piece.
    return "".join(unicodedata.normalize("NFC", piece) for piece in _PIECES.findall(text))


def damaged(text: str) -> bool:
    """Whether characters are lost by cleaning: control characters, halves of characters."""
    return _UNWANTED.search(text) is not None


def named(text: str) -> str:
    """A name for a sheet: one line of bounded length."""
    return " ".join(cleaned(text[: 4 * LONGEST_NAME]).split())[:LONGEST_NAME]


class Grid:
    """The cells of one sheet, put in any order. Empty cells and blank text are not held."""

    def __init__(self, name: str, budget: Budget) -> None:
        self._name = name
        self._budget = budget
        self._rows: dict[int, list[Value]] = {}

    def put(self, row: int, place: int, value: Value) -> None:
        """Keep a cell; ``row`` counts from 1, ``place`` from 0.

        Raises:
            Unreadable: the cell is out of bounds, or one too many.
        """
        if value is None or (isinstance(value, str) and not value.strip()):
            return
        if row > LIMIT_ROWS:
            raise too_many_rows(self._name, row)
        if place >= LIMIT_COLUMNS:
            raise too_many_columns(self._name, row)
        cells = self._rows.setdefault(row, [])
        missing = place + 1 - len(cells)
        if missing > 0:
            self._budget.take_cells(missing)
            cells.extend([None] * missing)
        cells[place] = value
        if isinstance(value, str):
            self._budget.take_characters(len(value))

    def holds(self, row: int) -> bool:
        """Whether the row has a cell."""
        return row in self._rows

    def sheet(self, *, hidden: bool = False) -> Sheet:
        """What was put, from row 1 to the last row that holds something."""
        last = max(self._rows, default=0)
        rows = tuple(tuple(self._rows.get(row, ())) for row in range(1, last + 1))
        return Sheet(self._name, rows, hidden=hidden)
