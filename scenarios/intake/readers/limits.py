"""What a file may hold at most, whatever it claims. Counted while reading, never believed."""

from __future__ import annotations

from django.utils.formats import get_format
from django.utils.translation import gettext as _

from scenarios.intake.reading import Unreadable

LIMIT_BYTES = 20 * 1024 * 1024
LIMIT_SHEETS = 100
LIMIT_ROWS = 20_000
"""Of one sheet, to its last row that holds something."""
LIMIT_COLUMNS = 200
LIMIT_CELLS = 500_000
"""Of all sheets, with the empty places before a row's last cell."""
LIMIT_CHARACTERS = 20_000_000
"""Of all cells; a text that many cells share counts as often as it is shown."""


class Budget:
    """What one file has used up of its cells and characters."""

    def __init__(self) -> None:
        self._cells = 0
        self._characters = 0

    def take_cells(self, count: int) -> None:
        """Raise ``Unreadable`` once the sheets hold too many cells."""
        self._cells += count
        if self._cells > LIMIT_CELLS:
            raise too_many_cells()

    def take_characters(self, count: int) -> None:
        """Raise ``Unreadable`` once the cells hold too much text."""
        self._characters += count
        if self._characters > LIMIT_CHARACTERS:
            raise too_much_text()


def too_many_cells() -> Unreadable:
    """The refusal of a file with more cells than any list of injects."""
    return Unreadable(
        "too_many_cells",
        _("Tệp có hơn %(limit)s ô.") % {"limit": grouped(LIMIT_CELLS)},
        _("Chỉ giữ lại các trang và cột của danh mục tình huống, rồi chọn lại tệp."),
    )


def too_much_text() -> Unreadable:
    """The refusal of a file with more text than any list of injects."""
    return Unreadable(
        "too_much_text",
        _("Tệp chứa hơn %(limit)s ký tự.") % {"limit": grouped(LIMIT_CHARACTERS)},
        _("Chỉ giữ lại các trang và cột của danh mục tình huống, rồi chọn lại tệp."),
    )


def too_many_rows(sheet: str, row: int) -> Unreadable:
    """The refusal of a sheet that goes on past the last row that is read."""
    return Unreadable(
        "too_many_rows",
        _("Trang “%(sheet)s” có dữ liệu ở hàng %(row)s; chỉ đọc được đến hàng %(limit)s.")
        % {"sheet": sheet, "row": grouped(row), "limit": grouped(LIMIT_ROWS)},
        _("Xóa các hàng thừa ở cuối trang hoặc chia danh mục thành nhiều tệp."),
    )


def too_many_columns(sheet: str, row: int) -> Unreadable:
    """The refusal of a sheet with cells past the last column that is read."""
    return Unreadable(
        "too_many_columns",
        _("Trang “%(sheet)s”, hàng %(row)s: có dữ liệu ngoài %(limit)s cột đầu.")
        % {"sheet": sheet, "row": grouped(row), "limit": grouped(LIMIT_COLUMNS)},
        _("Xóa các cột thừa ở bên phải; danh mục tình huống không cần nhiều cột như vậy."),
    )


def grouped(number: int) -> str:
    """A whole number as readers of the active language write it."""
    # Django knows the separator of Vietnamese, not that it stands every three digits.
    return f"{number:,}".replace(",", get_format("THOUSAND_SEPARATOR"))
