"""Checked rows into a scenario: what is new, changed, the same, gone. Pure.

Rows and injects are the same by number. A column the file has not leaves the inject's own value,
so that a sheet of numbers and times moves injects and touches nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from scenarios.intake.mapping import Field, Mapping
from scenarios.intake.rows import Checked
from scenarios.reading import document as doc
from units.text import Text

PLAIN: dict[str, Field] = {
    "phase": Field.PHASE,
    "problem": Field.PROBLEM,
    "addressees": Field.TO,
    "method": Field.METHOD,
    "objectives": Field.OBJECTIVES,
    "acknowledge_within_s": Field.ACKNOWLEDGE,
    "complete_within_s": Field.COMPLETE,
    "mandatory": Field.MANDATORY,
    "reply": Field.REPLY,
    "release": Field.RELEASE,
}
TEXTS: dict[str, tuple[Field, Field]] = {
    "title": (Field.TITLE, Field.TITLE_EN),
    "content": (Field.CONTENT, Field.CONTENT_EN),
    "sender": (Field.SENDER, Field.SENDER_EN),
}


class Change(NamedTuple):
    """An inject that the file changes."""

    before: doc.Entry
    after: doc.Entry
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """What importing would do. ``gone`` stand in the scenario and not in the file; they stay."""

    new: tuple[doc.Entry, ...]
    changed: tuple[Change, ...]
    same: tuple[doc.Entry, ...]
    gone: tuple[doc.Entry, ...]

    @property
    def after(self) -> list[doc.Entry]:
        """What would be written."""
        return [*self.new, *(change.after for change in self.changed)]


def merge(document: doc.Document, checked: Checked, mapping: Mapping) -> Merge:
    """Set the rows of a file against the injects of a scenario."""
    there = {entry.number: entry for entry in document.msel}
    has = {column.field for column in mapping.columns}
    new, changed, same = [], [], []
    for entry in checked.entries:
        before = there.get(entry.number)
        if before is None:
            new.append(entry)
            continue
        after = _over(before, entry, has)
        fields = tuple(_differing(before, after))
        if fields:
            changed.append(Change(before, after, fields))
        else:
            same.append(before)
    written = {row.cells.get(Field.NUMBER, "") for row in checked.rows}
    written |= {entry.number for entry in checked.entries}
    gone = [entry for entry in document.msel if entry.number not in written]
    return Merge(tuple(new), tuple(changed), tuple(same), tuple(gone))


def _over(before: doc.Entry, entry: doc.Entry, has: set[Field]) -> doc.Entry:
    values: dict[str, Any] = {
        name: getattr(entry, name) for name, field in PLAIN.items() if field in has
    }
    for name, fields in TEXTS.items():
        mine, theirs = getattr(before, name), getattr(entry, name)
        values[name] = _text(mine, theirs, fields, has)
    if Field.EXPECTED in has and Field.EXPECTED_EN in has:
        values["expected_actions"] = entry.expected_actions
    elif Field.EXPECTED in has and [one.vi for one in before.expected_actions] != [
        one.vi for one in entry.expected_actions
    ]:
        english = {one.vi: one.en for one in before.expected_actions}
        values["expected_actions"] = tuple(
            Text(one.vi, english.get(one.vi, "")) for one in entry.expected_actions
        )
    if Field.TIME in has or Field.AFTER in has:
        values |= {"planned_us": entry.planned_us, "trigger": entry.trigger}
    notes = dict(before.notes) | dict(entry.notes)
    return replace(before, **values, notes=tuple(notes.items()))


def _text(mine: Text, theirs: Text, fields: tuple[Field, Field], has: set[Field]) -> Text:
    vi = theirs.vi if fields[0] in has or (fields[0] is Field.TITLE and not mine.vi) else mine.vi
    return Text(vi, theirs.en if fields[1] in has else mine.en)


def _differing(before: doc.Entry, after: doc.Entry) -> Iterable[str]:
    return (
        name
        for name in doc.Entry.__dataclass_fields__
        if getattr(before, name) != getattr(after, name)
    )
