"""Workbooks as openpyxl writes them row by row: sheets of typed columns beneath a row of headings.

What begins like a formula stays text; dates and moments are such that a spreadsheet counts with.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.utils import get_column_letter

from exercise.review.files.letter import plain

LONGEST = 32_767
"""Characters of a cell: the limit of the format itself."""
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_RUNS = re.compile(r"[=+\-@\t\r]")
TITLE, WARNING, HEAD = "report-title", "report-warning", "report-head"
_DATE, _MOMENT, _NUMBER = "report-date", "report-moment", "report-minutes"

Row = Sequence[Any]
Column = tuple[str, int]
"""Heading and width."""


def new_book(title: str) -> Workbook:
    """A workbook without sheets, in which ``Cells`` finds its styles."""
    book = Workbook(write_only=True)
    for style in _styles():
        book.add_named_style(style)
    book.properties.title, book.properties.creator = _text(title), ""
    return book


def saved(book: Workbook) -> bytes:
    """The file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table(name: str, columns: Sequence[Column], rows: Iterable[Row]) -> bytes:
    """A file of one sheet, called as the file is titled."""
    book = new_book(name)
    add_sheet(book, name, columns, rows)
    return saved(book)


def add_sheet(book: Workbook, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """One more sheet; its headings stay in sight."""
    sheet = book.create_sheet(name)
    for place, (_heading, width) in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    cells = Cells(sheet)
    sheet.append([cells.styled(heading, HEAD) for heading, _width in columns])
    for row in rows:
        sheet.append(cells.row(row))


def _styles() -> Iterator[NamedStyle]:
    yield NamedStyle(TITLE, font=Font(bold=True, size=14))
    yield NamedStyle(WARNING, font=Font(bold=True, color="B22A08"))
    yield NamedStyle(
        HEAD,
        font=Font(bold=True),
        fill=PatternFill("solid", start_color="D9E2EC"),
        alignment=Alignment(vertical="center", wrap_text=True),
    )
    yield NamedStyle(_DATE, number_format="dd/mm/yyyy")
    yield NamedStyle(_MOMENT, number_format="dd/mm/yyyy hh:mm:ss")
    yield NamedStyle(_NUMBER, number_format="0.00")


def _text(text: str) -> str:
    r"""A text as a workbook holds it: ``_x0041_`` would be read as the letter A."""
    text = _ESCAPED.sub("_x005F_", plain(text))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


class Cells:
    """Values as a sheet takes them.

    A cell of each style is made once and filled again for every value: openpyxl looks a style up by
    its name, and writes a cell before it asks for the row's next.
    """

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._date, self._moment, self._number = map(self._of, (_DATE, _MOMENT, _NUMBER))
        self._quoted = WriteOnlyCell(sheet)
        self._quoted.quotePrefix = True

    def _of(self, style: str) -> Any:
        cell = WriteOnlyCell(self._sheet)
        cell.style = style
        return cell

    def row(self, values: Iterable[Any]) -> Iterator[Any]:
        """A row to append at once: each value is made when the one before it has been written."""
        return (self._value(value) for value in values)

    def styled(self, text: str, style: str) -> Any:
        """A text in a style of the workbook."""
        cell = self._of(style)
        cell.value, cell.data_type = _text(text), "s"
        return cell

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            text = _text(value)
            if not _RUNS.match(text):
                return text
            cell = self._quoted
            cell.value, cell.data_type = text, "s"
            return cell
        if isinstance(value, datetime):
            cell = self._moment
        elif isinstance(value, date):
            cell = self._date
        elif isinstance(value, float):
            cell = self._number
        else:
            return value
        cell.value = value
        return cell
