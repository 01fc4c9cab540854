"""The rows of a review as a page of a table shows them: which ones, and where the next error is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scenarios.imports.review import BAD, GOOD, Note, Review, ReviewColumn, ReviewRow
from scenarios.intake.mapping import Field
from scenarios.intake.rows import Fixes

AROUND, ALL, ERRORS = "around", "all", "errors"
PER_PAGE = 200
CONTEXT = 2
"""So many good rows are shown before and after one that something is said of."""
LONG = 60
NUMERIC = frozenset({Field.ACKNOWLEDGE, Field.COMPLETE})
TIMES = frozenset({Field.NUMBER, Field.TIME, Field.DATE})


class Head(NamedTuple):
    """A column as the table heads it."""

    letter: str
    label: str
    header: str
    kind: str


class Cell(NamedTuple):
    """A cell. ``state`` is that of what is said of it; ``told`` names where that stands; it can be
    corrected where something is said of it or it was corrected before.
    """

    field: str
    label: str
    kind: str
    text: str
    state: str
    told: str
    fixed: bool
    long: bool


class Line(NamedTuple):
    """A row with its cells; ``loose`` are cells that have no column and that something is said of;
    ``skipped`` counts the good rows left out before it.
    """

    row: ReviewRow
    cells: list[Cell]
    loose: list[Cell]
    notes: list[tuple[str, Note]]
    skipped: int


class Table(NamedTuple):
    """A page of the table. ``before`` and ``after`` are the pages and rows of the nearest errors
    that are not on it, for the keys.
    """

    heads: list[Head]
    lines: list[Line]
    show: str
    page: int
    pages: int
    skipped_after: int
    before: tuple[int, int] | None
    after: tuple[int, int] | None


def table(review: Review, fixes: Fixes, show: str, page: int) -> Table:
    """A page of the rows that are to be seen."""
    places = list(_places(review, {row for row, _field in fixes}, show))
    pages = max(1, -(-len(places) // PER_PAGE))
    page = min(max(1, page), pages)
    first = (page - 1) * PER_PAGE
    mine = places[first : first + PER_PAGE]
    lines = []
    last = places[first - 1] if first else -1
    for place in mine:
        lines.append(_line(review.rows[place], review.columns, fixes, place - last - 1))
        last = place
    ends = first + PER_PAGE >= len(places)
    bad = [at for at, place in enumerate(places) if review.rows[place].state == BAD]
    return Table(
        heads=[_head(one) for one in review.columns],
        lines=lines,
        show=show,
        page=page,
        pages=pages,
        skipped_after=len(review.rows) - 1 - last if ends and show != ERRORS else 0,
        before=_error(review, places, bad, bisect_left(bad, first) - 1),
        after=_error(review, places, bad, bisect_right(bad, first + PER_PAGE - 1)),
    )


def page_of(review: Review, fixes: Fixes, show: str, row: int) -> int:
    """The page on which a row of the file stands."""
    places = _places(review, {at for at, _field in fixes}, show)
    before = sum(review.rows[place].row < row for place in places)
    return before // PER_PAGE + 1


def _places(review: Review, fixed: set[int], show: str) -> Iterable[int]:
    rows = review.rows
    if show == ALL:
        return range(len(rows))
    if show == ERRORS:
        return [place for place, row in enumerate(rows) if row.state == BAD]
    found: dict[int, None] = {}
    for place, row in enumerate(rows):
        if row.state != GOOD or row.row in fixed:
            last = min(len(rows), place + CONTEXT + 1)
            found |= dict.fromkeys(range(max(0, place - CONTEXT), last))
    return list(found)


def _error(review: Review, places: list[int], bad: list[int], which: int) -> tuple[int, int] | None:
    if not 0 <= which < len(bad):
        return None
    at = bad[which]
    return at // PER_PAGE + 1, review.rows[places[at]].row


# ── a row ───────────────────────────────────────────────────────────────────────────────────────
def _head(column: ReviewColumn) -> Head:
    return Head(column.letter, column.label, column.header, _kind(column.field))


def _kind(field: str) -> str:
    return "r num" if field in NUMERIC else "num" if field in TIMES else ""


def _line(row: ReviewRow, columns: tuple[ReviewColumn, ...], fixes: Fixes, skipped: int) -> Line:
    notes = list(_numbered(row))
    shown = {column.field for column in columns}
    cells = [_cell(row, column.field, column.label, notes, fixes) for column in columns]
    said = dict.fromkeys(note.field for _place, note in notes if note.field)
    said |= dict.fromkeys(field.value for at, field in fixes if at == row.row)
    loose = [
        _cell(row, field, str(Field(field).label), notes, fixes)
        for field in said
        if field not in shown
    ]
    return Line(row, cells, loose, notes, skipped)


def _numbered(row: ReviewRow) -> Iterator[tuple[str, Note]]:
    for place, note in enumerate(row.notes):
        yield f"why-{row.row}-{place}", note


def _cell(
    row: ReviewRow, field: str, label: str, notes: list[tuple[str, Note]], fixes: Fixes
) -> Cell:
    mine = [(place, note) for place, note in notes if note.field == field]
    state = ""
    if mine:
        state = "error" if any(note.bad for _place, note in mine) else "due"
    text = row.cells.get(field, "")
    return Cell(
        field=field,
        label=label,
        kind=_kind(field),
        text=text,
        state=state,
        told=" ".join(place for place, _note in mine),
        fixed=(row.row, Field(field)) in fixes,
        long=len(text) > LONG or "\n" in text,
    )
