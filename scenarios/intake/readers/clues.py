"""How a column of dates or times is written, from a first look at its cells. Pure.

Only for columns that a peer's format names; the answer is a key of ``times.HABITS`` and the other
keys that fit as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from scenarios.intake.reading import Value

Clue = tuple[str, tuple[str, ...]]
MOST_CELLS = 500
_TEXTS = (
    ("iso", re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[T ].*)?")),
    ("ymd", re.compile(r"\d{4}[./]\d{1,2}[./]\d{1,2}(?:\s.*)?")),
    ("dmy", re.compile(r"(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}(?:[\s,].*)?")),
    ("day_time", re.compile(r"(?:n|d|ngày|day)\s*\d{1,2}(?:\s.*)?|[nj]\s*[+-]\s*\d.*", re.I)),
    ("offset", re.compile(r"[+-]\s*\d.*|[ht]\s*[+-]\s*\d.*", re.I)),
    ("span", re.compile(r"pt\d.*|\d+\s*(?:'|m|min|phút)|\d+\s*h\s*\d+\s*(?:m|min|phút|')", re.I)),
    ("hm", re.compile(r"\d{1,2}\s*[:hg.]\s*\d{0,2}(?::\d{2})?\s*(?:[ap]\.?m\.?)?|\d{3,4}", re.I)),
)
_CLOCK = re.compile(r"(\d{1,2})\s*[:h]\s*(\d{2})(?::\d{2})?\s*([ap])?\.?m?", re.I)


def clue(cells: Iterable[Value], otherwise: str) -> Clue:
    """The habit of most cells; ``otherwise`` where none tells anything."""
    seen: Counter[str] = Counter()
    first_over_12 = second_over_12 = False
    for cell in _some(cells):
        if isinstance(cell, datetime | date | time | timedelta):
            seen["excel"] += 1
        elif isinstance(cell, int | float) and not isinstance(cell, bool):
            seen["minutes"] += 1
        elif isinstance(cell, str):
            for habit, pattern in _TEXTS:
                if found := pattern.fullmatch(cell.strip()[:80]):
                    seen[habit] += 1
                    if habit == "dmy":
                        first_over_12 |= int(found.group(1)) > 12
                        second_over_12 |= int(found.group(2)) > 12
                    break
    if not seen:
        return otherwise, ()
    habit = seen.most_common(1)[0][0]
    if habit == "minutes":
        return habit, ("seconds",)
    if habit != "dmy" or (first_over_12 and not second_over_12):
        return habit, ()
    return ("mdy", ()) if second_over_12 and not first_over_12 else ("dmy", ("mdy",))


def dated(cells: Iterable[Value]) -> bool:
    """Whether most filled cells are dates without a time of day, or exercise days."""
    plain = filled = 0
    for cell in _some(cells):
        filled += 1
        if isinstance(cell, datetime):
            plain += (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        elif isinstance(cell, date):
            plain += 1
        elif isinstance(cell, str):
            plain += clue([cell], "")[0] in {"iso", "ymd", "dmy", "day_time"} and not clock(cell)
    return plain * 2 > filled


def clock(cell: Value) -> tuple[int, int] | None:
    """The hour and minute of the day that a cell tells, if it does."""
    if isinstance(cell, datetime | time):
        return cell.hour, cell.minute
    found = _CLOCK.search(cell[:80]) if isinstance(cell, str) else None
    if not found:
        return None
    hour, minute, half = int(found.group(1)), int(found.group(2)), (found.group(3) or "").lower()
    return (hour % 12 + (12 if half == "p" else 0) if half else hour), minute


def _some(cells: Iterable[Value]) -> Iterable[Value]:
    count = 0
    for cell in cells:
        if cell is None or cell == "":
            continue
        yield cell
        count += 1
        if count >= MOST_CELLS:
            return
