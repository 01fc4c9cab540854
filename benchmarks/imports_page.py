"""The section of docs/benchmarks.md about imports (``results/imports.json``), and its budgets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from benchmarks.figures import spread

Row = dict[str, Any]
BUDGETS = (
    ("preview_s", "preview in the browser", 5, "s"),
    ("import_s", "import in the browser", 10, "s"),
    ("editor_first_byte_ms", "editor: first byte", 100, "ms"),
)
"""Field, what it is, at most."""


def lines(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """What is measured, as the table has it."""
    good = [row for row in rows if "failed" not in row]
    shown = (
        ("preview: file chosen → columns, and columns settled → all rows checked", "preview_s", 2),
        ("import: pressed → done", "import_s", 2),
        ("editor with all rows: first byte, ms", "editor_first_byte_ms", 1),
        ("releases of a drill meanwhile: lateness p50, ms", "meanwhile_p50_ms", 1),
        ("… at worst, ms", "meanwhile_max_ms", 1),
        ("the same without an import: p50, ms", "alone_p50_ms", 1),
        ("… at worst, ms", "alone_max_ms", 1),
    )
    return [(words, spread([row[field] for row in good], digits)) for words, field, digits in shown]


def checks(rows: Sequence[Row]) -> Iterator[tuple[str, str, str, str, bool]]:
    """Key, what, budget, measured, met."""
    good = [row for row in rows if "failed" not in row]
    for field, what, most, unit in BUDGETS if good else ():
        values = [row[field] for row in good]
        words = f"{good[0]['rows']:,} rows: {what}"
        met = median(values) <= most
        yield f"imports {field}", words, f"≤ {most} {unit}", f"{spread(values, 2)} {unit}", met
