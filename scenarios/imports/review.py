"""What the planner is shown of a check: every row with its findings, and what would change.

Made once for a file, its columns and its corrections, and kept beside the file: the pages of a
large table only read it. It is in one language, and true of one revision of the scenario.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from scenarios.editing.importing import writable
from scenarios.imports.saying import LABELS, Sayer
from scenarios.imports.units import missing
from scenarios.intake import taking
from scenarios.intake.findings import Finding
from scenarios.intake.mapping import Field
from scenarios.intake.merging import Merge
from scenarios.intake.preview import Preview
from scenarios.intake.rows import Row

HIDDEN = frozenset({Field.NOTE, Field.IGNORED, Field.SIMULATED})
"""Columns that are kept whole or left out: nothing in them can be wrong."""
GOOD, WARNED, BAD = "ok", "due", "error"
NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to say under a row: an error where ``bad``, else a warning.

    ``fix`` is what one press puts into the cell, ``label`` what stands on the button; ``alike``
    counts the rows with the same words in the cell to which the same could be done.
    """

    field: str
    code: str
    message: str
    hint: str
    bad: bool
    fix: str = ""
    label: str = ""
    alike: int = 1


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One row; ``cells`` by field, as they stand after corrections; ``becomes`` new, changed, same
    or, where an error stands against it, nothing.
    """

    row: int
    state: str
    number: str
    becomes: str
    cells: dict[str, str]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewColumn:
    """A column of the sheet as the table heads it."""

    letter: str
    header: str
    field: str
    label: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that the file changes, as it is and as it would be."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changed:
    """An inject that the file changes."""

    number: str
    title: str
    fields: tuple[Difference, ...]


@dataclass(frozen=True)
class Review:
    """The whole check.

    Attributes:
        key: of what it was made from (``steps``); another one means that it is out of date.
        digest: of what would be written: who confirms it names what was seen.
        remarks: (message, hint) about the file as a whole.
        questions: about columns that can be read in two ways.
        left_out: columns that are ignored; ``kept``: those that become notes.
        missing: units that rows name and the scenario has not (``units.missing``).
        gone: (number, title) of injects that the file has not; they stay.
    """

    key: str
    digest: str
    format: str
    sheet: str
    columns: tuple[ReviewColumn, ...]
    rows: tuple[ReviewRow, ...]
    remarks: tuple[tuple[str, str], ...]
    questions: tuple[Note, ...]
    left_out: tuple[str, ...]
    kept: tuple[str, ...]
    new: int
    same: int
    missing: tuple[tuple[str, int], ...] = field(default=())
    changed: tuple[Changed, ...] = field(default=())
    gone: tuple[tuple[str, str], ...] = field(default=())

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows by state: ``ok``, ``due``, ``error``."""
        return {GOOD: 0, WARNED: 0, BAD: 0} | Counter(row.state for row in self.rows)

    @property
    def whole(self) -> bool:
        """Whether the file is a scenario of ours, of which the injects alone come in."""
        return self.format == taking.OWN

    @property
    def good(self) -> int:
        """How many rows can be imported."""
        return len(self.rows) - self.counts[BAD]

    @property
    def importable(self) -> bool:
        """Whether importing would change anything."""
        return not self.questions and bool(self.new or self.changed)

    def dumps(self) -> str:
        """As it is kept."""
        # Not ``asdict``, which copies all that it finds: a tenth of a check.
        return json.dumps(self, default=_fields, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def loads(cls, text: str) -> Review:
        """The reverse of ``dumps``.

        Raises:
            ValueError, KeyError, TypeError: it is something else.
        """
        data = json.loads(text)
        return cls(
            **data
            | {
                "columns": tuple(ReviewColumn(**one) for one in data["columns"]),
                "rows": tuple(
                    ReviewRow(**one | {"notes": tuple(Note(**note) for note in one["notes"])})
                    for one in data["rows"]
                ),
                "remarks": tuple((message, hint) for message, hint in data["remarks"]),
                "questions": tuple(Note(**one) for one in data["questions"]),
                "missing": tuple((name, count) for name, count in data["missing"]),
                "left_out": tuple(data["left_out"]),
                "kept": tuple(data["kept"]),
                "changed": tuple(
                    Changed(
                        one["number"],
                        one["title"],
                        tuple(Difference(**difference) for difference in one["fields"]),
                    )
                    for one in data["changed"]
                ),
                "gone": tuple((number, title) for number, title in data["gone"]),
            }
        )


def _fields(made: Any) -> dict[str, Any]:
    return {name: getattr(made, name) for name in made.__dataclass_fields__}


def review_of(seen: Preview, key: str) -> Review:
    """What there is to show of a preview."""
    merge, columns, found = seen.merge, seen.mapping.columns, writable(seen.merge)
    becomes = dict.fromkeys((entry.number for entry in merge.same), SAME)
    becomes |= dict.fromkeys((entry.number for entry in found.new), NEW)
    becomes |= dict.fromkeys((entry.number for entry in found.changed), CHANGED)
    return Review(
        key=key,
        digest=digest_of(merge),
        format=seen.reading.format,
        sheet=seen.sheet.name,
        columns=tuple(
            ReviewColumn(one.letter, one.header, one.field.value, str(one.field.label))
            for one in columns
            if one.field not in HIDDEN
        ),
        rows=_with_alike([_row(row, becomes) for row in seen.checked.rows]),
        remarks=tuple((one.message, one.hint) for one in seen.remarks),
        questions=tuple(_notes(seen.checked.findings, bad=True)),
        left_out=tuple(_names(seen, {Field.IGNORED})),
        kept=tuple(_names(seen, {Field.NOTE, Field.SIMULATED})),
        new=len(found.new),
        same=len(merge.same),
        missing=missing(seen.checked.rows, seen.document),
        changed=tuple(_changes(seen, {entry.number for entry in found.changed})),
        gone=tuple((entry.number, str(entry.title)) for entry in merge.gone),
    )


def digest_of(merge: Merge) -> str:
    """Of what an import would write, and over what."""
    return hashlib.sha256(repr((merge.new, merge.changed)).encode()).hexdigest()


def _row(row: Row, becomes: dict[str, str]) -> ReviewRow:
    notes = [*_notes(row.errors, bad=True), *_notes(row.warnings, bad=False)]
    number = row.entry.number if row.entry else row.cells.get(Field.NUMBER, "")
    if row.entry is not None and number not in becomes:
        assert row.entry.trigger is not None
        notes.insert(0, _waits(row.entry.trigger.inject))
    bad = any(note.bad for note in notes)
    return ReviewRow(
        row=row.row,
        state=BAD if bad else WARNED if notes else GOOD,
        number=number,
        becomes="" if bad else becomes[number],
        cells={field.value: words for field, words in row.cells.items() if words},
        notes=tuple(notes),
    )


def alike(rows: Iterable[ReviewRow], row: ReviewRow, note: Note) -> list[int]:
    """Rows of the file that say the same in the same cell and can be corrected in the same way."""
    kind = _kind(row, note)
    return [one.row for one in rows for other in one.notes if _kind(one, other) == kind]


def _kind(row: ReviewRow, note: Note) -> tuple[str, str, str, str]:
    return note.field, note.code, row.cells.get(note.field, ""), note.fix


def _with_alike(rows: list[ReviewRow]) -> tuple[ReviewRow, ...]:
    counts = Counter(_kind(row, note) for row in rows for note in row.notes if note.label)
    return tuple(
        replace(
            row,
            notes=tuple(
                replace(note, alike=counts[_kind(row, note)]) if note.label else note
                for note in row.notes
            ),
        )
        if row.notes
        else row
        for row in rows
    )


def _notes(findings: Iterable[Finding], *, bad: bool) -> Iterable[Note]:
    for one in findings:
        value, label = (one.fix.value, str(one.fix.label)) if one.fix else ("", "")
        yield Note(
            one.field.value if one.field else "",
            one.code,
            str(one.message) if one.row else f"{one.column}: {one.message}",
            str(one.hint),
            bad,
            value,
            label,
        )


def _waits(number: str) -> Note:
    return Note(
        Field.AFTER.value,
        "waits_for_refused",
        _("Chờ tình huống %s, mà dòng của tình huống đó có lỗi.") % number,
        _("Sửa dòng đó trước."),
        bad=True,
    )


def _names(seen: Preview, fields: set[Field]) -> Iterable[str]:
    for one in seen.mapping.columns:
        if one.field in fields and (one.header or one.field is not Field.IGNORED):
            yield f"{one.letter} “{one.header}”" if one.header else one.letter


def _changes(seen: Preview, numbers: set[str]) -> Iterable[Changed]:
    sayer = Sayer(seen.document)
    for change in seen.merge.changed:
        if change.after.number not in numbers:
            continue
        fields: list[Any] = [
            Difference(
                str(LABELS.get(name, name)),
                sayer.say(name, change.before),
                sayer.say(name, change.after),
            )
            for name in change.fields
        ]
        yield Changed(change.after.number, str(change.after.title), tuple(fields))
