"""What is wrong with a row, or worth knowing about it, in the reader's language. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scenarios.intake.mapping import Field


@dataclass(frozen=True, slots=True)
class Fix:
    """What one press puts into the cell instead."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one cell of one row.

    Attributes:
        row: as the file counts; 0 is about the whole sheet.
        column: letter of the column and its header, such as ``C “Đơn vị”``; "" for the whole row.
        field: the meaning of the cell, if it is one cell.
        code: a stable word for machines and tests.
        message: a sentence.
        hint: what to do about it; may be empty.
        fix: offered where one value is likely meant.
    """

    row: int
    column: str
    field: Field | None
    code: str
    message: str
    hint: str = ""
    fix: Fix | None = None

    def as_dict(self) -> dict[str, Any]:
        """As ``import_msel --json`` prints it."""
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
        }
