"""Days of the exercise (``N1``, ``J-60``) and dates (``26/06/2024``, ``June 26, 2024``)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from django.utils.translation import gettext as _

from scenarios.intake.times.spelled import YEARS, BadTime, OnDate, OnDay

ORDERS = frozenset({"dmy", "mdy", "ymd"})
"""Habits that say in which order the parts of ``05/06/2024`` stand."""

FARTHEST_DAY = 400
LAST_BARE_DAY = 5
"""``Ngày 5`` is the fifth day of a drill; ``Ngày 10`` could as well be the tenth of the month."""

MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan janvier janv",
            "february feb fevrier fevr fev",
            "march mar mars",
            "april apr avril avr",
            "may mai",
            "june jun juin",
            "july jul juillet juil",
            "august aug aout",
            "september sept sep septembre",
            "october oct octobre",
            "november nov novembre",
            "december dec decembre",
        ),
        start=1,
    )
    for word in words.split()
}
_ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "nhat mot dau one first",
            "hai two second",
            "ba three third",
            "tu bon four fourth",
            "nam five fifth",
        ),
        start=1,
    )
    for word in words.split()
}
_MONTH = "(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR = r"((?:19|20|21)[0-9]{2})"
_END = r"(?=$|[\s,;|()\-]|: |t[0-9])"

_WEEKDAY = re.compile(
    r"(?:(?:thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat|t[2-7]|cn"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)\.?(?:, ?| ))"
    r"(?=(?:ngay )?[0-9]|" + _MONTH + ")"
)
_NGAY = re.compile(r"(?:ngay|date:?|le)(?: |(?=[0-9]))")
_YEAR_FIRST = re.compile(rf"{_YEAR} ?([-/.]) ?([0-9]{{1,2}}) ?\2 ?([0-9]{{1,2}}){_END}")
_THREE = re.compile(rf"([0-9]{{1,2}}) ?([-/.]) ?([0-9]{{1,2}}) ?\2 ?({_YEAR}|[0-9]{{2}}){_END}")
_TWO = re.compile(rf"([0-9]{{1,2}}) ?(/|-) ?([0-9]{{1,2}}){_END}")
_THANG = re.compile(
    rf"([0-9]{{1,2}}) ?(?:thang|thg) ?([0-9]{{1,2}})(?:[ ,/-]*(?:nam )?{_YEAR})?{_END}"
)
_DAY_MONTH = re.compile(
    rf"([0-9]{{1,2}})(?:st|nd|rd|th|er)?(?: of)?[ -]?{_MONTH}"
    rf"(?:[ ,-]*(?:{_YEAR}|'?([0-9]{{2}})(?=$|[\s,;](?! ?[ap]\.?m))))?{_END}"
)
_MONTH_DAY = re.compile(
    rf"{_MONTH}[ -]?([0-9]{{1,2}})(?:st|nd|rd|th)?(?!:)(?:[ ,-]+{_YEAR})?{_END}"
)
_YEAR_MONTH_DAY = re.compile(rf"{_YEAR}[ -]{_MONTH}[ -]([0-9]{{1,2}}){_END}")

_D_DAY = r"(?:(?:ngay|day|jour)[ -])?"
_RELATIVE = re.compile(rf"{_D_DAY}[ndj] ?([+-]) ?([0-9]{{1,3}})(?=$|[\s,;/|(-]|: )")
_LETTERED = re.compile(rf"{_D_DAY}[ndj] ?([0-9]{{1,3}})(?=$|[\s,;/|()-]|: )")
_NUMBERED = re.compile(r"(ngay|day|jour)( thu| so)? ?#?([0-9]{1,3})(?=$|[\s,;/|()-]|: )")
_ORDINAL = re.compile(
    r"(?:ngay|day|jour)(?: thu)? (" + "|".join(_ORDINALS) + r")(?: tien)?(?: day)?(?=$|[\s,;:|()-])"
    r"|(first|second|third|fourth|fifth) day(?=$|[\s,;:|()-])"
)
_ALONE = re.compile(r"(?:(?:ngay|day|jour)[ -])?[ndj](?:-day)?(?=$|[\s,;:|(])")
_SAID_AGAIN = re.compile(r" ?\([^()]{0,60}[0-9][^()]{0,60}\)")

Day = OnDay | OnDate
_Make = Callable[[re.Match[str], str], OnDate | None]


def day_at(text: str, start: int, habit: str) -> tuple[Day, int] | None:
    """The day that begins at ``start`` of a folded text, and where it ends.

    Raises:
        BadTime: ``no_such_date`` or, where the habit leaves it open, ``ambiguous``.
    """
    if weekday := _WEEKDAY.match(text, start):
        start = weekday.end()
    found = _date_at(text, start, habit) or _exercise_day_at(text, start)
    if found and (again := _SAID_AGAIN.match(text, found[1])):
        return found[0], again.end()
    return found


# ── days of the exercise ────────────────────────────────────────────────────────────────────────
def _exercise_day_at(text: str, start: int) -> tuple[Day, int] | None:
    if match := _RELATIVE.match(text, start):
        distance = int(match.group(2))
        return exercise_day(1 + distance if match.group(1) == "+" else 1 - distance), match.end()
    if match := _LETTERED.match(text, start):
        return _counted_day(int(match.group(1)), match.group()), match.end()
    if match := _NUMBERED.match(text, start):
        number = int(match.group(3))
        if match.group(1) == "ngay" and not match.group(2) and number > LAST_BARE_DAY:
            raise BadTime(
                "ambiguous",
                _("“%s” có thể là ngày diễn tập hoặc ngày trong tháng.") % match.group(),
                _("Ghi N%(day)d hoặc đủ ngày và tháng.") % {"day": number},
            )
        return _counted_day(number, match.group()), match.end()
    if match := _ORDINAL.match(text, start):
        return exercise_day(_ORDINALS[match.group(1) or match.group(2)]), match.end()
    if match := _ALONE.match(text, start):
        return exercise_day(1), match.end()
    return None


def _counted_day(number: int, written: str) -> OnDay:
    if number == 0:
        raise BadTime(
            "ambiguous",
            _("“%s”: ngày đầu của cuộc diễn tập là N1.") % written,
            _("Ghi N1 cho ngày đầu, N-1 cho ngày trước đó."),
        )
    return exercise_day(number)


def exercise_day(number: int) -> OnDay:
    """A day of the exercise.

    Raises:
        BadTime: no preparation or drill reaches as far.
    """
    if abs(number) > FARTHEST_DAY:
        raise BadTime("too_far", _("Ngày này vượt quá mọi cuộc diễn tập."), _("Kiểm tra số ngày."))
    return OnDay(number)


# ── dates ───────────────────────────────────────────────────────────────────────────────────────
def _date_at(text: str, start: int, habit: str) -> tuple[OnDate, int] | None:
    vietnamese = _NGAY.match(text, start)
    if vietnamese:
        start = vietnamese.end()
        if vietnamese.group().startswith("ngay"):
            habit = "dmy"
    for shape, make in _DATES:
        if (match := shape.match(text, start)) and (made := make(match, habit)):
            return made, match.end()
    return None


def _from_year_first(match: re.Match[str], habit: str) -> OnDate:
    return date_of(match.group(1), match.group(3), match.group(4), match.group())


def _from_three(match: re.Match[str], habit: str) -> OnDate:
    first, mark, second, third = match.groups()[:4]
    written = match.group()
    if habit in ORDERS:
        parts = dict(zip(habit, (first, second, third), strict=True))
        return date_of(parts["y"], parts["m"], parts["d"], written)
    if mark == ".":  # nobody writes the month first before a dot
        return date_of(third, second, first, written)
    return _either(first, second, third, written)


def _from_two(match: re.Match[str], habit: str) -> OnDate | None:
    first, mark, second = match.groups()
    if mark == "-" and habit not in ORDERS:  # more often a range of numbers
        return None
    if habit == "dmy":
        return date_of("", second, first, match.group())
    if habit in ORDERS:
        return date_of("", first, second, match.group())
    return _either(first, second, "", match.group())


def _from_words(day: int, month: int, year: int, *more: int) -> _Make:
    def make(match: re.Match[str], habit: str) -> OnDate:
        written = next((match.group(n) for n in (year, *more) if match.group(n)), "")
        word = match.group(month)
        return date_of(written, str(MONTHS.get(word, word)), match.group(day), match.group())

    return make


_DATES: tuple[tuple[re.Pattern[str], _Make], ...] = (
    (_YEAR_FIRST, _from_year_first),
    (_THREE, _from_three),
    (_TWO, _from_two),
    (_THANG, _from_words(1, 2, 3)),
    (_YEAR_MONTH_DAY, _from_words(3, 2, 1)),
    (_DAY_MONTH, _from_words(1, 2, 3, 4)),
    (_MONTH_DAY, _from_words(2, 1, 3)),
)


def _either(first: str, second: str, year: str, written: str) -> OnDate:
    """Day and month in the only order there is, or the same date in both."""
    readings = []
    for month, day in ((second, first), (first, second)):
        try:
            readings.append(date_of(year, month, day, written))
        except BadTime as error:
            refusal = error
    if not readings:
        raise refusal
    if len(set(readings)) > 1:
        raise BadTime(
            "ambiguous",
            _("“%s” có thể là ngày/tháng hoặc tháng/ngày.") % written,
            _("Chọn cách đọc của cột này."),
        )
    return readings[0]


def date_of(year: str, month: str, day: str, written: str) -> OnDate:
    """The date of three written numbers; two digits of a year are of this century.

    Raises:
        BadTime: there is no such date, or none on which a drill is held.
    """
    number = int(year or 2000)
    if number < 100:
        number += 2000 if number < YEARS[0] % 100 else 1900
    try:
        found = datetime(number, int(month), int(day))
    except ValueError:
        found = None
    if found is None or not YEARS[0] <= number <= YEARS[1]:
        raise BadTime(
            "no_such_date",
            _("Không có ngày “%s” khi đọc theo cách này.") % written,
            _("Kiểm tra thứ tự ngày và tháng, ví dụ 26/06/2024."),
        )
    return OnDate(found, dated_only=True, year_known=bool(year))


def at_second(date: OnDate, second: int) -> OnDate:
    """A date and a second of that day."""
    return OnDate(date.moment + timedelta(seconds=second), year_known=date.year_known)


def in_zone(found: OnDate, zone: tzinfo) -> OnDate:
    """A moment written with its zone."""
    return OnDate(found.moment.replace(tzinfo=zone), found.dated_only, found.year_known)
