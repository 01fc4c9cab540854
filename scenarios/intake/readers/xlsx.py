"""Workbooks of Excel, LibreOffice, WPS and Google: .xlsx and .xlsm → every sheet, typed cells.

The parts are streamed (``package``), not loaded with openpyxl, which builds whole parts in memory
before it can count anything; number formats are openpyxl's. Formulas give the result they were
saved with; macros, charts, comments and links are left alone.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from scenarios.intake.readers import foreign
from scenarios.intake.readers.cells import named
from scenarios.intake.readers.limits import LIMIT_SHEETS, Budget
from scenarios.intake.readers.package import Package, Relation, torn
from scenarios.intake.readers.workbook_parts import Cells, Contents, Strings, Styles
from scenarios.intake.reading import Reading, Remark, Sheet, Unreadable

_MAIN = "xl/workbook.xml"
_SHEETS = "worksheet"


def recognises(data: bytes) -> bool:
    """Whether the bytes are a zip, which every workbook is."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def read(data: bytes) -> Reading:
    """All sheets of a workbook.

    Raises:
        Unreadable: it is no workbook, is damaged or empty, or exceeds a limit.
    """
    package = Package(data)
    main = _main_part(package)
    contents = Contents()
    package.parse(main, contents.handlers)
    if len(contents.tabs) > LIMIT_SHEETS:
        raise Unreadable(
            "too_many_sheets",
            _("Tệp có %(count)d trang; chỉ đọc được đến %(limit)d trang.")
            % {"count": len(contents.tabs), "limit": LIMIT_SHEETS},
            _("Chép các trang có danh mục tình huống sang một tệp mới rồi chọn lại."),
        )
    relations = package.relations(main)
    strings, styles = Strings(), Styles()
    for kind, part in (("sharedStrings", strings), ("styles", styles)):
        if relation := _first(relations, kind):
            package.parse(relation.part, part.handlers)

    budget = Budget()
    sheets: list[Sheet] = []
    remarks = _remarks_on_macros(package)
    for tab in contents.tabs:
        relation = relations.get(tab.relation)
        if relation is None:
            raise torn()
        if relation.kind != _SHEETS:
            continue  # a chart on a sheet of its own has no cells
        cells = Cells(named(tab.name), budget, strings.texts, styles, contents.epoch)
        package.parse(relation.part, cells.handlers)
        sheets.append(cells.grid.sheet(hidden=tab.hidden))
        remarks += _remarks_on(sheets[-1], cells)
    if not any(sheet.rows for sheet in sheets):
        raise foreign.empty()
    return Reading("xlsx", tuple(sheets), remarks=tuple(remarks))


def _main_part(package: Package) -> str:
    """The part that lists the sheets; the refusal of zips that have none says what they are."""
    main = _first(package.relations(""), "officeDocument")
    part = main.part if main else _MAIN
    if part in package and part.startswith("xl/") and part.endswith(".xml"):
        return part
    if package.holds("xl"):
        if part.endswith(".bin"):
            raise Unreadable(
                "xlsb", _("Đây là tệp Excel nhị phân (.xlsb)."), foreign.save_as_xlsx()
            )
        raise torn()
    if package.holds("word"):
        raise foreign.word()
    if package.holds("ppt"):
        raise Unreadable(
            "presentation",
            _("Đây là tệp trình chiếu PowerPoint, không phải bảng tính."),
            _("Chọn tệp .xlsx hoặc .csv có danh mục tình huống."),
        )
    if package.beginning("mimetype").startswith(b"application/vnd.oasis.opendocument"):
        raise Unreadable(
            "opendocument", _("Đây là tệp OpenDocument (.ods, .odt)."), foreign.save_as_xlsx()
        )
    raise foreign.archive()


def _first(relations: dict[str, Relation], kind: str) -> Relation | None:
    return next((one for one in relations.values() if one.kind == kind), None)


def _remarks_on_macros(package: Package) -> list[Remark]:
    if "xl/vbaProject.bin" not in package:
        return []
    return [Remark("macros", _("Tệp có macro; macro không được đọc và không được chạy."))]


def _remarks_on(sheet: Sheet, cells: Cells) -> list[Remark]:
    remarks = []
    if cells.bare_count:
        shown = ", ".join(cells.bare) + ("…" if cells.bare_count > len(cells.bare) else "")
        remarks.append(
            Remark(
                "formula_without_value",
                _(
                    "Trang “%(sheet)s”: số ô công thức chưa có kết quả, được đọc là ô trống:"
                    " %(count)d (%(cells)s)."
                )
                % {"sheet": sheet.name, "count": cells.bare_count, "cells": shown},
                _("Mở tệp bằng Excel, lưu lại để có kết quả, rồi chọn lại."),
            )
        )
    if cells.hidden_rows:
        remarks.append(
            Remark(
                "hidden_rows",
                _("Trang “%(sheet)s” có %(count)d hàng đang ẩn; các hàng đó vẫn được đọc.")
                % {"sheet": sheet.name, "count": cells.hidden_rows},
                _("Nếu không cần, xóa các hàng ẩn hoặc bỏ bộ lọc trong tệp rồi chọn lại."),
            )
        )
    return remarks
