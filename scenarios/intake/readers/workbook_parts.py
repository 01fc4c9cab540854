"""The handlers that turn the parts of a workbook into what ``xlsx`` needs. They know no zip."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils import column_index_from_string, get_column_letter

from scenarios.intake.readers.cells import Grid
from scenarios.intake.readers.formats import (
    EPOCH_1900,
    EPOCH_1904,
    Shown,
    dated,
    number,
    shown,
    typed,
)
from scenarios.intake.readers.limits import (
    LIMIT_CELLS,
    LIMIT_CHARACTERS,
    LIMIT_COLUMNS,
    Budget,
    too_many_cells,
    too_much_text,
)
from scenarios.intake.readers.package import Attributes, Handlers, Stream, torn
from scenarios.intake.reading import Value
from units.text import canonical

LIMIT_NAMED_CELLS = 10
LIMIT_STYLES = 66_000
"""Excel has at most 65,490; cells of styles beyond are read as plain numbers."""

_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(slots=True)
class Tab:
    """A sheet as the workbook lists it."""

    name: str
    relation: str
    hidden: bool


@dataclass(slots=True)
class Contents:
    """Handler of ``workbook.xml``: the sheets in their order, and where days are counted from."""

    tabs: list[Tab] = field(default_factory=list)
    epoch: datetime = EPOCH_1900

    def handlers(self, _stream: Stream) -> Handlers:
        """What to do with the part's elements."""
        return Handlers({"sheet": self._sheet, "workbookPr": self._properties})

    def _sheet(self, attributes: Attributes) -> None:
        relation = next((attributes[key] for key in attributes if key.endswith(":id")), "")
        hidden = attributes.get("state", "visible") != "visible"
        self.tabs.append(Tab(attributes.get("name", ""), relation, hidden))

    def _properties(self, attributes: Attributes) -> None:
        if attributes.get("date1904") in ("1", "true"):
            self.epoch = EPOCH_1904


class Styles:
    """Handler of ``styles.xml``: what the cells of each style show."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}
        self._formats: list[str] = []
        self._shown: dict[str, Shown] = {}
        self._inside = False

    def handlers(self, _stream: Stream) -> Handlers:
        """What to do with the part's elements."""
        return Handlers(
            {"numFmt": self._number_format, "cellXfs": self._open, "xf": self._style},
            {"cellXfs": self._close},
        )

    def shown(self, style: str | None) -> Shown:
        """What cells of a style show; a number where the style is unknown."""
        try:
            known = self._formats[int(style)] if style else ""
        except (ValueError, IndexError):
            return Shown.NUMBER
        if known not in self._shown:
            code = self._codes.get(known) or BUILTIN_FORMATS.get(_whole(known), "")
            self._shown[known] = shown(code)
        return self._shown[known]

    def _number_format(self, attributes: Attributes) -> None:
        if len(self._codes) < LIMIT_STYLES:
            self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")

    def _open(self, _attributes: Attributes) -> None:
        self._inside = True

    def _close(self) -> None:
        self._inside = False

    def _style(self, attributes: Attributes) -> None:
        # The file has other lists of the same element.
        if self._inside and len(self._formats) < LIMIT_STYLES:
            self._formats.append(attributes.get("numFmtId", "0"))


class Strings:
    """Handler of ``sharedStrings.xml``: the texts that cells refer to by number."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._text = _Text()
        self._characters = 0

    def handlers(self, stream: Stream) -> Handlers:
        """What to do with the part's elements."""
        self._text.stream = stream
        return Handlers(
            {"si": self._text.clear, **self._text.starts}, {"si": self._end, **self._text.ends}
        )

    def _end(self) -> None:
        text = self._text.whole()
        self._characters += len(text)
        if self._characters > LIMIT_CHARACTERS:
            raise too_much_text()
        if len(self.texts) >= LIMIT_CELLS:
            raise too_many_cells()
        self.texts.append(text)


class Cells:
    """Handler of one sheet: puts its cells into a grid.

    ``bare`` names the cells (a few) whose formula was saved without its result, ``bare_count``
    tells how many they are; ``hidden_rows`` counts rows with cells that people do not see.
    """

    def __init__(
        self, name: str, budget: Budget, texts: list[str], styles: Styles, epoch: datetime
    ) -> None:
        self.grid = Grid(name, budget)
        self.bare: list[str] = []
        self.bare_count = 0
        self.hidden_rows = 0
        self._texts, self._styles, self._epoch = texts, styles, epoch
        self._text = _Text()
        self._row = 0
        self._hidden = False
        self._place = -1
        self._reference = ""
        self._kind = "n"
        self._style: str | None = None
        self._raw: str | None = None
        self._formula = False

    def handlers(self, stream: Stream) -> Handlers:
        """What to do with the part's elements."""
        self._stream = self._text.stream = stream
        return Handlers(
            {
                "row": self._start_row,
                "c": self._start_cell,
                "v": self._start_value,
                "f": self._start_formula,
                **self._text.starts,
            },
            {"row": self._end_row, "c": self._end_cell, "v": self._end_value, **self._text.ends},
        )

    def _start_row(self, attributes: Attributes) -> None:
        self._row = _whole(attributes.get("r", "")) or self._row + 1
        self._place = -1
        self._hidden = attributes.get("hidden") in ("1", "true")

    def _start_cell(self, attributes: Attributes) -> None:
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s")
        self._raw, self._formula = None, False
        if self._kind == "inlineStr":
            self._text.clear(attributes)
        self._reference = attributes.get("r", "")
        self._place += 1

    def _start_formula(self, _attributes: Attributes) -> None:
        self._formula = True

    def _start_value(self, _attributes: Attributes) -> None:
        self._stream.listen()

    def _end_value(self) -> None:
        self._raw = self._stream.heard()

    def _end_row(self) -> None:
        if self._hidden and self.grid.holds(self._row):
            self.hidden_rows += 1

    def _end_cell(self) -> None:
        if self._kind == "inlineStr":
            self._locate()
            self.grid.put(self._row, self._place, self._text.whole())
        elif self._formula and not self._raw and self._kind != "str":
            self._locate()
            self.bare_count += 1
            if len(self.bare) < LIMIT_NAMED_CELLS and self._place < LIMIT_COLUMNS:
                self.bare.append(f"{get_column_letter(self._place + 1)}{self._row}")
        elif self._raw is not None:
            self._locate()
            self.grid.put(self._row, self._place, self._value(self._raw))

    def _locate(self) -> None:
        """Go where the cell says it is; cells that say nothing follow one another."""
        if reference := _REFERENCE.fullmatch(self._reference):
            self._place = column_index_from_string(reference[1]) - 1
            self._row = int(reference[2]) or self._row

    def _value(self, raw: str) -> Value:
        if self._kind == "s":
            if not raw.isdigit() or _whole(raw) >= len(self._texts):
                raise torn()
            return self._texts[_whole(raw)]
        if self._kind == "b":
            return raw.strip() == "1"
        if self._kind == "d":
            return dated(raw.strip())
        if self._kind in ("str", "e"):
            return _unescaped(raw)
        if not raw.strip():
            return None
        value = number(raw.strip())
        kind = self._styles.shown(self._style)
        if kind is not Shown.NUMBER and isinstance(value, (int, float)):
            return typed(value, kind, self._epoch)
        return canonical(value) if isinstance(value, str) else value


class _Text:
    """The runs of a rich text, without the reading aids (``rPh``) of East Asian writing."""

    stream: Stream

    def __init__(self) -> None:
        self._runs: list[str] = []
        self._characters = 0
        self._aside = False
        self.starts = {"rPh": self._start_aside, "t": self._start_run}
        self.ends = {"rPh": self._end_aside, "t": self._end_run}

    def clear(self, _attributes: Attributes) -> None:
        """Begin another text."""
        self._runs, self._characters, self._aside = [], 0, False

    def _start_aside(self, _attributes: Attributes) -> None:
        self._aside = True

    def _end_aside(self) -> None:
        self._aside = False

    def _start_run(self, _attributes: Attributes) -> None:
        if not self._aside:
            self.stream.listen()

    def _end_run(self) -> None:
        if not self._aside:
            self._runs.append(self.stream.heard())
            self._characters += len(self._runs[-1])
            if self._characters > LIMIT_CHARACTERS:
                raise too_much_text()

    def whole(self) -> str:
        """Everything since ``clear``."""
        return _unescaped("".join(self._runs))


def _unescaped(text: str) -> str:
    """``_x000D_`` is how workbooks write characters that XML cannot hold."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return canonical(text)


def _whole(text: str) -> int:
    """A whole number of at most nine digits; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
