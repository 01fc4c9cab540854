"""What several sections name: units, and marks on an axis."""

from __future__ import annotations

from typing import NamedTuple


class UnitName(NamedTuple):
    """A unit as headings and rows call it."""

    code: str
    short: str
    name: str


class Tick(NamedTuple):
    """A mark on an axis."""

    at_us: int
    label: str
