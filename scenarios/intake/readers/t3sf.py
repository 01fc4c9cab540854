"""T3SF: its MSEL as JSON (a list of objects) or as a workbook with the same headers.

``Real Time`` is the time of day of release. ``Date`` is the day of it where it holds days; where
it holds another time of day (``Monday 9:30 AM``) it is the time inside the story, kept as a note.
Photo, Picture Name, Profile, Poll and whatever else there is are notes under their own names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from scenarios.intake.mapping import Field, Mapping
from scenarios.intake.readers import clues
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
_TIMED = {Field.TIME: "hm", Field.DATE: "iso"}
_LOOKED_AT = 50
_MOST_UNITS = 500


def recognises(data: Any) -> bool:
    """Whether it is such a list."""
    return isinstance(data, list) and any(
        _fits(frozenset(map(said, one))) for one in dicts(data[:_LOOKED_AT])
    )


def read(data: Any) -> Reading:
    """Read parsed JSON.

    Raises:
        Unreadable: ``unknown_format``, ``too_many_rows``, ``too_large``.
    """
    if not recognises(data):
        raise unknown_format()
    rows = [_row(inject) for inject in items_of(data)]
    times, dates = ([cell(cells.get(name)) for cells, _notes in rows] for name in _WHEN)
    fields = _HEADERS | {"Date": _meaning(times, dates)}
    habits = {"Real Time": clues.clue(times, _TIMED[Field.TIME])}
    if fields["Date"] == Field.DATE:
        habits["Date"] = clues.clue(dates, _TIMED[Field.DATE])
    known = [Known(name, field, *habits.get(name, ())) for name, field in fields.items()]
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
        times = heading.below(places[Field.TIME]) if Field.TIME in places else ()
        dates = heading.below(places[Field.DATE])
        fields[places[Field.DATE]] = _meaning(list(times), list(dates))
    columns = columns_of(heading, fields, _TIMED)
    units = _units(heading.below(places[Field.TO])) if Field.TO in places else ()
    return replace(
        reading,
        format="t3sf",
        mapping=Mapping(heading.sheet.name, heading.row, columns),
        outline=replace(reading.outline, units=units),
    )


_WHEN = ("Real Time", "Date")


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


def _meaning(times: Sequence[Value], dates: Sequence[Value]) -> Field:
    """``DATE`` for days, also with the very time of release; else the time inside the story."""
    pairs = [
        (clues.clock(time), clues.clock(date)) for time, date in zip(times, dates, strict=False)
    ]
    told = [time == date for time, date in pairs if date is not None]
    same = bool(told) and sum(told) * 5 >= len(told) * 4
    nothing = all(date is None for date in dates)
    return Field.DATE if nothing or same or clues.dated(dates) else Field.SIMULATED


def _units(players: Iterable[Any]) -> tuple[str, ...]:
    told: dict[str, None] = {}
    for player in players:
        for name in re.split(r"[\n;|,]+", player[:2_000]) if isinstance(player, str) else ():
            if name.strip() and not everybody(name) and len(told) < _MOST_UNITS:
                told.setdefault(" ".join(name.split()))
    return tuple(told)
