"""Plain numbers and typed cells: what they count is the column's habit, never a guess."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from scenarios.intake.reading import Value
from scenarios.intake.times import clocks, dates
from scenarios.intake.times.habits import ELAPSED, HABITS, UNITS
from scenarios.intake.times.spelled import (
    DAY,
    HOUR,
    MINUTE,
    YEARS,
    BadTime,
    OfDay,
    Offset,
    OnDate,
    Spelled,
)

PLAIN = re.compile(r"[+-]? ?[0-9]{1,12}(?:[.,][0-9]{1,12})?")

MOST = 10**12
"""No number as large, nor none at all, is a time."""

_EPOCH = datetime(1899, 12, 30)
_TIME_EPOCH = datetime(1899, 12, 31)  # a workbook counts its days before March 1900 from here
_HALF_SECOND = timedelta(milliseconds=500)
_MOST_DAYS_IN_NUMBERS = 60


def number(text: str, habit: str) -> Spelled:
    """A folded text that is a plain number, or a number of a workbook as text.

    Raises:
        BadTime: the habit does not say what it counts, or there is no such time.
    """
    text = text.replace(",", ".").replace(" ", "")
    value, signed = float(text), text[0] in "+-"
    if signed and habit not in UNITS:
        return Offset(clocks.bounded(value * MINUTE))
    if habit in ELAPSED:
        return Offset(clocks.bounded(value * UNITS.get(habit, MINUTE)))
    if habit in {"serial", "excel"}:
        return serial(value)
    if len(text) == 8 and text.isdigit() and text[:2] in {"19", "20", "21"}:
        return dates.date_of(text[:4], text[4:6], text[6:], text)
    if text.isdigit() and (found := _of_day(text, habit)) is not None:
        return found
    raise BadTime(
        "ambiguous",
        _("Số “%s” không nói rõ là phút, giây hay giờ.") % text,
        _("Chọn cách đọc của cột này, hoặc ghi cả đơn vị, ví dụ 90 phút."),
    )


def _of_day(text: str, habit: str) -> Spelled | None:
    """Digits as a day or a time of day: what they are in the habits of days and of hours."""
    if len(text) <= 2:
        value = int(text)
        if habit == "day_time" and 0 < value <= _MOST_DAYS_IN_NUMBERS:
            return dates.exercise_day(value)
        return OfDay(value * HOUR) if habit == "hm" and value <= 24 else None
    said = text[0] == "0" or habit in HABITS
    if (len(text) == 4 and said) or (len(text) == 3 and habit == "hm"):
        second = clocks.clock(text)
        return None if second is None else OfDay(second)
    return None


def serial(days: float) -> OfDay | OnDate:
    """A moment that a workbook keeps as days since its epoch; below 1 a time of day.

    Raises:
        BadTime: it is no date on which a drill is held.
    """
    if 0 <= days < 1:
        return OfDay(round(days * DAY))
    if 32_874 <= days < 109_575:
        whole = math.floor(days)
        moment = _EPOCH + timedelta(days=whole, seconds=round((days - whole) * DAY))
        return OnDate(moment, dated_only=days == whole)
    raise BadTime(
        "no_such_date",
        _("Số %g không phải là ngày của bảng tính.") % days,
        _("Ngày 26/06/2024 là số 45469."),
    )


def typed(value: Value, habit: str) -> Spelled | None:
    """A cell that a workbook keeps as a date, a time or a duration; ``None`` for all others.

    Raises:
        BadTime: it is no date on which a drill is held.
    """
    if isinstance(value, datetime):
        if 1899 <= value.year <= 1900:  # a time formatted as one, a day or more after midnight
            value = value.replace(tzinfo=None)
            if value < _TIME_EPOCH + timedelta(days=1):
                return typed(value.time(), habit)
            return Offset(_seconds(value - _TIME_EPOCH))
        _check_year(value)
        return OnDate((value + _HALF_SECOND).replace(microsecond=0))
    if isinstance(value, date):
        _check_year(value)
        return OnDate(datetime(value.year, value.month, value.day), dated_only=True)
    if isinstance(value, time):
        parts = (value.hour * HOUR, value.minute * MINUTE, value.second, value.microsecond / 1e6)
        second = round(sum(parts))
        return Offset(second) if habit in ELAPSED else OfDay(second)
    if isinstance(value, timedelta):
        seconds = _seconds(value)
        return OfDay(seconds) if habit == "hm" and 0 <= seconds < DAY else Offset(seconds)
    return None


def _seconds(length: timedelta) -> int:
    return clocks.bounded(length.total_seconds())


def _check_year(value: date) -> None:
    if not YEARS[0] <= value.year < YEARS[1]:
        raise BadTime(
            "no_such_date",
            _("Năm %d không phải là năm có cuộc diễn tập.") % value.year,
            _("Kiểm tra ngày trong bảng tính."),
        )
