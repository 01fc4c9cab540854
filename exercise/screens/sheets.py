"""Cells of the spreadsheets that are handed out."""

from __future__ import annotations

from typing import Any


def harmless(value: Any) -> Any:
    """A cell that a spreadsheet would run as a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
