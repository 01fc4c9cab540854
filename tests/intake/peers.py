"""Files of other products, and what a reading of one holds."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import openpyxl

from scenarios.intake.mapping import Field
from scenarios.intake.readers import blueprint, cexf, livefire, openaev, t3sf
from scenarios.intake.reading import Reading, Sheet, Value

DATA = Path(__file__).parents[1] / "data" / "intake"
READERS: dict[str, ModuleType] = {
    "openaev": openaev,
    "blueprint": blueprint,
    "t3sf": t3sf,
    "cexf": cexf,
    "livefire": livefire,
}
JSON_FILES = sorted(path.name for path in DATA.glob("*.json") if path.name.split("-")[0] in READERS)


def load(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def reading(name: str) -> Reading:
    return READERS[name.split("-")[0]].read(load(name))


def workbook(name: str) -> Reading:
    """A workbook as its cells stand."""
    book = openpyxl.load_workbook(DATA / name, read_only=True, data_only=True)
    sheets = tuple(Sheet(one.title, tuple(one.iter_rows(values_only=True))) for one in book)
    book.close()
    return Reading("xlsx", sheets)


def column(told: Reading, field: Field, sheet: int = 0) -> list[Value]:
    """The cells of a meaning below the header."""
    assert told.mapping is not None
    found = told.mapping.of(field)
    assert found is not None, field
    one = told.sheets[sheet]
    rows = one.rows[max(0, told.mapping.header_row - one.first_row + 1) :]
    if told.mapping.header_row == 0:
        rows = one.rows
    return [row[found.place] if found.place < len(row) else None for row in rows]


def notes(told: Reading, row: int) -> dict[str, Value]:
    """What a row holds in note columns."""
    assert told.mapping is not None
    cells = told.sheets[0].rows[row]
    return {
        one.header: cells[one.place]
        for one in told.mapping.columns
        if one.field == Field.NOTE and one.place < len(cells) and cells[one.place] is not None
    }


def codes(told: Reading) -> list[str]:
    return [remark.code for remark in told.remarks]
