"""What a scenario is as a workbook: its sheets and their columns, for writing and reading alike.

Like the headers of the MSEL (``scenarios.headers``), the others belong to the format as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scenarios.choices import Method, ReleaseMode, Reply
from scenarios.headers import HEADERS, header_key, note_header, path_of
from scenarios.writing.cells import (
    CODES,
    LINES,
    MOMENT,
    PHASE,
    PHASE_NUMBER,
    TRIGGER,
    WORD,
    Cell,
    flag,
    one_of,
)
from units.roles import Role
from units.text import Text


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        path: the key in the scenario file, with ``.vi`` or ``.en`` for one side of a text.
        header: what stands above it.
        width: in characters.
        cell: how its values are written.
    """

    path: str
    header: Text
    width: int = 14
    cell: Cell = WORD

    @property
    def key(self) -> str:
        """The key in the scenario file."""
        return self.path.partition(".")[0]

    @property
    def side(self) -> str:
        """``vi`` or ``en`` for one side of a text, else ""."""
        return self.path.partition(".")[2]

    def value_in(self, item: dict[str, Any]) -> Any:
        """What this column shows of a mapping of the scenario file."""
        value = item.get(self.key)
        if not self.side or value is None:
            return value
        if isinstance(value, list):
            sides = [_side(one, self.side) for one in value]
            return sides if any(sides) else None
        return _side(value, self.side)


def _side(text: str | dict[str, str], side: str) -> str:
    if isinstance(text, str):
        return text if side == "vi" else ""
    return text.get(side, "")


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet.

    Attributes:
        key: the section of the scenario file that it holds.
        name: what the sheet is called.
        columns: as a Vietnamese reader wants them.
        off_page: how many of them, at the end, are not printed.
    """

    key: str
    name: Text
    columns: tuple[Column, ...]
    off_page: int = 0

    def ordered(self, language: str) -> tuple[Column, ...]:
        """The columns for a reader of ``language``, whose words come first."""
        if not language.startswith("en"):
            return self.columns
        by_path = {column.path: column for column in self.columns}
        other = {"vi": "en", "en": "vi", "": ""}
        paths = (f"{c.key}.{other[c.side]}".rstrip(".") for c in self.columns)
        return tuple(by_path[path] for path in paths)

    def items(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """The mappings of the scenario file that are its rows."""
        phases = data.get("phases", {})
        if self.key == "phases":
            return [{"phase": phase, **plan} for phase, plan in phases.items()]
        if self.key == "conditions":
            return [
                {"phase": phase, **condition}
                for phase, plan in phases.items()
                for condition in plan.get("conditions", ())
            ]
        return list(data.get(self.key, ()))


def _texts(key: str, vi: str, en: str, width: int, cell: Cell = WORD) -> tuple[Column, Column]:
    """The two columns of a text."""
    return (
        Column(f"{key}.vi", Text(vi, f"{en} (Vietnamese)"), width, cell),
        Column(f"{key}.en", Text(f"{vi}, tiếng Anh", en), width, cell),
    )


def _msel(path: str, width: int, cell: Cell = WORD) -> Column:
    return Column(path, HEADERS[path], width, cell)


_PHASE = Column("phase", PHASE, 12, PHASE_NUMBER)
_CODE = Column("code", Text("Mã", "Code"), 10)
_NAMED = _texts("title", "Tên", "Title", 50)

MSEL = Table(
    "msel",
    Text("MSEL", "MSEL"),
    (
        _msel("number", 7),
        _msel("phase", 12, PHASE_NUMBER),
        _msel("at", 10, MOMENT),
        _msel("when", 12, TRIGGER),
        _msel("problem", 7),
        _msel("from.vi", 14),
        _msel("to", 12, CODES),
        _msel("method", 10, one_of(Method)),
        _msel("title.vi", 24),
        _msel("content.vi", 44),
        _msel("expected_actions.vi", 32, LINES),
        _msel("objectives", 8, CODES),
        _msel("acknowledge_within", 8),
        _msel("complete_within", 8),
        _msel("mandatory", 7, flag(default=False)),
        _msel("reply", 14, one_of(Reply)),
        _msel("release", 14, one_of(ReleaseMode)),
        _msel("from.en", 14),
        _msel("title.en", 24),
        _msel("content.en", 44),
        _msel("expected_actions.en", 32, LINES),
    ),
    off_page=6,
)
PHASES = Table(
    "phases",
    Text("Giai đoạn", "Phases"),
    (
        _PHASE,
        *_NAMED,
        Column("starts", Text("Bắt đầu", "Starts"), 12, MOMENT),
        Column("ends", Text("Kết thúc", "Ends"), 12, MOMENT),
    ),
)
CONDITIONS = Table(
    "conditions",
    Text("Điều kiện", "Conditions"),
    (_PHASE, _CODE, *_NAMED, Column("after", Text("Sau tình huống", "After injects"), 20, CODES)),
)
TABLES = (
    MSEL,
    Table(
        "units",
        Text("Đơn vị", "Units"),
        (
            _CODE,
            *_texts("name", "Tên", "Name", 40),
            *_texts("short", "Tên ngắn", "Short name", 20),
            Column("parent", Text("Cấp trên", "Parent"), 10),
            Column("participates", Text("Tham gia", "Participates"), 10, flag(default=True)),
        ),
    ),
    Table(
        "people",
        Text("Người", "People"),
        (
            Column("username", Text("Tên đăng nhập", "Username"), 22),
            Column("name", Text("Họ tên, chức danh", "Name"), 44),
            Column("role", Text("Vai", "Role"), 20, one_of(Role)),
            Column("unit", Text("Đơn vị", "Unit"), 12),
        ),
    ),
    Table(
        "objectives",
        Text("Mục tiêu", "Objectives"),
        (
            _CODE,
            *_texts("title", "Tên", "Title", 32),
            *_texts("description", "Mô tả", "Description", 50),
        ),
    ),
    Table("problems", Text("Vấn đề", "Problems"), (_CODE, _PHASE, *_NAMED)),
    PHASES,
    CONDITIONS,
    Table(
        "stand_downs",
        Text("Tạm nghỉ", "Stand-downs"),
        (
            Column("from", Text("Từ", "From"), 12, MOMENT),
            Column("to", Text("Đến", "To"), 12, MOMENT),
            *_NAMED,
        ),
    ),
)
"""The sheets in their order; ``SCENARIO`` is the last one."""

SCENARIO = Table(
    "",
    Text("Kịch bản", "Scenario"),
    (
        Column("format", Text("Định dạng", "Format")),
        Column("draft", Text("Bản nháp", "Draft"), cell=flag(default=False)),
        Column("code", Text("Mã", "Code")),
        *_texts("title", "Tên", "Title", 0),
        *_texts("summary", "Tóm tắt", "Summary", 0),
        Column("timezone", Text("Múi giờ", "Time zone")),
        Column("starts", Text("Bắt đầu", "Starts")),
    ),
)
"""The scenario itself. This sheet lies on its side: each of the columns is a row of it."""


def msel_columns(data: dict[str, Any], language: str) -> list[tuple[str, Column]]:
    """Header and column of everything the injects say, their notes last."""
    columns = [(one.header.in_language(language), one) for one in MSEL.ordered(language)]
    names = {name: None for entry in data.get("msel", ()) for name in entry.get("notes", ())}
    return columns + [
        (note_header(name, language), Column(f"notes.{name}", Text(name), 20)) for name in names
    ]


def headers_of(table: Table) -> dict[str, Column]:
    """Every column by its header in either language (``header_key``)."""
    return {
        header_key(header): column
        for column in table.columns
        for header in column.header.as_dict().values()
    }


def msel_column(header: str) -> Column:
    """The column that a header of the MSEL means: a note where it is none of the format's."""
    path = path_of(header)
    known = next((column for column in MSEL.columns if column.path == path), None)
    return known or Column(path, Text(header))
