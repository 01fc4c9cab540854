"""What a planner wrote → what a row holds, or a refusal that names the field and the remedy.

The limits are those of scenario files, so that what was written can be read again.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from scenarios.calendar import SECOND_US
from scenarios.editing.refused import Refused
from scenarios.reading.fields import CODE, NAME_LENGTH, SLUG, USERNAME
from scenarios.reading.moments import DAY_US, LAST_DAY, LONGEST_S, YEARS
from units.text import LANGUAGES, Text, canonical

LONGEST_TEXT = 20_000
MOST_ITEMS = 200


def text(value: Any, field: str, *, required: bool = False) -> Text:
    """Text in one language or both, without what no file can hold.

    Raises:
        Refused: ``wrong_type``, ``blank``, ``too_long``.
    """
    try:
        given = Text.of(value)
    except ValueError as error:
        raise _wrong_type(field, _("Viết chữ, bằng tiếng Việt hoặc tiếng Anh.")) from error
    found = Text(**{side: canonical(getattr(given, side)).strip() for side in LANGUAGES})
    if required and not found:
        message, remedy = _("Mục để trống."), _("Điền nội dung.")
        raise Refused("blank", message, remedy, field=field)
    if any(len(getattr(found, side)) > LONGEST_TEXT for side in LANGUAGES):
        raise Refused(
            "too_long",
            _("Nội dung quá dài."),
            _("Viết tối đa %d ký tự, phần còn lại gửi kèm bằng văn bản.") % LONGEST_TEXT,
            field=field,
        )
    return found


def texts(value: Any, field: str) -> list[dict[str, str]]:
    """A list of texts as JSON has them; blank ones are left out."""
    found = (text(one, field) for one in _list(value, field))
    return [one.as_dict() for one in found if one]


def code(value: Any, field: str, pattern: re.Pattern[str] = CODE, longest: int = 20) -> str:
    """A word that names something.

    Raises:
        Refused: ``blank``, ``bad_code``.
    """
    if not isinstance(value, str):
        raise _wrong_type(field, _("Viết chữ."))
    word = canonical(value).strip()
    if not word:
        raise Refused("blank", _("Mục để trống."), _("Điền nội dung."), field=field)
    if len(word) <= longest and pattern.fullmatch(word):
        return word
    if pattern is SLUG:
        remedy = _("Chỉ dùng chữ không dấu, chữ số, “-” và “_”, tối đa %(longest)d ký tự.")
    elif pattern is USERNAME:
        remedy = _("Chỉ dùng chữ, chữ số và . @ + - _, tối đa %(longest)d ký tự.")
    else:
        remedy = _("Viết trên một dòng, không thừa dấu cách, tối đa %(longest)d ký tự.")
    message = _("Mã hoặc tên không hợp lệ.")
    raise Refused("bad_code", message, remedy % {"longest": longest}, field=field)


def slug(value: Any, field: str, longest: int = 20) -> str:
    """A code without accents."""
    return code(value, field, SLUG, longest)


def username(value: Any, field: str) -> str:
    """What somebody signs in with."""
    return code(value, field, USERNAME, NAME_LENGTH)


def name(value: Any, field: str) -> str:
    """What a person is called."""
    return code(value, field, CODE, NAME_LENGTH)


def choice(value: Any, field: str, choices: type[TextChoices] | Sequence[str]) -> str:
    """One of a closed list.

    Raises:
        Refused: ``unknown_value``.
    """
    allowed = [str(one) for one in (choices if isinstance(choices, Sequence) else choices.values)]
    if value in allowed:
        return str(value)
    raise Refused(
        "unknown_value",
        _("Giá trị không có trong danh sách."),
        _("Chọn một trong: %(words)s.") % {"words": ", ".join(allowed)},
        field=field,
    )


def flag(value: Any, field: str) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise _wrong_type(field, _("Chọn có hoặc không."))
    return value


def seconds(value: Any, field: str, *, zero: bool = False) -> int | None:
    """A whole number of seconds, at most a week; ``None`` stays ``None``.

    Raises:
        Refused: ``wrong_type``, ``negative_duration``, ``zero_duration``, ``absurd_time``.
    """
    if value is None:
        return None
    example = _("Ví dụ đúng: 10m, 1h30m.")
    length = whole(value, field)
    if length < 0:
        message = _("Khoảng thời gian không được âm.")
        raise Refused("negative_duration", message, example, field=field)
    if not length and not zero:
        message = _("Khoảng thời gian phải lớn hơn 0.")
        raise Refused("zero_duration", message, example, field=field)
    if length > LONGEST_S:
        message = _("Thời gian vượt quá mức hợp lý.")
        raise Refused("absurd_time", message, example, field=field)
    return length


def moment_us(value: Any, field: str) -> int:
    """A place on the calendar: whole seconds, in µs, within so many days of the start. What lies
    before the start is for the check to tell.

    Raises:
        Refused: ``wrong_type``, ``absurd_time``.
    """
    place_us = whole(value, field)
    if place_us % SECOND_US:
        raise _wrong_type(field, _("Ghi thời gian đến giây, không lẻ hơn."))
    if abs(place_us) > LAST_DAY * DAY_US:
        remedy = _("Diễn tập kéo dài tối đa %d ngày.") % LAST_DAY
        raise Refused("absurd_time", _("Thời gian vượt quá mức hợp lý."), remedy, field=field)
    return place_us


def whole(value: Any, field: str) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type(field, _("Ghi số nguyên."))
    return value


def codes(value: Any, field: str) -> list[str]:
    """A list of words, each once, in the order given."""
    return list(dict.fromkeys(code(one, field) for one in _list(value, field)))


def notes(value: Any, field: str) -> list[list[str]]:
    """Named remarks; those without words are left out."""
    found = []
    for pair in _list(value, field):
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise _wrong_type(field, _("Ghi tên và nội dung."))
        about, words = (text(one, field).vi for one in pair)
        if words:
            found.append([about, words])
    return found


def _list(value: Any, field: str) -> Sequence[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise _wrong_type(field, _("Ghi một danh sách."))
    if len(value) > MOST_ITEMS:
        message = _("Danh sách dài quá %(count)d mục.") % {"count": MOST_ITEMS}
        raise Refused("too_many_items", message, _("Bớt mục."), field=field)
    return value


def _wrong_type(field: str, remedy: str) -> Refused:
    return Refused("wrong_type", _("Giá trị không hợp lệ."), remedy, field=field)


# ── the calendar ────────────────────────────────────────────────────────────────────────────────
def zone(value: Any, field: str) -> zoneinfo.ZoneInfo:
    """A time zone by its IANA name.

    Raises:
        Refused: ``unknown_timezone``.
    """
    try:
        if isinstance(value, str) and 0 < len(value) <= 40:
            return zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise Refused(
        "unknown_timezone",
        _("Không có múi giờ này."),
        _("Ví dụ đúng: %s.") % "Asia/Ho_Chi_Minh",
        field=field,
    )


def start(value: Any, field: str, where: zoneinfo.ZoneInfo) -> datetime:
    """When the drill begins: a naive moment is local time of the zone; to the second.

    Raises:
        Refused: ``bad_time`` for one that the clock change leaves out, ``absurd_time``.
    """
    if not isinstance(value, datetime):
        raise _wrong_type(field, _("Ghi ngày và giờ."))
    local = value.astimezone(where).replace(tzinfo=None) if value.tzinfo else value
    local = local.replace(microsecond=0, fold=0)
    if not YEARS[0] <= local.year <= YEARS[1]:
        message = _("Thời gian vượt quá mức hợp lý.")
        raise Refused("absurd_time", message, _("Chọn ngày khác."), field=field)
    aware = local.replace(tzinfo=where)
    if aware.astimezone(UTC).astimezone(where).replace(tzinfo=None) != local:
        message = _("Thời điểm này không có trong múi giờ đã chọn (lúc vặn đồng hồ).")
        raise Refused("bad_time", message, _("Chọn giờ khác."), field=field)
    return aware
