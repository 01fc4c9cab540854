"""Tables in plain text: CSV with comma, semicolon or bar, TSV. All cells are text."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import PurePath

from django.utils.translation import gettext as _

from scenarios.intake.readers import delimiters, foreign
from scenarios.intake.readers.cells import Grid, named
from scenarios.intake.readers.encodings import Decoded
from scenarios.intake.readers.limits import Budget, grouped, too_many_rows
from scenarios.intake.reading import Reading, Remark, Sheet, Unreadable
from units.spreadsheets import unmarked
from units.text import canonical, damaged

MOST_RECORDS = 200_000
"""Blank ones counted."""

MOST_LINES = 1_000
"""Of one record. More are a quote that was meant as a letter."""

_END = "\x1c"
"""A last line that stands in no file: a quote that was never closed swallows it."""


class _UnclosedQuote(Exception):
    """A quote opens a field and nothing ends it."""


def read(source: Decoded, name: str) -> Reading:
    """The table of a text; its sheet bears the file's name without the ending.

    Raises:
        Unreadable: it holds nothing, or exceeds a limit.
    """
    delimiter, start = delimiters.declared(source.text) or (delimiters.guessed(source.text), 0)
    title = named(PurePath(name.replace("\\", "/")).stem) or "CSV"
    lines = partial(delimiters.lines, source.text, start, delimiter, title)
    quotes = True
    try:
        sheet, lost = _table(lines(), delimiter, title)
    except _UnclosedQuote:
        quotes = False
        sheet, lost = _table(lines(), delimiter, title, quotes=False)
    if not sheet.rows:
        raise foreign.empty()
    remarks = _remarks(source, delimiter, source.damaged + lost, quotes=quotes)
    return Reading("tsv" if delimiter == "\t" else "csv", (sheet,), remarks=tuple(remarks))


def _table(
    lines: Iterator[str], delimiter: str, title: str, *, quotes: bool = True
) -> tuple[Sheet, int]:
    """The table, and how many of its fields lost characters."""
    grid, lost, pending = Grid(title, Budget()), 0, 0

    def counted() -> Iterator[str]:
        nonlocal pending
        for line in chain(lines, (_END,)):
            pending += 1
            if pending > MOST_LINES:
                raise _UnclosedQuote
            yield line

    reader = csv.reader(
        counted(),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
    )
    record: list[str] = []
    try:
        for row, record in enumerate(reader, start=1):
            pending = 0
            if row > MOST_RECORDS:
                raise too_many_rows(title, row)
            for place, field in enumerate(record):
                if field and field != _END:
                    lost += damaged(field)
                    grid.put(row, place, unmarked(canonical(field)))
    except csv.Error as error:
        if quotes:
            raise _UnclosedQuote from error
        raise Unreadable(
            "cell_too_long",
            _("Dòng %(line)s có một ô dài quá %(limit)s ký tự.")
            % {"line": grouped(reader.line_num), "limit": grouped(csv.field_size_limit())},
            _("Kiểm tra dấu phân cách của tệp."),
        ) from error
    if record != [_END]:
        raise _UnclosedQuote
    return grid.sheet(), lost


def _remarks(source: Decoded, delimiter: str, lost: int, *, quotes: bool) -> Iterator[Remark]:
    if not source.certain:
        yield Remark(
            "encoding_uncertain",
            _("Không chắc tệp theo bảng mã nào; đã đọc thử theo %(encoding)s.")
            % {"encoding": source.encoding},
            _(
                "Xem kỹ chữ có dấu trước khi nhập; nếu sai, lưu lại tệp với bảng mã UTF-8 rồi"
                " chọn lại."
            ),
        )
    elif source.encoding != "UTF-8":
        yield Remark(
            "encoding",
            _("Tệp được đọc theo bảng mã %(encoding)s, phân cách bằng %(delimiter)s.")
            % {"encoding": source.encoding, "delimiter": _called(delimiter)},
            _("Nếu chữ có dấu bị sai, lưu lại tệp với bảng mã UTF-8 rồi chọn lại."),
        )
    if lost:
        yield Remark(
            "damaged_characters",
            _("Đã bỏ ký tự hỏng hoặc ký tự điều khiển ở %(count)s chỗ.") % {"count": grouped(lost)},
            _("Kiểm tra chữ trong các ô ở bước xem trước."),
        )
    if not quotes:
        yield Remark(
            "quotes",
            _("Có dấu nháy kép mở mà không đóng; mọi dấu nháy kép được đọc như chữ thường."),
            _("Nếu ô bị tách sai, lưu lại tệp từ Excel rồi chọn lại."),
        )


def _called(delimiter: str) -> str:
    names = {
        "\t": _("dấu tab"),
        ";": _("dấu chấm phẩy"),
        ",": _("dấu phẩy"),
        "|": _("dấu gạch đứng"),
    }
    return names.get(delimiter, f"“{delimiter}”")
