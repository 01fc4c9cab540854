"""JSON text → plain data for the readers of peers' exports; the product's own files are told apart.

The data is clean before anyone looks at it: texts composed and free of control characters, numbers
finite, size bounded.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from scenarios.intake.readers.limits import grouped
from scenarios.intake.reading import OwnFormat, Unreadable
from units.text import canonical

LIMIT_VALUES = 500_000
LIMIT_DIGITS = 30
LIMIT_DEPTH = 60

_OWN = re.compile(
    r"""(?:^|[{,])[ \t]*["']?format["']?[ \t]*:[ \t]*["']?staged-exercise/|^msel:[ \t]*$""", re.M
)
_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{"\]])')


def refuse_own(text: str) -> None:
    """Raise ``OwnFormat`` for a scenario in the product's own YAML or JSON, be it broken or not."""
    if _OWN.search(text):
        raise OwnFormat(
            "own_format",
            _("Đây là tệp kịch bản đầy đủ của chính phần mềm này."),
            _("Nhập tệp này bằng chức năng nhập kịch bản."),
        )


def recognises(text: str) -> bool:
    """Whether the text begins as a JSON object or list does."""
    return _JSON.match(text[:4096]) is not None


def parsed(text: str) -> Any:
    """The data of a JSON text.

    Raises:
        Unreadable: it is not JSON, or holds too much.
    """
    if sum(text.count(mark) for mark in ",[{:") > 2 * LIMIT_VALUES:
        raise Unreadable(
            "too_many_values",
            _("Tệp JSON có hơn %(limit)s giá trị.") % {"limit": grouped(LIMIT_VALUES)},
            _("Chỉ xuất kịch bản, không kèm tệp đính kèm và nhật ký, rồi chọn lại."),
        )
    try:
        data = json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=_not_json)
        return _tidy(data, 0)
    except (RecursionError, ValueError) as error:
        line = getattr(error, "lineno", 0)
        raise Unreadable(
            "json_syntax",
            _("Tệp JSON sai cú pháp ở dòng %(line)d.") % {"line": line}
            if line
            else _("Tệp JSON có giá trị không đọc được."),
            _("Xuất lại tệp từ phần mềm gốc rồi chọn lại."),
        ) from error


def _tidy(value: Any, depth: int) -> Any:
    if depth > LIMIT_DEPTH:
        raise ValueError("too deep")
    if isinstance(value, str):
        return canonical(value)
    if isinstance(value, list):
        return [_tidy(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {canonical(key): _tidy(item, depth + 1) for key, item in value.items()}
    return value


def _whole(digits: str) -> int:
    if len(digits) > LIMIT_DIGITS:
        raise ValueError("a number of too many digits")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number too large")
    return value


def _not_json(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")
