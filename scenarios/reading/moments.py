"""How times are spelled in a scenario file: ``N1 07:05``, ``1h30m``, ``2023-10-10T07:00``. Pure."""

from __future__ import annotations

import re
from datetime import datetime

from scenarios.calendar import HOUR_US, MINUTE_US, SECOND_US

DAY_US = 24 * HOUR_US
LAST_DAY = 60
LONGEST_S = 7 * 24 * 3600
YEARS = (1990, 2200)

_MOMENT = re.compile(r"[ND](-?[0-9]{1,9}) ([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_DURATION = re.compile(r"(-)?(?=[0-9])(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")
_START = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")


class BadSpelling(ValueError):
    """Not spelled as a time at all."""


class Absurd(ValueError):
    """Well spelled, but nothing a drill can mean."""


def looks_like_moment(word: str) -> bool:
    """Whether a writer meant a day and a time of day rather than a duration."""
    return word[:1].upper() in {"N", "D"}


def moment_us(word: str, zero: datetime) -> int:
    """Calendar µs since ``zero`` (naive, local) of ``N1 07:05`` or ``N1 07:05:30``.

    Negative before ``zero``: the day before the first is ``N0``, the one before that ``N-1``.

    Raises:
        BadSpelling: it is not such a word.
        Absurd: the day is beyond what a drill lasts.
    """
    match = _MOMENT.fullmatch(word)
    if not match:
        raise BadSpelling(word)
    day, hour, minute, second = (int(part or 0) for part in match.groups())
    if hour > 23 or minute > 59 or second > 59:
        raise BadSpelling(word)
    if not -LAST_DAY < day <= LAST_DAY:
        raise Absurd(word)
    of_day = hour * HOUR_US + minute * MINUTE_US + second * SECOND_US
    return (day - 1) * DAY_US + of_day - _since_midnight_us(zero)


def moment_word(calendar_us: int, zero: datetime) -> str:
    """The reverse of ``moment_us``; parts of a second are left out."""
    day, of_day_us = divmod(calendar_us + _since_midnight_us(zero), DAY_US)
    minutes, second = divmod(of_day_us // SECOND_US, 60)
    word = f"N{day + 1} {minutes // 60:02}:{minutes % 60:02}"
    return f"{word}:{second:02}" if second else word


def _since_midnight_us(zero: datetime) -> int:
    return (zero.hour * 3600 + zero.minute * 60 + zero.second) * SECOND_US


def duration_s(word: str) -> int:
    """Seconds of ``10m``, ``1h30m`` or ``45s``; negative with a minus sign.

    Raises:
        BadSpelling: it is not such a word.
        Absurd: it is longer than any drill.
    """
    match = _DURATION.fullmatch(word)
    if not match or not any(match.groups()[1:]):
        raise BadSpelling(word)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    length = hours * 3600 + minutes * 60 + seconds
    if length > LONGEST_S:
        raise Absurd(word)
    return -length if match.group(1) else length


def duration_word(length_s: int) -> str:
    """The reverse of ``duration_s`` for what is not negative."""
    minutes, second = divmod(length_s, 60)
    parts = ((minutes // 60, "h"), (minutes % 60, "m"), (second, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0m"


def start(word: str) -> datetime:
    """The naive local date and time of ``2023-10-10T07:00``.

    Raises:
        BadSpelling: it is not such a word, or no date of the calendar.
        Absurd: the year is not one in which a drill is held.
    """
    match = _START.fullmatch(word)
    if not match:
        raise BadSpelling(word)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        found = datetime(year, month, day, hour, minute, second)
    except ValueError as error:
        raise BadSpelling(word) from error
    if not YEARS[0] <= year <= YEARS[1]:
        raise Absurd(word)
    return found


def start_word(moment: datetime) -> str:
    """The reverse of ``start``; parts of a second are left out."""
    local = moment.replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if local.second else "minutes")
