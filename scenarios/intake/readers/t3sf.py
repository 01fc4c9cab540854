"""T3SF: its MSEL as JSON (a list of objects) or as a workbook with the same headers.

``Real Time`` is the time of day of release. ``Date`` is the day of it where it holds days; where
it holds another time of day (``Monday 9:30 AM``) it is the time inside the story, kept as a note.
Photo, Picture Name, Profile, Poll and whatever else there is are notes under their own names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import time
from itertools import islice, zip_longest
from typing import Any

from scenarios.intake import times
from scenarios.intake.columns import infer_habit
from scenarios.intake.mapping import Column, Field, Mapping
from scenarios.intake.readers.headings import columns_of, fields_of, located, said
from scenarios.intake.readers.table import Known, Table, dicts, items_of, unknown_format
from scenarios.intake.readers.values import cell, worded
from scenarios.intake.readers.wordings import everybody
from scenarios.intake.reading import Outline, Reading, Value

_HEADERS = {
    "#": Field.NUMBER,
    "Real Time": Field.TIME,
    "Date": Field.DATE,
    "Subject": Field.TITLE,
    "From": Field.SENDER,
    "Player": Field.TO,
    "Script": Field.CONTENT,
}
_SAID = {said(header): header for header in _HEADERS}
_NAMES = {field: (said(header),) for header, field in _HEADERS.items()}
_LOOKED_AT = 200
_MOST_UNITS = 500


def recognises(data: Any) -> bool:
    """Whether it is such a list."""
    return isinstance(data, list) and any(
        _fits(frozenset(map(said, one))) for one in dicts(data[:_LOOKED_AT])
    )


def read(data: Any) -> Reading:
    """Read parsed JSON.

    Raises:
        Unreadable: ``unknown_format``, what ``items_of`` and ``Table.add`` refuse.
    """
    if not recognises(data):
        raise unknown_format()
    rows = [_row(inject) for inject in items_of(data)]
    when, dates = ([cell(row.get(name)) for row, _notes in rows] for name in ("Real Time", "Date"))
    fields = _HEADERS | {"Date": _meaning(when, dates)}
    cells_of = {"Real Time": when, "Date": dates}
    columns = [
        _of_day(infer_habit(Column(0, name, field), cells_of.get(name, [])))
        for name, field in fields.items()
    ]
    known = [Known(one.header, one.field, one.habit, one.asks) for one in columns]
    table = Table("MSEL", known)
    for cells, notes in rows:
        table.add(cells, notes)
    outline = Outline(units=_units(cells.get("Player") for cells, _notes in rows))
    return table.reading("t3sf", outline, ())


def refine(reading: Reading) -> Reading | None:
    """The reading of a workbook or a CSV file, understood where its headers are T3SF's."""
    heading = located(reading, _fits)
    if heading is None:
        return None
    fields = fields_of(heading.names, _NAMES)
    places = {field: place for place, field in fields.items()}
    if Field.DATE in places:
        when = heading.below(places[Field.TIME]) if Field.TIME in places else ()
        fields[places[Field.DATE]] = _meaning(when, heading.below(places[Field.DATE]))
    columns = tuple(map(_of_day, columns_of(heading, fields)))
    units = _units(heading.below(places[Field.TO])) if Field.TO in places else ()
    return replace(
        reading,
        format="t3sf",
        mapping=Mapping(heading.sheet.name, heading.row, columns),
        outline=replace(reading.outline, units=units),
    )


def _fits(names: frozenset[str]) -> bool:
    found = names & set(_SAID)
    return len(found) >= 4 and bool(found & {"script", "player"} and found & {"real time", "date"})


def _row(inject: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The cells of an item by header, and the rest of it."""
    if not isinstance(inject, dict):
        return {"Script": worded(inject)}, {}
    cells: dict[str, Any] = {}
    notes: dict[str, Any] = {}
    for name, value in inject.items():
        header = _SAID.get(said(name), "")
        if header and header not in cells:
            cells[header] = value
        else:
            notes[name] = value
    return cells, notes


def _of_day(column: Column) -> Column:
    """``Real Time`` is a time of day, whatever else ``1:30`` could be."""
    return replace(column, asks=()) if column.habit == "hm" else column


def _meaning(when: Iterable[Value], dates: Iterable[Value]) -> Field:
    """``DATE`` for days, also with the very time of release; else the time inside the story."""
    told = list(islice(dates, _LOOKED_AT))
    habit = times.infer(told, header="Date", kind="date").habit
    filled = days = same = 0
    for at, date in zip_longest(islice(when, _LOOKED_AT), told):
        if date in (None, ""):
            continue
        filled += 1
        spelled, clock = _read(date, habit), _read(at, "hm")
        days += _only_a_day(spelled)
        same += isinstance(clock, times.OfDay) and clock.second == _second(spelled)
    return Field.DATE if days * 2 > filled or same * 5 >= filled * 4 else Field.SIMULATED


def _read(cell: Value, habit: str) -> times.Spelled | None:
    try:
        return None if cell in (None, "") else times.read(cell, habit)
    except times.BadTime:
        return None


def _only_a_day(spelled: times.Spelled | None) -> bool:
    if isinstance(spelled, times.OnDate):
        return spelled.dated_only or spelled.moment.time() == time.min
    return isinstance(spelled, times.OnDay) and spelled.second is None


def _second(spelled: times.Spelled | None) -> int | None:
    """The second of the day that is told, if one is."""
    if isinstance(spelled, times.OnDate):
        return spelled.moment.hour * 3_600 + spelled.moment.minute * 60 + spelled.moment.second
    return spelled.second if isinstance(spelled, times.OnDay | times.OfDay) else None


def _units(players: Iterable[Any]) -> tuple[str, ...]:
    told: dict[str, None] = {}
    for player in players:
        for name in re.split(r"[\n;|,]+", player[:2_000]) if isinstance(player, str) else ():
            if name.strip() and not everybody(name) and len(told) < _MOST_UNITS:
                told.setdefault(" ".join(name.split()))
    return tuple(told)
