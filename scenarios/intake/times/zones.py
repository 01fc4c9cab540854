"""Zones at the end of a moment (``Z``, ``+07:00``, ``GMT+7``) and date-time groups."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone

from scenarios.intake.times import clocks, dates
from scenarios.intake.times.spelled import BadTime, OnDate

_NAMED = re.compile(r",? ?\(?(?:utc|gmt)(?: ?([+-] ?[0-9]{1,2})(?::?([0-9]{2}))?)?\)?$")
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:t[0-9:.,]{4,18}|[ ][0-9:.,]{4,18}(?= ?[z+]))"
    r" ?(?:z|([+-][0-9]{2})(?::?([0-9]{2}))?)"
)
_DTG = re.compile(
    r"([0-9]{2})([0-9]{2})([0-9]{2}) ?([zgjl])? ?"
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6} ?([0-9]{4}|[0-9]{2})?"
)
_LETTERS = {"z": UTC, "g": timezone(timedelta(hours=7))}
"""Of the letters of date-time groups, those in use here; J and L mean the local time."""


def zone_at_end(text: str) -> tuple[timezone | None, int]:
    """The zone that a folded text ends with, and where what it belongs to ends."""
    if match := _ISO.fullmatch(text):
        end = len(text) - (1 if match.group(1) is None else len(text) - match.start(1))
    elif match := _NAMED.search(text):
        end = match.start()
    else:
        return None, len(text)
    hours, minutes = (match.group(1) or "+0").replace(" ", ""), int(match.group(2) or 0)
    if abs(int(hours)) > 14 or minutes > 59:
        return None, len(text)
    minutes += 60 * abs(int(hours))
    offset = timedelta(minutes=-minutes if hours[0] == "-" else minutes)
    return timezone(offset) if offset else UTC, len(text[:end].rstrip())


def dtg(text: str) -> OnDate | None:
    """A date-time group such as ``260905ZJUN24``, if a folded text is one.

    Raises:
        BadTime: it has that shape, but there is no such date or hour.
    """
    match = _DTG.fullmatch(text)
    if not match:
        return None
    day, hour, minute, letter, month, year = match.groups()
    date = dates.date_of(year or "", str(dates.MONTHS[month]), day, text)
    second = clocks.clock(f"{hour}:{minute}")
    if second is None:  # the colon makes it a time of day or a refusal
        raise BadTime("not_a_time", text)
    found = dates.at_second(date, second)
    return found if letter not in _LETTERS else dates.in_zone(found, _LETTERS[letter])
