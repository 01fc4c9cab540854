"""The habit of a column of times, found from its cells and the words of its header.

What the cells leave open is asked, never guessed: ``Inferred.asks`` names the other habits that
read them as well and mean something else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Literal

from scenarios.intake.reading import Value
from scenarios.intake.times import numbers
from scenarios.intake.times.reading import read
from scenarios.intake.times.spelled import DAY, HOUR, BadTime, OfDay, Offset, OnDate, OnDay, Spelled
from scenarios.intake.times.written import fold

Kind = Literal["time", "date", "span"]

LONGEST_DRILL_DAYS = 60
EARLIEST_CLOCK_S = 4 * HOUR
"""A column of ``1:30`` that begins before this hour may count from the start of the drill."""

_SLASHED = re.compile(
    r"(?:^|[^0-9])(?P<date>[0-9]{1,2} ?(?P<mark>[/-]) ?[0-9]{1,2}"
    r"(?: ?(?P=mark) ?(?P<year>[0-9]{4}|[0-9]{2}))?)(?![0-9:/])"
)
_YEAR_FIRST = re.compile(r"(?:^|[ (])(?:19|20|21)[0-9]{2}([-/.])[0-9]")
_MONTH_FIRST = re.compile(r"(?:^|[ ,])[a-z]{3,9}\.? ?[0-9]{1,2}(?:st|nd|rd|th)?,? ")
_HALVES = re.compile(r"[0-9. ](?:a\.?m|p\.?m|sa|ch|sang|trua|chieu|toi)\b")
_UNSIGNED = re.compile(r"[0-9p]")


@dataclass(frozen=True, slots=True)
class Inferred:
    """How a column is read, and the habits that fit as well but mean something else."""

    habit: str
    asks: tuple[str, ...] = ()


def infer(values: Iterable[Value], *, header: str = "", kind: Kind = "time") -> Inferred:
    """The habit that reads all of a column, or the most of it.

    1. Words of the header such as ``(phút)`` or ``dd/mm`` decide what they can.
    2. Dates with slashes are read in the order that fits the most of them.
    3. Numbers are told apart by their size, if it tells.
    4. Bare times such as ``1:30`` are times of day unless they begin in the small hours.
    5. All other spellings mean one thing; the commonest names the habit.

    Args:
        values: the cells below the header, blank ones included.
        kind: ``date`` for a column of days beside one of times, ``span`` for deadlines.
    """
    cells = [one for one in values if not _blank(one)]
    said = _said(header)
    if kind == "span":
        return _spans(cells, said)
    families = _families(cells)
    texts = families["slash"]
    plain = families["number"]
    if texts and len(texts) >= len(plain):
        return _order(texts, said)
    if plain and len(plain) >= len(families["typed"]):
        return _numbers(plain, families, said, kind)
    if families["typed"]:
        return Inferred("excel")
    if families["clock"] and not families["day_time"]:
        return _clocks(families, said, kind)
    counts = {habit: len(found) for habit, found in families.items() if found}
    if not counts:
        return Inferred(said or ("day_time" if kind == "date" else "hm"))
    commonest = max(counts, key=counts.__getitem__)
    return Inferred("hm" if commonest == "clock" else commonest)


# ── what a header says ──────────────────────────────────────────────────────────────────────────
_SAID: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (habit, re.compile(pattern))
    for habit, pattern in (
        ("ymd", r"y{2,4}[-/. ]m|nam[-/]thang[-/]ngay"),
        ("dmy", r"\bd{1,2}[-/. ]m{1,2}\b|ngay/thang"),
        ("mdy", r"\bm{1,2}[-/. ]d{1,2}\b|thang/ngay"),
        ("hm", r"\bhh?:?mm\b|gio:phut|gio/phut|gio trong ngay|time of day|clock"),
        ("seconds", r"\b(?:giay|seconds?|secs?)\b|\(s\)"),
        ("minutes", r"\b(?:phut|minutes?|mins?)\b|\('\)|\((?:m|p|ph)\)"),
        ("hours", r"\b(?:hours?|hrs)\b|\((?:h|gio)\)|^[hg] ?\+"),
        ("span", r"^t ?\+|\b(?:elapsed|offset|ke tu)\b|tinh tu|sau bat dau|tu luc bat dau"),
    )
)


def _said(header: str) -> str:
    """The first habit that the words of a header name."""
    text = fold(header)
    return next((habit for habit, pattern in _SAID if pattern.search(text)), "")


# ── families of cells ───────────────────────────────────────────────────────────────────────────
def _blank(value: Value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


_FAMILIES = (
    *("day_time", "dmy", "mdy", "ymd", "iso", "offset", "span", "hm"),
    *("slash", "number", "clock", "typed"),
)


def _families(cells: Sequence[Value]) -> dict[str, list[Value]]:
    """Cells by what they leave open (slash, number, clock) or else by their habit."""
    found: dict[str, list[Value]] = {key: [] for key in _FAMILIES}
    for cell in cells:
        if family := _family(cell):
            found[family].append(cell)
    return found


def _family(cell: Value) -> str:
    if isinstance(cell, bool):
        return ""
    if isinstance(cell, int | float):
        return "number" if abs(cell) < numbers.MOST else ""
    if isinstance(cell, time | timedelta):
        return "clock"
    if isinstance(cell, date):
        return "typed"
    text = fold(str(cell))
    if numbers.PLAIN.fullmatch(text):
        return "number"
    if _slashed(text):
        return "slash"
    if (spelled := _read(cell, "")) is None:
        return ""
    match spelled:
        case OnDay():
            return "day_time"
        case OnDate():
            if _YEAR_FIRST.search(text):
                return "iso" if "-" in text else "ymd"
            return "mdy" if _MONTH_FIRST.search(text) else "dmy"
        case OfDay():
            return "hm" if _HALVES.search(text) else "clock"
        case Offset():
            return "span" if spelled.base == "start" and _UNSIGNED.match(text) else "offset"


# ── the order of a date ─────────────────────────────────────────────────────────────────────────
def _slashed(text: str) -> str:
    """The date in a text whose parts may stand in any order, or ""."""
    match = _SLASHED.search(text)
    if not match or _YEAR_FIRST.search(text) or "ngay" in text:
        return ""
    if match["mark"] == "-" and not match["year"]:  # 8-9 is rather a range
        return ""
    return match["date"]


def _read(cell: Value, habit: str) -> Spelled | None:
    try:
        return read(cell, habit)
    except BadTime:
        return None


def _order(cells: Sequence[Value], said: str) -> Inferred:
    times = Counter(_slashed(fold(str(cell))) for cell in cells)
    readings = {
        habit: {date: one for date in times if isinstance(one := _read(date, habit), OnDate)}
        for habit in ("dmy", "mdy", "ymd")
    }
    counts = {habit: sum(times[date] for date in dates) for habit, dates in readings.items()}
    fitting = [habit for habit, count in counts.items() if count == max(counts.values())]
    if said in fitting:
        return Inferred(said)
    if "dmy" in fitting or "mdy" in fitting:  # two digits of a year first: only if nothing else
        fitting = [habit for habit in fitting if habit != "ymd"]
    short = [
        habit for habit in fitting if _days_between(readings[habit].values()) <= LONGEST_DRILL_DAYS
    ]
    fitting = short or fitting
    others = tuple(one for one in fitting[1:] if readings[one] != readings[fitting[0]])
    return Inferred(fitting[0], others)


def _days_between(dates: Iterable[OnDate]) -> int:
    days = [one.moment.toordinal() for one in dates]
    return max(days, default=0) - min(days, default=0)


# ── plain numbers ───────────────────────────────────────────────────────────────────────────────
LONGEST_MINUTES = 7 * 24 * 60
_LIKELY_MINUTES = 2 * 24 * 60
_SHORTEST_DRILL_S = 20 * 60
_SERIALS = (32_874, 109_575)


def _figure(cell: Value) -> float:
    return float(fold(str(cell)).replace(",", ".").replace(" ", ""))


def _numbers(
    cells: Sequence[Value], families: dict[str, list[Value]], said: str, kind: Kind
) -> Inferred:
    if said == "hours" and all(isinstance(_read(cell, "hm"), OfDay) for cell in cells):
        return Inferred("hours", ("hm",))
    if said in {"seconds", "minutes", "hours", "hm"}:
        return Inferred(said)
    figures = [_figure(cell) for cell in cells]
    if all(0 <= one < 1 for one in figures) and any(figures):
        return Inferred("serial")
    low, high = min(figures), max(figures)
    if low >= _SERIALS[0] and high < _SERIALS[1] and high - low <= LONGEST_DRILL_DAYS:
        return Inferred("serial")
    if all(len(str(cell)) == 8 and isinstance(_read(cell, "ymd"), OnDate) for cell in cells):
        return Inferred("ymd")
    if kind == "date":
        return Inferred("day_time" if high <= LONGEST_DRILL_DAYS else "serial")
    fitting = _sizes(cells, figures)
    if "hm" in fitting and (families["clock"] or families["hm"] or families["day_time"]):
        return Inferred("hm")
    if _begins_late(families["clock"]):  # 7:30, 8:30, 90
        if len(families["clock"]) > len(cells):
            return Inferred("hm", (fitting[0],))
        return Inferred(fitting[0], tuple(dict.fromkeys((*fitting[1:], "hm"))))
    if families["span"] or families["offset"]:
        return Inferred("minutes")
    return Inferred(fitting[0], tuple(fitting[1:]))


def _sizes(cells: Sequence[Value], figures: Sequence[float]) -> list[str]:
    """What numbers of this size count, the likelier first."""
    first, high = figures[0], max(abs(one) for one in figures)
    clock = all(isinstance(_read(cell, "hm"), OfDay) for cell in cells)
    if clock and any(str(cell)[:1] == "0" and len(str(cell)) == 4 for cell in cells):
        return ["hm"]  # 0730
    if clock and first >= 400 and len(figures) > 1:
        return ["hm"]  # nobody's first inject comes 6 h 40 after the start
    ordered = sorted(set(figures))
    steps = [after - before for before, after in pairwise(ordered)]
    step = min(steps, default=high)
    as_minutes = high <= LONGEST_MINUTES
    as_seconds = high >= _SHORTEST_DRILL_S and step >= 60
    fitting = [*(["minutes"] if as_minutes else []), *(["seconds"] if as_seconds else [])]
    if high > _LIKELY_MINUTES:
        fitting.reverse()
    if clock and first >= 4 and (high <= 24 or first >= 400):  # 7, 8, 9: hours of the day?
        fitting.append("hm")
    return fitting or ["seconds"]


# ── bare times ──────────────────────────────────────────────────────────────────────────────────
def _begins_late(cells: Sequence[Value]) -> bool:
    """Whether the first bare time is one at which no column begins that counts from the start."""
    first = _read(cells[0], "hm") if cells else None
    return isinstance(first, OfDay) and first.second >= EARLIEST_CLOCK_S


def _clocks(families: dict[str, list[Value]], said: str, kind: Kind) -> Inferred:
    cells = families["clock"]
    typed = all(isinstance(cell, time | timedelta) for cell in cells)
    of_day = "excel" if typed else "hm"
    if said in {"span", "minutes", "seconds"}:
        return Inferred("span")
    first = _read(cells[0], of_day)
    if isinstance(cells[0], timedelta):  # 7:30 in a cell that is formatted as a duration
        late = isinstance(first, Offset) and first.seconds >= EARLIEST_CLOCK_S
        return Inferred("excel", ("hm",) if late else ())
    if said == "hm" or kind == "date" or not isinstance(first, OfDay):
        return Inferred(of_day)
    if families["hm"] or first.second >= EARLIEST_CLOCK_S:
        # Beside 1h30m, 7:30 may be as long; beside "20' after 9.2" it is a time of day.
        return Inferred(of_day, ("span",) if families["span"] else ())
    if families["span"]:  # 1h, 1h30m
        return Inferred("span")
    if first.second < HOUR or families["offset"]:
        return Inferred("span", (of_day,))
    return Inferred(of_day, ("span",))


# ── deadlines ───────────────────────────────────────────────────────────────────────────────────
def _spans(cells: Sequence[Value], said: str) -> Inferred:
    plain = [_figure(cell) for cell in cells if _family(cell) == "number"]
    if not plain or said in {"minutes", "seconds", "hours"}:
        return Inferred(said if said in {"minutes", "seconds", "hours"} else "span")
    if any(plain) and all(0 <= one < 1 for one in plain):
        return Inferred("serial", ("hours",))
    high = max(plain)
    if high > LONGEST_MINUTES:
        return Inferred("seconds")
    if high > DAY / 60 and min(plain) >= 60 and all(one % 60 == 0 for one in plain):
        return Inferred("minutes", ("seconds",))
    return Inferred("minutes")
