"""Document → the MSEL as one table: what CSV, workbook and the import of an own file share."""

from __future__ import annotations

from scenarios.intake.mapping import Column as ReadColumn
from scenarios.intake.mapping import Field, Mapping
from scenarios.intake.reading import Reading, Sheet
from scenarios.reading.document import Document
from scenarios.writing.plain import plain
from scenarios.writing.tables import MSEL, Column, msel_columns

FIELDS = {
    "number": Field.NUMBER,
    "phase": Field.PHASE,
    "at": Field.TIME,
    "when": Field.AFTER,
    "problem": Field.PROBLEM,
    "from.vi": Field.SENDER,
    "from.en": Field.SENDER_EN,
    "to": Field.TO,
    "method": Field.METHOD,
    "title.vi": Field.TITLE,
    "title.en": Field.TITLE_EN,
    "content.vi": Field.CONTENT,
    "content.en": Field.CONTENT_EN,
    "expected_actions.vi": Field.EXPECTED,
    "expected_actions.en": Field.EXPECTED_EN,
    "objectives": Field.OBJECTIVES,
    "acknowledge_within": Field.ACKNOWLEDGE,
    "complete_within": Field.COMPLETE,
    "mandatory": Field.MANDATORY,
    "reply": Field.REPLY,
    "release": Field.RELEASE,
}
"""What each column of the MSEL means to an import."""


def field_of(column: Column) -> Field:
    """What a column of the MSEL means to an import; any other one is a note."""
    return FIELDS.get(column.path, Field.NOTE)


def reading_of(document: Document, language: str = "vi") -> Reading:
    """The injects of a scenario of our own as an import takes them, counted from 1, with the
    meaning of every column known.
    """
    data = plain(document)
    columns = [column for _header, column in msel_columns(data, language)]
    rows = tuple(
        tuple(column.cell.show(column.value_in(item), language) or None for column in columns)
        for item in MSEL.items(data)
    )
    name = MSEL.name.in_language(language)
    meanings = tuple(
        ReadColumn(place, column.header.in_language(language), field_of(column))
        for place, column in enumerate(columns)
    )
    return Reading("scenario", (Sheet(name, rows),), Mapping(name, 0, meanings))
