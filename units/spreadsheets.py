"""Text in files that people open with a spreadsheet."""

from __future__ import annotations

import re
from typing import TypeVar

T = TypeVar("T")

_RUNS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def harmless(value: T) -> T | str:
    """A cell of a CSV file: text that a spreadsheet would run as a formula is marked with ``'``."""
    return f"'{value}" if isinstance(value, str) and _RUNS.match(value) else value


def unmarked(text: str) -> str:
    """The reverse of ``harmless``."""
    return text[1:] if text.startswith("'") and _RUNS.match(text) else text
