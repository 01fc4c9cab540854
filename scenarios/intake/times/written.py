"""One text as people type it, made even: spaces, dashes, quotes, digits, case, accents."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

LONGEST = 100
"""Letters in the longest text that is looked at: no time is written longer."""

_EVEN = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        **dict.fromkeys("’‘′ʹʼ`´＇", "'"),
        **dict.fromkeys("“”″＂", '"'),
    }
)


@dataclass(frozen=True, slots=True)
class Written:
    """A text twice, letter for letter in the same places.

    Attributes:
        shown: spaces, dashes, quotes and digits made even.
        folded: the same in lower case without accents.
    """

    shown: str
    folded: str

    @classmethod
    def of(cls, text: str) -> Written:
        """Make a text even; what is longer than ``LONGEST`` becomes the empty text."""
        if len(text) > 2 * LONGEST:
            return cls("", "")
        text = unicodedata.normalize("NFKC", text.translate(_EVEN)).translate(_EVEN)
        text = "".join(_even(letter) for letter in text if unicodedata.category(letter) != "Cf")
        shown = " ".join(text.replace("''", '"').split())
        if len(shown) > LONGEST:
            return cls("", "")
        return cls(shown, "".join(_folded(letter) for letter in shown))


def fold(text: str) -> str:
    """A short text in lower case without accents, its marks kept."""
    return Written.of(text).folded


def _even(letter: str) -> str:
    if letter.isascii():
        return letter
    digit = unicodedata.decimal(letter, None)
    return letter if digit is None else str(digit)


def _folded(letter: str) -> str:
    if letter in "đĐ":
        return "d"
    return unicodedata.normalize("NFD", letter.lower())[0]
