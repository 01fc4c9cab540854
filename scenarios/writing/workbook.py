"""Document → workbook: the MSEL as an office prints it, and the rest on sheets of their own.

Every cell is text, whatever it begins with: nothing is ever a formula, and *1.10* stays 1.10.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from scenarios.reading.document import Document
from scenarios.writing.limits import LONGEST_CELL, Unwritable
from scenarios.writing.plain import plain
from scenarios.writing.tables import MSEL, SCENARIO, TABLES, Table, msel_columns
from units.text import Text, canonical

_FONT = "Times New Roman"
_LINE = Side(style="thin", color="808080")
_GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_MARK = Text("DIỄN TẬP – DIỄN TẬP – DIỄN TẬP", "EXERCISE – EXERCISE – EXERCISE")
_HEADS = (Text("Mục", "Item"), Text("Nội dung", "Value"))
_PAGE = Text("Trang", "Page")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_RUNS = re.compile(r"[=+\-@\t]")
_LINE_PT, _TALLEST_PT = 15.75, 409
"""Height of a line of the font; and the most that a row can have."""
_PLAIN, _BOLD = 0.95, 0.8
"""Letters of the font for each unit of a column's width."""


def as_xlsx(document: Document, language: str = "vi", version: str = "") -> bytes:
    """The scenario as a workbook, its headers and words in ``language``.

    Args:
        document: the scenario.
        language: ``vi`` or ``en``.
        version: what to call this state of it in the title; the beginning of its hash if empty.

    Raises:
        Unwritable: a text is longer than a cell can be.
    """
    data = plain(document)
    sheets = [_sheet(table, data, language) for table in TABLES]
    sheets[0].titles = _titles(document, language, version or document.content_hash[:8])
    sheets.append(_scenario_sheet(data, language))
    book = Workbook(write_only=True)
    book.properties.title = _in_xml(document.title.in_language(language))
    book.properties.creator = ""
    for style in _styles():
        book.add_named_style(style)
    for sheet in sheets:
        sheet.write(book, document.code)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@dataclass
class _Sheet:
    """Everything that stands on a sheet: ready before the first one is written, which streams.

    ``printed`` is how many columns, from the left, are on the page.
    """

    name: str
    language: str
    header: list[str]
    widths: list[int]
    rows: list[list[str]]
    printed: int
    titles: Sequence[tuple[str, str]] = ()

    def write(self, book: Workbook, code: str) -> None:
        """Write it as the next sheet of the book."""
        sheet: Any = book.create_sheet(self.name)  # of a kind that the stubs know little of
        self._lay_out(sheet)
        sheet.oddHeader.center.text = _MARK.in_language(self.language)
        sheet.oddFooter.left.text = code
        sheet.oddFooter.right.text = f"{_PAGE.in_language(self.language)} &P/&N"
        for words, style in self.titles:
            sheet.append([_cell(sheet, words, style)])
        sheet.append([_cell(sheet, words, "msel-header") for words in self.header])
        for row in self.rows:
            sheet.append([_cell(sheet, words, "msel-cell") for words in row])

    def _height_pt(self, row: list[str], letters: float = _PLAIN) -> float:
        """How tall a row must be. Not every office measures the rows of a file that it opens: those
        that take it for Excel's would print wrapped words over one another.
        """
        lines = max(
            _lines(words, int(width * letters))
            for words, width in zip(row, self.widths, strict=True)
        )
        return min(lines * _LINE_PT, _TALLEST_PT)

    def _lay_out(self, sheet: Any) -> None:
        """What must stand before the first row: widths, what stays on the screen, the page."""
        header = len(self.titles) + 1
        last = header + len(self.rows)
        for place, width in enumerate(self.widths, 1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.row_dimensions[header].height = self._height_pt(self.header, _BOLD)
        for place, row in enumerate(self.rows, header + 1):
            sheet.row_dimensions[place].height = self._height_pt(row)
        sheet.freeze_panes = f"B{header + 1}"
        sheet.auto_filter.ref = f"A{header}:{get_column_letter(len(self.header))}{last}"
        sheet.print_title_rows = f"{header}:{header}"
        sheet.print_area = f"A1:{get_column_letter(self.printed)}{last}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4


def _sheet(table: Table, data: dict[str, Any], language: str) -> _Sheet:
    columns = [(one.header.in_language(language), one) for one in table.ordered(language)]
    if table is MSEL:
        columns = msel_columns(data, language)
    return _Sheet(
        table.name.in_language(language),
        language,
        [_in_xml(header) for header, _column in columns],
        [column.width for _header, column in columns],
        [
            [_in_xml(one.cell.show(one.value_in(item), language)) for _header, one in columns]
            for item in table.items(data)
        ],
        len(table.columns) - table.off_page,
    )


def _scenario_sheet(data: dict[str, Any], language: str) -> _Sheet:
    """The scenario itself, a row for each of its columns."""
    rows = [
        [one.header.in_language(language), _in_xml(one.cell.show(one.value_in(data), language))]
        for one in SCENARIO.ordered(language)
    ]
    heads = [head.in_language(language) for head in _HEADS]
    return _Sheet(SCENARIO.name.in_language(language), language, heads, [30, 100], rows, 2)


def _titles(document: Document, language: str, version: str) -> Sequence[tuple[str, str]]:
    ends_us = max((plan.ends_us for plan in document.phases), default=0)
    ends_at = document.starts_at + timedelta(microseconds=ends_us)
    days = f"{document.starts_at:%d/%m/%Y %H:%M} – {ends_at:%d/%m/%Y %H:%M}"
    words = Text("%d tình huống · Bản %s", "%d injects · Version %s").in_language(language)
    about = f"{document.code} · {days} · {words % (len(document.msel), version)}"
    title = _in_xml(document.title.in_language(language))
    return ((title, "msel-title"), (about, "msel-about"))


def _styles() -> Iterable[NamedStyle]:
    def text(**font: Any) -> dict[str, Any]:
        return {"font": Font(name=_FONT, **{"size": 12, **font}), "number_format": "@"}

    wrapped = Alignment(vertical="top", wrap_text=True)
    yield NamedStyle("msel-title", **text(bold=True, size=16))
    yield NamedStyle("msel-about", **text(italic=True))
    yield NamedStyle("msel-cell", alignment=wrapped, border=_GRID, **text())
    yield NamedStyle(
        "msel-header",
        alignment=Alignment(horizontal="center", vertical="center", wrap_text=True),
        border=_GRID,
        fill=PatternFill("solid", start_color="D9E2EC"),
        **text(bold=True),
    )


def _lines(text: str, width: int) -> int:
    """Into how many lines of so many letters a cell wraps its words."""
    count = 0
    for line in text.split("\n"):
        count, room = count + 1, width
        for word in line.split(" "):
            if len(word) > room and room < width:
                count, room = count + 1, width
            broken, rest = divmod(len(word), width) if len(word) > width else (0, len(word))
            count, room = count + broken, (width if broken else room) - rest - 1
    return count


def _cell(sheet: Any, text: str, style: str) -> Any:
    cell = WriteOnlyCell(sheet)
    cell.style = style
    if text:
        cell.value = text
        cell.data_type = "s"  # openpyxl takes what begins with “=” for a formula
        if _RUNS.match(text):
            cell.quotePrefix = True  # nor does a spreadsheet make one of it when it is edited
    return cell


def _in_xml(text: str) -> str:
    r"""The text as a workbook holds it: ``_x0041_`` would be read as the letter A."""
    text = _ESCAPED.sub("_x005F_", canonical(text))
    if len(text) > LONGEST_CELL:
        raise Unwritable(
            "cell_too_long",
            _("Một ô dài hơn %(count)d ký tự: “%(beginning)s…”.")
            % {"count": LONGEST_CELL, "beginning": text[:40]},
            _("Rút ngắn nội dung này, hoặc ghi thành tệp .yaml."),
        )
    return text
