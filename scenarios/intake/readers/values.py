"""Any JSON value → one cell. Pure; never recursive, never longer than a cell may be.

Nested values become lines such as ``severity: high``. Markup is ``markup``'s.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from scenarios.intake.reading import Value
from units.text import canonical

LONGEST = 20_000
"""Characters of a cell."""
MOST_PARTS = 2_000
DEEPEST = 12
_LARGEST = 10**15


def cleaned(text: str) -> str:
    """Text as ``cells`` cleans it, without space around it.

    What lies beyond a cell's length is dropped; the result is then one character too long, so
    that ``Table`` can tell.
    """
    return canonical(text[: 4 * LONGEST]).strip()[: LONGEST + 1]


def cell(value: Any) -> Value:
    """The value as a cell; what is empty is ``None``."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    return worded(value) or None


def worded(value: Any) -> str:
    """The value in words."""
    if value is None:
        return ""
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(_number(value))
    return lines(_parts(value))


def lines(items: Iterable[str]) -> str:
    """A list as one cell, each item on a line of its own."""
    told: list[str] = []
    length = 0
    for item in items:
        if line := " ".join(cleaned(item).split()):
            told.append(line)
            length += len(line) + 1
        if length > LONGEST or len(told) >= MOST_PARTS:
            break
    return "\n".join(told)[: LONGEST + 1]


def moment(value: Any) -> datetime | None:
    """The ISO date-time that ``value`` is, with or without a zone."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        return None


def _number(value: int | float) -> int | float | str:
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value.is_integer() and abs(value) < _LARGEST else value
    if abs(value) < _LARGEST:
        return value
    # Python refuses to write out whole numbers of thousands of digits.
    return str(value)[:40] if value.bit_length() < 9_000 else "∞"


def _parts(value: Any) -> Iterable[str]:
    """``path: value`` for every leaf, in the order of the file."""
    waiting: list[tuple[str, Any, int]] = [("", value, 0)]
    seen = 0
    while waiting and seen < 4 * MOST_PARTS:
        path, one, depth = waiting.pop()
        seen += 1
        if isinstance(one, dict | list) and depth >= DEEPEST:
            yield f"{path}: …" if path else "…"
        elif isinstance(one, dict):
            inner = [
                (f"{path}.{key}"[-100:] if path else str(key)[:100], item, depth + 1)
                for key, item in list(one.items())[:MOST_PARTS]
            ]
            waiting.extend(reversed(inner))
        elif isinstance(one, list):
            waiting.extend((path, item, depth + 1) for item in reversed(one[:MOST_PARTS]))
        elif words := worded(one) if isinstance(one, str | int | float) else "":
            yield f"{path}: {words}" if path else words
