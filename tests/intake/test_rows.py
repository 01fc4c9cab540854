"""Rows of a sheet become injects of a scenario, or say what is wrong with them."""

from __future__ import annotations

from datetime import time

import pytest

from scenarios.calendar import MINUTE_US, SECOND_US
from scenarios.intake.findings import Finding
from scenarios.intake.mapping import Field
from scenarios.intake.rows import Row
from scenarios.intake.target import Names
from scenarios.reading import document as doc
from tests.intake.sheets import HEADER, looked_at
from units.text import Text

GOOD = ("2.1", "N1 07:30", "VP", "Lập kế hoạch", "Công văn", "45'")


def only(*cells: object, header: tuple[str, ...] = HEADER) -> Row:
    (row,) = looked_at(cells, header=header).checked.rows  # type: ignore[arg-type]
    return row


def entry(*cells: object, header: tuple[str, ...] = HEADER) -> doc.Entry:
    row = only(*cells, header=header)
    assert row.errors == ()
    assert row.entry is not None
    return row.entry


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


def changed(place: int, value: object) -> tuple[object, ...]:
    return (*GOOD[:place], value, *GOOD[place + 1 :])


def test_it_understands_a_row() -> None:
    found = entry(*GOOD)
    assert found.number == "2.1"
    assert found.planned_us == 30 * MINUTE_US
    assert found.phase == "transition"
    assert found.addressees == ("VP",)
    assert found.title == Text("Lập kế hoạch")
    assert found.method == "document"
    assert found.complete_within_s == 45 * 60


@pytest.mark.parametrize(
    ("place", "value", "code", "field"),
    [
        (1, "N1 25:20", "no_such_hour", Field.TIME),
        (1, "lúc nào đó", "not_a_time", Field.TIME),
        (2, "P. Thương nghiệp", "unknown_unit", Field.TO),
        (2, "", "to_missing", Field.TO),
        (3, "", "title_missing", Field.TITLE),
        (0, "x" * 21, "number_too_long", Field.NUMBER),
        (5, "N1 08:00", "not_a_span", Field.COMPLETE),
    ],
)
def test_it_refuses_a_row_and_names_the_cell(
    place: int, value: str, code: str, field: Field
) -> None:
    # A good row beside it keeps the column's habit.
    seen = looked_at(("9.9", *GOOD[1:]), changed(place, value))  # type: ignore[arg-type]
    row = seen.checked.rows[1]
    assert row.entry is None
    assert codes(row.errors) == [code]
    assert row.errors[0].row == 3
    assert row.errors[0].field is field
    assert row.errors[0].message
    assert row.errors[0].hint


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (1, "N1 18:30", "outside_phase"),
        (1, "N1 06:30", "before_start"),
        (1, "N1 12:00", "in_stand_down"),
        (1, "", "no_time"),
        (4, "", "method_missing"),
        (4, "Bồ câu", "unknown_method"),
        (2, "TREN", "not_participating"),
    ],
)
def test_it_warns_and_imports_all_the_same(place: int, value: str, code: str) -> None:
    header = (*HEADER, "Giai đoạn")
    seen = looked_at(("9.9", *GOOD[1:], "1"), (*changed(place, value), "1"), header=header)  # type: ignore[arg-type]
    row = seen.checked.rows[1]
    assert row.entry is not None
    assert codes(row.warnings) == [code]


def test_what_it_does_not_know_of_a_channel_is_kept_as_a_note() -> None:
    assert ("Kênh", "Bồ câu") in entry(*changed(4, "Bồ câu")).notes


@pytest.mark.parametrize(
    ("said", "to"),
    [
        ("vp", ("VP",)),
        ("Van phong", ("VP",)),
        ("VĂN PHÒNG", ("VP",)),
        ("VP; BGD", ("BGD", "VP")),
        ("Ban, Van phong", ("BGD", "VP")),
        ("Ban và VP", ("BGD", "VP")),
        ("BGD\nVP", ("BGD", "VP")),
        ("Tất cả", ("BGD", "VP")),
        ("toàn thể", ("BGD", "VP")),
        ("ALL", ("BGD", "VP")),
    ],
)
def test_units_are_found_by_code_and_name(said: str, to: tuple[str, ...]) -> None:
    assert entry(*changed(2, said)).addressees == to


def test_an_unknown_unit_gets_the_nearest_as_a_fix_that_works() -> None:
    rows = [changed(2, "Văn phong Sở")]
    seen = looked_at(*rows)  # type: ignore[arg-type]
    (error,) = seen.checked.rows[0].errors
    assert error.fix is not None
    again = looked_at(*rows, fixes={(2, Field.TO): error.fix.value})  # type: ignore[arg-type]
    assert again.checked.rows[0].entry is not None
    assert again.checked.rows[0].entry.addressees == ("VP",)


@pytest.mark.parametrize(
    ("said", "near"),
    [
        ("P. Thương nghiệp", "Quản lý Thương mại"),
        ("Phòng Công nghệ", "Công nghiệp"),
        ("Van phong so", "Văn phòng"),
        ("Không giống gì cả", ""),
    ],
)
def test_the_nearest_name_shares_words_before_letters(said: str, near: str) -> None:
    names = Names(
        (code, (Text(name),))
        for code, name in (
            ("BGD", "Ban Giám đốc Sở Công Thương"),
            ("TM", "Quản lý Thương mại"),
            ("CN", "Công nghiệp"),
            ("VP", "Văn phòng"),
        )
    )
    assert names.nearest(said) == near


def test_the_same_number_twice_is_refused_at_the_second_with_a_free_one_to_take() -> None:
    rows = [("2.13", *GOOD[1:]), ("2.14", *GOOD[1:]), ("2.13", *GOOD[1:])]
    first, _second, third = looked_at(*rows).checked.rows
    assert first.entry is not None
    (error,) = third.errors
    assert error.code == "number_duplicate"
    assert "2" in error.message
    assert error.fix is not None
    assert error.fix.value == "2.15"


def test_the_1_10_that_a_spreadsheet_made_1_1_is_offered_back() -> None:
    rows = [(1.9, *GOOD[1:]), (2.1, *GOOD[1:]), (2.1, *GOOD[1:])]
    (error,) = looked_at(*rows).checked.rows[2].errors
    assert error.fix is not None
    assert error.fix.value == "2.10"


def test_rows_without_numbers_are_numbered() -> None:
    header = HEADER[1:]
    seen = looked_at(GOOD[1:], GOOD[1:], header=header)
    assert [row.entry.number for row in seen.checked.rows if row.entry] == ["1.01", "1.02"]
    assert seen.checked.warnings == []


@pytest.mark.parametrize(
    ("said", "trigger"),
    [
        ("1.1", doc.Trigger("1.1", "completed", 0)),
        ("sau 1.1", doc.Trigger("1.1", "completed", 0)),
        ("1.1 quá hạn", doc.Trigger("1.1", "overdue", 0)),
        ("sau tin 1.1 quá hạn + 5'", doc.Trigger("1.1", "overdue", 300)),
        ("1.1 hoàn thành +5'", doc.Trigger("1.1", "completed", 300)),
    ],
)
def test_it_reads_what_an_inject_waits_for(said: str, trigger: doc.Trigger) -> None:
    header = ("STT", "Đơn vị nhận", "Nội dung", "Sau tin")
    assert entry("2.1", "VP", "Nhắc lại", said, header=header).trigger == trigger


def test_an_inject_cannot_wait_for_one_that_is_not_there() -> None:
    header = ("STT", "Đơn vị nhận", "Nội dung", "Sau tin")
    row = only("2.1", "VP", "Nhắc lại", "1.99", header=header)
    assert codes(row.errors) == ["unknown_inject"]


def test_times_may_hang_on_other_rows_whatever_their_order() -> None:
    rows = [
        ("2.3", "2.2 + 10 phút", *GOOD[2:]),
        ("2.2", "sau 2.1 20'", *GOOD[2:]),
        ("2.1", "N1 08:00", *GOOD[2:]),
        ("2.4", "1.1 + 5 phút", *GOOD[2:]),
    ]
    seen = looked_at(*rows)
    assert seen.checked.errors == []
    assert [row.offset_s for row in seen.checked.rows] == [90 * 60, 80 * 60, 60 * 60, 10 * 60]


def test_times_in_a_circle_are_refused() -> None:
    rows = [("2.1", "sau 2.2 5'", *GOOD[2:]), ("2.2", "sau 2.1 5'", *GOOD[2:])]
    found = [codes(row.errors) for row in looked_at(*rows).checked.rows]
    assert found == [["time_cycle"], ["time_cycle"]]


def test_a_time_of_day_takes_its_day_from_the_phase_and_says_so() -> None:
    header = ("STT", "Giai đoạn", *HEADER[1:])
    rows = [("2.1", "1", time(8, 15), *GOOD[2:]), ("2.2", "GĐ 2", time(17, 30), *GOOD[2:])]
    seen = looked_at(*rows, header=header)
    assert [row.offset_s for row in seen.checked.rows] == [75 * 60, 630 * 60]
    assert [row.entry.phase for row in seen.checked.rows if row.entry] == [
        "transition",
        "preparation",
    ]


def test_section_rows_give_phase_and_day() -> None:
    seen = looked_at(
        ("GIAI ĐOẠN 2: CHUẨN BỊ",),
        ("2.1", "17:30", *GOOD[2:]),
        ("GIAI ĐOẠN 3",),
        ("2.2", "18:30", *GOOD[2:]),
    )
    assert seen.checked.errors == []
    assert [row.entry.phase for row in seen.checked.rows if row.entry] == [
        "preparation",
        "execution",
    ]


def test_a_title_is_made_of_a_long_content() -> None:
    header = ("STT", "Giờ DT", "Đơn vị nhận", "Mô tả")
    found = entry("2.1", "N1 08:00", "VP", "Mất điện toàn khu. Lập phương án ngay.", header=header)
    assert found.title == Text("Mất điện toàn khu.")
    assert found.content == Text("Mất điện toàn khu. Lập phương án ngay.")


def test_a_simulated_time_is_a_note_and_moves_nothing() -> None:
    header = (*HEADER, "Giờ giả định")
    found = entry(*GOOD, "N+3 05:00", header=header)
    assert found.planned_us == 1800 * SECOND_US
    assert ("Giờ giả định", "N+3 05:00") in found.notes


def test_columns_of_their_own_are_kept_under_their_names() -> None:
    found = entry(*GOOD, "Gọi số máy trực", header=(*HEADER, "Ghi chú nội bộ"))
    assert found.notes == (("Ghi chú nội bộ", "Gọi số máy trực"),)


def test_expected_actions_come_one_a_line_without_their_marks() -> None:
    header = (*HEADER, "Hành động mong đợi")
    found = entry(*GOOD, "- Lập biên bản\n2. Báo cáo\n• Phối hợp", header=header)
    assert [one.vi for one in found.expected_actions] == ["Lập biên bản", "Báo cáo", "Phối hợp"]
