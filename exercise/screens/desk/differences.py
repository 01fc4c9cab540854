"""Differences between two versions in words: what each field is called, how its values are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from exercise.screens.desk.conditions import condition_words
from exercise.screens.desk.inject_form import FIRST_FIELD, InjectForm
from exercise.screens.desk.lists import NUMBERS
from exercise.screens.desk.moments import length_words, moment_words
from exercise.screens.desk.parts.calendar import ConditionForm, PhaseForm, StandDownForm
from exercise.screens.desk.parts.head import HeadForm
from exercise.screens.desk.parts.people import PersonForm
from exercise.screens.desk.parts.training import ObjectiveForm, ProblemForm
from exercise.screens.desk.parts.units import UnitForm
from scenarios.choices import Method, ReleaseMode, Reply
from scenarios.phases import Phase
from scenarios.reading.document import Document, Trigger
from scenarios.versions import Comparison, FieldChange, RowChange
from units.roles import Role
from units.text import LANGUAGES, Text

CHOICES: dict[str, Any] = {
    "method": Method,
    "reply": Reply,
    "release": ReleaseMode,
    "role": Role,
    "phase": Phase,
}


class FieldWords(NamedTuple):
    """One field that changed: what it is called, its value before and after."""

    label: str
    before: str
    after: str


class RowWords(NamedTuple):
    """One row: ``added``, ``removed`` or ``changed``, its fields where it changed."""

    kind: str
    key: str
    title: str
    fields: list[FieldWords]


class Group(NamedTuple):
    """The rows of one part."""

    title: str
    rows: list[RowWords]


@dataclass(frozen=True)
class Words:
    """Reads values of two documents: times are told by the clock of the one they are of."""

    before: Document
    after: Document

    def field(self, change: FieldChange, form: type[Any]) -> FieldWords:
        """A field that changed, in words."""
        one = self._value(change.field, change.before, self.before)
        other = self._value(change.field, change.after, self.after)
        if isinstance(change.before, Text) and isinstance(change.after, Text):
            # Only the language that changed.
            sides = [
                code
                for code in LANGUAGES
                if getattr(change.before, code) != getattr(change.after, code)
            ]
            one = _sides(change.before, sides)
            other = _sides(change.after, sides)
        return FieldWords(_label(form, change.field), one, other)

    def _value(self, name: str, value: Any, document: Document) -> str:
        match value:
            case None | "" | ():
                return ""
            case bool():
                return _("có") if value else _("không")
            case Text():
                return _sides(value, [code for code in LANGUAGES if getattr(value, code)])
            case Trigger():
                return condition_words(value)
            case datetime():
                return f"{value:%H:%M %d/%m/%Y}"
            case int() if name.endswith("_us"):
                return moment_words(value, document.starts_at)
            case int() if name.endswith("_s"):
                return length_words(value)
            case tuple():
                return self._list(name, value, document)
        known = CHOICES.get(name)
        if known is not None and value in known.values:
            return str(known(value).label)
        return str(value)

    def _list(self, name: str, values: tuple[Any, ...], document: Document) -> str:
        if name == "notes":
            return "\n".join(f"{about}: {words}" for about, words in values)
        words = [self._value(name, one, document) for one in values]
        return ("\n" if any(isinstance(one, Text) for one in values) else ", ").join(words)


def _sides(text: Text, codes: list[str]) -> str:
    if len(codes) == 1:
        return getattr(text, codes[0]) and f"{codes[0].upper()}: {getattr(text, codes[0])}"
    return "\n".join(f"{code.upper()}: {getattr(text, code) or '–'}" for code in codes)


def _label(form: type[Any], name: str) -> str:
    known = form.base_fields
    first = FIRST_FIELD.get(name, name) if form is InjectForm else name
    for field in (first, f"{name}_vi", name):
        if field in known:
            return str(known[field].label)
    return name


PARTS: tuple[tuple[str, type[Any]], ...] = (
    ("stand_downs", StandDownForm),
    ("phases", PhaseForm),
    ("conditions", ConditionForm),
    ("units", UnitForm),
    ("people", PersonForm),
    ("objectives", ObjectiveForm),
    ("problems", ProblemForm),
    ("injects", InjectForm),
)


def groups_of(found: Comparison, words: Words) -> list[Group]:
    """All differences, a group for each part that has any."""
    titles = {
        "stand_downs": _("Khoảng tạm nghỉ"),
        "phases": _("Giai đoạn"),
        "conditions": _("Điều kiện qua cổng"),
        "units": pgettext("several", "Đơn vị"),
        "people": pgettext("several", "Người"),
        "objectives": _("Mục tiêu"),
        "problems": _("Vấn đề huấn luyện"),
        "injects": _("Tình huống"),
    }
    groups = []
    if found.head:
        head = [words.field(one, HeadForm) for one in found.head]
        groups.append(Group(_("Thông tin chung"), [RowWords("changed", "", "", head)]))
    for name, form in PARTS:
        rows = [_row(change, name, form, words) for change in getattr(found, name)]
        if rows:
            groups.append(Group(titles[name], rows))
    return groups


def _row(change: RowChange, part: str, form: type[Any], words: Words) -> RowWords:
    row = change.after if change.after is not None else change.before
    title = getattr(row, "title", None) or getattr(row, "name", "")
    fields = [words.field(one, form) for one in change.fields]
    return RowWords(change.kind, _key(change, part, words), str(title), fields)


def _key(change: RowChange, part: str, words: Words) -> str:
    if part == "stand_downs":
        document = words.after if change.after is not None else words.before
        return moment_words(int(change.key), document.starts_at)
    if part == "phases":
        return str(NUMBERS.get(change.key, change.key))
    if part == "conditions":
        phase, _space, code = change.key.partition(" ")
        return f"{NUMBERS.get(phase, phase)} · {code}"
    return change.key
