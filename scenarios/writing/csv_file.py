"""Document → CSV: the MSEL as one table."""

from __future__ import annotations

import csv
import io

from scenarios.reading.document import Document
from scenarios.writing.plain import plain
from scenarios.writing.tables import msel_columns
from units.spreadsheets import harmless


def as_csv(document: Document, language: str = "vi") -> bytes:
    """The injects as CSV: UTF-8 with a mark (so that Excel takes it for UTF-8), commas.

    Cells that a spreadsheet would run as a formula begin with ``'`` (``units.spreadsheets``).
    """
    data = plain(document)
    columns = msel_columns(data, language)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([harmless(header) for header, _column in columns])
    for item in data.get("msel", ()):
        cells = (column.cell.show(column.value_in(item), language) for _header, column in columns)
        writer.writerow([harmless(cell) for cell in cells])
    return buffer.getvalue().encode("utf-8-sig")
