"""Text in the product's two languages, and the model field that stores it.

Words of the interface go through gettext; words of a scenario (titles, contents, names of
units) are data and come in Vietnamese, English or both. They are one value with two sides.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("vi", "en")

_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\ufeff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)

_PIECES = re.compile(r"(?s:.){1,200}(?=\s|\Z)|\S{1,200}|\s+")


def plain(text: str) -> str:
    """Lower-case ASCII letters and digits in words: ``Nguyễn Thị Đào`` → ``nguyen thi dao``."""
    # Words for units and phases come again in every row of a sheet; whole paragraphs do not.
    return _remembered(text) if len(text) <= 80 else _plain(text)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


_remembered = lru_cache(maxsize=4096)(_plain)


def canonical(text: str) -> str:
    """The one form in which text is kept: composed (NFC), lines ended by ``\\n``, without what no
    one can see or store. The same words from any keyboard and any file are then the same text.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _UNWANTED.sub("", _LINE_END.sub("\n", text))
    # Composing is quadratic in a run of combining marks, so it is done piece by piece.
    return "".join(unicodedata.normalize("NFC", piece) for piece in _PIECES.findall(text))


def damaged(text: str) -> bool:
    """Whether ``canonical`` loses characters: control characters, halves of characters."""
    return _UNWANTED.search(text) is not None


@dataclass(frozen=True, slots=True)
class Text:
    """A Vietnamese and an English wording; an empty side falls back to the other."""

    vi: str = ""
    en: str = ""

    def __str__(self) -> str:
        return self.in_language(get_language() or "vi")

    def __bool__(self) -> bool:
        return bool(self.vi or self.en)

    def in_language(self, code: str) -> str:
        """The wording for a reader of ``code``; the other one where that is missing."""
        return (self.en or self.vi) if code.startswith("en") else (self.vi or self.en)

    @property
    def language(self) -> str:
        """The language ``str()`` really answers in: marks a foreign run with ``lang=``."""
        wanted = "en" if (get_language() or "vi").startswith("en") else "vi"
        return wanted if getattr(self, wanted) else ("vi" if self.vi else "en")

    def as_dict(self) -> dict[str, str]:
        """The sides that hold something, as the scenario file writes them."""
        return {code: getattr(self, code) for code in LANGUAGES if getattr(self, code)}

    @classmethod
    def of(cls, value: Any) -> Text:
        """Read a plain string (either language) or a mapping ``{vi, en}``.

        Raises:
            ValueError: for anything else, an unknown language or a side that is no string.
        """
        if value is None:
            return cls()
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            return cls(vi=value)
        if isinstance(value, dict) and set(value) <= set(LANGUAGES):
            sides = {code: side if side is not None else "" for code, side in value.items()}
            if all(isinstance(side, str) for side in sides.values()):
                return cls(**sides)
        raise ValueError(f"text is a string or a mapping of vi and en, not {value!r}")


SHORT = 400
"""Names and titles: they come again with every page, whole paragraphs do not. Counted as stored:
in SQLite JSON writes a Vietnamese letter as six characters."""


@lru_cache(maxsize=4096)
def _as_kept(words: str) -> Text:
    return Text.of(json.loads(words))


class TextPairField(models.JSONField):
    """Stores a :class:`Text` as JSON ``{"vi": …, "en": …}``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("blank"):
            kwargs.setdefault("default", Text)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if isinstance(value, str) and value.startswith("{") and len(value) <= SHORT:
            return _as_kept(value)
        return Text.of(super().from_db_value(value, expression, connection))

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(Text.of(value).as_dict())

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, (Text, str)):
            value = Text.of(value).as_dict()
        return super().get_db_prep_value(value, connection, prepared)

    def to_python(self, value: Any) -> Any:
        try:
            return Text.of(value)
        except ValueError as error:
            raise ValidationError(_("Cần văn bản tiếng Việt hoặc tiếng Anh.")) from error

    def value_to_string(self, obj: models.Model) -> Any:
        return Text.of(self.value_from_object(obj)).as_dict()

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        if not self.blank and not value:
            raise ValidationError(self.error_messages["blank"], code="blank")
