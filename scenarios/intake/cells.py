"""One row's cells by what they mean, with the planner's corrections. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from scenarios.intake.columns import Section
from scenarios.intake.mapping import Column, Field
from scenarios.intake.mapping import Mapping as Columns
from scenarios.intake.reading import Value


def shown(value: Value) -> str:
    """A cell as a person would write it."""
    match value:
        case None:
            return ""
        case bool():
            return "x" if value else ""
        case float():
            return f"{value:.15g}"
        case datetime():
            return value.strftime("%d/%m/%Y %H:%M:%S").removesuffix(":00")
        case date():
            return value.strftime("%d/%m/%Y")
        case time():
            return value.strftime("%H:%M:%S").removesuffix(":00")
        case timedelta():
            seconds = int(value.total_seconds())
            sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
            clock = f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}"
            return f"{clock}:{seconds % 60:02d}" if seconds % 60 else clock
        case _:
            return str(value).strip()


class Cells:
    """The row that the file calls ``row``."""

    def __init__(
        self,
        row: int,
        values: tuple[Value, ...],
        columns: Columns,
        section: Section | None,
        fixes: Mapping[Field, str],
    ) -> None:
        self.row = row
        self.section = section
        self._values, self._columns, self._fixes = values, columns, fixes

    def column(self, field: Field) -> Column | None:
        """The column of a meaning, if the sheet has it."""
        return self._columns.of(field)

    def name(self, field: Field) -> str:
        """How to name the column to a person."""
        column = self.column(field)
        return column.name if column else ""

    def header(self, field: Field) -> str:
        """The column's header: what a note of it is called."""
        column = self.column(field)
        return (column.header or column.letter) if column else ""

    def value(self, field: Field) -> Value:
        """What stands there, typed; the planner's correction, if there is one, as text."""
        if field in self._fixes:
            return self._fixes[field]
        column = self.column(field)
        return self._at(column) if column else None

    def fixed(self, field: Field) -> bool:
        """Whether the planner has corrected it."""
        return field in self._fixes

    def text(self, field: Field) -> str:
        """What stands there, as text."""
        return shown(self.value(field))

    def _at(self, column: Column) -> Value:
        return self._values[column.place] if column.place < len(self._values) else None

    def notes(self) -> list[tuple[str, str]]:
        """Named remarks: the columns kept as such that hold something, simulated times too."""
        kept = {Field.NOTE, Field.SIMULATED}
        pairs = (
            (column.header or column.letter, shown(self._at(column)))
            for column in self._columns.columns
            if column.field in kept
        )
        return [(name, words) for name, words in pairs if words]

    def by_field(self) -> dict[Field, str]:
        """Everything that stands in the row and has one meaning, as text."""
        fields = [column.field for column in self._columns.columns]
        mine = [field for field in fields if fields.count(field) == 1]
        return {field: self.text(field) for field in [*mine, *self._fixes]}
