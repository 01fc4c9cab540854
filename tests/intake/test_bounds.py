"""Files made to harm end in a clear refusal, or are read for what they are: within five seconds of
processor time and 300 MB of memory, all that the product is included.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.intake.test_hostile_files import CORPUS, SHEET, STRINGS, bomb, numbered_rows
from tests.intake.whole_way import PREVIEWED
from tests.intake.workbooks import MAIN, repeated, sheet, with_packed, workbook

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 2**20
MOST_SECONDS = 5
MOST_MEGABYTES = 300
PATIENCE_S = 600
"""Of the clock, for all files: a process that hangs is ended."""

HEADER = ("STT", "Giờ", "Đơn vị nhận", "Nội dung", "Hạn", "Mục tiêu")
WAITING = "STT,Sau tin,Đơn vị nhận,Nội dung\n"
FORMULA = "=cmd|' /C calc'!A0"
ENDLESS = "1e999999"


def table(cells: tuple[str, ...], rows: int) -> bytes:
    """A CSV file of one row many times over."""
    line = ",".join(f'"{cell}"' for cell in cells)
    return "\n".join([",".join(HEADER), *[line] * rows]).encode()


def book(*rows: tuple[str, ...]) -> bytes:
    """A workbook of text."""
    cells = (
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>"
        for row in (HEADER, *rows)
    )
    return workbook("".join(cells))


def formulas() -> bytes:
    """Cells that a spreadsheet would run, with a saved result and without."""
    head = "".join(f'<c t="str"><v>{one}</v></c>' for one in HEADER)
    ran = f'<c t="str"><f>{FORMULA[1:]}</f><v>{FORMULA}</v></c>'
    bare = f"<c><f>{FORMULA[1:]}</f></c>"
    return workbook(f"<row>{head}</row><row>{ran * 6}</row><row>{bare * 6}</row>")


def liar() -> bytes:
    """A sheet of 200 MB that says it had a hundred bytes."""
    packed, _size, crc = repeated(b"<worksheet>", b" " * MEGABYTE, 200, b"</worksheet>")
    return with_packed(workbook(), SHEET, (packed, 100, crc))


def wide(columns: int) -> bytes:
    """A sheet of so many columns."""
    return workbook("".join("<row>" + "<c><v>1</v></c>" * columns + "</row>" for _row in range(50)))


def far_cells() -> bytes:
    """Formatting without content, far to the right."""
    random.seed(7)
    far = b"".join(b'<c r="XFD%d" s="1"/>' % random.randrange(10**6) for _turn in range(3_000))
    return bomb(far, 56)


def shared_strings() -> bytes:
    """Texts that no cell shows."""
    begun = f'<sst xmlns="{MAIN}">'.encode()
    return bomb(b"<si><t>ab\xe1\xba\xa5</t></si>" * 100, 12, STRINGS, begun, b"</sst>")


def laughs() -> bytes:
    """Lists of lists of lists, nine times nine times nine, in our own format."""
    lists = ["format: staged-exercise/1", "msel:", "- &a0 [x, x, x, x, x, x, x, x, x]"]
    lists += [f"- &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lists).encode()


def names(row: int) -> str:
    """As many names as a cell holds."""
    return "\n".join(f"Phòng {row} {n}" for n in range(1_400))


class Case(NamedTuple):
    """A file: what its name ends with, how it is made, how it ends."""

    ending: str
    make: Callable[[], bytes]
    code: str


HEADED = "".join(
    "<row>" + "".join(f'<c t="str"><v>{one}</v></c>' for one in row) + "</row>"
    for row in (HEADER, ("1", "N1 07:30", "VP", "Mất điện", "30 phút", "MT1"))
)
ENDLESS_ROW = "<row>" + f"<c><v>{ENDLESS}</v></c>" * len(HEADER) + "</row>"
DEEP = b"[" * 100_000 + b"]" * 100_000
OWN = b'{"format": "staged-exercise/1", "msel": '
PEER = b'[{"#": %b, "Real Time": "07:30", "Date": "", "Subject": "a", "From": "b", "Player": "c",'
CASES = {
    "zip bomb": Case("xlsx", lambda: bomb(b" " * MEGABYTE, 1024), "too_large_unpacked"),
    "zip bomb that lies": Case("xlsx", liar, "damaged"),
    "external entity": Case(
        "xlsx", lambda: (CORPUS / "external-entity.xlsx").read_bytes(), "unsafe_xml"
    ),
    "entities of entities": Case(
        "xlsx", lambda: (CORPUS / "entities-of-entities.xlsx").read_bytes(), "unsafe_xml"
    ),
    "formulas": Case("xlsx", formulas, PREVIEWED),
    "formulas as text": Case("csv", lambda: table((FORMULA,) * 6, 100), PREVIEWED),
    "200,000 rows": Case("xlsx", lambda: workbook(numbered_rows(200_000)), "too_many_rows"),
    "200,000 lines": Case("csv", lambda: table(("1",) * 6, 200_000), "too_many_rows"),
    "500 columns": Case("xlsx", lambda: wide(500), "too_many_columns"),
    "500 fields": Case("csv", lambda: b",".join([b"a"] * 500) + b"\n", "too_many_columns"),
    "a declared gigabyte": Case(
        "xlsx",
        lambda: workbook(**{SHEET: sheet(HEADED, '<dimension ref="A1:XFD1048576"/>')}),
        PREVIEWED,
    ),
    "a PDF": Case("xlsx", lambda: b"%PDF-1.7\n" + os.urandom(8 * MEGABYTE), "pdf"),
    "a password": Case("xlsx", lambda: (CORPUS / "password.xlsx").read_bytes(), "password"),
    "far cells": Case("xlsx", far_cells, "too_large_unpacked"),
    "strings unseen": Case("xlsx", shared_strings, "too_many_cells"),
    "numbers without end": Case("xlsx", lambda: workbook(HEADED + ENDLESS_ROW), PREVIEWED),
    "a hundred megabytes in a line": Case("csv", lambda: b"a" * 100 * MEGABYTE, "too_large"),
    "nineteen megabytes in a line": Case("csv", lambda: b"a" * 19 * MEGABYTE, "cell_too_long"),
    "zero bytes": Case("csv", lambda: table(("1", "N1 07:30", "VP", "a\0b", "", ""), 9), PREVIEWED),
    "nothing but zero bytes": Case("csv", lambda: b"\0" * 19 * MEGABYTE, "empty"),
    "every second byte zero": Case("csv", lambda: b"a\0" * 9 * MEGABYTE, "cell_too_long"),
    "quotes over lines": Case("csv", lambda: b'"a\n",' * 3 * MEGABYTE, "too_many_rows"),
    "fields of numbers without end": Case("csv", lambda: table((ENDLESS,) * 6, 300), PREVIEWED),
    "names that nobody has": Case(
        "xlsx",
        lambda: book(*((f"{n}", "N1 07:30", "VP", "a", "", names(n)) for n in range(6))),
        PREVIEWED,
    ),
    "blanks in an addressee": Case(
        "csv",
        lambda: table(("1", "N1 07:30", f"a{' ' * 20_000}b", "a", "", ""), 3),
        PREVIEWED,
    ),
    "blanks in a condition": Case(
        "csv",
        lambda: f"{WAITING}1,1.05{' ' * 20_000}+x,VP,a\n".encode(),
        PREVIEWED,
    ),
    "aliases of aliases": Case("yaml", laughs, "yaml_bomb"),
    "lists in lists": Case("json", lambda: DEEP, "json_syntax"),
    "lists in lists of our own": Case("json", lambda: OWN + DEEP + b"}", "too_deep"),
    "the same as YAML": Case(
        "yaml", lambda: b"format: staged-exercise/1\nmsel: " + DEEP, "too_deep"
    ),
    "a number without end": Case(
        "json", lambda: PEER % ENDLESS.encode() + b'"Script": "d"}]', "json_syntax"
    ),
}


@pytest.mark.timeout(PATIENCE_S)
def test_files_made_to_harm_end_clearly_in_bounded_time_and_memory(tmp_path: Path) -> None:
    paths = {name: tmp_path / f"{name}.{case.ending}" for name, case in CASES.items()}
    for name, path in paths.items():
        path.write_bytes(CASES[name].make())
    ran = subprocess.run(
        [sys.executable, "-m", "tests.intake.measure", *map(str, paths.values())],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    told = [line.split("\t") for line in ran.stdout.splitlines()]
    found = dict(zip(paths, told, strict=True))
    assert {name: end for name, (_file, end, _s, _mb) in found.items()} == {
        name: case.code for name, case in CASES.items()
    }
    slow = [told for told in found.values() if float(told[2]) >= MOST_SECONDS]
    large = [told for told in found.values() if int(told[3]) >= MOST_MEGABYTES]
    assert (slow, large) == ([], [])
