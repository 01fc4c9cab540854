"""Reading one cell as a time (``read``) or as a length of time (``read_span``)."""

from __future__ import annotations

import re
from datetime import tzinfo

from django.utils.translation import gettext as _

from scenarios.intake.reading import Value
from scenarios.intake.times import clocks, dates, numbers, offsets
from scenarios.intake.times.habits import ELAPSED, UNITS
from scenarios.intake.times.spelled import (
    DAY,
    BadTime,
    OfDay,
    Offset,
    OnDate,
    OnDay,
    Spelled,
)
from scenarios.intake.times.written import Written
from scenarios.intake.times.zones import dtg, zone_at_end

_BETWEEN = re.compile(r"[\s,;:/|]*(?:- )?(?:t(?=[0-9]))?(?:(?:vao |luc |at |hoi )*)")
_RANGE = re.compile(r".*[0-9hgm] ?(?:-|->|den|toi|to) ?[0-9]{1,2}(?:[:hg.]|$| gio).*")
_NOTHING = frozenset({"", "-", "--", "none", "khong", "khong co", "n/a", "na", "0"})


def read(value: Value, habit: str = "") -> Spelled:
    """What a cell means.

    Args:
        habit: a key of ``HABITS``, which decides what could mean several things; any other word
            decides nothing, and what is open is then refused as ``ambiguous``.

    Raises:
        BadTime: it means no time.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        raise BadTime("empty", _("Ô để trống."), _("Ghi thời gian, ví dụ N1 07:30."))
    if isinstance(value, bool):
        raise _no_time(str(value))
    if (found := numbers.typed(value, habit)) is not None:
        return found
    written = Written.of(_as_text(value))
    if not written.folded:
        raise _no_time(str(value))
    if numbers.PLAIN.fullmatch(written.folded):
        return _number(written.folded, habit)
    found = _text(written, habit)
    if found is not None:
        return found
    if _RANGE.fullmatch(written.folded):
        raise BadTime(
            "range",
            _("“%s” là một khoảng từ giờ này đến giờ kia.") % written.shown,
            _("Ghi một giờ: giờ phát tình huống."),
        )
    raise _no_time(written.shown)


def read_span(value: Value, habit: str = "") -> int | None:
    """Seconds of a deadline; ``None`` where the cell says that there is none.

    A plain number counts minutes unless the habit says else.

    Raises:
        BadTime: it is no length of time, or a negative one.
    """
    if value is None:
        return None
    if isinstance(value, str) and Written.of(value).folded in _NOTHING and len(value) < 20:
        return None
    habit = habit if habit in {*UNITS, "serial"} else "span"
    typed = isinstance(value, int | float) and not isinstance(value, bool)
    if habit == "serial" and typed and 0 <= float(value) < 60:  # type: ignore[arg-type]
        return clocks.bounded(float(value) * DAY) or None  # type: ignore[arg-type]
    found = read(value, "span" if habit == "serial" else habit)
    if not isinstance(found, Offset) or found.base != "start" or found.seconds < 0:
        raise BadTime(
            "not_a_span",
            _("“%s” là một thời điểm, không phải là thời hạn.") % value,
            _("Ghi thời hạn tính từ lúc phát, ví dụ 30 phút hoặc 1h30m."),
        )
    return found.seconds or None


def _no_time(shown: str) -> BadTime:
    shown = shown if len(shown) <= 40 else shown[:39] + "…"
    return BadTime(
        "not_a_time",
        _("“%s” không phải là thời gian.") % shown,
        _("Ghi như N1 07:30, 26/06/2024 09h05 hoặc +90 phút."),
    )


def _as_text(value: Value) -> str:
    if isinstance(value, int | float):
        if not abs(value) < numbers.MOST:  # too large, infinite or no number at all
            return ""
        return f"{value:.10f}".rstrip("0").rstrip(".")
    return str(value)


def _number(text: str, habit: str) -> Spelled:
    if habit == "hm" and re.fullmatch(r"[0-9]{1,2}\.[0-9]{2}", text):
        second = clocks.clock(text)
        if second is not None:
            return OfDay(second)
    return numbers.number(text, habit)


_BASIC = re.compile(r"^([0-9]{4})([0-9]{2})([0-9]{2})t([0-9]{2})([0-9]{2})([0-9]{2})")
"""A moment of ISO 8601 without the marks between its parts."""


def _text(written: Written, habit: str) -> Spelled | None:
    """What is no plain number, shape by shape; ``None``: it has none of the shapes."""
    text = _BASIC.sub(r"\1-\2-\3t\4:\5:\6", written.folded)
    if (found := offsets.relative(written)) is not None:
        return found
    if (moment := dtg(text)) is not None:
        return moment
    if habit in ELAPSED and (seconds := clocks.span(text)) is not None:
        return Offset(seconds)
    zone, end = zone_at_end(text)
    day_first = _day_and_clock(text[:end], habit)
    if day_first is not None:
        return _in_zone(day_first, zone)
    clock_first = _clock_and_day(text[:end], habit)
    if clock_first is not None and (zone is None or isinstance(clock_first, OnDate)):
        return _in_zone(clock_first, zone)
    if (seconds := clocks.span(text, colons=False)) is not None:
        return Offset(seconds)
    return None


def _day_and_clock(text: str, habit: str) -> Spelled | None:
    text = offsets.GLUED.sub(" ", text)
    found = dates.day_at(text, 0, habit)
    if found is None:
        return None
    day, end = found
    rest = text[end:].lstrip()
    if not rest.strip(" ,;.()"):
        return day
    if (
        isinstance(day, OnDay)
        and rest[:1] == "-"
        and (second := clocks.clock(rest[1:].strip())) is not None
    ):
        return OnDay(day.day, second)
    if isinstance(day, OnDay) and (seconds := offsets.since_start(rest.strip(" ,;"))) is not None:
        return Offset(clocks.bounded((day.day - 1) * DAY + seconds))
    between = _BETWEEN.match(rest)
    rest = rest[between.end() :] if between else rest
    second = clocks.clock(rest)
    return None if second is None else _at(day, second)


def _clock_and_day(text: str, habit: str) -> Spelled | None:
    found = clocks.clock_at(text, 0, dotted=True)
    if found is None:
        return None
    second, end = found
    if end == len(text):
        return OfDay(second)
    between = _BETWEEN.match(text, end)
    start = between.end() if between else end
    day = dates.day_at(text, start, habit)
    if day is None or text[day[1] :].strip(" ,;.()"):
        return None
    return _at(day[0], second)


def _at(day: dates.Day, second: int) -> Spelled:
    return OnDay(day.day, second) if isinstance(day, OnDay) else dates.at_second(day, second)


def _in_zone(found: Spelled, zone: tzinfo | None) -> Spelled:
    if zone is None or not isinstance(found, OnDate) or found.dated_only:
        return found
    return dates.in_zone(found, zone)
