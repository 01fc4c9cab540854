"""What differs between two versions. Pure: documents in, differences out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scenarios.reading.document import Document


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
    """All differences, each part in the order of the later version, what was removed at the end."""

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
        return any(getattr(self, name) for name in self.__dataclass_fields__)


def compare(before: Document, after: Document) -> Comparison:
    """What has to be done to ``before`` to make it ``after``."""
    raise NotImplementedError
