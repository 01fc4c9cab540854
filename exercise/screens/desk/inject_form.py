"""The form of one inject: what the planner sees of it, and what they wrote as values of an edit.

The form carries along what stood in its fields when it was drawn (``seen``): only what the planner
changed is written, and where another planner was first the three sides can be told apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from exercise.screens.desk.conditions import condition, condition_words
from exercise.screens.desk.lists import NUMBERS, Lists
from exercise.screens.desk.moments import length_s, minutes_words, moment_us, moment_words
from scenarios.choices import Method, ReleaseMode, Reply
from scenarios.editing.values import InjectValues
from scenarios.models import MselEntry
from scenarios.reading.document import Trigger
from units.text import Text

Written = dict[str, str | list[str]]
"""What stands in the fields, by their names."""

LONG = 20_000
MANY = {"addressees", "objectives"}
"""Fields of several choices."""
FIELDS_OF: dict[str, tuple[str, ...]] = {
    "number": ("number",),
    "phase": ("phase",),
    "planned_us": ("time",),
    "problem": ("problem",),
    "sender": ("sender_vi", "sender_en"),
    "addressees": ("addressees",),
    "method": ("method",),
    "title": ("title_vi", "title_en"),
    "content": ("content_vi", "content_en"),
    "expected_actions": ("expected_vi", "expected_en"),
    "objectives": ("objectives",),
    "acknowledge_within_s": ("acknowledge",),
    "complete_within_s": ("complete",),
    "mandatory": ("mandatory",),
    "reply": ("reply",),
    "release": ("release",),
    "trigger": ("condition",),
    "notes": ("notes",),
}
"""The fields in which each value of an edit is written."""
FIRST_FIELD = {value: fields[0] for value, fields in FIELDS_OF.items()}


def written(entry: MselEntry, lists: Lists) -> Written:
    """An inject as the form's fields show it."""
    actions = [Text.of(action) for action in entry.expected_actions]
    units = set(entry.addressees.values_list("pk", flat=True))
    objectives = set(entry.objectives.values_list("pk", flat=True))
    at_us = entry.planned_us
    return {
        "number": entry.number,
        "phase": entry.phase,
        "time": "" if at_us is None else moment_words(at_us, lists.zero),
        "problem": entry.problem.code if entry.problem else "",
        "sender_vi": entry.sender.vi,
        "sender_en": entry.sender.en,
        "addressees": [unit.code for pk, unit in lists.units.items() if pk in units],
        "method": entry.method,
        "title_vi": entry.title.vi,
        "title_en": entry.title.en,
        "content_vi": entry.content.vi,
        "content_en": entry.content.en,
        "expected_vi": "\n".join(action.vi for action in actions).rstrip(),
        "expected_en": "\n".join(action.en for action in actions).rstrip(),
        "objectives": [one.code for pk, one in lists.objectives.items() if pk in objectives],
        "acknowledge": minutes_words(entry.acknowledge_within_s),
        "complete": minutes_words(entry.complete_within_s),
        "mandatory": "on" if entry.mandatory else "",
        "reply": entry.reply,
        "release": entry.release,
        "condition": condition_words(trigger_of(entry)),
        "notes": "\n".join(f"{name}: {words}" for name, words in entry.notes),
    }


def trigger_of(entry: MselEntry) -> Trigger | None:
    """What the inject waits for."""
    if entry.trigger_entry is None:
        return None
    return Trigger(entry.trigger_entry.number, entry.trigger_is, entry.trigger_delay_s)


def blank(phase: str, number: str = "") -> Written:
    """What a new inject begins with."""
    empty: Written = {
        field: [] if field in MANY else "" for fields in FIELDS_OF.values() for field in fields
    }
    return empty | {
        "number": number,
        "phase": phase,
        "method": str(Method.DOCUMENT),
        "reply": str(Reply.NONE),
        "release": str(ReleaseMode.AUTO),
    }


class InjectForm(forms.Form):
    """One inject. ``values()`` are those that differ from what the planner had seen."""

    number = forms.CharField(label=gettext_lazy("Số"), max_length=20)
    phase = forms.ChoiceField(label=pgettext_lazy("one", "Giai đoạn"))
    time = forms.CharField(label=gettext_lazy("Giờ DT"), max_length=20, required=False)
    problem = forms.ChoiceField(label=gettext_lazy("Vấn đề huấn luyện"), required=False)
    sender_vi = forms.CharField(label=gettext_lazy("Nơi gửi"), max_length=300, required=False)
    sender_en = forms.CharField(label=gettext_lazy("Nơi gửi"), max_length=300, required=False)
    addressees = forms.MultipleChoiceField(label=gettext_lazy("Đơn vị nhận"), required=False)
    method = forms.ChoiceField(label=gettext_lazy("Kênh"), choices=Method.choices)
    title_vi = forms.CharField(label=gettext_lazy("Tên tin"), max_length=500, required=False)
    title_en = forms.CharField(label=gettext_lazy("Tên tin"), max_length=500, required=False)
    content_vi = forms.CharField(
        label=gettext_lazy("Nội dung giả định"), max_length=LONG, required=False
    )
    content_en = forms.CharField(
        label=gettext_lazy("Nội dung giả định"), max_length=LONG, required=False
    )
    expected_vi = forms.CharField(
        label=gettext_lazy("Hành động mong đợi"), max_length=LONG, required=False
    )
    expected_en = forms.CharField(
        label=gettext_lazy("Hành động mong đợi"), max_length=LONG, required=False
    )
    objectives = forms.MultipleChoiceField(label=gettext_lazy("Mục tiêu"), required=False)
    acknowledge = forms.CharField(
        label=gettext_lazy("Hạn nhận (phút)"), max_length=12, required=False
    )
    complete = forms.CharField(label=gettext_lazy("Hạn xong (phút)"), max_length=12, required=False)
    mandatory = forms.BooleanField(label=gettext_lazy("Bắt buộc"), required=False)
    reply = forms.ChoiceField(label=gettext_lazy("Trả lời"), choices=Reply.choices)
    release = forms.ChoiceField(label=gettext_lazy("Cách phát"), choices=ReleaseMode.choices)
    condition = forms.CharField(label=gettext_lazy("Điều kiện"), max_length=200, required=False)
    notes = forms.CharField(
        label=gettext_lazy("Ghi chú của ban soạn"), max_length=LONG, required=False
    )

    def __init__(self, data: QueryDict, *, lists: Lists, seen: Written, pk: int | None) -> None:
        super().__init__(data)
        self._posted = data
        self.lists = lists
        self.seen = seen
        self.pk = pk
        self._choose("phase", [(one, str(plan)) for one, plan in lists.phases.items()])
        self._choose("problem", [("", "–"), *lists.problems.items()])
        self._choose("addressees", [(u.code, str(u.name)) for u in lists.units.values()])
        self._choose("objectives", [(o.code, str(o)) for o in lists.objectives.values()])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    # ── one field ───────────────────────────────────────────────────────────────────────────
    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"].strip()
        if self.lists.numbers.get(number, self.pk) != self.pk:
            raise forms.ValidationError(_("Số %s đã có tin khác dùng.") % number)
        return number

    def clean_time(self) -> int | None:
        text = self.cleaned_data["time"]
        if not text:
            return None
        return moment_us(text, self.lists.zero, near_us=self._near_us())

    def _near_us(self) -> int:
        """When the inject was planned, else when its phase begins: a time without a day is near."""
        with suppress(forms.ValidationError):
            return moment_us(str(self.seen.get("time", "")), self.lists.zero)
        plan = self.lists.phases.get(str(self.data.get("phase", "")))
        return plan.starts_us if plan else 0

    def _clean_length(self, name: str) -> int | None:
        text = self.cleaned_data[name]
        if not text:
            return None
        seconds = length_s(text)
        if seconds <= 0:
            raise forms.ValidationError(_("Hạn phải dài hơn 0 phút."))
        return seconds

    def clean_acknowledge(self) -> int | None:
        return self._clean_length("acknowledge")

    def clean_complete(self) -> int | None:
        return self._clean_length("complete")

    def clean_condition(self) -> Trigger | None:
        own = str(self.seen.get("number", ""))
        return condition(self.cleaned_data["condition"], self.lists.numbers, own=own)

    def clean_notes(self) -> list[tuple[str, str]]:
        found = []
        for line in self.cleaned_data["notes"].splitlines():
            name, colon, words = line.partition(":")
            if not line.strip():
                continue
            if not colon:
                name, words = _("Ghi chú"), line
            found.append((name.strip(), words.strip()))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("title_vi") and not data.get("title_en"):
            self.add_error("title_vi", _("Tin cần có tên, bằng một trong hai thứ tiếng."))
        return data

    # ── the whole ───────────────────────────────────────────────────────────────────────────
    def changed(self) -> set[str]:
        """The fields in which something else stands than the planner had seen."""
        now = self.written()
        return {
            name
            for name in self.fields
            if self._meant(name, now[name]) != self._meant(name, self.seen.get(name))
        }

    def _meant(self, name: str, value: Any) -> Any:
        """What stands in a field, however it is spelled."""
        if isinstance(value, list):
            return sorted(value)
        text = str(value or "").replace("\r\n", "\n").strip()
        if name == "time" and text:
            with suppress(forms.ValidationError):
                return moment_us(text, self.lists.zero, near_us=self._near_us())
        return text

    def written(self) -> Written:
        """What stands in the fields now."""
        return {
            name: self._posted.getlist(name) if name in MANY else self._posted.get(name, "").strip()
            for name in self.fields
        }

    def values(self) -> InjectValues:
        """What the planner changed, as an edit takes it; of a valid form."""
        changed = self.changed()
        values: dict[str, Any] = {
            name: _VALUES[name](self.cleaned_data)
            for name, fields in FIELDS_OF.items()
            if changed & set(fields)
        }
        return InjectValues(**values)  # type: ignore[typeddict-item]


def _pair(name: str) -> Callable[[dict[str, Any]], Text]:
    return lambda data: Text(_lines(data[f"{name}_vi"]), _lines(data[f"{name}_en"]))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _actions(data: dict[str, Any]) -> list[Text]:
    vi, en = data["expected_vi"].splitlines(), data["expected_en"].splitlines()
    longer = max(len(vi), len(en))
    pairs = zip(vi + [""] * (longer - len(vi)), en + [""] * (longer - len(en)), strict=True)
    return [
        Text(one.strip(), other.strip()) for one, other in pairs if one.strip() or other.strip()
    ]


_VALUES: dict[str, Callable[[dict[str, Any]], Any]] = {
    name: (lambda field: lambda data: data[field])(fields[0]) for name, fields in FIELDS_OF.items()
} | {
    "problem": lambda data: data["problem"] or None,
    "sender": _pair("sender"),
    "title": _pair("title"),
    "content": _pair("content"),
    "expected_actions": _actions,
}


# ── what was seen ───────────────────────────────────────────────────────────────────────────────
def packed(seen: Written) -> str:
    """What was seen, for a hidden field."""
    return json.dumps(seen, ensure_ascii=False, separators=(",", ":"))


def unpacked(text: str) -> Written:
    """What a hidden field says was seen; nothing where it cannot be read."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    names = {field for fields in FIELDS_OF.values() for field in fields}
    return {name: value for name, value in found.items() if name in names and _fits(name, value)}


def _fits(name: str, value: Any) -> bool:
    if name in MANY:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, str)


def next_number(phase: str, numbers: Collection[str]) -> str:
    """The number that a new inject of a phase is offered: ``1.06`` after ``1.05``."""
    head = f"{NUMBERS.get(phase, 1)}."
    tails = [
        int(n[len(head) :]) for n in numbers if n.startswith(head) and n[len(head) :].isdecimal()
    ]
    return f"{head}{max(map(int, tails), default=0) + 1:02d}"
