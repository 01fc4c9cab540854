"""Where a spelled time lies in the calendar of one drill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from scenarios.intake.times.spelled import (
    DAY,
    HOUR,
    BadTime,
    OfDay,
    Offset,
    OnDate,
    OnDay,
    Spelled,
)

FALL_S = 4 * HOUR


def resolve(
    spelled: Spelled,
    *,
    zero: datetime,
    phase_start_s: int | None = None,
    inject_s: Callable[[str], int | None] = lambda number: None,
    day: Spelled | None = None,
) -> int:
    """Seconds of the drill's calendar since its start; negative before it.

    1. An offset counts from the start, from its phase or from the inject that it names.
    2. A day or a date without a time of day lies at the time of day at which the drill starts.
    3. A date without a year lies in the year that brings it nearest to the start.
    4. A time of day lies on ``day``, a value of a column of days; without one on the date of
       the start, even where that is before the start. Midnights are never counted here, see
       ``days_of``.

    Args:
        zero: the start of the scenario, aware.
        phase_start_s: when the row's phase begins, in seconds since the start.
        inject_s: seconds since the start of the inject of a number; ``None``: no such inject,
            or one without a time.

    Raises:
        BadTime: ``no_phase``, ``unknown_inject``, ``not_a_day``, ``no_such_date``.
    """
    match spelled:
        case Offset():
            return _since_base(spelled, phase_start_s, inject_s) + spelled.seconds
        case OnDay(number, None):
            return (number - 1) * DAY
        case OnDay(number, second):
            return (number - 1) * DAY + (second or 0) - _second_of_day(zero)
        case OnDate():
            local = _local(spelled, zero)
            if spelled.dated_only:
                return (local.date() - zero.date()).days * DAY
            return round((local - zero.replace(tzinfo=None)).total_seconds())
        case OfDay(second):
            return (_day_number(day, zero) - 1) * DAY + second - _second_of_day(zero)


def _since_base(
    offset: Offset, phase_start_s: int | None, inject_s: Callable[[str], int | None]
) -> int:
    if offset.base == "start":
        return 0
    if offset.base == "phase":
        if phase_start_s is None:
            raise BadTime(
                "no_phase",
                _("Giờ tính từ đầu giai đoạn, nhưng chưa biết giai đoạn bắt đầu lúc nào."),
                _("Ghi giai đoạn của tình huống và giờ bắt đầu của giai đoạn."),
            )
        return phase_start_s
    seconds = inject_s(offset.inject)
    if seconds is None:
        raise BadTime(
            "unknown_inject",
            _("Giờ tính từ tình huống %s, nhưng không biết giờ của tình huống đó.") % offset.inject,
            _("Kiểm tra số tình huống, hoặc ghi giờ khác."),
        )
    return seconds


def _second_of_day(moment: datetime) -> int:
    return moment.hour * HOUR + moment.minute * 60 + moment.second


def _local(found: OnDate, zero: datetime) -> datetime:
    """Naive, in the zone of the scenario, in a year."""
    moment = found.moment
    if not found.year_known:
        moment = _nearest(moment, zero)
    if moment.tzinfo is not None:
        moment = moment.astimezone(zero.tzinfo).replace(tzinfo=None)
    return moment


def _nearest(moment: datetime, zero: datetime) -> datetime:
    candidates = []
    for year in (zero.year, zero.year - 1, zero.year + 1):
        try:
            candidates.append(moment.replace(year=year))
        except ValueError:  # 29 February
            continue
    if not candidates:
        raise BadTime(
            "no_such_date",
            _("Năm diễn tập không có ngày %s.") % f"{moment:%d/%m}",
            _("Ghi cả năm."),
        )
    return min(candidates, key=lambda one: abs((one.date() - zero.date()).days))


def _day_number(day: Spelled | None, zero: datetime) -> int:
    match day:
        case None:
            return 1
        case OnDay(number):
            return number
        case OnDate():
            return (_local(day, zero).date() - zero.date()).days + 1
        case _:
            raise BadTime(
                "not_a_day",
                _("Cột ngày không ghi ngày."),
                _("Ghi ngày diễn tập như N1, hoặc ngày tháng như 26/06/2024."),
            )


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a column of bare times of day seems to run through.

    Attributes:
        numbers: for each time its exercise day, 1 to begin with; ``None`` for one that is no
            bare time of day.
        turns: the places at which a new day was counted. Where there is one, the planner must be
            shown or asked: nothing in the file says that a new day begins there.
    """

    numbers: tuple[int | None, ...]
    turns: tuple[int, ...]


def days_of(times: Sequence[Spelled | None]) -> Days:
    """Count a new day wherever a time of day falls back by more than four hours.

    Args:
        times: what the rows say, in the order of the file; ``None`` for a row without a time.
    """
    day, last = 1, None
    numbers: list[int | None] = []
    turns: list[int] = []
    for place, spelled in enumerate(times):
        if isinstance(spelled, OnDay):
            day, last = spelled.day, spelled.second
        if not isinstance(spelled, OfDay):
            numbers.append(None)
            continue
        if last is not None and last - spelled.second > FALL_S:
            day += 1
            turns.append(place)
        last = spelled.second
        numbers.append(day)
    return Days(tuple(numbers), tuple(turns))
