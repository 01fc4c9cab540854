"""A ``Reading`` as JSON beside its file, so that a corrected cell does not cost a second reading.

JSON, never pickle: what a backup brings back must not be able to run.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from scenarios.imports.keeping import beside, write_whole
from scenarios.intake.mapping import Mapping
from scenarios.intake.reading import Outline, OutlinePhase, Reading, Remark, Sheet, Value
from scenarios.models import Import

ENDING = ".reading"


def save(imported: Import, reading: Reading) -> None:
    """Keep what was read."""
    write_whole(beside(imported, ENDING), dumps(reading))


def load(imported: Import) -> Reading | None:
    """What was read, or ``None`` if it is not there (any more): then the file is read again."""
    try:
        return loads(beside(imported, ENDING).read_text())
    except (OSError, ValueError, KeyError, TypeError):
        return None


def dumps(reading: Reading) -> str:
    """A reading as text; ``loads`` answers an equal one."""
    outline = reading.outline
    return json.dumps(
        {
            "format": reading.format,
            "sheets": [
                {
                    "name": sheet.name,
                    "first_row": sheet.first_row,
                    "hidden": sheet.hidden,
                    "rows": [[_packed(value) for value in row] for row in sheet.rows],
                }
                for sheet in reading.sheets
            ],
            "mapping": reading.mapping.as_dict() if reading.mapping else None,
            "outline": {
                "title": outline.title,
                "summary": outline.summary,
                "starts_at": _packed(outline.starts_at),
                "timezone": outline.timezone,
                "duration_s": outline.duration_s,
                "phases": [[one.name, one.starts_s] for one in outline.phases],
                "units": list(outline.units),
                "objectives": [list(pair) for pair in outline.objectives],
            },
            "remarks": [[one.code, one.message, one.hint] for one in reading.remarks],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def loads(text: str) -> Reading:
    """The reverse of ``dumps``.

    Raises:
        ValueError, KeyError, TypeError: it is something else.
    """
    data = json.loads(text)
    outline = data["outline"]
    starts_at: Any = _unpacked(outline["starts_at"])
    return Reading(
        format=data["format"],
        sheets=tuple(
            Sheet(
                sheet["name"],
                tuple(tuple(map(_unpacked, row)) for row in sheet["rows"]),
                sheet["first_row"],
                sheet["hidden"],
            )
            for sheet in data["sheets"]
        ),
        mapping=Mapping.from_dict(data["mapping"]) if data["mapping"] else None,
        outline=Outline(
            title=outline["title"],
            summary=outline["summary"],
            starts_at=starts_at,
            timezone=outline["timezone"],
            duration_s=outline["duration_s"],
            phases=tuple(OutlinePhase(*one) for one in outline["phases"]),
            units=tuple(outline["units"]),
            objectives=tuple((code, title) for code, title in outline["objectives"]),
        ),
        remarks=tuple(Remark(*one) for one in data["remarks"]),
    )


# ── cells ───────────────────────────────────────────────────────────────────────────────────────
def _packed(value: Value) -> Any:
    match value:
        case datetime():  # before date, of which it is one
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
        case timedelta():
            return {"us": value // timedelta(microseconds=1)}
        case _:
            return value


def _unpacked(value: Any) -> Value:
    if not isinstance(value, dict):
        return value
    ((kind, said),) = value.items()
    match kind:
        case "datetime":
            return datetime.fromisoformat(said)
        case "date":
            return date.fromisoformat(said)
        case "time":
            return time.fromisoformat(said)
        case "us":
            return timedelta(microseconds=said)
    raise ValueError(kind)
