"""The MSEL that the product wrote itself, as CSV or as a workbook: every header is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scenarios.headers import HEADERS, path_of
from scenarios.intake.mapping import Column, Field, Mapping
from scenarios.intake.reading import Reading, Value

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

_ROWS_ABOVE = 20
_ENOUGH = 2 * len(HEADERS) // 3
"""A team may have taken some columns out; its own sheet has hardly so many of just these names."""


def refine(reading: Reading) -> Reading | None:
    """The reading with the meaning of every column, where the headers are the product's."""
    for sheet in reading.sheets:
        for row, cells in enumerate(sheet.rows[:_ROWS_ABOVE], start=sheet.first_row):
            paths = {path_of(cell) for cell in cells if isinstance(cell, str)}
            if len(paths & FIELDS.keys()) >= _ENOUGH:
                return replace(reading, mapping=Mapping(sheet.name, row, _columns(cells)))
    return None


def _columns(cells: Sequence[Value]) -> tuple[Column, ...]:
    """Each meaning once; what repeats one, and what is none of the product's, is a note."""
    columns: list[Column] = []
    for place, cell in enumerate(cells):
        header = str(cell).replace("\n", " ").strip() if cell is not None else ""
        path = path_of(header)
        field = FIELDS.get(path, Field.NOTE)
        if field is Field.NOTE:
            header = path.removeprefix("notes.")
        elif any(one.field is field for one in columns):
            field = Field.NOTE
        columns.append(Column(place, header, field))
    return tuple(columns)
