"""Numbers for injects of formats that give them none. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any


def seconds(value: Any) -> float | None:
    """A plain number of seconds, also as text; anything else is ``None``."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.strip()
        return float(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return float(value) if isinstance(value, int) and value.bit_length() < 64 else None


def numbered(times: Sequence[Any]) -> list[int]:
    """1, 2, 3… by time, those without one last; the order of the file among equals."""
    by_time = sorted(range(len(times)), key=lambda place: _order(times[place]))
    numbers = [0] * len(times)
    for number, place in enumerate(by_time, start=1):
        numbers[place] = number
    return numbers


def _order(value: Any) -> float:
    told = seconds(value)
    return math.inf if told is None else told
