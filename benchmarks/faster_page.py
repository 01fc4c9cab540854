"""The section of docs/benchmarks.md about what was made faster, from people's words and figures.

A figure's ``before`` and ``after`` are one value, or the least and the most of several runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import short
from benchmarks.results import BASE
from benchmarks.tables import table

WORDS = BASE / "benchmarks" / "faster.json"


def section(words: Path = WORDS) -> list[str]:
    """The section's blocks."""
    entries = json.loads(words.read_text("utf-8"))
    return [
        "## Made faster",
        "What a profile said was slow or large, and the same measurement before and after; `×` is "
        "after against before. Written down when it was done; what is measured below can be newer.",
        table(("", "figure", "before", "after", "×"), _figures(entries)),
        "\n".join(f"- **{one['what']}** ({_commits(one)}). {_why(one)}" for one in entries),
    ]


def ratio(before: Sequence[float], after: Sequence[float]) -> str:
    """After against before; of ranges the least and the most that it can be."""
    low, high = short(min(after) / max(before)), short(max(after) / min(before))
    return low if low == high else f"{low}–{high}"


def _figures(entries: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        for place, figure in enumerate(entry["figures"]):
            before, after = figure["before"], figure["after"]
            what = "" if place else entry["what"]
            yield what, figure["of"], _shown(before), _shown(after), ratio(before, after)


def _shown(values: Sequence[float]) -> str:
    return "–".join(f"{value:,}" for value in values)


def _why(entry: dict[str, Any]) -> str:
    slow, done = (f"{entry[key][0].upper()}{entry[key][1:]}" for key in ("slow", "done"))
    return f"*Was:* {slow}. *Now:* {done}."


def _commits(entry: dict[str, Any]) -> str:
    return ", ".join(entry["commits"])
