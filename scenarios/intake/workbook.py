"""A workbook that ``scenarios.writing`` made → the whole scenario again, whatever was changed in it
since. Other workbooks are tables of injects (``preview``).

Its sheets become the tree that a scenario file is read into, so that the same checks say what is
wrong; their places are told as sheet and cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from scenarios.headers import header_key
from scenarios.intake.reading import Reading, Sheet, Value
from scenarios.phases import PLAYED
from scenarios.reading.checking import FORMAT, check
from scenarios.reading.document import Document
from scenarios.reading.plain import node_of
from scenarios.reading.problems import Problem, ScenarioProblems, fatal, shortened
from scenarios.reading.source import LIMIT_NODES, Kind, Node, Source
from scenarios.writing.limits import LONGEST_CELL
from scenarios.writing.tables import (
    CONDITIONS,
    MSEL,
    PHASES,
    SCENARIO,
    TABLES,
    Column,
    Table,
    headers_of,
    msel_column,
)

_MOST_ROWS_ABOVE = 20
_INDEX = re.compile(r"\[[0-9]+\]")


def is_scenario(reading: Reading) -> bool:
    """Whether the workbook holds a whole scenario: a sheet in it says so."""
    return _scenario_sheet(reading) is not None


def document_from_workbook(reading: Reading) -> Document:
    """The scenario in a workbook for which ``is_scenario`` holds.

    Raises:
        ScenarioProblems: with all problems, by sheet and row; ``path`` is a cell: ``MSEL!C14``.
    """
    assembly = _Assembly(reading)
    try:
        return check(assembly.source())
    except ScenarioProblems as error:
        placed = [assembly.placed(problem) for problem in error.problems]
        raise ScenarioProblems(sorted(placed, key=assembly.order)) from None


def _scenario_sheet(reading: Reading) -> Sheet | None:
    known = headers_of(SCENARIO)
    for sheet in reading.sheets:
        for row in sheet.rows[:_MOST_ROWS_ABOVE]:
            if len(row) > 1 and row[1] == FORMAT:
                column = known.get(header_key(_words(row[0])))
                if column and column.key == "format":
                    return sheet
    return None


@dataclass
class _Placed:
    """Where the columns of a section stand."""

    sheet: str
    letters: dict[str, str] = field(default_factory=dict)
    """By path, such as ``title.en``."""

    def letter(self, inside: str) -> str:
        """The column of a path, of the value around it, or of its first side."""
        key = inside.partition(".")[0]
        found = (self.letters.get(path) for path in (inside, key, f"{key}.vi", f"{key}.en"))
        return next((letter for letter in found if letter), "")


class _Assembly:
    """The sheets of a workbook put together to the tree of a scenario file."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._places: dict[str, _Placed] = {}
        self._problems: list[Problem] = []
        self._nodes = 0

    def source(self) -> Source:
        """The tree, and what hindered putting it together."""
        root = self._root()
        for table in TABLES:
            if table not in (PHASES, CONDITIONS):
                items = [node for node, _row in self._items(table)]
                self._put(root, table.key, Node(Kind.LIST, 0, items=items))
        self._put(root, "phases", self._phases())
        return Source(root, self._problems)

    # ── the sheets ──────────────────────────────────────────────────────────────────────────
    def _root(self) -> Node:
        root = Node(Kind.MAP, 0)
        sheet = _scenario_sheet(self._reading)
        if sheet is None:
            return root
        known = headers_of(SCENARIO)
        cells: list[tuple[Column, str, int]] = []
        self._places[SCENARIO.key] = _Placed(sheet.name)
        for number, row in enumerate(sheet.rows, sheet.first_row):
            column = known.get(header_key(_words(row[0]))) if row else None
            if column and len(row) > 1 and (words := _words(row[1])):
                cells.append((column, words, number))
        self._fill(root, cells)
        return root

    def _items(self, table: Table) -> Iterator[tuple[Node, int]]:
        """The rows of a table as mappings."""
        names = {header_key(name) for name in table.name.as_dict().values()}
        sheet = next((s for s in self._reading.sheets if header_key(s.name) in names), None)
        if sheet is None:
            return
        place = self._places[table.key] = _Placed(sheet.name)
        header = _header_row(sheet, table)
        if header is None:
            title = table.columns[0].header.in_language("vi")
            message = _("Không thấy hàng tiêu đề của trang “%(sheet)s”.") % {"sheet": sheet.name}
            remedy = _("Giữ nguyên hàng tiêu đề, bắt đầu bằng cột “%(title)s”.") % {"title": title}
            self._problem(sheet.first_row, table.key, "no_header", message, remedy)
            return
        columns = self._columns(sheet.rows[header], table, place)
        for offset, row in enumerate(sheet.rows[header + 1 :], header + 1):
            number = sheet.first_row + offset
            cells = [
                (column, words, number)
                for column, value in zip(columns, row, strict=False)
                if column and (words := _words(value))
            ]
            if cells:
                node = Node(Kind.MAP, number)
                self._fill(node, cells)
                yield node, number

    def _columns(
        self, header: tuple[Value, ...], table: Table, place: _Placed
    ) -> list[Column | None]:
        known, found = headers_of(table), list[Column | None]()
        for number, value in enumerate(header, 1):
            words = _words(value).replace("\n", " ")
            column = known.get(header_key(words))
            if not column and words and table is MSEL:
                column = msel_column(words)
            if column and column.path in place.letters:
                column = None  # the same header again: the first one counts
            if column:
                place.letters[column.path] = get_column_letter(number)
            found.append(column)
        return found

    def _phases(self) -> Node:
        phases = Node(Kind.MAP, 0)
        for table in (PHASES, CONDITIONS):
            for node, row in self._items(table):
                phase = node.entries.pop("phase", None)
                if phase is None or phase.text not in PLAYED:
                    message = _("Giá trị không có trong danh sách.")
                    path = f"{table.key}.phase"
                    self._problem(row, path, "unknown_value", message, value=phase)
                elif table is PHASES and phase.text in phases.entries:
                    message = _("Đã dùng ở một mục khác.")
                    self._problem(row, f"{table.key}.phase", "duplicate", message, value=phase)
                elif table is PHASES:
                    self._put(phases, phase.text, node)
                else:
                    plan = phases.entries.get(phase.text)
                    if plan is None:
                        plan = Node(Kind.MAP, row)
                        self._put(phases, phase.text, plan)
                    if "conditions" not in plan.entries:
                        self._put(plan, "conditions", Node(Kind.LIST, row))
                    plan.entries["conditions"].items.append(node)
        return phases

    def _fill(self, node: Node, cells: list[tuple[Column, str, int]]) -> None:
        """Put cells into a mapping, the two sides of a text together."""
        texts: dict[str, tuple[int, dict[str, Any]]] = {}
        for column, words, row in cells:
            if len(words) > LONGEST_CELL:
                message = _("Một ô dài hơn %(count)d ký tự.") % {"count": LONGEST_CELL}
                raise fatal("cell_too_long", message, line=row, value=shortened(words))
            value = column.cell.read(words)
            self._count(value, row)
            if column.side:
                texts.setdefault(column.key, (row, {}))[1][column.side] = value
            else:
                self._put(node, column.key, node_of(value, row))
        for key, (row, sides) in texts.items():
            self._put(node, key, node_of(_joined(sides), row))

    def _count(self, value: Any, row: int) -> None:
        self._nodes += len(value) if isinstance(value, list) else 1
        if self._nodes > LIMIT_NODES:
            raise fatal("too_many_nodes", _("Tệp có quá nhiều mục dữ liệu."), line=row)

    @staticmethod
    def _put(parent: Node, key: str, node: Node) -> None:
        parent.entries[key] = node
        parent.key_lines[key] = node.line

    # ── telling ─────────────────────────────────────────────────────────────────────────────
    def _problem(
        self,
        row: int,
        path: str,
        code: str,
        message: str,
        remedy: str = "",
        *,
        value: Node | None = None,
    ) -> None:
        shown = value.shown() if value else ""
        self._problems.append(Problem(row, path, code, message, shown, remedy))

    def placed(self, problem: Problem) -> Problem:
        """A problem whose path is a cell of the workbook, where there is one."""
        path = _INDEX.sub("", problem.path)
        section, _dot, inside = path.partition(".")
        if section == "phases" and inside.partition(".")[0] in PLAYED:
            inside = inside.partition(".")[2]
            if inside.startswith("conditions"):
                section, inside = "conditions", inside.partition(".")[2]
        if section not in self._places:
            section, inside = SCENARIO.key, path
        place = self._places.get(section)
        if place is None or (section == SCENARIO.key and problem.line is None):
            return problem
        letter = "B" if section == SCENARIO.key else place.letter(inside)
        row = "" if problem.line is None else str(problem.line)
        cell = f"{letter or 'A'}{row}" if row else ""
        return replace(problem, path=f"{place.sheet}!{cell}".rstrip("!"))

    def order(self, problem: Problem) -> tuple[int, int]:
        """Sheets in their order, then rows; what has no place comes last."""
        names = [sheet.name for sheet in self._reading.sheets]
        name = problem.path.rpartition("!")[0] or problem.path
        return (names.index(name) if name in names else len(names), problem.line or 0)


# ── cells ───────────────────────────────────────────────────────────────────────────────────────
def _header_row(sheet: Sheet, table: Table) -> int | None:
    """The row with the most headers, the first column's among them: a title may read like one."""
    known, first = headers_of(table), table.columns[0]
    best, most = None, 0
    for place, row in enumerate(sheet.rows[:_MOST_ROWS_ABOVE]):
        found = [known.get(header_key(_words(value))) for value in row]
        count = len(found) - found.count(None)
        if first in found and count > most:
            best, most = place, count
    return best


def _words(value: Value) -> str:
    """A cell as text; what a spreadsheet made a number, a date or a flag of, as it was written."""
    match value:
        case None:
            return ""
        case str():
            return value if value.strip() else ""
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.15g}"
        case datetime():
            return value.isoformat(timespec="minutes")
        case _:
            return str(value)


def _joined(sides: dict[str, Any]) -> Any:
    """The sides of a text; of a list of texts, line by line."""
    if not any(isinstance(side, list) for side in sides.values()):
        return sides
    longest = max(len(side) for side in sides.values())
    joined = [
        {
            code: side[place]
            for code, side in sides.items()
            if place < len(side) and side[place].strip()
        }
        for place in range(longest)
    ]
    return [text for text in joined if text]
