"""Rows of a sheet → checked entries: each with what was understood and what was not. Pure.

Nothing here writes. A row with an error gives no entry; a warning tells what was assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.utils.translation import gettext as _

from scenarios.calendar import SECOND_US
from scenarios.intake import columns
from scenarios.intake.cells import Cells, shown
from scenarios.intake.findings import Finding
from scenarios.intake.mapping import Field
from scenarios.intake.mapping import Mapping as Columns
from scenarios.intake.moments import Moments
from scenarios.intake.numbers import Numbers
from scenarios.intake.reading import Sheet
from scenarios.intake.row_reader import RowReader
from scenarios.intake.target import Target
from scenarios.intake.times import HABITS
from scenarios.reading import document as doc
from scenarios.reading.frame import cycles

Fixes = Mapping[tuple[int, Field], str]
"""What the planner put into a cell instead: (row as the file counts, meaning) → words."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file.

    Attributes:
        row: as the file counts.
        cells: what stands in it by meaning, after the planner's corrections, as text.
        entry: the inject, or ``None`` where an error stands against it.
        offset_s: calendar seconds from the exercise's start; ``None``: without a time.
        errors, warnings: in the order of the columns.
    """

    row: int
    cells: Mapping[Field, str]
    entry: doc.Entry | None
    offset_s: int | None
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()


class Checked(NamedTuple):
    """All rows, and what is wrong with the sheet as a whole."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]

    @property
    def entries(self) -> list[doc.Entry]:
        """What can be imported."""
        return [row.entry for row in self.rows if row.entry is not None]

    @property
    def errors(self) -> list[Finding]:
        """Of the sheet, then of the rows."""
        return [*self.findings, *(error for row in self.rows for error in row.errors)]

    @property
    def warnings(self) -> list[Finding]:
        """Of the rows."""
        return [warning for row in self.rows for warning in row.warnings]


def check(sheet: Sheet, mapping: Columns, target: Target, fixes: Fixes | None = None) -> Checked:
    """Understand every row of a sheet as an inject of ``target``.

    1. Cells by meaning, with the planner's corrections and what section rows above them say.
    2. Everything but the time.
    3. Times, which may hang on phases and on each other.
    4. What only all rows together show: numbers given twice, references to nothing.
    """
    read = [RowReader(cells, target) for cells in _cells(sheet, mapping, fixes or {})]
    for reader in read:
        reader.read()
    _number(read, target)
    moments = Moments(read, target)
    moments.read()
    known = {reader.number for reader in read} | set(target.entries)
    for reader in read:
        reader.check_trigger(known)
    _refuse_circles(read, target)
    return Checked(tuple(_row(reader) for reader in read), tuple(_questions(mapping)))


def _cells(sheet: Sheet, mapping: Columns, fixes: Fixes) -> Iterator[Cells]:
    sections = columns.sections(sheet, mapping)
    of_row = fixes_by_row(fixes)
    for row, values in columns.data_rows(sheet, mapping):
        yield Cells(row, values, mapping, sections.get(row), of_row.get(row, {}))


def fixes_by_row(fixes: Fixes) -> dict[int, dict[Field, str]]:
    """The planner's corrections of each row."""
    found: dict[int, dict[Field, str]] = {}
    for (row, field), words in fixes.items():
        found.setdefault(row, {})[field] = words
    return found


def _questions(mapping: Columns) -> Iterator[Finding]:
    """A column that can be read in two ways is asked, never guessed."""
    for column in mapping.columns:
        if column.asks and column.field not in {Field.NOTE, Field.IGNORED, Field.SIMULATED}:
            labels = [str(HABITS[one].label) for one in (column.habit, *column.asks)]
            yield Finding(
                0,
                column.name,
                column.field,
                "ambiguous",
                _("Cột này đọc được theo nhiều cách: %s.") % "; ".join(labels),
                _("Chọn một cách đọc cho cột %(column)s: %(habits)s.")
                % {"column": column.letter, "habits": ", ".join((column.habit, *column.asks))},
            )


def _number(read: list[RowReader], target: Target) -> None:
    """Numbers given twice are refused at the second; rows without one get the next free one."""
    first: dict[str, RowReader] = {}
    numbers = Numbers({reader.number for reader in read if reader.number} | set(target.entries))
    for reader in read:
        if not reader.number:
            continue
        if reader.number in first:
            reader.number_taken(first[reader.number].row, numbers)
        else:
            first[reader.number] = reader
    for reader in read:
        if not reader.number:
            reader.number_made(numbers)


def _refuse_circles(read: list[RowReader], target: Target) -> None:
    """Rows that wait for each other, or for injects of the scenario that wait for them."""
    good = {reader.number: reader for reader in read if not reader.errors}
    there = {entry.number: entry.trigger for entry in target.entries.values()}
    triggers = there | {number: reader.trigger for number, reader in good.items()}
    waits_for = {number: trigger.inject for number, trigger in triggers.items() if trigger}
    for loop in cycles(waits_for):
        for number in dict.fromkeys(loop):
            if number in good:
                good[number].waits_in_a_circle(loop)


def _row(reader: RowReader) -> Row:
    entry = reader.entry()
    offset_s = None if reader.planned_us is None else reader.planned_us // SECOND_US
    return Row(
        reader.row,
        reader.cells.by_field(),
        entry,
        offset_s,
        tuple(reader.errors),
        tuple(reader.warnings),
    )


def with_numbers(entries: Iterable[doc.Entry]) -> dict[str, doc.Entry]:
    """Entries by number."""
    return {entry.number: entry for entry in entries}


__all__ = ["Checked", "Fixes", "Row", "check", "replace", "shown", "with_numbers"]
