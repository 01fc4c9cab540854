"""What differs between two versions. Pure: documents in, differences out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from scenarios.reading.document import Condition, Document

HEAD = ("title", "summary", "timezone", "starts_at")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a row; values as the document has them (``Text``, µs, tuples of codes)."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row, by the key that names it: number, code or username.

    ``before`` is ``None`` where it was added, ``after`` where it was removed; ``fields`` are those
    that differ where it was changed.
    """

    key: str
    before: Any
    after: Any
    fields: tuple[FieldChange, ...] = ()

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences, each part in the order of the later version, what was removed at the end.

    Conditions are named ``phase code``; stand-downs, which have no name, by their beginning in
    calendar µs.
    """

    head: tuple[FieldChange, ...]
    stand_downs: tuple[RowChange, ...]
    phases: tuple[RowChange, ...]
    conditions: tuple[RowChange, ...]
    units: tuple[RowChange, ...]
    people: tuple[RowChange, ...]
    objectives: tuple[RowChange, ...]
    problems: tuple[RowChange, ...]
    injects: tuple[RowChange, ...]

    def __bool__(self) -> bool:
        return any(getattr(self, part.name) for part in fields(self))


def compare(before: Document, after: Document) -> Comparison:
    """What has to be done to ``before`` to make it ``after``; their codes do not count."""

    def part(name: str, key: str, leave_out: tuple[str, ...] = ()) -> tuple[RowChange, ...]:
        old, new = (
            {str(getattr(row, key)): row for row in getattr(document, name)}
            for document in (before, after)
        )
        return _rows(old, new, leave_out)

    return Comparison(
        head=_fields(before, after, HEAD),
        stand_downs=part("stand_downs", "from_us"),
        phases=part("phases", "phase", ("conditions",)),
        conditions=_rows(_conditions(before), _conditions(after)),
        units=part("units", "code"),
        people=part("people", "username"),
        objectives=part("objectives", "code"),
        problems=part("problems", "code"),
        injects=part("msel", "number"),
    )


def _rows(
    before: Mapping[str, Any], after: Mapping[str, Any], leave_out: tuple[str, ...] = ()
) -> tuple[RowChange, ...]:
    found = []
    for key, row in after.items():
        was = before.get(key)
        if was is None:
            found.append(RowChange(key, None, row))
        elif was != row:
            names = [one.name for one in fields(row) if one.name not in leave_out]
            if changed := _fields(was, row, names):
                found.append(RowChange(key, was, row, changed))
    gone = (key for key in before if key not in after)
    return (*found, *(RowChange(key, before[key], None) for key in gone))


def _conditions(document: Document) -> dict[str, Condition]:
    return {
        f"{plan.phase} {condition.code}": condition
        for plan in document.phases
        for condition in plan.conditions
    }


def _fields(before: Any, after: Any, names: Iterable[str]) -> tuple[FieldChange, ...]:
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return tuple(FieldChange(*pair) for pair in pairs if pair[1] != pair[2])
