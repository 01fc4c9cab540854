"""The corpus: every file under ``tests/data/intake`` with what comes of it as a new scenario.

For each: the format, how many rows and how many of them can be imported, the codes of errors and
warnings; or the code with which it is refused. Times are seconds from the start of the exercise.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scenarios.intake import preview, readers
from scenarios.intake.reading import Unreadable
from scenarios.intake.times import HABITS

DATA = Path(__file__).resolve().parent.parent / "data" / "intake"
TODAY = date(2024, 3, 4)

EXPECTED: dict[str, Any] = {
    "absolute-names.xlsx": "unsafe_names",
    "bars.txt": ("csv", 8, 8, {}, {}, [0, 900, 1500, 3300, 6000, 21900]),
    "binary-workbook.xlsb": "xlsb",
    "blank.xlsx": "empty",
    "blueprint-cang-ca.json": ("blueprint", 2, 2, {}, {"outside_phase": 1}, [1800, 39600]),
    "blueprint-gio-theo-dong.json": ("blueprint", 4, 2, {"title_missing": 2}, {}, [0, 5400]),
    "blueprint-kho-lanh.xlsx": ("blueprint", 3, 3, {}, {}, [0, 5400, 15300]),
    "blueprint-sai.xlsx": (
        "blueprint",
        2,
        1,
        {"title_missing": 1, "to_missing": 1, "number_duplicate": 1, "not_a_time": 1},
        {},
        [0],
    ),
    "by-hand-rich-text.xlsx": (
        "xlsx",
        2,
        2,
        {},
        {"mandatory_without_deadline": 1, "before_start": 1},
        [-5700, 0],
    ),
    "cell-in-the-last-row.xlsx": "too_many_rows",
    "cexf-khong-danh-sach.json": "wrong_type",
    "cexf-lu-quet.json": (
        "cexf",
        4,
        4,
        {},
        {"method_missing": 1, "one_condition": 1, "no_time": 1},
        [0, 600, None, None],
    ),
    "cexf-vong-lap.json": (
        "cexf",
        5,
        1,
        {"title_missing": 1, "to_missing": 1, "trigger_cycle": 2},
        {"method_missing": 4, "before_start": 1},
        [None],
    ),
    "decimals-without-header.csv": "no_msel",
    "decomposed-by-mac.csv": ("csv", 8, 8, {}, {}, [0, 900, 1500, 3300, 6000, 21900]),
    "docx-named.xlsx": "document",
    "elapsed-signed.csv": ("csv", 4, 4, {}, {}, [0, 5400, 5400, 7200]),
    "elapsed-spelled.csv": ("csv", 4, 4, {}, {}, [0, 2700, 5400, 7200]),
    "empty.csv": "empty",
    "entities-of-entities.xlsx": "unsafe_xml",
    "escaping-names.xlsx": "unsafe_names",
    "excel-moments.xlsx": ("xlsx", 3, 3, {}, {}, [0, 14100, 80700]),
    "external-entity.xlsx": "unsafe_xml",
    "filtered-rows.xlsx": ("xlsx", 8, 8, {}, {}, [0, 900, 1500, 3300, 6000, 21900]),
    "five-hundred-columns.xlsx": "too_many_columns",
    "flipped-bit.xlsx": "damaged",
    "formatted-far-away.xlsx": ("xlsx", 1, 1, {}, {}, [0]),
    "formulas-without-results.xlsx": (
        "xlsx",
        13,
        13,
        {},
        {"number_missing": 13},
        [0, 60, 120, 180, 240, 300],
    ),
    "four-sheets-one-hidden.xlsx": ("xlsx", 3, 3, {}, {}, [300, 9000, 93600]),
    "from-a-phase.csv": ("csv", 3, 3, {}, {}, [0, 1800, 7200]),
    "from-an-inject.csv": ("csv", 3, 3, {}, {}, [0, 1200, 4800]),
    "half-a-letter.csv": ("csv", 2, 2, {}, {}, [0, 1800]),
    "hours-beside-relative.csv": ("csv", 5, 5, {}, {}, [0, 2700, 3900, 5400, 7800]),
    "hours.csv": ("csv", 3, 3, {}, {}, [0, 5400, 7200]),
    "html-named.xls": "html",
    "hundred-and-one-sheets.xlsx": "too_many_sheets",
    "image-named.xlsx": "image",
    "iso-with-zone.csv": ("csv", 3, 3, {}, {}, [0, 5400, 7200]),
    "line-breaks-in-quotes.csv": "no_msel",
    "lists-in-cells.csv": ("csv", 3, 3, {}, {}, [None, None, None]),
    "livefire-boc-ngoai.json": ("livefire", 1, 1, {}, {}, [450]),
    "livefire-sai-kieu.json": (
        "livefire",
        5,
        0,
        {"to_missing": 3, "not_a_time": 2, "title_missing": 2},
        {"method_missing": 5, "before_start": 1},
        [],
    ),
    "livefire-xang-dau.json": ("livefire", 3, 3, {}, {"no_time": 1}, [0, 1200, None]),
    "mac-1904-dates.xlsx": ("xlsx", 2, 2, {}, {}, [0, 103200]),
    "macros.xlsm": ("xlsx", 3, 3, {}, {}, [0, 900, 1500]),
    "minutes.csv": ("csv", 4, 4, {}, {}, [0, 300, 2700, 5400]),
    "missing-sheet.xlsx": "damaged",
    "mixed-habits.csv": ("csv", 4, 3, {"not_a_time": 1}, {}, [0, 5400, 9000]),
    "no-header.xlsx": ("xlsx", 5, 5, {}, {"before_start": 2}, [-5184000, -61500, 0, 93300, 93300]),
    "noise.csv": "binary",
    "numbers-without-end.json": "json_syntax",
    "ods-named.xlsx": "opendocument",
    "old-binary.xls": "xls",
    "only-delimiters.csv": "empty",
    "only-spaces.csv": "empty",
    "openaev-danh-sach-null.json": "no_injects",
    "openaev-exercise-en.json": ("openaev", 2, 2, {}, {"time_and_condition": 1}, [0, 4500]),
    "openaev-hong-nhieu-cho.json": (
        "openaev",
        6,
        1,
        {"not_a_time": 3, "to_missing": 3, "title_missing": 1},
        {
            "method_missing": 6,
            "before_start": 1,
            "time_and_condition": 1,
            "one_condition": 1,
            "unknown_release": 1,
        },
        [-600],
    ),
    "openaev-mat-dien-dien-rong.json": (
        "openaev",
        4,
        4,
        {},
        {"time_and_condition": 1, "no_time": 1},
        [5400, 600, 88200, None],
    ),
    "own.json": "own_format",
    "own.yaml": "own_format",
    "password.xlsx": "password",
    "pdf-named.xlsx": "pdf",
    "photos.zip": "archive",
    "pptx-named.xlsx": "presentation",
    "prefixed-parts.xlsx": ("xlsx", 1, 1, {}, {}, [0]),
    "sep-line-decimals.csv": ("csv", 3, 3, {}, {"before_start": 1}, [-5700, 0, 37440]),
    "serial-days.csv": ("csv", 3, 3, {}, {}, [0, 7200, 104_400]),
    "someone-elses.json": "unknown_json",
    "spreadsheet-2003.xml": "xml",
    "string-out-of-range.xlsx": "damaged",
    "t3sf-cap-nuoc.xlsx": ("t3sf", 3, 3, {}, {}, [0, 4800, 84600]),
    "t3sf-kho-xang-hai-ngay.json": ("t3sf", 4, 4, {}, {}, [0, 5700, 58500, 81900]),
    "t3sf-sai-gio.xlsx": (
        "t3sf",
        3,
        1,
        {
            "ambiguous": 1,
            "to_missing": 2,
            "not_a_time": 1,
            "title_missing": 1,
            "no_such_date": 1,
            "no_such_hour": 1,
        },
        {},
        [0],
    ),
    "t3sf-story-clock.json": ("t3sf", 3, 3, {}, {}, [0, 120, 4560]),
    "t3sf-trung-so.json": (
        "t3sf",
        5,
        1,
        {
            "number_duplicate": 1,
            "not_a_time": 1,
            "to_missing": 2,
            "no_such_date": 1,
            "no_such_hour": 1,
        },
        {"number_missing": 1},
        [0],
    ),
    "title-lines-above.csv": ("csv", 8, 8, {}, {}, [0, 900, 1500, 3300, 6000, 21900]),
    "torn.json": "json_syntax",
    "truncated.xlsx": "damaged",
    "unclosed-quote.csv": ("csv", 2, 2, {}, {}, [0, 1800]),
    "unicode-text-of-excel.txt": ("tsv", 8, 8, {}, {}, [0, 900, 1500, 3300, 6000, 21900]),
    "utf16-be-without-mark.csv": ("csv", 8, 8, {}, {}, [0, 900, 1500, 3300, 6000, 21900]),
    "utf8-comma.csv": ("csv", 8, 8, {}, {}, [0, 900, 1500, 3300, 6000, 21900]),
    "utf8-mark-comma.csv": ("csv", 8, 8, {}, {}, [0, 900, 1500, 3300, 6000, 21900]),
    "vn-merged-title-rows.xlsx": (
        "xlsx",
        9,
        8,
        {"title_missing": 1, "to_missing": 1},
        {"unknown_method": 1, "number_missing": 1},
        [0, 900, 1500, 3300, 6000, 21900],
    ),
    "windows-1258-semicolon.csv": ("csv", 8, 8, {}, {}, [0, 900, 1500, 3300, 6000, 21900]),
    "word-of-1997.xls": "document",
    "year-first.csv": ("csv", 2, 2, {}, {}, [0, 5400]),
    "zero-bytes.csv": ("csv", 2, 2, {}, {}, [0, 1800]),
}


def came_of(name: str) -> Any:
    try:
        reading = readers.of((DATA / name).read_bytes(), name)
        seen = preview.new(reading, code="moi", today=TODAY)
    except Unreadable as error:
        return error.code
    checked = seen.checked
    return (
        reading.format,
        len(checked.rows),
        len(checked.entries),
        dict(Counter(error.code for error in checked.errors)),
        dict(Counter(warning.code for warning in checked.warnings)),
        [row.offset_s for row in checked.rows if row.entry][:6],
    )


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.iterdir()))
def test_it_makes_of_every_file_what_is_expected(name: str) -> None:
    assert came_of(name) == EXPECTED[name]


def test_the_corpus_is_wide_and_half_of_it_is_broken() -> None:
    assert len(EXPECTED) >= 40
    broken = [one for one in EXPECTED.values() if isinstance(one, str) or one[2] < one[1]]
    assert len(broken) >= len(EXPECTED) / 2


def test_the_corpus_has_times_in_every_habit() -> None:
    habits: set[str] = set()
    for name, expected in EXPECTED.items():
        if not isinstance(expected, str):
            reading = readers.of((DATA / name).read_bytes(), name)
            columns = preview.new(reading, code="moi", today=TODAY).mapping.columns
            habits |= {column.habit for column in columns}
    assert set(HABITS) - habits == set()
