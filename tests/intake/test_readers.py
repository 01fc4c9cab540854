"""Tables of all kinds, read through the one door: cells keep their places, types and letters."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from scenarios.intake import readers
from scenarios.intake.reading import OwnFormat, Reading, Unreadable, Value
from units.spreadsheets import unmarked

SAMPLE = Path(readers.__file__).parents[2] / "samples" / "so-cong-thuong-2023.yaml"
CORPUS = Path(__file__).resolve().parents[1] / "data" / "intake"
HEADER = (
    *("STT", "Giờ DT", "Nơi gửi", "Đơn vị", "Nội dung", "Kênh", "Hạn", "Mục tiêu"),
    "Ghi chú",
)
TELEGRAM = (
    *("1.02", "N1 07:20", "UBND tỉnh", "BGD; VP"),
    "Công điện về chuyển vào trạng thái khẩn cấp về quốc phòng",
    *("Văn bản", "25'", "MT1, MT5", "Bắt buộc"),
)


def reading(name: str) -> Reading:
    """The reading of a file of the corpus."""
    return readers.of((CORPUS / name).read_bytes(), name)


def rows(name: str, sheet: int = 0) -> tuple[tuple[Value, ...], ...]:
    """The rows of one of its sheets."""
    return reading(name).sheets[sheet].rows


def remarks(name: str) -> list[str]:
    """The codes of its remarks."""
    return [remark.code for remark in reading(name).remarks]


def test_rows_keep_their_places_under_merged_titles() -> None:
    read = reading("vn-merged-title-rows.xlsx")
    (sheet,) = read.sheets

    assert (read.format, read.mapping, read.remarks) == ("xlsx", None, ())
    assert (sheet.name, sheet.first_row, sheet.hidden) == ("Danh mục tình huống", 1, False)
    assert sheet.rows[0] == (
        "UBND TỈNH THÁI BÌNH",
        *[None] * 4,
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    )
    assert sheet.rows[2] == ()
    assert sheet.rows[6] == HEADER
    assert sheet.rows[7] == ("GIAI ĐOẠN 1: CHUYỂN TRẠNG THÁI",)
    assert sheet.rows[9] == TELEGRAM
    assert sheet.rows[-1] == (*[None] * 5, "Người lập biểu")


def test_a_table_without_header_is_read_as_it_is() -> None:
    assert rows("no-header.xlsx")[0] == ("J-60", None, "Các đơn vị", "Ban hành kế hoạch diễn tập")
    assert [row[0] for row in rows("no-header.xlsx")][-2:] == ["J+1 09h00", "J+1 H+2 M-5"]


def test_moments_dates_times_and_durations_come_typed() -> None:
    assert rows("excel-moments.xlsx")[1:] == (
        (
            *(1, datetime(2024, 6, 26, 9, 5), date(2024, 6, 26), time(9, 5)),
            *(timedelta(minutes=30), timedelta(hours=2, minutes=5), "VP"),
            "Vào sổ công điện, trình Giám đốc",
        ),
        (
            *(2, datetime(2024, 6, 26, 13), date(2024, 6, 26), time(13)),
            *(timedelta(hours=1, minutes=30), timedelta(hours=6), "QLTM"),
            "Rà soát dự trữ gạo, muối",
        ),
        (
            *(3, datetime(2024, 6, 27, 7, 30), date(2024, 6, 27), time(7, 30)),
            *(timedelta(hours=25, minutes=30), timedelta(hours=24, minutes=30), "MAY"),
            "Giao lô trang phục thứ hai",
        ),
    )


def test_days_may_be_counted_from_1904() -> None:
    assert [row[1] for row in rows("mac-1904-dates.xlsx")[1:]] == [
        datetime(2024, 6, 26, 9, 5),
        datetime(2024, 6, 27, 13, 45),
    ]


def test_all_sheets_are_read_and_the_hidden_one_is_flagged() -> None:
    read = reading("four-sheets-one-hidden.xlsx")

    assert [(sheet.name, sheet.hidden, len(sheet.rows)) for sheet in read.sheets] == [
        ("Hướng dẫn", False, 2),
        ("Tình huống", False, 4),
        ("Danh sách đơn vị", True, 2),
        ("Sheet4", False, 0),
    ]
    assert read.sheets[1].rows[2] == (2, "H+2:30", "KTAT", "Rò rỉ hóa chất tại kho")


def test_formulas_without_results_are_empty_cells_and_named() -> None:
    (remark,) = reading("formulas-without-results.xlsx").remarks

    assert rows("formulas-without-results.xlsx")[1] == (None, "N1 08:02", "Báo cáo nhanh lần 1")
    assert remark.code == "formula_without_value"
    assert "13 (A2, A3, A4, A5, A6, A7, A8, A9, A10, A11…)" in remark.message


def test_filtered_rows_are_read_and_counted() -> None:
    (remark,) = reading("filtered-rows.xlsx").remarks

    assert len(rows("filtered-rows.xlsx")) == 9
    assert (remark.code, "2 hàng đang ẩn" in remark.message) == ("hidden_rows", True)


def test_formatting_far_away_is_no_content() -> None:
    assert rows("formatted-far-away.xlsx") == (
        ("STT", "Giờ", "Nội dung"),
        (1, "D1 0730", "Điểm danh tại vị trí tập kết"),
    )


def test_rich_text_results_errors_and_missing_rows_are_read_in_place() -> None:
    assert rows("by-hand-rich-text.xlsx") == (
        (),
        ("STT", "Giờ DT", "Nội dung", "Bắt buộc", "Ghi chú"),
        *((), ()),
        (1, "N1 07:30", "Dòng thứ nhất\ndòng thứ hai; mã _x0041_", True, "#N/A"),
        *((), (), ()),
        (2.5, datetime(2024, 6, 26, 9, 5), "Báo cáo nhanh", False),
    )


def test_other_prefixes_and_separators_of_parts_are_understood() -> None:
    assert rows("prefixed-parts.xlsx") == (
        ("Số", "Giờ", "Nội dung"),
        (1, time(7, 30), "Kiểm tra liên lạc"),
    )


def test_macros_are_left_alone_with_a_remark() -> None:
    assert remarks("macros.xlsm") == ["macros"]
    assert rows("macros.xlsm")[2] == TELEGRAM


@pytest.mark.parametrize(
    ("name", "format", "remarked"),
    [
        ("windows-1258-semicolon.csv", "csv", "Windows-1258, phân cách bằng dấu chấm phẩy"),
        ("utf8-mark-comma.csv", "csv", None),
        ("utf8-comma.csv", "csv", None),
        ("unicode-text-of-excel.txt", "tsv", "UTF-16, phân cách bằng dấu tab"),
        ("utf16-be-without-mark.csv", "csv", "UTF-16, phân cách bằng dấu chấm phẩy"),
        ("decomposed-by-mac.csv", "csv", None),
        ("bars.txt", "csv", None),
    ],
)
def test_the_same_table_is_read_whatever_its_encoding(
    name: str, format: str, remarked: str | None
) -> None:
    read = reading(name)

    assert read.format == format
    assert read.sheets[0].name == name.rpartition(".")[0]
    assert read.sheets[0].rows[0] == HEADER
    assert read.sheets[0].rows[2] == TELEGRAM
    assert len(read.sheets[0].rows) == 9
    assert [remarked in one.message for one in read.remarks if remarked] == [True] * bool(remarked)
    assert bool(read.remarks) == bool(remarked)


def test_excels_line_that_names_the_delimiter_is_no_row_and_decimals_stay_whole() -> None:
    assert rows("sep-line-decimals.csv") == (
        ("STT", "Giờ", "Trọng số", "Nội dung"),
        ("1", "7h30", "1,5", "Giao ban, chia việc"),
        ("2", "26/06/2024 09h05", "2,25", "Kiểm tra kho, bãi"),
        ("3", "07:29 PM", "0,5", "Trực đêm"),
    )


def test_decimal_commas_are_no_delimiters() -> None:
    assert rows("decimals-without-header.csv")[0] == ("1,5", "7,25", "2,5")


def test_lists_inside_cells_are_no_columns() -> None:
    assert rows("lists-in-cells.csv")[1] == ("1", "BGD; VP; KHTC", "Họp")


def test_title_lines_do_not_hide_the_delimiter() -> None:
    assert rows("title-lines-above.csv")[1:4] == (("Sở Công Thương",), (), HEADER)


def test_line_breaks_inside_quotes_stay_in_the_cell() -> None:
    assert rows("line-breaks-in-quotes.csv")[1:] == (
        (
            *("1", "N1 07:20"),
            '- Vào sổ công văn đến\n- Trình Giám đốc "ngay"\n- Báo cáo đầu mối, số máy',
        ),
        ("2", "N1 07:30", "- Gửi giấy mời;\n- Cử thư ký"),
    )


def test_a_quote_that_is_never_closed_swallows_no_rows() -> None:
    assert remarks("unclosed-quote.csv") == ["quotes"]
    assert rows("unclosed-quote.csv")[1:] == (
        ("1", "N1 07:30", '"Họp giao ban'),
        ("2", "N1 08:00", "Điểm danh"),
    )


@pytest.mark.parametrize(
    ("name", "row", "text"),
    [
        ("zero-bytes.csv", 1, "Họp giao ban"),
        ("half-a-letter.csv", 2, "Điểm danh quân số toàn cơ quan sở"[:-1] + "\ufffd"),
    ],
)
def test_damaged_characters_are_told(name: str, row: int, text: str) -> None:
    assert remarks(name) == ["damaged_characters"]
    assert rows(name)[row][2] == text


@pytest.mark.parametrize("name", ["own.yaml", "own.json"])
def test_the_products_own_scenario_is_told_apart(name: str) -> None:
    with pytest.raises(OwnFormat) as refusal:
        reading(name)

    assert refusal.value.code == "own_format"


def test_the_sample_scenario_is_told_apart() -> None:
    with pytest.raises(OwnFormat):
        readers.of(SAMPLE.read_bytes(), "kich-ban.csv")


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (b'[{"#": 1, "Real Time": "07:30", "Subject": "a", "Script": "b", "Player": "c"}]', "t3sf"),
        (b"#,Real Time,Date,Subject,From,Player,Script\n1,07:30,,a,b,c,d\n", "t3sf"),
        (b'{"scenario_information": {}, "scenario_injects": [{"inject_title": "a"}]}', "openaev"),
    ],
)
def test_peers_exports_go_to_their_readers(data: bytes, format: str) -> None:
    assert readers.of(data, "xuat.dat").format == format


letters = st.characters(
    exclude_categories=["C", "Z"], include_characters=" \n", max_codepoint=0x1FFFF
)
written = st.text(letters, max_size=12).map(lambda text: unicodedata.normalize("NFC", text.strip()))
plain = written.filter(
    lambda text: not set(text) & set('",;|\t\n{[<') and text[:3].lower() != "sep"
)
vietnamese = st.text("aáàảãạăắặâấậđeéêếệiìơớợuưứự ABĐƠ0123:.", max_size=8).map(str.strip)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1258")


def in_1258(text: str) -> bytes:
    """As Vietnamese programs write it: base letter, then the tone as a letter of its own."""
    written = b""
    for letter in unicodedata.normalize("NFC", text):
        tones = [
            mark
            for mark in unicodedata.normalize("NFD", letter)
            if mark in "\u0300\u0301\u0303\u0309\u0323"
        ]
        try:
            written += letter.encode("cp1258")
        except UnicodeEncodeError:
            base = "".join(
                mark for mark in unicodedata.normalize("NFD", letter) if mark not in tones
            )
            written += unicodedata.normalize("NFC", base).encode("cp1258")
            written += "".join(tones).encode("cp1258")
    return written


def as_cells(grid: list[list[str]]) -> list[list[str]]:
    """Rows without what is empty at their ends, and without empty rows at the end; a formula that
    was marked as text is the text again.
    """
    trimmed = [row[: max((i + 1 for i, cell in enumerate(row) if cell), default=0)] for row in grid]
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return [[unmarked(cell or "") for cell in row] for row in trimmed]


def read_back(data: bytes) -> list[list[str]]:
    """The texts of the first sheet; none if it is refused as empty."""
    try:
        (sheet, *_rest) = readers.of(data, "x").sheets
    except Unreadable as refusal:
        if refusal.code != "empty":
            raise
        return []
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.rows]


def written_as_csv(grid: list[list[str]], delimiter: str, quoting: int) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=quoting).writerows(grid)
    return file.getvalue()


def grids(cells: st.SearchStrategy[str], columns: int) -> st.SearchStrategy[list[list[str]]]:
    """Grids of at least two columns, so that there is a delimiter to find."""
    return st.lists(st.lists(cells, min_size=columns, max_size=columns), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@example(grid=[["'=", "a", "b"]], delimiter=";", encoding="utf-8")
@given(grids(written, 3), st.sampled_from("\t;,|"), st.sampled_from(ENCODINGS[:3]))
def test_any_quoted_grid_is_read_back(grid: list[list[str]], delimiter: str, encoding: str) -> None:
    text = written_as_csv(grid, delimiter, csv.QUOTE_ALL)

    assert read_back(text.encode(encoding)) == as_cells(grid)


@settings(max_examples=60, deadline=None)
@given(grids(plain, 3), st.sampled_from("\t;,|"), st.sampled_from(ENCODINGS[:3]))
def test_any_plain_grid_is_read_back(grid: list[list[str]], delimiter: str, encoding: str) -> None:
    text = written_as_csv(grid, delimiter, csv.QUOTE_MINIMAL)

    assert read_back(text.encode(encoding)) == as_cells(grid)


@settings(max_examples=40, deadline=None)
@given(grids(vietnamese, 3), st.sampled_from("\t;,|"))
def test_any_vietnamese_grid_of_windows_1258_is_read_back(
    grid: list[list[str]], delimiter: str
) -> None:
    grid[0][0] = "Đơn vị được giao"  # without any letter of its own the file is ASCII
    text = written_as_csv(grid, delimiter, csv.QUOTE_MINIMAL)

    assert read_back(in_1258(text)) == as_cells(grid)


moments = st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0)
)
cells = st.one_of(
    st.none(),
    written.filter(lambda text: not text.startswith("=") and "_x" not in text),
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 6)),
    st.booleans(),
    moments,
    st.times().map(lambda moment: moment.replace(microsecond=0)),
    st.timedeltas(timedelta(), timedelta(days=60)).map(
        lambda long: timedelta(seconds=round(long.total_seconds()))
    ),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(cells, max_size=5), min_size=1, max_size=4))
def test_any_workbook_is_read_back(grid: list[list[Value]]) -> None:
    workbook = Workbook()
    for place, row in enumerate(grid, start=1):
        for column, value in enumerate(row, start=1):
            workbook.active.cell(place, column, value)
    workbook.active["F6"] = "Hết"  # so that it is never empty
    file = io.BytesIO()
    workbook.save(file)

    read = readers.of(file.getvalue(), "x.xlsx").sheets[0].rows

    assert read[5] == (None, None, None, None, None, "Hết")
    for place, row in enumerate(grid):
        wanted = [None if value == "" else value for value in row]
        found = [*read[place], *[None] * len(wanted)][: len(wanted)]
        assert [(type(value), value) for value in found] == [
            (type(as_whole(value)), as_whole(value)) for value in wanted
        ]


def as_whole(value: Value) -> Value:
    """Whole floats come back as ``int``."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
