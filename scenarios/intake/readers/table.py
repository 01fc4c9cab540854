"""Collects the items of a JSON list into a sheet whose columns the format itself names.

What an item holds beyond the known columns becomes note columns under its own name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from scenarios.intake import mapping
from scenarios.intake.mapping import Column, Field
from scenarios.intake.readers.limits import LIMIT_ROWS, Budget, grouped
from scenarios.intake.readers.values import LONGEST, cell, cleaned, lines, worded
from scenarios.intake.reading import Outline, Reading, Remark, Sheet, Unreadable, Value

MOST_NOTES = 60


class Known(NamedTuple):
    """A column that the format names: its header, its meaning, how its times are written."""

    header: str
    field: Field
    habit: str = ""
    asks: tuple[str, ...] = ()


class Table:
    """A sheet in the making."""

    def __init__(self, name: str, known: Sequence[Known]) -> None:
        self._name = name
        self._known = tuple(known)
        self._places = {column.header: place for place, column in enumerate(known)}
        self._notes: dict[str, int] = {}
        self._rows: list[tuple[Value, ...]] = []
        self._budget, self._cut = Budget(), 0

    def add(self, cells: Mapping[str, Any], notes: Mapping[str, Any] | None = None) -> None:
        """Add a row: values by the header of a known column, and notes by their own name.

        Raises:
            Unreadable: ``too_much_text``, ``too_many_cells``.
        """
        row: list[Value] = [None] * len(self._known)
        for header, value in cells.items():
            place = self._places[header]
            # ``true`` is no number of seconds, whatever Python says.
            odd = isinstance(value, bool) and self._known[place].habit
            row[place] = self._cell(worded(value) if odd else value)
        overflow: list[str] = []
        for name, value in (notes or {}).items():
            words = self._cell(value)
            if words is None:
                continue
            note = self._note(name)
            if note is None:
                overflow.append(f"{name[:100]}: {worded(words)}")
            else:
                _put(row, note, words)
        if overflow:
            _put(row, len(self._known) + MOST_NOTES, self._cell(lines(overflow)))
        self._budget.take_cells(len(row))
        self._rows.append(tuple(row))

    def reading(self, format_name: str, outline: Outline, remarks: Sequence[Remark]) -> Reading:
        """The whole as a reading."""
        names = [known.header for known in self._known] + list(self._notes)
        if any(len(row) > len(names) for row in self._rows):
            names.append(_("Các mục khác"))
        columns = [
            Column(place, known.header, known.field, known.habit, known.asks)
            for place, known in enumerate(self._known)
        ]
        columns += [
            Column(place, name, Field.NOTE)
            for place, name in enumerate(names)
            if place >= len(self._known)
        ]
        told = list(remarks)
        if self._cut:
            told.append(
                Remark(
                    "cell_cut",
                    _("%(count)d ô dài hơn %(limit)s ký tự đã được cắt bớt.")
                    % {"count": self._cut, "limit": grouped(LONGEST)},
                    _("Đưa phần dài vào văn bản đính kèm."),
                )
            )
        return Reading(
            format_name,
            (Sheet(self._name, tuple(self._rows)),),
            mapping.Mapping(self._name, 0, tuple(columns)),
            outline,
            tuple(told),
        )

    def _note(self, name: str) -> int | None:
        name = cleaned(name[:100]) or "?"
        if name in self._places:
            name = f"{name} *"
        if name not in self._notes:
            if len(self._notes) >= MOST_NOTES:
                return None
            self._notes[name] = len(self._known) + len(self._notes)
        return self._notes[name]

    def _cell(self, value: Any) -> Value:
        told = cell(value)
        if isinstance(told, str):
            if len(told) > LONGEST:
                told = told[: LONGEST - 1] + "…"
                self._cut += 1
            self._budget.take_characters(len(told))
        return told


def _put(row: list[Value], place: int, value: Value) -> None:
    row.extend([None] * (place + 1 - len(row)))
    row[place] = value


def items_of(value: Any) -> list[Any]:
    """The list of injects.

    Raises:
        Unreadable: ``no_injects``, ``wrong_type``, ``too_many_rows``.
    """
    if value is None or value == []:
        raise Unreadable(
            "no_injects",
            _("Tệp không có tình huống nào."),
            _("Xuất lại tệp, chọn kèm danh sách tình huống."),
        )
    if not isinstance(value, list):
        raise Unreadable(
            "wrong_type",
            _("Danh sách tình huống trong tệp không phải là một danh sách."),
            _("Xuất lại tệp từ phần mềm gốc, không sửa bằng tay."),
        )
    if len(value) > LIMIT_ROWS:
        raise Unreadable(
            "too_many_rows",
            _("Tệp có hơn %(limit)s tình huống.") % {"limit": grouped(LIMIT_ROWS)},
            _("Chia tệp thành nhiều phần nhỏ hơn."),
        )
    return value


def unknown_format() -> Unreadable:
    """What a reader raises when the data is not of its format."""
    return Unreadable(
        "unknown_format",
        _("Tệp không đúng cấu trúc của phần mềm đã chọn."),
        _("Kiểm tra lại tệp, hoặc xuất lại từ phần mềm gốc."),
    )


def listed(value: Any) -> list[Any]:
    """The value where it is a list; anything else has no items."""
    return value if isinstance(value, list) else []


def dicts(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; anything else has none."""
    return [one for one in listed(value) if isinstance(one, dict)]


def named(value: Any, identifier: str, name: str) -> dict[str, str]:
    """Names of the objects of a list by identifier, the first of each."""
    told: dict[str, str] = {}
    for one in dicts(value):
        words = lines([worded(one.get(name))])[:200]
        if key(one.get(identifier)) and words:
            told.setdefault(key(one.get(identifier)), words)
    return told


def key(value: Any) -> str:
    """An identifier as it can be looked up: text or a whole number, else ""."""
    if isinstance(value, str):
        return value.strip()[:200]
    return worded(value)[:200] if isinstance(value, int) and not isinstance(value, bool) else ""
