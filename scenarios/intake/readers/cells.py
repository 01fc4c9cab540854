"""Cells on their way into a ``Sheet``: text in one form, places kept, limits held."""

from __future__ import annotations

from scenarios.intake.readers.limits import (
    LIMIT_COLUMNS,
    LIMIT_ROWS,
    Budget,
    too_many_columns,
    too_many_rows,
)
from scenarios.intake.reading import Sheet, Value
from units.text import canonical

LONGEST_NAME = 120


def named(text: str) -> str:
    """A name for a sheet: one line of bounded length."""
    return " ".join(canonical(text[: 4 * LONGEST_NAME]).split())[:LONGEST_NAME]


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
