"""Where the header of a sheet stands: below titles, in one row or in two, or nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.intake.columns.words import LONGEST_HEADER, header_key, meanings
from scenarios.intake.reading import Sheet, Value

_ROWS_SEARCHED = 40
_FEWEST = 2
_SURE_ENOUGH = 60


@dataclass(frozen=True, slots=True)
class Header:
    """The texts of a header, by column, and the last row it takes; row 0: there is none."""

    row: int
    texts: tuple[str, ...] = ()
    known: int = 0


def blank(value: Value) -> bool:
    """Whether a cell holds nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


def find_header(sheet: Sheet, remembered: frozenset[str] = frozenset()) -> Header:
    """The row or the two rows that name the most fields; the first of equals.

    Args:
        remembered: keys of headers that a mapping already knows.
    """
    best = Header(0)
    rows = sheet.rows[:_ROWS_SEARCHED]
    for place, row in enumerate(rows):
        texts = _texts(row)
        header = Header(sheet.first_row + place, texts, _known(texts, remembered))
        if header.known >= _FEWEST and header.known > best.known:
            best = header
        below = rows[place + 1] if place + 1 < len(rows) else ()
        if header.known and _may_continue(below):
            both = _joined(row, below)
            known = _known(both, remembered)
            # Strictly more than either row alone, or the second is only the first row of data.
            if known >= _FEWEST and known > max(best.known, _known(_texts(below), remembered)):
                best = Header(sheet.first_row + place + 1, both, known)
    return best


def _texts(row: Sequence[Value]) -> tuple[str, ...]:
    return tuple("" if blank(cell) else " ".join(str(cell).split()) for cell in row)


def _known(texts: Sequence[str], remembered: frozenset[str]) -> int:
    """How many different fields the cells of a row name."""
    fields = set()
    for text in texts:
        if not text or len(text) > LONGEST_HEADER:
            continue
        # The meaning first: two headers that mean the same are one, remembered or not.
        if (found := meanings(text)) and found[0].fit >= _SURE_ENOUGH:
            fields.add(found[0].field.value)
        elif (key := header_key(text)) in remembered:
            fields.add(key)
    return len(fields)


def _may_continue(row: Sequence[Value]) -> bool:
    cells = [cell for cell in row if not blank(cell)]
    return bool(cells) and all(
        isinstance(cell, str) and len(cell) <= 40 and not cell.strip()[:1].isdigit()
        for cell in cells
    )


def _joined(above: Sequence[Value], below: Sequence[Value]) -> tuple[str, ...]:
    """Two rows as one: a cell that spans several columns stands above each of them."""
    upper, lower = _texts(above), _texts(below)
    texts, spanning = [], ""
    for place in range(max(len(upper), len(lower))):
        top = upper[place] if place < len(upper) else ""
        bottom = lower[place] if place < len(lower) else ""
        spanning = top or (spanning if bottom else "")
        if not bottom or bottom == spanning:
            texts.append(spanning)
        else:
            texts.append(f"{spanning} / {bottom}" if spanning else bottom)
    return tuple(texts)
