"""A file as it would go into a scenario, before anything is written: the public door of intake.

    reading = readers.of(data, name)
    seen = preview(reading, document)         # or new(reading, code=…, today=…)
    seen.checked, seen.merge, seen.report()

Pure: the caller gives the scenario as a document and writes what ``merge`` says.
"""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from scenarios.intake import columns
from scenarios.intake.findings import Finding
from scenarios.intake.mapping import Column, Field, Mapping
from scenarios.intake.merging import Merge, merge
from scenarios.intake.outlining import outline
from scenarios.intake.reading import Reading, Remark, Sheet, Unreadable
from scenarios.intake.rows import Checked, Fixes, check
from scenarios.intake.target import Target, naming
from scenarios.reading import document as doc


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do.

    Attributes:
        document: the scenario that the rows were checked against; a new one without injects.
        remarks: about the file as a whole.
        into: the scenario's key and its revision when it was read; ``None``: a new one.
    """

    reading: Reading
    sheet: Sheet
    mapping: Mapping
    document: doc.Document
    checked: Checked
    merge: Merge
    remarks: tuple[Remark, ...]
    into: tuple[int, int] | None = None

    @property
    def importable(self) -> bool:
        """Whether anything can be imported: no column is still in question."""
        return not self.checked.findings and bool(self.checked.entries)

    def report(self, *, imported: int) -> dict[str, Any]:
        """As ``import_msel --json`` writes it; offsets are calendar seconds from the start."""
        warnings = [finding.as_dict() for finding in self.checked.warnings]
        warnings += [
            {"row": 0, "column": "", "code": one.code, "message": one.message, "hint": one.hint}
            for one in self.remarks
        ]
        return {
            "format": self.reading.format,
            "rows": len(self.checked.rows),
            "imported": imported,
            "errors": [finding.as_dict() for finding in self.checked.errors],
            "warnings": warnings,
            "injects": [
                {
                    "number": row.entry.number,
                    "offset_s": row.offset_s,
                    "phase": row.entry.phase,
                    "title": str(row.entry.title),
                    "to": list(row.entry.addressees),
                }
                for row in self.checked.rows
                if row.entry is not None
            ],
        }


def preview(
    reading: Reading,
    document: doc.Document,
    *,
    mapping: Mapping | None = None,
    remembered: Mapping | None = None,
    read_as: Dict[str, str] | None = None,
    fixes: Fixes | None = None,
) -> Preview:
    """Check a file against a scenario that is there.

    Args:
        mapping: what the columns mean, as the planner left it; guessed if absent.
        remembered: what they meant in an earlier file.
        read_as: habits by column letter that settle what could be read in two ways.
        fixes: what the planner wrote instead of a cell.

    Raises:
        Unreadable: the mapping's sheet is not in the file, or nothing looks like an MSEL.
    """
    sheet, mapping = _mapped(reading, mapping, remembered, read_as or {}, document.units)
    remarks = _unlike(mapping, remembered)
    return _seen(reading, sheet, mapping, Target(document), fixes, remarks)


def new(
    reading: Reading,
    *,
    code: str,
    today: date,
    starts: datetime | None = None,
    installed: Sequence[doc.Unit] = (),
    mapping: Mapping | None = None,
    remembered: Mapping | None = None,
    read_as: Dict[str, str] | None = None,
    fixes: Fixes | None = None,
) -> Preview:
    """The same for a scenario made of nothing but the file (``outlining.outline``)."""
    sheet, mapping = _mapped(reading, mapping, remembered, read_as or {}, installed)
    outlined = outline(
        reading, sheet, mapping, code=code, today=today, starts=starts, installed=installed
    )
    remarks = (*outlined.remarks, *_unlike(mapping, remembered))
    return _seen(reading, sheet, mapping, outlined.target(), fixes, remarks)


def _mapped(
    reading: Reading,
    mapping: Mapping | None,
    remembered: Mapping | None,
    read_as: Dict[str, str],
    units: Sequence[doc.Unit],
) -> tuple[Sheet, Mapping]:
    mapping = mapping or reading.mapping
    if mapping is None:
        sheet = columns.best_sheet(reading)
        mapping = columns.guess(sheet, remembered=remembered, addressed=naming(units))
    else:
        found = next((sheet for sheet in reading.sheets if sheet.name == mapping.sheet), None)
        if found is None:
            raise Unreadable(
                "no_such_sheet",
                _("Tệp không có trang tính “%s”.") % mapping.sheet,
                _("Các trang tính: %s.") % ", ".join(sheet.name for sheet in reading.sheets),
            )
        sheet = found
    if read_as:
        mapping = replace(mapping, columns=tuple(_settled(one, read_as) for one in mapping.columns))
    return sheet, mapping


def _refuse_without_injects(mapping: Mapping, document: doc.Document) -> None:
    """Refuse what is no MSEL: rows need contents and something beside them, or else the numbers of
    injects that are there.
    """
    told = any(mapping.of(field) for field in (Field.TITLE, Field.CONTENT))
    beside = any(mapping.of(field) for field in (Field.NUMBER, Field.TIME, Field.DATE, Field.TO))
    if not (told and beside) and not (document.msel and mapping.of(Field.NUMBER)):
        raise Unreadable(
            "no_msel",
            _("Không tìm thấy cột nội dung tình huống trong tệp."),
            _("Chọn trang tính và cột nội dung, hoặc đặt tiêu đề cột như “Nội dung”."),
        )


def _unlike(mapping: Mapping, remembered: Mapping | None) -> tuple[Remark, ...]:
    """What to say where a mapping was asked for that knows none of the file's headers."""
    if remembered is None:
        return ()
    known, here = (
        {key for column in one.columns if (key := columns.header_key(column.header))}
        for one in (remembered, mapping)
    )
    if known & here:
        return ()
    return (
        Remark(
            "mapping_unused",
            _("Tệp không có tiêu đề cột nào của cách ghép đã chọn; nghĩa các cột được đoán."),
            _("Kiểm tra tên cách ghép và hàng tiêu đề của tệp."),
        ),
    )


def _to_everybody() -> Remark:
    return Remark(
        "no_addressees",
        _("Tệp không có cột đơn vị nhận: tình huống mới gửi mọi đơn vị tham gia."),
        _("Sửa đơn vị nhận trong kịch bản, hoặc chỉ ra cột đơn vị nhận rồi nhập lại."),
    )


def _settled(column: Column, read_as: Dict[str, str]) -> Column:
    habit = read_as.get(column.letter)
    return replace(column, habit=habit, asks=()) if habit else column


def _seen(
    reading: Reading,
    sheet: Sheet,
    mapping: Mapping,
    target: Target,
    fixes: Fixes | None,
    remarks: tuple[Remark, ...],
) -> Preview:
    _refuse_without_injects(mapping, target.document)
    checked = check(sheet, mapping, target, fixes)
    if mapping.of(Field.TO) is None and any(
        e.number not in target.entries for e in checked.entries
    ):
        remarks = (*remarks, _to_everybody())
    return Preview(
        reading=reading,
        sheet=sheet,
        mapping=mapping,
        document=target.document,
        checked=checked,
        merge=merge(target.document, checked, mapping),
        remarks=(*reading.remarks, *remarks),
    )


__all__ = ["Finding", "Preview", "new", "preview"]
