"""Numbers of a workbook → dates, times and durations, by the way their cells show them. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from enum import Enum

from openpyxl.styles.numbers import STRIP_RE, is_date_format, is_timedelta_format

from scenarios.intake.reading import Value

LONGEST_CODE = 255
EPOCH_1900 = datetime(1899, 12, 30)
EPOCH_1904 = datetime(1904, 1, 1)

_LEAP_DAY_THAT_NEVER_WAS = 60
_LONGEST_SUM_DAYS = 366
_ESCAPED = re.compile(r"[\\_].")


class Shown(Enum):
    """What a cell's format makes of its number."""

    NUMBER = "number"
    DATE = "date"
    CLOCK = "clock"
    MOMENT = "moment"
    DURATION = "duration"


def shown(code: str) -> Shown:
    """What a format code shows: ``dd/mm/yyyy``, ``hh"h"mm``, ``[h]:mm``, ``0.00``."""
    if len(code) > LONGEST_CODE:
        return Shown.NUMBER
    if is_timedelta_format(code):
        return Shown.DURATION
    if not is_date_format(code):
        return Shown.NUMBER
    letters = _ESCAPED.sub("", STRIP_RE.sub("", code.split(";")[0])).lower()
    clock = "h" in letters or "s" in letters
    calendar = "d" in letters or "y" in letters or not clock
    if clock and calendar:
        return Shown.MOMENT
    return Shown.CLOCK if clock else Shown.DATE


def number(text: str) -> Value:
    """A number as a workbook writes it; whole ones as ``int``; what is none stays text."""
    try:
        value = float(text)
    except ValueError:
        return text
    if value != value or value in (float("inf"), float("-inf")):
        return text
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def typed(value: float, kind: Shown, epoch: datetime) -> Value:
    """The number as people see it, to the second; the number itself where that makes no sense.

    A clock format shows hours past 24 from zero again, so a sum such as 25:30 is a duration there.
    """
    seconds = round(value * 86_400)
    try:
        if kind is Shown.DURATION:
            return timedelta(seconds=seconds)
        if kind is Shown.NUMBER or value < 0:
            return value
        if seconds < 86_400:
            return (datetime.min + timedelta(seconds=seconds)).time()
        if kind is Shown.CLOCK and value < _LONGEST_SUM_DAYS:
            return timedelta(seconds=seconds)
        if epoch == EPOCH_1900 and value < _LEAP_DAY_THAT_NEVER_WAS:
            seconds += 86_400
        moment = epoch + timedelta(seconds=seconds)
    except OverflowError:
        return value
    return moment.date() if kind is Shown.DATE and moment.time() == time.min else moment


def dated(text: str) -> Value:
    """A cell of type ``d``: an ISO date, time or both; what is none stays text."""
    for kind in (date, datetime, time):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    return text
