"""The rows that were refused, as a sheet to correct in one's own program and import again.

In the columns of the file, with what stood above the table and the section rows that give the rows
their phase or day; corrections that were made are in it, and a last column says what is wrong.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from scenarios.imports.review import BAD, Review, ReviewRow
from scenarios.intake import columns
from scenarios.intake.mapping import Field, Mapping
from scenarios.intake.reading import Sheet, Value
from scenarios.intake.rows import Fixes, fixes_by_row
from units.text import Text

REASON = Text("Lý do chưa nhập", "Why it was not imported")
"""Heads the column of reasons; a file with it is one of these, come back (``steps.guess``)."""
LONGEST_CELL = 32_767
REASON_WIDTH, WIDTH = 60, 18


def leftover(sheet: Sheet, mapping: Mapping, review: Review, fixes: Fixes) -> bytes:
    """The workbook."""
    book = Workbook(write_only=True)
    page: Any = book.create_sheet(_title(sheet.name))
    width = max((column.place for column in mapping.columns), default=0) + 1
    for place in range(1, width + 2):
        letter = _letter(place)
        page.column_dimensions[letter].width = REASON_WIDTH if place > width else WIDTH
    for values, reason in _lines(sheet, mapping, review, fixes):
        padded = (*values[:width], *[None] * (width - len(values)))
        page.append([*(_cell(page, value) for value in padded), _reason(page, reason)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _lines(
    sheet: Sheet, mapping: Mapping, review: Review, fixes: Fixes
) -> Iterator[tuple[Sequence[Value], str]]:
    bad = {row.row: row for row in review.rows if row.state == BAD}
    mended = fixes_by_row(fixes)
    data = {row for row, _values in columns.data_rows(sheet, mapping)}
    # A list in JSON has no header; its columns are then named by what they mean.
    headers = [column.header or str(column.field.label) for column in mapping.columns]
    if not mapping.header_row:
        yield headers, str(REASON)
    above: list[Sequence[Value]] = []
    for number, values in enumerate(sheet.rows, start=sheet.first_row):
        if number == mapping.header_row:
            yield values, str(REASON)
        elif number < mapping.header_row:
            yield values, ""
        elif number in bad:
            yield from ((one, "") for one in above)
            above.clear()
            yield _corrected(values, mapping, mended.get(number, {})), _why(bad[number])
        elif number not in data and any(value is not None for value in values):
            above.append(values)


def _corrected(
    values: Sequence[Value], mapping: Mapping, mine: dict[Field, str]
) -> Sequence[Value]:
    if not mine:
        return values
    width = max((column.place for column in mapping.columns), default=0) + 1
    line = [*values, *[None] * (width - len(values))]
    for column in mapping.columns:
        if column.field in mine:
            line[column.place] = mine[column.field]
    return line


def _why(row: ReviewRow) -> str:
    said = (f"{note.message} {note.hint}".strip() for note in row.notes if note.bad)
    return "\n".join([_("Dòng %d:") % row.row, *said])


# ── cells ───────────────────────────────────────────────────────────────────────────────────────
def _cell(page: Any, value: Value) -> Any:
    if not isinstance(value, str):
        return WriteOnlyCell(page, _typed(value))
    cell = WriteOnlyCell(page)
    cell.value = value[:LONGEST_CELL]
    # Text, whatever it begins with: nothing of a planner's file may run in another's program.
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _typed(value: Value) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value if isinstance(value, (bool, int, float, date, time, timedelta)) else None


def _reason(page: Any, words: str) -> Any:
    cell = _cell(page, words or None)
    if words:
        cell.font = Font(color="B22A08", bold=words == str(REASON))
        cell.fill = PatternFill("solid", fgColor="FDE5DC")
    return cell


def _title(name: str) -> str:
    kept = "".join("_" if letter in "[]:*?/\\" else letter for letter in name)
    return kept.strip("'")[:31] or "MSEL"


def _letter(place: int) -> str:
    letters = ""
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
