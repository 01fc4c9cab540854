"""Files that are broken, foreign or made to harm: a clear refusal. Its cost: ``test_bounds``."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_LZMA

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.intake import readers
from scenarios.intake.reading import Reading, Unreadable
from tests.intake.workbooks import (
    MAIN,
    WORKBOOK,
    repeated,
    sheet,
    strings,
    with_packed,
    workbook,
    zipped,
)

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "data" / "intake"
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
OPENED = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
CLOSED = b"</sheetData></worksheet>"
MEGABYTE = 2**20
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def refusal(data: bytes, name: str = "MSEL.xlsx") -> Unreadable:
    """Why a file is refused."""
    with pytest.raises(Unreadable) as caught:
        readers.of(data, name)
    return caught.value


def bomb(
    piece: bytes, megabytes: int, part: str = SHEET, begun: bytes = OPENED, end: bytes = CLOSED
) -> bytes:
    """A workbook with one part of a piece, over and over."""
    times = megabytes * MEGABYTE // len(piece)
    return with_packed(workbook(), part, repeated(begun, piece, times, end))


BROKEN = {
    "absolute-names.xlsx": "unsafe_names",
    "binary-workbook.xlsb": "xlsb",
    "blank.xlsx": "empty",
    "cell-in-the-last-row.xlsx": "too_many_rows",
    "docx-named.xlsx": "document",
    "empty.csv": "empty",
    "entities-of-entities.xlsx": "unsafe_xml",
    "escaping-names.xlsx": "unsafe_names",
    "external-entity.xlsx": "unsafe_xml",
    "five-hundred-columns.xlsx": "too_many_columns",
    "flipped-bit.xlsx": "damaged",
    "html-named.xls": "html",
    "hundred-and-one-sheets.xlsx": "too_many_sheets",
    "image-named.xlsx": "image",
    "missing-sheet.xlsx": "damaged",
    "noise.csv": "binary",
    "numbers-without-end.json": "json_syntax",
    "ods-named.xlsx": "opendocument",
    "old-binary.xls": "xls",
    "only-delimiters.csv": "empty",
    "only-spaces.csv": "empty",
    "password.xlsx": "password",
    "pdf-named.xlsx": "pdf",
    "photos.zip": "archive",
    "pptx-named.xlsx": "presentation",
    "someone-elses.json": "unknown_json",
    "spreadsheet-2003.xml": "xml",
    "string-out-of-range.xlsx": "damaged",
    "torn.json": "json_syntax",
    "truncated.xlsx": "damaged",
    "word-of-1997.xls": "document",
}


@pytest.mark.parametrize(("name", "code"), BROKEN.items())
def test_a_broken_or_foreign_file_is_refused_with_what_to_do(name: str, code: str) -> None:
    refused = refusal((CORPUS / name).read_bytes(), name)

    assert refused.code == code
    assert refused.message.endswith(".")
    assert refused.hint.endswith(".")


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.json", "a", ""])
def test_the_ending_of_the_name_is_not_believed(name: str) -> None:
    assert refusal((CORPUS / "pdf-named.xlsx").read_bytes(), name).code == "pdf"
    assert readers.of((CORPUS / "no-header.xlsx").read_bytes(), name).format == "xlsx"
    assert readers.of((CORPUS / "bars.txt").read_bytes(), name).format == "csv"


def nested(depth: int) -> str:
    return "<a>" * depth + "</a>" * depth


def numbered_rows(count: int) -> str:
    return "".join(f'<row r="{i}"><c r="A{i}"><v>{i}</v></c></row>' for i in range(1, count + 1))


MADE = {
    "a file of more than 20 MB": (lambda: b"a," * 11 * MEGABYTE, "too_large"),
    "a gigabyte of nothing in a megabyte": (
        lambda: bomb(b" " * MEGABYTE, 1024),
        "too_large_unpacked",
    ),
    "elements in elements": (lambda: workbook(nested(70)), "too_large_unpacked"),
    "ever new names": (
        lambda: workbook("".join(f"<a{i}/>" for i in range(20_000))),
        "too_large_unpacked",
    ),
    "a tag without end": (
        lambda: workbook(f'<row a="{"y" * 2 * MEGABYTE}"/>'),
        "too_large_unpacked",
    ),
    "a text without end": (
        lambda: workbook(f'<row><c t="str"><v>{"y" * 6 * MEGABYTE}</v></c></row>'),
        "too_much_text",
    ),
    "a long string shown everywhere": (
        lambda: workbook(
            "<row>" + '<c t="s"><v>0</v></c>' * 150 + "</row>",
            **{STRINGS: strings("x" * 150_000)},
        ),
        "too_much_text",
    ),
    "more members than parts": (
        lambda: zipped({f"a{i}": b"" for i in range(2_100)}),
        "too_large_unpacked",
    ),
    "two parts of one name": (lambda: zipped({"xl/a": b"", "XL/a": b""}), "damaged"),
    "a compression that has no bound": (lambda: workbook("", ZIP_BZIP2), "damaged"),
    "another such compression": (lambda: workbook("", ZIP_LZMA), "damaged"),
    "an encoding of its own": (
        lambda: workbook(**{SHEET: '<?xml version="1.0" encoding="idna"?>' + sheet("")}),
        "damaged",
    ),
    "a row too many": (lambda: workbook(numbered_rows(20_001)), "too_many_rows"),
    "a line of 20,000 fields": (lambda: b"," * 20_000 + b"a", "too_many_columns"),
    "a field after the last column": (lambda: b"a" + b"," * 200 + b"b", "too_many_columns"),
    "lines without end": (lambda: b"\n" * 200_001 + b"a", "too_many_rows"),
    "a field without end": (lambda: b"ab\xc4\x91" * 50_000, "cell_too_long"),
    "cells without end": (lambda: (b"a," * 199 + b"\n") * 2_600, "too_many_cells"),
    "lists without end": (lambda: b"[" + b"[]," * 600_000 + b"[]]", "too_many_values"),
    "lists in lists": (lambda: b"[" * 900 + b"]" * 900, "json_syntax"),
    "lists too deep for Python": (lambda: b"[" * 100_000 + b"]" * 100_000, "json_syntax"),
    "a number of many digits": (lambda: b'[{"#": 1' + b"0" * 5_000 + b"}]", "json_syntax"),
}


@pytest.mark.parametrize(("make", "code"), MADE.values(), ids=MADE)
def test_a_file_made_to_harm_is_refused(make: object, code: str) -> None:
    assert refusal(make()).code == code  # type: ignore[operator]


def test_a_refusal_tells_the_limit_and_the_place() -> None:
    refused = refusal((CORPUS / "cell-in-the-last-row.xlsx").read_bytes())

    assert "“Danh mục”" in refused.message
    assert "1.048.576" in refused.message
    assert "20.000" in refused.message


def test_twenty_thousand_rows_are_read() -> None:
    assert len(readers.of(workbook(numbered_rows(20_000)), "a").sheets[0].rows) == 20_000


def test_a_dimension_is_not_believed() -> None:
    for claimed in ("A1:XFD1048576", "A1", "B9:A1", "none"):
        part = sheet('<row r="3"><c r="B3"><v>5</v></c></row>', f'<dimension ref="{claimed}"/>')

        assert readers.of(workbook(**{SHEET: part}), "a").sheets[0].rows == ((), (), (None, 5))


def test_format_codes_made_to_stall_are_numbers() -> None:
    code = "[" * 900_000
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="200" formatCode="{code}"/>'
        '</numFmts><cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>'
    )
    row = '<row><c s="0"><v>5</v></c><c s="-1"><v>1e999</v></c><c s="0"><v>1e300</v></c></row>'

    read = readers.of(workbook(row, **{STYLES: styles}), "a").sheets[0].rows

    assert read == ((5, "1e999", 1e300),)


def test_dates_beyond_the_calendar_stay_numbers() -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs>' + "".join(
        f'<xf numFmtId="{known}"/>' for known in (14, 20, 46)
    )
    row = "".join(
        f'<c s="{style}"><v>{value}</v></c>' for style in range(3) for value in (-5, 1e12)
    )
    styles += "</cellXfs></styleSheet>"

    read = readers.of(workbook(f"<row>{row}</row>", **{STYLES: styles}), "a").sheets[0].rows

    assert [str(value) for value in read[0]] == [
        *("-5", "1000000000000") * 2,
        *("-5 days, 0:00:00", "1000000000000"),
    ]


def outcome(data: bytes) -> Reading | Unreadable:
    try:
        return readers.of(data, "MSEL")
    except Unreadable as refused:
        return refused


def read_or_refuse(data: bytes) -> None:
    """Anything but a reading or a refusal is raised; a reading can be stored as it is."""
    found = outcome(data)
    if isinstance(found, Unreadable):
        assert found.code
        assert found.message
        return
    assert found.sheets
    for table in found.sheets:
        json.dumps([table.name, table.rows], default=str, ensure_ascii=False).encode()


@FUZZ
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(data)


@FUZZ
@given(st.text(max_size=100), st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-32"]))
def test_any_text_is_read_or_refused(text: str, encoding: str) -> None:
    read_or_refuse(text.encode(encoding, "replace"))


SEEDS = [(CORPUS / name).read_bytes() for name in ("by-hand-rich-text.xlsx", "excel-moments.xlsx")]


@FUZZ
@given(st.sampled_from(SEEDS), st.integers(0, 6000), st.integers(0, 40), st.binary(max_size=40))
def test_any_torn_workbook_is_read_or_refused(
    data: bytes, start: int, cut: int, put: bytes
) -> None:
    read_or_refuse(data[:start] + put + data[start + cut :])


markup = st.text('<>/="& abcrvst0A1-:!?x', max_size=12)
PIECES = [
    *(
        '<row r="2">',
        "</row>",
        '<c r="B2" t="s">',
        '<c t="inlineStr">',
        "</c>",
        "<v>",
        "</v>",
        "<is>",
    ),
    *(
        "<t>",
        "</t>",
        "</is>",
        "0",
        "-1",
        "1e9",
        "1e400",
        "nan",
        '<c r="XFD9999999">',
        "<f/>",
        "<rPh>",
    ),
    *('<c r="0" s="1">', '<c s="2" t="d">', "2024-02-30", "_xD800_", "&#0;", "&#xFFFE;"),
    *("<![CDATA[a]]>", "<!--", "]]>", '<sheet name="" state="hidden"/>'),
]


@FUZZ
@given(st.lists(st.sampled_from(PIECES) | markup, max_size=14).map("".join), st.data())
def test_any_parts_are_read_or_refused(text: str, data: st.DataObject) -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf/><xf numFmtId="22"/><xf numFmtId="46"/>'
    parts = {
        SHEET: sheet(text),
        STRINGS: f'<sst xmlns="{MAIN}"><si>{text}</si></sst>',
        STYLES: f"{styles}{text}</cellXfs></styleSheet>",
        "xl/workbook.xml": WORKBOOK.replace("</sheets>", f"{text}</sheets>"),
    }
    chosen = data.draw(st.sampled_from(list(parts)))
    row = "<row><c><v>1</v></c></row>"

    read_or_refuse(workbook(row, **{chosen: parts[chosen]}))


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["scenario_injects", "injects", "inject_flow", "Script", "Real Time", "a"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@FUZZ
@given(st.lists(odd, max_size=3) | st.dictionaries(st.text(max_size=3), odd, max_size=3) | odd)
def test_any_json_is_read_or_refused(value: object) -> None:
    read_or_refuse(json.dumps(value).encode())
