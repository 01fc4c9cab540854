"""Median and spread of a number of lengths; a mean is never told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """``n`` lengths in microseconds: least, quartiles, greatest; all ``None`` where there is none.

    The quartiles lie between the two nearest values in proportion to their distance (Hyndman and
    Fan's type 7, as spreadsheets have it), rounded down to whole microseconds.
    """

    n: int = 0
    min_us: int | None = None
    q1_us: int | None = None
    median_us: int | None = None
    q3_us: int | None = None
    max_us: int | None = None

    @classmethod
    def of(cls, lengths_us: Iterable[int]) -> Spread:
        """The spread of these lengths, in any order."""
        ordered = sorted(lengths_us)
        if not ordered:
            return cls()
        q1_us, median_us, q3_us = (_quarter(ordered, place) for place in (1, 2, 3))
        return cls(len(ordered), ordered[0], q1_us, median_us, q3_us, ordered[-1])


def _quarter(ordered: Sequence[int], quarters: int) -> int:
    place, part = divmod((len(ordered) - 1) * quarters, 4)
    if not part:
        return ordered[place]
    return ordered[place] + (ordered[place + 1] - ordered[place]) * part // 4
