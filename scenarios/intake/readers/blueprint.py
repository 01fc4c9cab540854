"""Crucible Blueprint: a MSEL as a workbook (``refine``) or as its own JSON (``read``).

Columns are the data fields that the team defined; what a usual name means is listed here, anything
else is a note. ``Exercise Time`` is when an inject comes, ``Simulated Time`` what time it is in the
story then. Cells that hold HTML become plain text.

In the JSON an event has ``DeltaSeconds`` from the start. Blueprint itself sets them a minute apart
in the order of the rows when it takes in a workbook; where they are no more than that and the team
has a field of exercise times, the field is believed. Moves are phases.

Not kept of the JSON: identifiers, colours and widths, dates of change, users and roles, cards,
pages, and what other Crucible programs are to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scenarios.intake.columns import infer_habit
from scenarios.intake.mapping import Column, Field
from scenarios.intake.mapping import Mapping as Meaning
from scenarios.intake.readers import markup
from scenarios.intake.readers.headings import Names, columns_of, fields_of, located, said
from scenarios.intake.readers.numbering import numbered, seconds
from scenarios.intake.readers.references import Objects
from scenarios.intake.readers.table import Known, Table, items_of, key, unknown_format
from scenarios.intake.readers.values import cell, cleaned, lines, moment, worded
from scenarios.intake.reading import Outline, OutlinePhase, Reading, Value

_NAMES: Names = {
    Field.NUMBER: (
        *("control number", "control no", "control", "number", "inject number", "inject no"),
        *("scenarioevent", "scenario event", "event number", "event", "#"),
    ),
    Field.PHASE: ("move", "move number"),
    Field.TIME: ("exercise time", "exercise date time", "real time", "delta time", "time"),
    Field.DATE: ("exercise date", "date"),
    Field.SIMULATED: (
        *("simulated time", "simulation time", "scenario time", "situation time"),
        *("simulated date", "simulated date time", "in game time"),
    ),
    Field.SENDER: ("from", "from org", "from organization", "sender", "originator"),
    Field.TO: ("to", "to org", "to organization", "to team", "to teams", "recipient", "recipients"),
    Field.METHOD: ("delivery method", "method", "delivery"),
    Field.TITLE: ("title", "name", "subject", "inject", "summary", "description", "details"),
    Field.CONTENT: (
        *("details", "description", "inject text", "content", "message", "body", "summary"),
    ),
    Field.EXPECTED: (
        *("expected action", "expected actions", "expected response", "expected responses"),
        *("expected outcome", "expected outcomes", "expected player action"),
    ),
    Field.OBJECTIVES: ("objective", "objectives", "training objective", "training objectives"),
}
_TIMED = frozenset({Field.TIME, Field.DATE})
_WHEN = frozenset(_NAMES[Field.TIME][:3]) | frozenset(_NAMES[Field.SIMULATED])
_PLACED = frozenset({"move", "group", "control number", "scenarioevent", "scenario event"})
_USUAL = frozenset(name for names in _NAMES.values() for name in names) | _PLACED
_TEXTS = frozenset({Field.TITLE, Field.CONTENT, Field.EXPECTED})
_EVENT_TYPES = {10: "Inject", 20: "Information", 30: "Facilitation"}
_NOISE = frozenset(
    {
        *("id", "mselid", "msel", "datavalues", "deltaseconds", "movenumber", "rowindex"),
        *("rowmetadata", "datecreated", "datemodified", "createdby", "modifiedby", "status"),
        *(
            "scenarioeventtype",
            "grouporder",
            "$id",
            "$ref",
            "injectid",
            "inject",
            "steamfittertask",
            "steamfittertaskid",
        ),
    }
)
_OWN = {Field.NUMBER: "ScenarioEvent #", Field.TIME: "DeltaSeconds #", Field.PHASE: "Move #"}
_MOST_FIELDS = 300


def refine(reading: Reading) -> Reading | None:
    """The reading of a workbook or a CSV file, understood where its headers are Blueprint's."""
    heading = located(reading, _fits)
    if heading is None:
        return None
    fields = fields_of(heading.names, _NAMES)
    columns = columns_of(heading, fields)
    texts = {place for place, field in fields.items() if field in _TEXTS}
    sheet = replace(heading.sheet, rows=tuple(_unmarked(row, texts) for row in heading.sheet.rows))
    return replace(
        reading,
        format="blueprint",
        sheets=tuple(sheet if one is heading.sheet else one for one in reading.sheets),
        mapping=Meaning(sheet.name, heading.row, columns),
    )


def recognises(data: Any) -> bool:
    """Whether it is Blueprint's JSON of one MSEL."""
    if not isinstance(data, dict) or len(data) > 1_000:
        return False
    names = {name.lower() for name in data}
    return {"scenarioevents", "datafields"} <= names


def read(data: Any) -> Reading:
    """Read parsed JSON.

    Raises:
        Unreadable: ``unknown_format``, what ``items_of`` and ``Table.add`` refuse.
    """
    if not recognises(data):
        raise unknown_format()
    objects = Objects(data)
    msel = objects.fields(data)
    told = objects.listed(msel.get("scenarioevents"))
    events = items_of(msel.get("scenarioevents") if told is None else told)
    names, teams = _field_names(objects, msel), _teams(objects, msel)
    moves = _moves(objects, msel)
    rows = [_event(objects, event, names) for event in events]
    fields = _fields(names, rows)
    known = _columns(fields, rows)
    own_columns = {column.field for column in known} - set(fields.values())
    numbers = numbered([own.get("deltaseconds") for own, _row in rows])
    table = Table("ScenarioEvents", known)
    for event, (own, row), number in zip(events, rows, numbers, strict=True):
        cells = {name: _value(row.get(name), field, teams) for name, field in fields.items()}
        notes = {name: value for name, value in row.items() if name not in fields}
        notes |= {name: one for name, one in _named(event) if name.lower() not in _NOISE}
        notes["ScenarioEventType"] = _type(own.get("scenarioeventtype"))
        if Field.TIME not in own_columns:
            notes["DeltaSeconds"] = own.get("deltaseconds")
        if not isinstance(event, dict):
            notes["ScenarioEvent *"] = event
        own_cells = {
            Field.NUMBER: number,
            Field.TIME: own.get("deltaseconds"),
            Field.PHASE: _move(own, moves),
        }
        cells |= {_OWN[field]: own_cells[field] for field in own_columns}
        table.add(cells, notes)
    return table.reading("blueprint", _outline(objects, msel, moves, teams), ())


def _columns(
    fields: Mapping[str, Field], rows: Sequence[tuple[dict[str, Any], dict[str, Any]]]
) -> list[Known]:
    """What the event itself has and no data field tells; then the data fields with a meaning."""
    known = [
        Known(header, field, "seconds" if field == Field.TIME else "")
        for field, header in _OWN.items()
        if field not in fields.values()
    ]
    for name, field in fields.items():
        cells = [cell(row.get(name)) for _own, row in rows] if field in _TIMED else []
        column = infer_habit(Column(0, name, field), cells)
        known.append(Known(name, field, column.habit, column.asks))
    return known


def _named(event: Any) -> list[tuple[str, Any]]:
    """The fields of an event under their own names."""
    return list(event.items()) if isinstance(event, dict) else []


def _fits(names: frozenset[str]) -> bool:
    return bool(names & _WHEN and names & _PLACED) and len(names & _USUAL) >= 4


def _unmarked(row: tuple[Value, ...], places: set[int]) -> tuple[Value, ...]:
    """The row, with plain text where a cell holds HTML."""
    if not any(
        isinstance(one, str) and "<" in one and place in places for place, one in enumerate(row)
    ):
        return row
    return tuple(
        markup.words(one)
        if isinstance(one, str) and place in places and markup.marked_up(one)
        else one
        for place, one in enumerate(row)
    )


def _field_names(objects: Objects, msel: Mapping[str, Any]) -> dict[str, str]:
    """Names of the data fields by identifier, in the order of their columns."""
    found = [objects.fields(one) for one in objects.listed(msel.get("datafields")) or []]
    found.sort(key=lambda one: seconds(one.get("displayorder")) or 0)
    told: dict[str, str] = {}
    for one in found[:_MOST_FIELDS]:
        name, identifier = lines([worded(one.get("name"))])[:90], key(one.get("id"))
        if identifier and name and identifier not in told:
            # Two fields of one name are two columns.
            told[identifier] = name if name not in told.values() else f"{name} {len(told) + 1}"
    return told


def _event(
    objects: Objects, event: Any, names: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an event holds itself, and its data values by the name of their field."""
    own = objects.fields(event)
    row: dict[str, Any] = {}
    for one in map(objects.fields, (objects.listed(own.get("datavalues")) or [])[:_MOST_FIELDS]):
        identifier = key(one.get("datafieldid"))
        if one.get("value") not in (None, ""):
            row.setdefault(names.get(identifier, identifier or "?"), one["value"])
    return own, row


def _fields(
    names: Mapping[str, str], rows: Sequence[tuple[dict[str, Any], dict[str, Any]]]
) -> dict[str, Field]:
    """The meaning of each data field that has one, by name."""
    ordered = list(dict.fromkeys(names.values()))
    told = fields_of(map(said, ordered), _NAMES)
    fields = {ordered[place]: field for place, field in sorted(told.items())}
    timed = {name for name, field in fields.items() if field in _TIMED}
    deltas = [seconds(own.get("deltaseconds")) for own, _row in rows]
    by_row = all(delta in (None, 60.0 * number) for number, delta in enumerate(deltas, start=1))
    filled = any(row.get(name) for _own, row in rows for name in timed)
    if any(delta is not None for delta in deltas) and not (by_row and filled):
        fields = {name: field for name, field in fields.items() if name not in timed}
    if fields and Field.PHASE in fields.values():
        phase = next(name for name, field in fields.items() if field == Field.PHASE)
        if not any(row.get(phase) for _own, row in rows):
            del fields[phase]
    return fields


def _value(value: Any, field: Field, teams: Mapping[str, str]) -> Any:
    if field in _TEXTS and isinstance(value, str) and markup.marked_up(value):
        return markup.words(value)
    if field in {Field.TO, Field.SENDER} and isinstance(value, str):
        parts = [part.strip() for part in value[:20_000].split(",")]
        if any(part.lower() in teams for part in parts):
            return lines(teams.get(part.lower(), part) for part in parts)
    return value


def _teams(objects: Objects, msel: Mapping[str, Any]) -> dict[str, str]:
    """Names of teams and organisations by identifier, short name and name."""
    told: dict[str, str] = {}
    for collection in ("teams", "organizations"):
        for one in map(objects.fields, objects.listed(msel.get(collection)) or []):
            name = lines([worded(one.get("name")) or worded(one.get("shortname"))])[:200]
            for side in ("id", "shortname", "name"):
                if name and key(one.get(side)):
                    told.setdefault(key(one.get(side)).lower(), name)
    return told


def _moves(objects: Objects, msel: Mapping[str, Any]) -> list[tuple[Any, str, float | None]]:
    """Number, name and start in seconds of each move, by number."""
    starts = moment(msel.get("starttime"))
    told = []
    for one in map(objects.fields, objects.listed(msel.get("moves")) or []):
        number = one.get("movenumber")
        at = seconds(one.get("deltaseconds"))
        begins = moment(one.get("movestarttime"))
        if at is None and starts and begins and (starts.tzinfo is None) == (begins.tzinfo is None):
            at = (begins - starts).total_seconds()
        name = lines([worded(one.get("title")) or markup.words(one.get("description"))])[:200]
        told.append((number, name or f"Move {worded(number)[:20]}", at))
    return sorted(told, key=lambda move: seconds(move[0]) or 0)[:100]


def _move(own: Mapping[str, Any], moves: Sequence[tuple[Any, str, float | None]]) -> Any:
    """The number of an event's move: its own, else that of the last move begun by then."""
    if own.get("movenumber") is not None:
        return own["movenumber"]
    delta = seconds(own.get("deltaseconds"))
    begun = [
        number
        for number, _name, at in moves
        if at is not None and delta is not None and at <= delta
    ]
    return begun[-1] if begun else None


def _type(told: Any) -> str:
    number = seconds(told)
    return _EVENT_TYPES.get(int(number), worded(told)) if number is not None else worded(told)


def _outline(
    objects: Objects,
    msel: Mapping[str, Any],
    moves: Sequence[tuple[Any, str, float | None]],
    teams: Mapping[str, str],
) -> Outline:
    duration = seconds(msel.get("durationseconds"))
    names = {
        key(one.get("name")).lower()
        for one in map(objects.fields, objects.listed(msel.get("teams")) or [])
    }
    return Outline(
        title=lines([worded(msel.get("name")) or worded(msel.get("description"))])[:200],
        summary=cleaned(markup.words(msel.get("description"))),
        starts_at=moment(msel.get("starttime")),
        duration_s=int(duration) if duration and 0 < duration <= 60 * 86_400 else None,
        phases=tuple(
            OutlinePhase(name, int(at) if at is not None and at >= 0 else None)
            for _number, name, at in moves
        ),
        units=tuple(dict.fromkeys(name for said_name, name in teams.items() if said_name in names)),
    )
