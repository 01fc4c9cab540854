"""Tables of docs/benchmarks.md, and the cells in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.budgets import OURS, ratios
from benchmarks.figures import spread

Row = dict[str, Any]
WORDS = (
    *("", "why", "budget", "figure", "page", "process", "load"),
    *("units × injects", "database × web processes"),
)
"""Columns that are not figures."""


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table; figures stand to the right."""
    lines = [list(head), ["---" if column in WORDS else "--:" for column in head], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def named(who: str, processes: int) -> str:
    """A candidate in the first column; ours stands out."""
    words = f"{who}, {processes} processes" if processes > 1 else who
    return f"**{words}**" if who == OURS else words


def of(rows: Sequence[Row], field: str, digits: int = 2) -> str:
    """The spread of a field that some rows may lack."""
    return spread([row.get(field) for row in rows], digits)


def times(rows: Sequence[Row], field: str, mine: Row, base: Row) -> str:
    """How many times as much as the base of the same repeat: 1 for the base itself."""
    return "1" if mine == base else spread(ratios(rows, field, mine, base))


def unfinished(name: str, row: Row, columns: int) -> tuple[str, ...]:
    """A line for what did not finish, with what became of it."""
    return (f"† {name}: {' '.join(row['failed'].split())[:160]}", *["–"] * columns)
