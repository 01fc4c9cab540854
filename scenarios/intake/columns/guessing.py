"""Guessing what the columns of a sheet mean, before the planner corrects it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from scenarios.intake import times
from scenarios.intake.columns.cells import Addressed, Cells, guess_fields, likelihood
from scenarios.intake.columns.headers import Header, blank, find_header
from scenarios.intake.columns.words import LOWEST, TWINS, Meaning, header_key, meanings
from scenarios.intake.mapping import MANY, Column, Field, Mapping
from scenarios.intake.reading import Reading, Sheet, Value
from scenarios.intake.times.inference import Kind

KINDS: dict[Field, Kind] = {
    Field.DATE: "date",
    Field.TIME: "time",
    Field.SIMULATED: "time",
    Field.ACKNOWLEDGE: "span",
    Field.COMPLETE: "span",
}
"""Fields whose cells are read in a habit."""

_HABITS: dict[Kind, tuple[str, ...]] = {
    "time": tuple(times.HABITS),
    "date": ("day_time", "dmy", "mdy", "ymd", "iso", "excel", "serial"),
    "span": ("span", "hours", "minutes", "seconds", "excel", "serial"),
}


def habits_of(column: Column) -> list[times.Habit]:
    """The habits in which a planner may have this column read; none where it has no times."""
    kind = KINDS.get(column.field)
    if kind is None or column.habit not in times.HABITS:
        return []
    keys = dict.fromkeys((*_HABITS[kind], column.habit, *column.asks))
    return [times.HABITS[key] for key in keys]


def _nobody(_cell: str) -> bool:
    return False


def guess(
    sheet: Sheet, *, remembered: Mapping | None = None, addressed: Addressed = _nobody
) -> Mapping:
    """What each column of a sheet means.

    1. The header is found; without one the cells alone are looked at, and which of them name units.
    2. Headers of ``remembered`` mean what they meant there, wherever they stand now.
    3. Every other header takes the field that it and its cells fit best. A field is given once,
       except those of ``MANY``; an English twin takes the English side.
    4. An unknown header is kept as a note; a column without header or cells is ignored.
    5. Columns of times get the habit they are written in, and what it leaves to be asked.
    """
    known = remembered.columns if remembered else ()
    keys = frozenset(key for column in known if (key := header_key(column.header)))
    header = find_header(sheet, keys)
    columns = _columns(sheet, header.row)
    texts = [_text(header, place) for place in range(len(columns))]
    cells = [Cells.of(place, values) for place, values in enumerate(columns)]
    if header.row:
        kept = _remembered(texts, known)
        fields = {place: column.field for place, column in kept.items()}
        fields |= _by_header(texts, cells, fields)
    else:
        kept, fields = {}, guess_fields(cells, addressed)
    made = []
    for place, values in enumerate(columns):
        nothing = not texts[place] and not cells[place].sample
        meant = fields.get(place, Field.IGNORED if nothing else Field.NOTE)
        column = Column(place, texts[place], meant)
        made.append(_with_habit(column, values, kept.get(place)))
    return Mapping(sheet.name, header.row, tuple(made))


def best_sheet(reading: Reading) -> Sheet:
    """The sheet that names the most fields; of equals the one with the most rows.

    A hidden sheet is taken only if there is no other with cells.
    """
    filled = [sheet for sheet in reading.sheets if any(map(_any, sheet.rows))]
    shown = [sheet for sheet in filled if not sheet.hidden]
    candidates = shown or filled or list(reading.sheets)
    return max(candidates, key=lambda sheet: (find_header(sheet).known, len(sheet.rows)))


def signature(mapping: Mapping) -> str:
    """A digest of the set of headers, by which a mapping is proposed for the next file.

    The order of the columns, accents, case and marks do not count. Empty without any header.
    """
    keys = sorted({key for column in mapping.columns if (key := header_key(column.header))})
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:32] if keys else ""


def infer_habit(column: Column, values: Sequence[Value]) -> Column:
    """The column with the habit that its cells are written in; without one for other fields.

    For a column whose field the planner has just changed.
    """
    kind = KINDS.get(column.field)
    if kind is None:
        return replace(column, habit="", asks=())
    found = times.infer(values, header=column.header, kind=kind)
    return replace(column, habit=found.habit, asks=found.asks)


def _columns(sheet: Sheet, header_row: int) -> list[list[Value]]:
    """The cells below the header, column by column, as far to the right as there are any."""
    start = max(0, header_row + 1 - sheet.first_row) if header_row else 0
    above = sheet.rows[max(0, start - 2) : start]
    rows = sheet.rows[start:]
    width = max(
        (place + 1 for row in (*above, *rows) for place, cell in enumerate(row) if not blank(cell)),
        default=0,
    )
    return [[row[place] if place < len(row) else None for row in rows] for place in range(width)]


def _text(header: Header, place: int) -> str:
    return header.texts[place] if place < len(header.texts) else ""


def _any(row: Sequence[Value]) -> bool:
    return any(not blank(cell) for cell in row)


def _remembered(texts: Sequence[str], known: Sequence[Column]) -> dict[int, Column]:
    """Remembered columns by the place at which their header stands now."""
    by_key: dict[str, list[Column]] = {}
    for column in known:
        if key := header_key(column.header):
            by_key.setdefault(key, []).append(column)
    found: dict[int, Column] = {}
    for place, text in enumerate(texts):
        if waiting := by_key.get(header_key(text)):
            found[place] = waiting.pop(0)
    return found


def _by_header(
    texts: Sequence[str], cells: Sequence[Cells], taken: dict[int, Field]
) -> dict[int, Field]:
    """The best fitting field for each header that is not taken yet, the surest pair first."""
    pairs: list[tuple[float, int, Meaning]] = []
    for place, text in enumerate(texts):
        if place in taken:
            continue
        for meaning in meanings(text):
            fit = meaning.fit * likelihood(meaning.field, cells[place])
            if not cells[place].sample and any(one.sample for one in cells):
                fit *= 0.7  # a column with cells comes first
            if fit >= LOWEST:
                pairs.append((fit, place, meaning))
    native = {meaning.field for _fit, _place, meaning in pairs if not meaning.foreign}
    pairs.sort(
        key=lambda pair: (
            # "Title" beside "Tiêu đề" is the English side, however well it fits.
            pair[2].foreign and pair[2].field in TWINS and pair[2].field in native,
            -pair[0],
            pair[1],
        )
    )
    found: dict[int, Field] = {}
    owners = {field: Meaning(field, 0) for field in taken.values()}
    for _fit, place, meaning in pairs:
        if place in found:
            continue
        field = meaning.field
        if field in owners and field not in MANY:
            twin = TWINS.get(field)
            if twin is None or not meaning.foreign or owners[field].foreign or twin in owners:
                continue
            field = twin
        owners[field] = meaning
        found[place] = field
    return _with_time(found, taken, cells)


def _with_time(
    found: dict[int, Field], taken: dict[int, Field], cells: Sequence[Cells]
) -> dict[int, Field]:
    """A column headed as a date is the time where it tells the hour and no other column does."""
    if Field.TIME in {*found.values(), *taken.values()}:
        return found
    return {
        place: Field.TIME if field is Field.DATE and cells[place].moments else field
        for place, field in found.items()
    }


def _with_habit(column: Column, values: Sequence[Value], remembered: Column | None) -> Column:
    """The remembered habit where it still reads as much, for the planner has chosen it once."""
    column = infer_habit(column, values)
    if not column.habit or remembered is None or remembered.habit not in times.HABITS:
        return column
    if remembered.habit == column.habit and not column.asks:
        return column
    span = KINDS[column.field] == "span"
    if _reads(values, remembered.habit, span) >= _reads(values, column.habit, span):
        return replace(column, habit=remembered.habit, asks=remembered.asks)
    return column


def _reads(values: Sequence[Value], habit: str, span: bool) -> int:
    read = times.read_span if span else times.read
    count = 0
    for value in values:
        try:
            read(value, habit)
        except times.BadTime:
            continue
        count += 1
    return count
