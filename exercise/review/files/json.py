"""The report as JSON: the same bytes for the same play, whenever and wherever it was played.

Keys are sorted, lists are in the report's own order, text is UTF-8, a line ends the file. Times of
exercise are integers in microseconds, named ``*_us``; days and moments of the drill's calendar are
ISO 8601. Left out is what two runs of one play differ in: wall time (``*_wall_us``, STARTEX and
ENDEX, how long stops and phases took on the wall) and the hashes of the journal's head and of a
signed version, which cover wall time. ``with_wall`` puts them in. No rounding can make two drills
played by people, or by players against a real engine, the same: their exercise times differ.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime
from typing import Any

from exercise.review.report.values import Report
from scenarios.calendar import DrillCalendar

FORMAT = "exercise-report/1"
_OF_THE_RUN = frozenset({"journal_head", "signed_head", "content_hash"})


def write(report: Report, *, with_wall: bool = False) -> bytes:
    """The file. Args: ``with_wall``: wall time and the journal's head too."""
    said = {"format": FORMAT, **_plain(report, with_wall)}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1)
    return f"{text}\n".encode()


def _plain(value: Any, with_wall: bool) -> Any:
    if isinstance(value, DrillCalendar):
        spans = [[span.from_us, span.to_us] for span in value.stand_downs]
        return {"zero": value.zero.isoformat(), "stand_downs_us": spans}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name), with_wall)
            for field in dataclasses.fields(value)
            if with_wall or not _is_of_the_run(field.name)
        }
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(part, with_wall) for name, part in value._asdict().items()}
    if isinstance(value, (tuple, list)):
        return [_plain(part, with_wall) for part in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value


def _is_of_the_run(name: str) -> bool:
    return name in _OF_THE_RUN or name.endswith("_wall_us") or name.startswith("wall_")
