"""Document → workbook: the MSEL as an office prints it, and the rest on sheets of their own.

Every cell is text, whatever it begins with: nothing is ever a formula, and *1.10* stays 1.10.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from scenarios.reading.document import Document
from scenarios.writing.limits import LONGEST_CELL, Unwritable
from scenarios.writing.plain import plain
from scenarios.writing.tables import MSEL, SCENARIO, TABLES, Column, msel_columns
from units.text import Text, canonical

_FONT = "Times New Roman"
_LINE = Side(style="thin", color="808080")
_GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_MARK = Text("DIỄN TẬP – DIỄN TẬP – DIỄN TẬP", "EXERCISE – EXERCISE – EXERCISE")
_HEADS = (Text("Mục", "Item"), Text("Nội dung", "Value"))
_PAGE = Text("Trang", "Page")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_RUNS = re.compile(r"[=+\-@\t]")


def as_xlsx(document: Document, language: str = "vi", version: str = "") -> bytes:
    """The scenario as a workbook, its headers and words in ``language``.

    Args:
        document: the scenario.
        language: ``vi`` or ``en``.
        version: what to call this state of it in the title; the beginning of its hash if empty.

    Raises:
        Unwritable: a text is longer than a cell can be.
    """
    book = Workbook(write_only=True)
    book.properties.title = document.title.in_language(language)
    book.properties.creator = ""
    for style in _styles():
        book.add_named_style(style)
    data = plain(document)
    for table in TABLES:
        columns = [(one.header.in_language(language), one) for one in table.ordered(language)]
        sheet = _Sheet(book, table.name.in_language(language), language)
        if table is MSEL:
            columns = msel_columns(data, language)
            sheet.titles = _titles(document, language, version or document.content_hash[:8])
        items = table.items(data)
        sheet.lay_out(columns, len(items), len(table.columns) - table.off_page, document.code)
        sheet.write(columns, items)
    _write_scenario(_Sheet(book, SCENARIO.name.in_language(language), language), data)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_scenario(sheet: _Sheet, data: dict[str, Any]) -> None:
    """The sheet of the scenario itself, a row for each of its columns."""
    heads = [(head.in_language(sheet.language), Column("", head, 60)) for head in _HEADS]
    columns = SCENARIO.ordered(sheet.language)
    sheet.lay_out(heads, len(columns), len(heads), data["code"])
    sheet.append([header for header, _column in heads], "msel-header")
    for column in columns:
        shown = column.cell.show(column.value_in(data), sheet.language)
        sheet.append([column.header.in_language(sheet.language), shown], "msel-cell")


def _titles(document: Document, language: str, version: str) -> Sequence[tuple[str, str]]:
    ends_us = max((plan.ends_us for plan in document.phases), default=0)
    ends_at = document.starts_at + timedelta(microseconds=ends_us)
    days = f"{document.starts_at:%d/%m/%Y %H:%M} – {ends_at:%d/%m/%Y %H:%M}"
    words = Text("%d tình huống · Bản %s", "%d injects · Version %s").in_language(language)
    about = f"{document.code} · {days} · {words % (len(document.msel), version)}"
    return ((document.title.in_language(language), "msel-title"), (about, "msel-about"))


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


class _Sheet:
    """One sheet, written row by row from the top."""

    def __init__(self, book: Workbook, name: str, language: str) -> None:
        self.sheet: WriteOnlyWorksheet = book.create_sheet(name)
        self.language = language
        self.titles: Sequence[tuple[str, str]] = ()

    def lay_out(
        self, columns: Sequence[tuple[str, Column]], rows: int, printed: int, code: str
    ) -> None:
        """Everything that must stand before the first row: widths, what stays, how it prints.

        Of the columns, the first ``printed`` ones are on the page.
        """
        sheet, header = self.sheet, len(self.titles) + 1
        for place, (_header, column) in enumerate(columns, 1):
            sheet.column_dimensions[get_column_letter(place)].width = column.width
        sheet.freeze_panes = f"B{header + 1}"
        sheet.auto_filter.ref = f"A{header}:{get_column_letter(len(columns))}{header + rows}"
        sheet.print_title_rows = f"{header}:{header}"
        sheet.print_area = f"A1:{get_column_letter(printed)}{header + rows}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.oddHeader.center.text = _MARK.in_language(self.language)
        sheet.oddFooter.left.text = code
        sheet.oddFooter.right.text = f"{_PAGE.in_language(self.language)} &P/&N"

    def write(self, columns: Sequence[tuple[str, Column]], items: Sequence[dict[str, Any]]) -> None:
        """Titles, header and one row for each item."""
        for words, style in self.titles:
            self.append([words], style)
        self.append([header for header, _column in columns], "msel-header")
        for item in items:
            shown = (one.cell.show(one.value_in(item), self.language) for _header, one in columns)
            self.append(list(shown), "msel-cell")

    def append(self, texts: Sequence[str], style: str) -> None:
        """The next row."""
        self.sheet.append([self._cell(text, style) for text in texts])

    def _cell(self, text: str, style: str) -> WriteOnlyCell:
        cell = WriteOnlyCell(self.sheet)
        cell.style = style
        if text:
            cell.value = _in_xml(text)
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
