"""The numbers that rows and injects have, and the free ones after them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST_NUMBER = 20
_COUNTED = re.compile(r"(.*?)(\d*)", re.S)
_MOST_DIGITS = 9
_ROOM = 6
"""Characters left for what is counted on."""


class Numbers:
    """Numbers, each given once."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        # By what stands before the counted digits and how many these are: from a taken place to a
        # later one. Thousands of rows may bear one number, or none.
        self._onward: dict[tuple[str, int], dict[int, int]] = {}

    def __contains__(self, number: str) -> bool:
        return number in self._taken

    def take(self, number: str) -> str:
        """Give this number."""
        self._taken.add(number)
        return number

    def take_after(self, number: str) -> str:
        """Give the first free number from this one on: ``1.05``, ``1.06`` …; ``A``, ``A-1`` …"""
        matched = _COUNTED.fullmatch(number[: LONGEST_NUMBER - _ROOM])
        assert matched  # anything does
        head, digits = matched.groups()
        if not digits:
            head, digits = f"{head}-", "1"
        width = len(digits)
        onward = self._onward.setdefault((head, width), {})
        place, passed = int(digits[-_MOST_DIGITS:]), list[int]()
        while f"{head}{place:0{width}d}" in self._taken:
            passed.append(place)
            place = onward.get(place, place + 1)
        onward |= dict.fromkeys(passed, place + 1)
        return self.take(f"{head}{place:0{width}d}")
