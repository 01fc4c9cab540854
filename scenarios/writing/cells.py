"""How a value of the scenario file is shown in a cell of a table, and read from one again. Pure.

Cells are for people: *Có* instead of ``true``, *Văn bản* instead of ``document``. Whatever a cell
holds that is not such a word stays as it is, so that the checks of the file tell what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import TextChoices
from django.utils import translation

from scenarios.choices import TriggerEvent
from scenarios.phases import PLAYED
from scenarios.reading.moments import duration_s, duration_word
from units.text import LANGUAGES, Text

YES, NO = Text("Có", "Yes"), Text("Không", "No")
PHASE = Text("Giai đoạn", "Phase")

_YES = {"có", "yes", "true", "x", "1"}
_NO = {"không", "no", "false", "0"}
_CONTINUED, _ESCAPE = "↳ ", "\\"


@dataclass(frozen=True, slots=True)
class Cell:
    """``show(value, language)`` answers a cell's text, ``read(text)`` the value; "" is no value."""

    show: Callable[[Any, str], str]
    read: Callable[[str], Any]


# ── words ───────────────────────────────────────────────────────────────────────────────────────
WORD = Cell(lambda value, _language: value or "", lambda text: text)
"""As the file has it."""


def one_of(choices: type[TextChoices]) -> Cell:
    """A word of a closed list, shown by its label."""

    def show(value: str | None, language: str) -> str:
        return _labels(choices, language)[value] if value else ""

    def read(text: str) -> str:
        wanted = text.strip().casefold()
        for language in LANGUAGES:
            for word, label in _labels(choices, language).items():
                if label.casefold() == wanted:
                    return word
        return text

    return Cell(show, read)


@cache
def _labels(choices: type[TextChoices], language: str) -> dict[str, str]:
    with translation.override(language):
        return {str(word): str(label) for word, label in choices.choices}


def flag(*, default: bool) -> Cell:
    """True or false; an empty cell says nothing."""

    def show(value: bool | None, language: str) -> str:
        if default:
            return (NO if value is False else YES).in_language(language)
        return YES.in_language(language) if value else ""

    def read(text: str) -> bool | str:
        word = text.strip().casefold()
        return True if word in _YES else False if word in _NO else text

    return Cell(show, read)


def _phase_shown(value: str | None, language: str) -> str:
    return f"{PHASE.in_language(language)} {PLAYED.index(value) + 1}" if value else ""


def _phase_read(text: str) -> str:
    words = {_phase_shown(phase, code).casefold(): phase for phase in PLAYED for code in LANGUAGES}
    return words.get(" ".join(text.split()).casefold(), text)


PHASE_NUMBER = Cell(_phase_shown, _phase_read)
"""A phase by its number: *Giai đoạn 1*."""


# ── times ───────────────────────────────────────────────────────────────────────────────────────
def _moment_shown(value: str | None, language: str) -> str:
    return value.replace("N", "D", 1) if value and language == "en" else value or ""


MOMENT = Cell(_moment_shown, lambda text: text.strip())
"""``N1 07:05``, in English ``D1 07:05``."""


def _trigger_shown(value: dict[str, str] | None, language: str) -> str:
    if not value:
        return ""
    words = f"{value['inject']} {_labels(TriggerEvent, language)[value['is']]}"
    if not (delay := value.get("delay")):
        return words
    minutes, seconds = divmod(duration_s(delay), 60)
    return f"{words} +{delay}" if seconds else f"{words} +{minutes}'"


@cache
def _events() -> dict[str, str]:
    """What each word for an event means, in either language."""
    words = {event.value: event.value for event in TriggerEvent}
    for language in LANGUAGES:
        labels = _labels(TriggerEvent, language)
        words |= {label.casefold(): event for event, label in labels.items()}
    return words


@cache
def _trigger_pattern() -> re.Pattern[str]:
    events = "|".join(map(re.escape, _events()))
    delay = r"(?:\s*\+\s*(?:(?P<minutes>[0-9]{1,6})\s*['’′]|(?P<delay>[0-9hms]+)))?"
    return re.compile(rf"(?P<inject>.*\S)\s+(?P<event>{events}){delay}", re.IGNORECASE)


def _trigger_read(text: str) -> dict[str, str] | str:
    match = _trigger_pattern().fullmatch(text.strip())
    if not match:
        return text
    found = {"inject": match["inject"], "is": _events()[match["event"].casefold()]}
    if match["minutes"]:
        found["delay"] = duration_word(60 * int(match["minutes"]))
    elif match["delay"]:
        found["delay"] = match["delay"]
    return found


TRIGGER = Cell(_trigger_shown, _trigger_read)
"""What a standby inject waits for: ``1.05 hoàn thành +5'``."""


# ── lists ───────────────────────────────────────────────────────────────────────────────────────
def _codes_shown(value: list[str] | None, _language: str) -> str:
    if value and any(";" in code for code in value):
        return "".join(f"{code}\n" for code in value)
    return "; ".join(value or ())


def _codes_read(text: str) -> list[str]:
    parts = text.split("\n") if "\n" in text else text.split(";")
    return [part.strip() for part in parts if part.strip()]


CODES = Cell(_codes_shown, _codes_read)
"""Codes on one line, ``BGD; VP``; one a line where a code holds a semicolon itself."""


def _lines_shown(value: list[str] | None, _language: str) -> str:
    lines = []
    for item in value or ():
        first, *others = item.split("\n")
        escaped = first.startswith((_CONTINUED, _ESCAPE))
        lines.append(_ESCAPE + first if escaped else first)
        lines += [_CONTINUED + line for line in others]
    return "\n".join(lines)


def _lines_read(text: str) -> list[str]:
    items: list[list[str]] = []
    for line in text.split("\n"):
        if items and line.startswith(_CONTINUED):
            items[-1].append(line.removeprefix(_CONTINUED))
        else:
            items.append([line.removeprefix(_ESCAPE)])
    return ["\n".join(lines) for lines in items]


LINES = Cell(_lines_shown, _lines_read)
"""One text a line; the further lines of one text begin with ``↳``."""
