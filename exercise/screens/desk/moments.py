"""Times and lengths as planners write and read them: ``N1 10:50``, ``45′``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from scenarios.calendar import MINUTE_US, SECOND_US
from scenarios.reading.moments import LAST_DAY

MINUTE_S = 60
DAY_US = 24 * 60 * MINUTE_US

_MOMENT = re.compile(
    r"(?:[ND]\s*(?P<day>[0-9]{1,3})[\s,]+)?(?P<hour>[0-9]{1,2})\s*[:hg.]\s*(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2}))?",
    re.I,
)
_LENGTH = re.compile(
    r"(?:(?P<hours>[0-9]{1,3})\s*(?:h|g|giờ)\s*)?"
    r"(?:(?P<minutes>[0-9]{1,5})\s*(?:['′’mp]|ph|phút|min)?)?",
    re.I,
)


def moment_us(text: str, zero: datetime, *, near_us: int = 0) -> int:
    """Calendar µs since ``zero`` of ``N1 10:50``; ``10:50`` is on the day of ``near_us``.

    Raises:
        forms.ValidationError: it is no such time.
    """
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        raise forms.ValidationError(_("Ghi giờ như 10:50 hoặc N1 10:50."))
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    day = int(found["day"]) if found["day"] else day_of(near_us, zero)
    if hour > 23 or minute > 59 or second > 59:
        raise forms.ValidationError(_("Giờ từ 00:00 đến 23:59."))
    if not 1 <= day <= LAST_DAY:
        raise forms.ValidationError(_("Ngày từ N1 đến N%s.") % LAST_DAY)
    since_midnight_us = (zero.hour * 3600 + zero.minute * 60 + zero.second) * SECOND_US
    time_us = (hour * 3600 + minute * 60 + second) * SECOND_US
    return (day - 1) * DAY_US + time_us - since_midnight_us


def day_of(calendar_us: int, zero: datetime) -> int:
    """Number of the exercise day, from 1."""
    return (_at(calendar_us, zero).date() - zero.date()).days + 1


def time_words(calendar_us: int, zero: datetime) -> str:
    """``10:50``, with seconds where there are any."""
    at = _at(calendar_us, zero)
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def moment_words(calendar_us: int, zero: datetime) -> str:
    """``N1 10:50`` in Vietnamese, ``D1 10:50`` in English."""
    letter = "D" if (get_language() or "vi").startswith("en") else "N"
    return f"{letter}{day_of(calendar_us, zero)} {time_words(calendar_us, zero)}"


def _at(calendar_us: int, zero: datetime) -> datetime:
    # Without its zone: a drill is planned by the wall, whatever its zone's clocks do.
    return zero.replace(tzinfo=None) + timedelta(microseconds=calendar_us)


def length_s(text: str) -> int:
    """Seconds of ``45``, ``45'``, ``1h30``, ``-15``.

    Raises:
        forms.ValidationError: it is no such length.
    """
    text = text.strip().replace("−", "-")
    sign = -1 if text.startswith("-") else 1
    found = _LENGTH.fullmatch(text.lstrip("+-").strip())
    if not found or not (found["hours"] or found["minutes"]):
        raise forms.ValidationError(_("Ghi số phút, như 45 hoặc 1h30."))
    return sign * (int(found["hours"] or 0) * 60 + int(found["minutes"] or 0)) * MINUTE_S


def length_words(seconds: int | None) -> str:
    """``45′``; with the seconds where they are no whole minutes."""
    if seconds is None:
        return ""
    minutes, rest = divmod(abs(seconds), MINUTE_S)
    sign = "−" if seconds < 0 else ""
    return f"{sign}{minutes}:{rest:02d}" if rest else f"{sign}{minutes}′"


def minutes_words(seconds: int | None) -> str:
    """The same as a field holds it: ``45``."""
    return length_words(seconds).rstrip("′").replace("−", "-")
