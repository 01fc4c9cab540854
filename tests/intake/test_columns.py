from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scenarios.intake.columns import best_sheet, data_rows, guess, infer_habit, sections, signature
from scenarios.intake.mapping import MANY, Column, Field, Mapping
from scenarios.intake.reading import Reading, Sheet, Value
from scenarios.intake.target import naming
from scenarios.intake.times import HABITS, read
from scenarios.reading.document import Unit
from units.text import Text


def sheet(*rows: tuple[Value, ...], first_row: int = 1) -> Sheet:
    return Sheet("MSEL", rows, first_row)


def fields(mapping: Mapping) -> dict[str, Field]:
    return {column.header: column.field for column in mapping.columns}


def headed(*headers: str) -> dict[str, Field]:
    return fields(guess(sheet(headers)))


WORDS: list[tuple[str, Field]] = [
    *((word, Field.NUMBER) for word in ("STT", "TT", "Số", "#", "No.", "№", "Inject ID", "Mã tin")),
    *((word, Field.NUMBER) for word in ("SỐ TÌNH HUỐNG", "Inject No.", "Seq", "Số hiệu")),
    *((word, Field.TIME) for word in ("Giờ", "Giờ DT", "Thời gian", "Time", "Exercise time", "T+")),
    *((word, Field.TIME) for word in ("Giờ (hh:mm)", "Ngày giờ", "Date/Time", "T+ (min)", "DTG")),
    *((word, Field.TIME) for word in ("Real Time", "Thời gian / Time", "thời\ngian", "Heure")),
    *((word, Field.SIMULATED) for word in ("Giờ giả định", "Thời gian giả định", "Simulated Time")),
    *((word, Field.SIMULATED) for word in ("Scenario time", "Thời gian (giả định)")),
    *((word, Field.DATE) for word in ("Ngày", "Date", "Day", "Ngày diễn tập", "Ngày (dd/mm)")),
    *((word, Field.PHASE) for word in ("Giai đoạn", "GĐ", "Phase", "Move", "Stage")),
    *((word, Field.PROBLEM) for word in ("Vấn đề", "Vấn đề huấn luyện", "VĐHL")),
    *((word, Field.TO) for word in ("Đơn vị", "Đơn vị nhận", "Nơi nhận", "To", "Recipient(s)")),
    *((word, Field.TO) for word in ("Player", "Training audience", "Đơn vị thực hiện")),
    *((word, Field.SENDER) for word in ("Nơi gửi", "Từ", "From", "Sender", "Originator")),
    *((word, Field.METHOD) for word in ("Kênh", "Phương thức", "Hình thức", "Delivery method")),
    *((word, Field.METHOD) for word in ("Method", "Phương thức truyền tin", "Channel")),
    *(
        (word, Field.TITLE)
        for word in ("Nội dung", "Tiêu đề", "Tên tình huống", "Title", "Subject")
    ),
    *((word, Field.TITLE) for word in ("Event", "Trích yếu", "Nội dung (tiêu đề)")),
    *((word, Field.CONTENT) for word in ("Mô tả", "Diễn biến", "Nội dung chi tiết", "Description")),
    *((word, Field.CONTENT) for word in ("Script", "Message", "Details", "Nội dung đầy đủ")),
    *((word, Field.EXPECTED) for word in ("Hành động mong đợi", "Dự kiến xử lý", "Đáp án")),
    *((word, Field.EXPECTED) for word in ("Expected Player Actions", "Expected response")),
    *((word, Field.OBJECTIVES) for word in ("Mục tiêu", "Objective(s)", "Training objectives")),
    *((word, Field.COMPLETE) for word in ("Hạn", "Thời hạn", "Deadline", "Due", "Hạn hoàn thành")),
    *((word, Field.COMPLETE) for word in ("Thời hạn (phút)", "Thời gian hoàn thành")),
    *((word, Field.ACKNOWLEDGE) for word in ("Hạn xác nhận", "Ack", "Acknowledge within")),
    *((word, Field.MANDATORY) for word in ("Bắt buộc", "Mandatory")),
    *((word, Field.REPLY) for word in ("Yêu cầu báo cáo", "Reply", "Yêu cầu trả lời")),
    *((word, Field.RELEASE) for word in ("Cách phát", "Release")),
    *((word, Field.AFTER) for word in ("Sau tin", "Điều kiện", "Depends on")),
    *(
        (word, Field.TITLE_EN)
        for word in ("Tiêu đề (EN)", "Title (English)", "Nội dung tiếng Anh x")
    ),
    *((word, Field.CONTENT_EN) for word in ("Mô tả - tiếng Anh", "Description EN")),
    *((word, Field.EXPECTED_EN) for word in ("Expected actions (EN)", "Đáp án tiếng Anh")),
    *((word, Field.NOTE) for word in ("Ghi chú", "Remarks", "Số điện thoại", "Người phụ trách")),
    *((word, Field.NOTE) for word in ("Trạng thái", "Giờ kết thúc", "Số lượng", "Phase (EN)")),
]


@pytest.mark.parametrize(("word", "meant"), WORDS)
def test_it_knows_the_words_of_headers(word: str, meant: Field) -> None:
    found = guess(sheet(("Tác giả", "Kiểm tra", word), ("a", "b", None)), remembered=HEADER_ROW)
    assert found.columns[2].field == meant


HEADER_ROW = Mapping(
    "MSEL", 1, (Column(0, "Tác giả", Field.NOTE), Column(1, "Kiểm tra", Field.IGNORED))
)
"""Makes the row of a single known word a header."""


@pytest.mark.parametrize("meant", [field for field in Field if field not in MANY])
def test_it_knows_the_product_s_own_headers(meant: Field) -> None:
    assert headed(*(str(field.label) for field in Field))[str(meant.label)] == meant


FILES: list[tuple[str, dict[str, Field]]] = [
    (
        "#|Real Time|Date|Subject|From|Player|Script|Photo",
        {"#": Field.NUMBER, "Real Time": Field.TIME, "Date": Field.DATE, "Subject": Field.TITLE}
        | {"From": Field.SENDER, "Player": Field.TO, "Script": Field.CONTENT, "Photo": Field.NOTE},
    ),
    (
        "Group|Move|Exercise Time|Simulated Time|Delivery Method|Title|Details",
        {"Group": Field.NOTE, "Move": Field.PHASE, "Exercise Time": Field.TIME}
        | {"Simulated Time": Field.SIMULATED, "Delivery Method": Field.METHOD}
        | {"Title": Field.TITLE, "Details": Field.CONTENT},
    ),
    (
        "TT|Tiêu đề|Nội dung|Thời gian|Đơn vị",
        {"TT": Field.NUMBER, "Tiêu đề": Field.TITLE, "Nội dung": Field.CONTENT}
        | {"Thời gian": Field.TIME, "Đơn vị": Field.TO},
    ),
    (
        "Tiêu đề|Title|Nội dung|Content|Đáp án|Expected actions",
        {"Tiêu đề": Field.TITLE, "Title": Field.TITLE_EN, "Nội dung": Field.CONTENT}
        | {"Content": Field.CONTENT_EN, "Đáp án": Field.EXPECTED}
        | {"Expected actions": Field.EXPECTED_EN},
    ),
    (
        "STT|Mã tin|Thời gian (thực)|Thời gian (giả định)|Tình huống|Diễn biến",
        {"STT": Field.NOTE, "Mã tin": Field.NUMBER, "Thời gian (thực)": Field.TIME}
        | {"Thời gian (giả định)": Field.SIMULATED, "Tình huống": Field.TITLE}
        | {"Diễn biến": Field.CONTENT},
    ),
    (
        "Số|Bắt đầu|Kết thúc|Subject|Title",
        {"Số": Field.NUMBER, "Bắt đầu": Field.TIME, "Kết thúc": Field.NOTE}
        | {"Subject": Field.NOTE, "Title": Field.TITLE},
    ),
]


@pytest.mark.parametrize(("headers", "expected"), FILES)
def test_it_tells_the_columns_of_a_file_apart(headers: str, expected: dict[str, Field]) -> None:
    assert headed(*headers.split("|")) == expected


@pytest.mark.parametrize(
    ("cells", "meant"), [(("1.01", "1.02"), Field.NUMBER), (("Mất điện", "Cháy kho"), Field.TITLE)]
)
def test_the_cells_decide_what_the_header_leaves_open(cells: tuple[str, str], meant: Field) -> None:
    rows = [(cell, f"{hour}:00") for cell, hour in zip(cells, (7, 8), strict=True)]
    assert fields(guess(sheet(("Tình huống", "Giờ"), *rows)))["Tình huống"] == meant


def test_a_column_with_cells_comes_before_an_empty_one() -> None:
    found = guess(sheet(("Giờ", "Thời gian", "Tiêu đề"), (None, "07:30", "A"), ("", "08:00", "B")))
    assert fields(found)["Thời gian"] == Field.TIME
    assert fields(found)["Giờ"] == Field.NOTE


def test_a_column_without_header_is_ignored_only_if_it_is_empty() -> None:
    found = guess(sheet(("Số", "", "Giờ", None), ("1", "", "07:30", "x")))
    assert [column.field for column in found.columns] == [
        Field.NUMBER,
        Field.IGNORED,
        Field.TIME,
        Field.NOTE,
    ]


def test_a_date_column_that_tells_the_hour_is_the_time() -> None:
    rows = [(1, datetime(2024, 6, 26, hour)) for hour in (7, 8)]
    assert fields(guess(sheet(("Số", "Ngày"), *rows)))["Ngày"] == Field.TIME
    days = [(number, date(2024, 6, 26)) for number in (1, 2)]
    assert fields(guess(sheet(("Số", "Ngày"), *days)))["Ngày"] == Field.DATE
    counted = [(number, number) for number in (1, 2)]
    assert fields(guess(sheet(("Số", "Ngày"), *counted)))["Ngày"] == Field.DATE


# ── where the header is ─────────────────────────────────────────────────────────────────────────
def test_it_finds_the_header_below_titles() -> None:
    found = guess(
        sheet(
            ("DANH MỤC TÌNH HUỐNG DIỄN TẬP", None, None),
            ("Ngày 10 tháng 10 năm 2023",),
            (),
            ("Số", "Giờ", "Nội dung"),
            ("1", "07:30", "Báo động"),
            first_row=3,
        )
    )
    assert found.header_row == 6
    assert fields(found) == {"Số": Field.NUMBER, "Giờ": Field.TIME, "Nội dung": Field.TITLE}


def test_it_joins_a_header_of_two_rows() -> None:
    found = guess(
        sheet(
            ("Tin", "Thời gian", None, "Nội dung", "Đơn vị"),
            (None, "Diễn tập", "Giả định", None, None),
            ("1.01", "07:30", "N1 05:00", "Báo động", "VP"),
        )
    )
    assert found.header_row == 2
    assert fields(found) == {
        "Tin": Field.NUMBER,
        "Thời gian / Diễn tập": Field.TIME,
        "Thời gian / Giả định": Field.SIMULATED,
        "Nội dung": Field.TITLE,
        "Đơn vị": Field.TO,
    }


def test_the_first_row_of_data_is_not_taken_for_a_second_row_of_header() -> None:
    found = guess(sheet(("Số", "Kênh", "Nội dung"), ("A", "Điện thoại", "Thông báo")))
    assert found.header_row == 1


def test_without_header_it_looks_at_the_cells() -> None:
    content = "Lúc này tại kho vật tư xảy ra cháy lớn, nhiều người bị thương."
    rows: list[tuple[Value, ...]] = [
        ("1.01", "07:30", "Cháy kho", "Điện thoại", "VP", content),
        ("1.02", "07:45", "Mất điện", "Văn bản", "VP", content + " Tiếp theo."),
        ("1.03", "08:00", "Họp gấp", "Email", "KHTC", content + " Sau đó."),
        ("1.04", "08:10", "Sơ tán", "Email", "KHTC", content + " Cuối cùng."),
    ]
    found = guess(sheet(*rows))
    assert found.header_row == 0
    assert [column.field for column in found.columns] == [
        Field.NUMBER,
        Field.TIME,
        Field.TITLE,
        Field.METHOD,
        Field.TO,
        Field.CONTENT,
    ]
    assert len(list(data_rows(sheet(*rows), found))) == 4


def test_without_header_the_column_that_names_units_is_the_addressee() -> None:
    units = [
        Unit("VP", Text("Văn phòng"), Text(), None, True),
        Unit("KHTC", Text("Phòng Kế hoạch, Tài chính", "Planning and Finance"), Text(), None, True),
        Unit("P1", Text("Phòng 1"), Text(), None, True),
    ]
    rows: tuple[tuple[Value, ...], ...] = (
        (1, "07:30", "Cháy kho", "Ban chỉ đạo", "Văn phòng"),
        (2, "07:45", "Mất điện", "Ban chỉ đạo", "planning and finance; P1"),
        (3, "08:00", "Họp gấp", "Ban chỉ đạo", "tat ca"),
        (4, "08:10", "Sơ tán", "Ban chỉ đạo", "Phòng Kế hoạch, Tài chính"),
    )
    expected = [Field.NUMBER, Field.TIME, Field.TITLE, Field.NOTE, Field.TO]
    found = guess(sheet(*rows), addressed=naming(units))
    assert [column.field for column in found.columns] == expected
    turned = guess(sheet(*(row[::-1] for row in rows)), addressed=naming(units))
    assert [column.field for column in turned.columns] == expected[::-1]


def test_without_header_the_last_that_names_units_is_the_addressee_and_the_one_before_sends() -> (
    None
):
    units = [Unit(code, Text(f"Phòng {code}"), Text(), None, True) for code in ("1", "KT", "VP")]
    rows: tuple[tuple[Value, ...], ...] = (
        ("1.01", "07:30", "Phòng VP", "Phòng KT", "Cháy kho vật tư"),
        ("1.02", "07:45", "Phòng VP", "Phòng 1", "Mất điện toàn tuyến"),
        ("1.03", "08:00", "Phòng VP", "Phòng KT", "Họp gấp tại trụ sở"),
        ("1.04", "08:10", "Phòng KT", "Phòng VP", "Sơ tán người và tài sản"),
    )
    found = guess(sheet(*rows), addressed=naming(units))
    meant = [column.field for column in found.columns]
    assert meant == [Field.NUMBER, Field.TIME, Field.SENDER, Field.TO, Field.TITLE]


def test_without_header_numbers_of_injects_are_no_units_of_that_code() -> None:
    units = [Unit(code, Text(f"Tổ {code}"), Text(), None, True) for code in ("1", "2", "3")]
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (number, f"0{number}:30", f"Việc {number}", f"Tổ {number}") for number in "123"
    )
    found = guess(sheet(*rows), addressed=naming(units))
    assert [column.field for column in found.columns] == [
        Field.NUMBER,
        Field.TIME,
        Field.TITLE,
        Field.TO,
    ]


def test_without_header_counting_numbers_are_no_times() -> None:
    found = guess(sheet((1, 0, "Báo động"), (2, 15, "Họp"), (3, 30, "Sơ tán")))
    assert [column.field for column in found.columns] == [Field.NUMBER, Field.TIME, Field.TITLE]
    assert found.columns[1].habit == "minutes"


# ── habits ──────────────────────────────────────────────────────────────────────────────────────
def test_columns_of_times_get_their_habit_and_what_is_to_be_asked() -> None:
    found = guess(
        sheet(
            ("Số", "Ngày", "Giờ", "Hạn (giờ)", "Hạn xác nhận", "Nội dung"),
            ("1", "05/06/2024", time(7, 30), 2, "10'", "A"),
            ("2", "06/06/2024", time(8), 4, "5 phút", "B"),
        )
    )
    assert [(column.habit, column.asks) for column in found.columns] == [
        ("", ()),
        ("dmy", ("mdy",)),
        ("excel", ()),
        ("hours", ()),
        ("span", ()),
        ("", ()),
    ]


def test_a_changed_field_gets_the_habit_of_its_cells() -> None:
    column = Column(0, "Cột lạ", Field.TIME)
    assert infer_habit(column, ["N1 07:30"]).habit == "day_time"
    assert infer_habit(replace(column, field=Field.TITLE, habit="hm"), ["x"]).habit == ""


# ── remembering ─────────────────────────────────────────────────────────────────────────────────
def test_a_remembered_mapping_is_applied_by_header_and_not_by_place() -> None:
    first = guess(sheet(("Số", "Việc cần làm", "Giờ"), ("1", "A", "05/06/2024 07:30")))
    assert fields(first)["Việc cần làm"] == Field.NOTE
    corrected = replace(
        first,
        columns=tuple(
            replace(one, field=Field.TITLE)
            if one.header == "Việc cần làm"
            else replace(one, habit="mdy" if one.habit else "", asks=())
            for one in first.columns
        ),
    )
    again = guess(
        sheet(
            ("BẢN 2",),
            ("GIỜ", "Tiêu đề", "SỐ", "viec can lam"),
            ("07/06/2024 08:00", "x", "2", "B"),
        ),
        remembered=corrected,
    )
    assert fields(again) == {
        "GIỜ": Field.TIME,
        "Tiêu đề": Field.NOTE,
        "SỐ": Field.NUMBER,
        "viec can lam": Field.TITLE,
    }
    time_column = again.of(Field.TIME)
    assert time_column is not None
    assert (time_column.habit, time_column.asks) == ("mdy", ())


def test_a_remembered_habit_that_no_longer_reads_the_column_is_not_kept() -> None:
    remembered = Mapping(
        "", 1, (Column(0, "Giờ", Field.TIME, "mdy"), Column(1, "Số", Field.NUMBER))
    )
    found = guess(sheet(("Giờ", "Số"), ("26/06/2024 7h", "1")), remembered=remembered)
    assert found.columns[0].habit == "dmy"


def test_the_signature_is_of_the_headers_whatever_their_order_and_accents() -> None:
    one = guess(sheet(("Số", "Giờ", "Nội dung", None), ("1", "07:30", "A", None)))
    other = guess(sheet(("", "x"), ("NOI DUNG", "số", "Giờ:"), ("A", "1", "N1 07:30")))
    assert signature(one) == signature(other) != ""
    assert signature(one) != signature(guess(sheet(("Số", "Giờ"), ("1", "07:30"))))
    assert signature(guess(sheet((1, "07:30", "A")))) == ""


def test_the_best_sheet_is_the_shown_one_that_names_the_most_fields() -> None:
    notes = Sheet("Ghi chú", tuple((f"dòng {number}", "x", "y") for number in range(50)))
    msel = Sheet("Kịch bản", (("Số", "Giờ", "Nội dung"), ("1", "07:30", "A")))
    hidden = replace(msel, name="Cũ", hidden=True, rows=msel.rows * 5)
    empty = Sheet("Trống", ((None, ""),))
    assert best_sheet(Reading("xlsx", (notes, empty, hidden, msel))).name == "Kịch bản"
    assert best_sheet(Reading("xlsx", (empty, hidden))).name == "Cũ"
    assert best_sheet(Reading("xlsx", (empty,))).name == "Trống"


# ── rows ────────────────────────────────────────────────────────────────────────────────────────
GROUPED = sheet(
    ("DANH MỤC",),
    ("TT", "Giờ", "Nội dung", "Đơn vị"),
    ("(1)", "(2)", "(3)", "(4)"),
    ("I", "GIAI ĐOẠN 1: CHUYỂN TRẠNG THÁI", None, None),
    ("Ngày 1 (10/10/2023)", None, None, None),
    ("1", "07:30", "Báo động", "VP"),
    (None, " ", None),
    ("Vấn đề huấn luyện 2: Sơ tán", None, None, None),
    ("2", "08:00", "Sơ tán", "VP"),
    ("TT", "Giờ", "Nội dung", "Đơn vị"),
    ("3", "09:00", "Họp", "VP"),
    ("B. Giai đoạn II – Thực hành, ngày 11/10/2023", None, None, None),
    ("4", "07:30", "Cháy", "KHTC"),
    ("Người lập: Nguyễn Văn A", None, None, None),
)


def test_data_rows_keep_their_numbers_and_leave_out_what_is_none() -> None:
    rows = dict(data_rows(GROUPED, guess(GROUPED)))
    assert list(rows) == [6, 9, 11, 13, 14]
    assert rows[9] == ("2", "08:00", "Sơ tán", "VP")


def test_section_rows_say_the_phase_and_the_day_of_the_rows_below_them() -> None:
    found = sections(GROUPED, guess(GROUPED))
    assert found[6].phase == "GIAI ĐOẠN 1: CHUYỂN TRẠNG THÁI"
    assert found[6].problem == ""
    assert found[9].problem == "Vấn đề huấn luyện 2: Sơ tán"
    assert found[11].day == found[6].day
    assert read(found[6].day, "dmy") == read("N1")
    assert found[13].phase == "Giai đoạn II – Thực hành, ngày 11/10/2023"
    assert read(found[13].day, "dmy") == read("11/10/2023", "dmy")
    assert found[13].problem == ""


def test_a_blank_cell_of_a_group_counts_as_the_one_above_it() -> None:
    day = datetime(2023, 10, 10)
    grouped = sheet(
        ("Giai đoạn", "Ngày", "Giờ", "Nội dung"),
        ("GĐ 1", day, "07:30", "A"),
        (None, None, "08:00", "B"),
        ("GĐ 2", None, "09:00", "C"),
    )
    found = sections(grouped, guess(grouped))
    assert [(found[row].phase, found[row].day) for row in (2, 3, 4)] == [
        ("GĐ 1", day),
        ("GĐ 1", day),
        ("GĐ 2", day),
    ]


def test_a_row_with_a_lone_title_is_an_inject_that_lacks_the_rest() -> None:
    table = sheet(("Giờ", "Nội dung"), ("07:30", "A"), (None, "Nghỉ giải lao"))
    assert [number for number, _row in data_rows(table, guess(table))] == [2, 3]


def test_a_row_that_happens_to_count_is_only_left_out_below_the_header() -> None:
    table = sheet(("Số", "Hạn", "Giờ"), ("1", "2", "3"), ("A", "9", "8"), ("1", "2", "3"))
    assert [number for number, _row in data_rows(table, guess(table))] == [3, 4]


# ── anything ────────────────────────────────────────────────────────────────────────────────────
CELLS = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.sampled_from([word for word, _meant in WORDS]),
    st.sampled_from(["07:30", "1.01", "N1 07:30", "Điện thoại", "GIAI ĐOẠN 1", "Ngày 1"]),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@example([(None, "TT", "GIO"), ("STT",)], 1)
@given(st.lists(st.lists(CELLS, max_size=6).map(tuple), max_size=8), st.integers(1, 5))
def test_any_sheet_gets_a_mapping_that_gives_each_field_once(
    rows: list[tuple[Value, ...]], first_row: int
) -> None:
    table = Sheet("x", tuple(rows), first_row)
    found = guess(table)
    single = [column.field for column in found.columns if column.field not in MANY]
    assert len(single) == len(set(single))
    assert [column.place for column in found.columns] == list(range(len(found.columns)))
    assert all(column.habit in HABITS or not column.habit for column in found.columns)
    assert Mapping.from_dict(found.as_dict()) == found
    numbers = [number for number, _row in data_rows(table, found)]
    assert numbers == list(sections(table, found))
    assert all(found.header_row < number < first_row + len(rows) for number in numbers)
    assert guess(table, remembered=found).header_row == found.header_row or not found.header_row
