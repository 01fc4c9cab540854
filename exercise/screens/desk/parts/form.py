"""The form of one row: what stands in its fields, and what of it the planner changed.

Like an inject's, it carries along what stood in it when it was drawn (``seen``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise

from exercise.screens.desk.lists import Lists
from exercise.screens.desk.moments import moment_us
from units.text import LANGUAGES, Text

Written = dict[str, str]
"""What stands in the fields, by their names."""

SHORT, LONG = 500, 20_000


class Item(NamedTuple):
    """One value of the form: a field, or two side by side where it has both languages."""

    name: str
    label: str
    kind: str
    sides: list[tuple[BoundField, str, bool]]
    """Field, language (empty: of no language), whether it lacks its translation."""
    hint: str | Promise


class PartForm(forms.Form):
    """One row of a part. ``values()`` are those that differ from what the planner had seen."""

    items_of: ClassVar[tuple[str, ...]] = ()
    """The values in their order; a text in two languages is named without its language."""
    tall: ClassVar[frozenset[str]] = frozenset()
    """Texts that run over several lines."""
    hints: ClassVar[Mapping[str, str | Promise]] = {}

    def __init__(self, data: Mapping[str, Any], *, lists: Lists, seen: Written) -> None:
        super().__init__(data)
        self.lists = lists
        self.seen = seen

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _moment(self, name: str, *, near: str = "") -> int:
        """Calendar µs of a time; without a day it is on that of the field ``near``."""
        near_us = self.cleaned_data.get(near) or 0
        return moment_us(self.cleaned_data[name], self.lists.zero, near_us=near_us)

    # ── drawing ─────────────────────────────────────────────────────────────────────────────
    @property
    def drawn(self) -> list[Item]:
        """The values as the template draws them."""
        return [self._item(name) for name in self.items_of]

    def _item(self, name: str) -> Item:
        names = self.fields_of(name)
        label = str(self.fields[names[0]].label)
        hint = self.hints.get(name, "")
        if len(names) == 1:
            kind = {"select": "choice", "checkbox": "check", "datetime-local": "start"}.get(
                str(self.fields[name].widget.input_type), "line"
            )
            return Item(name, label, kind, [(self[name], "", False)], hint)
        texts = [str(self[one].value() or "") for one in names]
        sides = [
            (self[one], language, not text and any(texts))
            for one, language, text in zip(names, LANGUAGES, texts, strict=True)
        ]
        return Item(name, label, "tall" if name in self.tall else "pair", sides, hint)

    # ── reading ─────────────────────────────────────────────────────────────────────────────
    def fields_of(self, name: str) -> list[str]:
        """The fields in which a value is written."""
        return [name] if name in self.fields else [f"{name}_{one}" for one in LANGUAGES]

    def field_of(self, name: str) -> str | None:
        """The field under which it is told what is wrong with a value; none: it is about none."""
        return self.fields_of(name)[0] if name in self.items_of else None

    def written(self) -> Written:
        """What stands in the fields now."""
        return {name: plain(self.data.get(name)) for name in self.fields}

    def changed(self) -> set[str]:
        """The fields in which something else stands than the planner had seen."""
        now = self.written()
        return {name for name, value in now.items() if value != plain(self.seen.get(name))}

    def values(self) -> dict[str, Any]:
        """What the planner changed, as an edit takes it; of a valid form."""
        changed = self.changed()
        return {
            name: self._value(name) for name in self.items_of if changed & {*self.fields_of(name)}
        }

    def _value(self, name: str) -> Any:
        if name in self.fields:
            return self.cleaned_data[name]
        return Text(*(plain(self.cleaned_data[one]) for one in self.fields_of(name)))


def plain(text: Any) -> str:
    """What stands in a field, however its lines end."""
    return str(text or "").replace("\r\n", "\n").strip()


def line(label: str | Promise, longest: int = SHORT) -> forms.CharField:
    """A field for a line of text. That it must not be empty is for the edit to say."""
    # The stubs know lazy words by another name.
    return forms.CharField(label=label, max_length=longest, required=False)  # type: ignore[arg-type]


def packed(seen: Written) -> str:
    """What was seen, for a hidden field."""
    return json.dumps(seen, ensure_ascii=False, separators=(",", ":"))


def unpacked(text: str, form: type[PartForm]) -> Written:
    """What a hidden field says was seen; nothing where it cannot be read."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    known = form.base_fields
    return {name: one for name, one in found.items() if name in known and isinstance(one, str)}
