"""The rows of a sheet that hold injects, and what the rows between them say about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scenarios.intake import times
from scenarios.intake.columns.headers import blank
from scenarios.intake.columns.words import header_key
from scenarios.intake.mapping import Field, Mapping
from scenarios.intake.reading import Sheet, Value
from scenarios.phases import PLAYED, Phase
from units.text import plain

_ENUMERATED = re.compile(r"(?:[ivxlc]{1,6}|[a-z]|[0-9]{1,2})")
_LEAD = re.compile(r"^\s*(?:[IVXLC]{1,6}|[A-Za-z]|[0-9]{1,2})\s*[.)/:–-]\s+")
_PHASE = re.compile(
    r"(?:giai doan|gd|phase|stage|move|pha)\b(?: (?:[0-9]{1,2}|[ivx]{1,4}|mot|hai|ba))?"
)
_PROBLEM = re.compile(r"(?:van de(?: huan luyen)?|vdhl|training problem) [0-9]")
_DAY = re.compile(r"(?:ngày|ngay|day|jour|[nd] ?[+-]? ?[0-9])[^:;–—]{0,60}", re.IGNORECASE)
_CUT = re.compile(r"\s*(?:[:;–—|]| - |, (?=ngày|day))\s*", re.IGNORECASE)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Section:
    """What is in force for a row from the rows above it.

    Attributes:
        phase: the text of the phase, of a section row or of the last filled cell of its column.
        day: the same of the day: a text that ``times.read`` reads, or a typed cell.
        problem: the text of the training problem, of a section row.
    """

    phase: str = ""
    day: Value = None
    problem: str = ""


def data_rows(sheet: Sheet, mapping: Mapping) -> Iterator[tuple[int, tuple[Value, ...]]]:
    """Rows below the header, as people count them: (number, its cells).

    Left out are blank rows, section rows, a row that numbers the columns ``(1) (2) (3)`` and
    the header where it is said again on the next page.
    """
    for number, row, section in _rows(sheet, mapping):
        if section is None:
            yield number, row


def sections(sheet: Sheet, mapping: Mapping) -> dict[int, Section]:
    """For each row of ``data_rows``, by its number, what the rows above it put in force.

    A section row is one with a single text, such as ``GIAI ĐOẠN 1: …`` or ``Ngày 1
    (10/10/2023)``. A blank cell in the column of phases or days counts as the last filled one
    above it, as where the cells of a group were merged.
    """
    columns = {
        one: column.place for one in (Field.PHASE, Field.DATE) if (column := mapping.of(one))
    }
    now, found = Section(), {}
    for number, row, section in _rows(sheet, mapping):
        if section is not None:
            now = replace(
                now,
                phase=section.phase or now.phase,
                day=section.day or now.day,
                problem=section.problem or ("" if section.phase else now.problem),
            )
            continue
        phase, day = _cell(row, columns.get(Field.PHASE)), _cell(row, columns.get(Field.DATE))
        if not blank(phase):
            now = replace(now, phase=str(phase).strip())
        if not blank(day):
            now = replace(now, day=day)
        found[number] = now
    return found


def _cell(row: tuple[Value, ...], place: int | None) -> Value:
    return row[place] if place is not None and place < len(row) else None


def _rows(
    sheet: Sheet, mapping: Mapping
) -> Iterator[tuple[int, tuple[Value, ...], Section | None]]:
    headers = {column.place: header_key(column.header) for column in mapping.columns}
    below_header = mapping.header_row > 0
    for number, row in enumerate(sheet.rows, start=sheet.first_row):
        if number <= mapping.header_row:
            continue
        filled = {place: cell for place, cell in enumerate(row) if not blank(cell)}
        if not filled:
            continue
        if _says_header(filled, headers) or (below_header and _numbers_columns(filled)):
            below_header = True
            continue
        below_header = False
        yield number, row, _section(filled)


def _numbers_columns(filled: dict[int, Value]) -> bool:
    """``(1) (2) (3) …`` below a header."""
    if len(filled) < 3:
        return False
    texts = [str(cell).strip(" ()[]") for cell in filled.values()]
    return texts == [str(number) for number in range(1, len(texts) + 1)]


def _says_header(filled: dict[int, Value], headers: dict[int, str]) -> bool:
    return len(filled) > 1 and all(
        isinstance(cell, str) and headers.get(place) and header_key(cell) == headers[place]
        for place, cell in filled.items()
    )


def _section(filled: dict[int, Value]) -> Section | None:
    """What a row with a single text says, a number such as ``II`` before it aside."""
    texts = list(dict.fromkeys(" ".join(str(cell).split()) for cell in filled.values()))
    if len(texts) == 2 and _ENUMERATED.fullmatch(plain(texts[0])):
        texts.pop(0)
    if len(texts) != 1 or len(texts[0]) > _LONGEST:
        return None
    text = _LEAD.sub("", texts[0])
    words = plain(text)
    if _PROBLEM.match(words):
        return Section(problem=text)
    parts = [part for part in _CUT.split(text) if part]
    day = next((part for part in parts if _is_day(part)), "")
    if _PHASE.match(words) or _names_a_phase(words):
        return Section(phase=text, day=day or None)
    if day and plain(parts[0]) == plain(day):
        return Section(day=day)
    return None


def _names_a_phase(words: str) -> bool:
    if any(plain(str(phase.label)) in words for phase in PLAYED):
        return True
    return words in {plain(str(Phase.BEFORE.label)), plain(str(Phase.AFTER.label))}


def _is_day(text: str) -> bool:
    if not _DAY.match(text) and not text[:1].isdigit():
        return False
    try:
        spelled = times.read(text, "dmy")
    except times.BadTime:
        return False
    if isinstance(spelled, times.OnDay):
        return spelled.second is None
    return isinstance(spelled, times.OnDate) and spelled.dated_only
