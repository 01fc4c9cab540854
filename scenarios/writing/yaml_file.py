"""Document → YAML laid out as a person would write it, like the sample that ships.

Short things stand on one line, long texts as folded or literal blocks, every text in quotes: so
that nothing in it can be taken for something else. No YAML library is asked: theirs give up the
layout, and not all of them quote what another one reads differently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from scenarios.reading.document import Document
from scenarios.writing.limits import within_limit
from scenarios.writing.plain import plain

WIDTH = 120
"""Characters of a line of text."""
WIDEST_ON_ONE_LINE = 180
"""Characters of a mapping or list that stays on one line."""

_SECTIONS = ("stand_downs", "phases", "units", "people", "objectives", "problems", "msel")
_SPREAD = {"phases", "transition", "preparation", "execution", "msel", "notes", "expected_actions"}
"""What stands at these keys, lists of mappings and the items of ``msel`` are never on one line."""
_WORDS = {
    *("format", "code", "timezone", "starts", "phase", "parent", "role", "unit", "username"),
    *("problem", "to", "method", "objectives", "reply", "release", "is", "number", "inject"),
    *("acknowledge_within", "complete_within", "delay", "after"),
}
"""What stands at these keys is a word, not a text: it needs quotes only where it looks like a
number, a flag or a date."""
_PLAIN = re.compile(r"[A-Za-z_][-A-Za-z0-9_./]*|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
_DURATION = re.compile(r"(?:[0-9]+[hms])+")
_TAKEN = frozenset(("true", "false", "yes", "no", "on", "off", "y", "n", "null"))
_FOLDS = re.compile(r"(?<=\S) (?=\S)")


def as_yaml(document: Document) -> bytes:
    """The scenario as a YAML file, UTF-8.

    Raises:
        Unwritable: the file would be too large to be read.
    """
    lines: list[str] = []
    for key, value in plain(document).items():
        if key in _SECTIONS:
            lines.append("")
        if key == "msel":
            lines.append("msel:")
            for place, entry in enumerate(value):
                lines += [""] * bool(place)
                lines += _item(_mapping(entry, 4), 4)
        else:
            lines += _pair(key, value, 0)
    return within_limit("".join(f"{line}\n" for line in lines).encode())


# ── blocks ──────────────────────────────────────────────────────────────────────────────────────
def _mapping(data: dict[str, Any], indent: int) -> Iterator[str]:
    for key, value in data.items():
        yield from _pair(key, value, indent)


def _pair(key: str, value: Any, indent: int) -> Iterator[str]:
    name = key if _PLAIN.fullmatch(key) and key.lower() not in _TAKEN else _quoted(key)
    head = f"{' ' * indent}{name}:"
    if isinstance(value, str):
        yield from _string(head, value, indent + 2, key)
    elif not _is_spread(key, value) and _fits(line := f"{head} {_on_one_line(value, key)}", value):
        yield line
    elif isinstance(value, dict):
        yield head
        yield from _mapping(value, indent + 2)
    else:
        yield head
        for item in value:
            yield from _list_item(item, indent + 2, key)


def _is_spread(key: str, value: Any) -> bool:
    return key in _SPREAD or (isinstance(value, list) and isinstance(value[0], dict))


def _list_item(value: Any, indent: int, key: str) -> Iterator[str]:
    head = f"{' ' * indent}-"
    if isinstance(value, str):
        yield from _string(head, value, indent + 2, key)
    elif _fits(line := f"{head} {_on_one_line(value, key)}", value):
        yield line
    else:
        yield from _item(_mapping(value, indent + 2), indent + 2)


def _item(lines: Iterator[str], indent: int) -> Iterator[str]:
    """The lines of a mapping as an item of a list."""
    yield f"{' ' * (indent - 2)}- {next(lines)[indent:]}"
    yield from lines


# ── on one line ─────────────────────────────────────────────────────────────────────────────────
def _fits(line: str, value: Any) -> bool:
    return len(line) <= WIDEST_ON_ONE_LINE and not _has_lines(value)


def _has_lines(value: Any) -> bool:
    if isinstance(value, str):
        return "\n" in value
    items = value.values() if isinstance(value, dict) else value
    return not isinstance(value, bool) and any(_has_lines(item) for item in items)


def _on_one_line(value: Any, key: str) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_on_one_line(v, k)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_on_one_line(item, key) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return _scalar(value, key)


def _scalar(text: str, key: str) -> str:
    return text if key in _WORDS and _is_plain(text) else _quoted(text)


def _is_plain(word: str) -> bool:
    if _PLAIN.fullmatch(word):
        return word.lower() not in _TAKEN
    return bool(_DURATION.fullmatch(word))


def _quoted(text: str) -> str:
    # JSON's escapes are YAML's as well; of what documents hold, nothing else needs one.
    return json.dumps(text, ensure_ascii=False)


# ── long texts ──────────────────────────────────────────────────────────────────────────────────
def _string(head: str, text: str, indent: int, key: str) -> Iterator[str]:
    """A text after its key or dash: a block where that reads better, if a block can hold it."""
    lines = [text]
    if text.strip() == text:
        style = "|-" if "\n" in text else ">-"
        lines = text.split("\n") if "\n" in text else _folded(text, WIDTH - indent)
    if len(lines) == 1:
        yield f"{head} {_scalar(text, key)}"
        return
    yield f"{head} {style}"
    yield from (f"{' ' * indent}{line}" if line else "" for line in lines)


def _folded(text: str, width: int) -> list[str]:
    """Lines of at most ``width``, broken where a reader puts the same single space again."""
    lines: list[str] = []
    for word in _FOLDS.split(text):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
