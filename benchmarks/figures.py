"""From many measurements to a few numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median


def percentiles(values: Iterable[float], digits: int = 1) -> dict[str, float | None]:
    """p50, p99 and the worst; nothing of nothing."""
    ordered = sorted(values)
    parts = {"p50": 0.50, "p99": 0.99, "max": 1.0}
    if not ordered:
        return dict.fromkeys(parts)
    last = len(ordered) - 1
    return {
        name: round(ordered[min(last, int(part * len(ordered)))], digits)
        for name, part in parts.items()
    }


def spread(values: Sequence[float | None], digits: int = 2) -> str:
    """The median, and in brackets the range when there is more than one value."""
    known = [value for value in values if value is not None]
    if not known:
        return "–"
    words = short(median(known), digits)
    low, high = short(min(known), digits), short(max(known), digits)
    return words if low == high else f"{words} ({low}–{high})"


def short(value: float, digits: int = 2) -> str:
    """As many digits as mean something."""
    if abs(value) >= 100:
        digits = 0
    elif abs(value) >= 10:
        digits = min(digits, 1)
    return f"{value:,.{digits}f}"
