"""Bytes → text, by what the bytes look like; Vietnamese before Unicode is ``vietnamese``'s."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from django.utils.translation import gettext as _

from scenarios.intake.readers import vietnamese
from scenarios.intake.reading import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_SAMPLE = 65_536
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\v\f\r")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the name of its encoding, how many characters of it were damaged, and whether another
    encoding would not do as well.
    """

    text: str
    encoding: str
    damaged: int = 0
    certain: bool = True


def decoded(data: bytes) -> Decoded:
    """The text of a file; damaged characters are ``U+FFFD``.

    Raises:
        Unreadable: it is not text.
    """
    for mark, codec, label in _MARKS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], codec, label)
    if codec := _utf16_without_mark(data):
        return _lenient(data, codec, "UTF-16")
    sample = data[:_SAMPLE]
    if len(sample) - len(sample.translate(None, _CONTROLS)) > len(sample) // 20:
        raise _binary()
    try:
        return Decoded(data.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError:
        pass
    guess = _lenient(data, "utf-8", "UTF-8")
    foreign = sum(not letter.isascii() for letter in guess.text) - guess.damaged
    if foreign > 10 * guess.damaged:
        return guess
    if found := vietnamese.guessed(data):
        return Decoded(found.text, found.encoding, certain=found.certain)
    raise _binary()


def _lenient(data: bytes, codec: str, label: str) -> Decoded:
    text = data.decode(codec, "replace")
    return Decoded(text, label, text.count("\ufffd"))


def _utf16_without_mark(data: bytes) -> str:
    """Spaces, digits and punctuation have a zero byte, always on the same side."""
    sample = data[:_SAMPLE]
    pairs = len(sample) // 2
    first, second = sample[0::2].count(0), sample[1::2].count(0)
    if second * 4 > pairs > first * 20:
        return "utf-16-le"
    if first * 4 > pairs > second * 20:
        return "utf-16-be"
    return ""


def _binary() -> Unreadable:
    return Unreadable(
        "binary",
        _("Tệp không phải bảng tính và cũng không phải văn bản."),
        _("Chọn tệp .xlsx, .csv hoặc .json của danh mục tình huống."),
    )
