"""Times of day (``7h30``, ``0730H``, ``07:29 PM``) and lengths of time (``90'``, ``1h30m``)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from scenarios.intake.times.spelled import DAY, FARTHEST_S, HOUR, MINUTE, BadTime

_HALF = r"(?: ?(a\.?m\.?|p\.?m\.?|sa|ch|sang|trua|chieu|toi)(?![a-z0-9]))"
_COLON = r"([0-9]{1,2}) ?: ?([0-9]{2})(?: ?: ?([0-9]{2})(?:[.,][0-9]{1,9})?)?(?: ?(?:h|gio|hrs))?"
_LETTER = (
    r"([0-9]{1,2}) ?(?:h|g|gio)(?: ?(?:([0-9]{1,2}) ?(?:phut|ph|p|')?|(ruoi)))?"
    r"(?: ?([0-9]{1,2}) ?(?:giay|s|\"))?"
)
_DIGITS = (
    r"([0-9]{1,2})([0-9]{2})"
    r"(?! ?(?:phut|ph|p|minutes?|mins?|mn|m|giay|seconds?|secs?|s|days?|d|hours?|hrs?|gio|tieng)"
    r"(?![a-z.]))(?: ?[hl])?"
)
_DOT = r"([0-9]{1,2})\.([0-9]{2})(?![.0-9])"
_END = r"(?![a-z0-9'\"])"

_LEAD = re.compile(r"(?:(?:vao|luc|at|hoi) +){0,2}(?:(sang|trua|chieu|toi) *[,:]? +)?")
_SHAPES = tuple(
    (name, re.compile(shape + (_HALF + "?" if half else "") + _END, re.ASCII))
    for name, shape, half in (
        ("colon", _COLON, True),
        ("letter", _LETTER, True),
        ("dot", _DOT, True),
        ("digits", _DIGITS, True),
        ("half", r"([0-9]{1,2})" + _HALF, False),
    )
)

_NUMBER = r"([0-9]{1,7}(?:[.,][0-9]{1,4})?)"
_UNITS = re.compile(
    rf"(?:{_NUMBER} ?(?:days?|d|ngay|jours?|j)[ ,]*)?"
    rf"(?:([0-9]{{1,3}}(?:[.,][0-9]{{1,4}})?) ?(?:hours?|heures?|hrs?|h|gio|g|tieng)[ ,]*)?"
    rf"(?:{_NUMBER} ?(?:minutes?|mins?|mn|m|phut|ph|p|')[ ,]*)?"
    rf"(?:{_NUMBER} ?(?:seconds?|secs?|s|giay|\"))?"
)
_HOURS_AND = re.compile(r"([0-9]{1,3}) ?(?:h|g|gio|tieng) ?(?:([0-5]?[0-9])|(ruoi))(?: dong ho)?")
_ISO_SPAN = re.compile(
    r"p(?:([0-9]{1,4})d)?(?:t(?:([0-9]{1,5})h)?(?:([0-9]{1,7})m)?(?:([0-9]{1,8})s)?)?"
)
_COLON_SPAN = re.compile(r"([0-9]{1,4}) ?: ?([0-5][0-9])(?: ?: ?([0-5][0-9])(?:\.[0-9]{1,9})?)?")


def clock_at(text: str, start: int, *, dotted: bool) -> tuple[int, int] | None:
    """The time of day that begins at ``start`` of a folded text: (second of the day, its end).

    Args:
        dotted: whether ``7.30`` is a time here and not a number.

    Raises:
        BadTime: it has the shape of a time of day, but there is no such hour.
    """
    lead = _LEAD.match(text, start)
    begin = lead.end() if lead else start
    before = lead.group(1) if lead else None
    for name, shape in _SHAPES:
        match = shape.match(text, begin)
        if not match:
            continue
        groups = list(match.groups())
        half = groups.pop() or before
        if name == "dot" and not (dotted or half):
            continue
        if name == "letter":
            hour, minute, and_a_half, second = groups
            minute = "30" if and_a_half else minute
        else:
            hour, minute, second = [*groups, None, None][:3]
        parts = (int(hour or 0), int(minute or 0), int(second or 0))
        return _second_of_day(*parts, half, match.group()), match.end()
    return None


def clock(text: str, *, dotted: bool = True) -> int | None:
    """The second of the day that a whole folded text spells, if it has that shape.

    Raises:
        BadTime: see ``clock_at``.
    """
    found = clock_at(text, 0, dotted=dotted)
    return found[0] if found and found[1] == len(text) else None


def _second_of_day(hour: int, minute: int, second: int, half: str | None, written: str) -> int:
    possible = minute < 60 and second < 60
    if half is not None and possible:
        hour, possible = _on_24_hours(hour, half.replace(".", ""))
    if not possible or hour > 24 or (hour == 24 and (minute or second)):
        raise BadTime(
            "no_such_hour",
            _("Không có giờ “%s” trong ngày.") % written,
            _("Ghi từ 00:00 đến 23:59; giờ sau nửa đêm ghi với ngày hôm sau, ví dụ N2 01:20."),
        )
    return hour * HOUR + minute * MINUTE + second


def _on_24_hours(hour: int, half: str) -> tuple[int, bool]:
    """The hour on the 24-hour clock, and whether there is such an hour in that part of the day."""
    if half in {"am", "sa", "sang"}:
        return hour % 12, hour <= 12
    if half == "trua":
        return (hour + 12 if hour <= 3 else hour), hour <= 3 or 10 <= hour <= 14
    return (hour + 12 if hour < 12 else hour), 1 <= hour < 24


# ── lengths ─────────────────────────────────────────────────────────────────────────────────────
def span(text: str, *, bare: int = 0, colons: bool = True) -> int | None:
    """Seconds of a folded text that spells a length of time, if it does.

    Args:
        bare: what a number without a unit counts, in seconds; 0: it is no length.
        colons: whether ``1:30`` is an hour and a half here.

    Raises:
        BadTime: it is longer than any drill.
    """
    if bare and (match := re.fullmatch(_NUMBER, text)):
        return bounded(_decimal(match.group(1)) * bare)
    if colons and (match := _COLON_SPAN.fullmatch(text)):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return bounded(hours * HOUR + minutes * MINUTE + seconds)
    if match := _HOURS_AND.fullmatch(text):
        hours, minutes = int(match.group(1)), int(match.group(2) or 30)
        return bounded(hours * HOUR + minutes * MINUTE)
    if text in {"nua tieng", "nua gio", "half an hour"}:
        return HOUR // 2
    match = _ISO_SPAN.fullmatch(text) or _UNITS.fullmatch(text)
    if not match or not any(match.groups()):
        return None
    days, hours_, minutes_, seconds_ = (_decimal(part or "0") for part in match.groups())
    return bounded(days * DAY + hours_ * HOUR + minutes_ * MINUTE + seconds_)


def bounded(seconds: float) -> int:
    """Whole seconds.

    Raises:
        BadTime: it is farther from the start than any drill reaches.
    """
    if not -FARTHEST_S <= seconds <= FARTHEST_S:
        raise BadTime(
            "too_far",
            _("Thời gian này vượt quá mọi cuộc diễn tập."),
            _("Kiểm tra đơn vị: phút, giây hay ngày."),
        )
    return round(seconds)


def _decimal(text: str) -> float:
    return float(text.replace(",", "."))
