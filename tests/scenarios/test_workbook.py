"""A scenario as a workbook: on paper, in a spreadsheet, and back."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from functools import cache
from typing import Any

import openpyxl
import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.choices import Method, ReleaseMode, Reply, TriggerEvent
from scenarios.intake import readers
from scenarios.intake.mapping import Field
from scenarios.intake.preview import preview
from scenarios.intake.workbook import document_from_workbook, is_scenario
from scenarios.reading import Problem, ScenarioProblems, read, sample_path
from scenarios.reading.document import Document, Trigger
from scenarios.writing import Unwritable, as_csv, as_xlsx
from scenarios.writing.tables import MSEL, SCENARIO, TABLES, headers_of
from tests.scenarios.small import SMALL
from tests.scenarios.strategies import ODD, documents, drafts
from units.roles import Role
from units.spreadsheets import harmless, unmarked
from units.text import Text, canonical

MADE_UP = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def again(data: bytes) -> Document:
    reading = readers.of(data, "a.xlsx")
    assert is_scenario(reading)
    return document_from_workbook(reading)


def opened(document: Document, language: str = "vi") -> Any:
    return openpyxl.load_workbook(io.BytesIO(as_xlsx(document, language)))


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def problems_in(book: Any) -> list[Problem]:
    with pytest.raises(ScenarioProblems) as caught:
        again(saved(book))
    return caught.value.problems


# ── the same scenario ───────────────────────────────────────────────────────────────────────────
@MADE_UP
@given(documents() | drafts(), st.sampled_from(["vi", "en"]))
def test_any_scenario_is_the_same_after_a_workbook(document: Document, language: str) -> None:
    assert again(as_xlsx(document, language)) == document


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_sample_is_the_same_after_a_workbook(language: str) -> None:
    document = read(sample_path())
    assert again(as_xlsx(document, language)).content_hash == document.content_hash


def test_it_is_the_same_after_another_program_saved_it() -> None:
    document = read(sample_path())
    assert again(saved(opened(document))) == document


def test_notes_named_like_other_columns_stay_notes() -> None:
    names = ["Số", "TITLE", "Nội  dung", "Ghi chú: Số", "Note: x", "Xe"]
    entry, *others = read(SMALL.encode()).msel
    notes = tuple((name, f"{name}?") for name in names)
    document = replace(read(SMALL.encode()), msel=(replace(entry, notes=notes), *others))
    assert again(as_xlsx(document)) == document
    assert again(as_xlsx(document, "en")) == document


def test_a_title_that_reads_like_a_header_is_none() -> None:
    document = replace(read(SMALL.encode()), title=Text("Số", "No."))
    assert again(as_xlsx(document)) == document


def test_texts_that_a_spreadsheet_would_run_are_text() -> None:
    entry, *others = read(SMALL.encode()).msel
    actions = tuple(Text(canonical(odd), "=1+1") for odd in ODD)
    entry = replace(entry, title=Text("=cmd|' /C calc'!A0"), expected_actions=actions)
    document = replace(read(SMALL.encode()), title=Text("@SUM(1)"), msel=(entry, *others))
    cells = [cell for sheet in opened(document) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    ran = [cell for cell in cells if str(cell.value)[:1] in "=+-@"]
    assert len(ran) >= 3
    assert all(cell.quotePrefix for cell in ran)
    with zipfile.ZipFile(io.BytesIO(as_xlsx(document))) as package:
        assert not any(b"<f>" in package.read(name) for name in package.namelist())
    assert again(as_xlsx(document)) == document


def test_what_xml_cannot_hold_is_left_out() -> None:
    document = replace(read(SMALL.encode()), title=Text("a\x00b\x0bc\ufffed"))
    assert again(as_xlsx(document)).title == Text("ab\ncd")


def test_a_text_longer_than_a_cell_is_told_not_cut() -> None:
    entry, *others = read(SMALL.encode()).msel
    document = read(SMALL.encode())
    document = replace(document, msel=(replace(entry, content=Text("dài" * 11_000)), *others))
    with pytest.raises(Unwritable) as caught:
        as_xlsx(document)
    assert caught.value.code == "cell_too_long"
    assert "dàidài" in caught.value.message


# ── as people see it ────────────────────────────────────────────────────────────────────────────
def test_the_msel_comes_first_and_is_made_for_paper() -> None:
    document = read(sample_path())
    book = opened(document)
    assert book.sheetnames == [
        *("MSEL", "Đơn vị", "Người", "Mục tiêu", "Vấn đề", "Giai đoạn", "Điều kiện"),
        *("Tạm nghỉ", "Kịch bản"),
    ]
    sheet = book["MSEL"]
    assert sheet["A1"].value == document.title.vi
    assert "10/10/2023 07:00 – 11/10/2023 16:30" in sheet["A2"].value
    assert document.content_hash[:8] in sheet["A2"].value
    assert [cell.value for cell in sheet[3]][:4] == ["Số", "Giai đoạn", "Giờ DT", "Sau tình huống"]
    assert sheet["A3"].font.bold
    assert sheet["A3"].fill.fill_type == "solid"
    assert sheet["J4"].alignment.wrap_text
    assert sheet["A4"].number_format == "@"
    assert sheet.freeze_panes == "B4"
    last = len(document.msel) + 3
    assert sheet.auto_filter.ref == f"A3:U{last}"
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.print_area == f"'MSEL'!$A$1:$O${last}"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert "&P/&N" in sheet.oddFooter.right.text
    assert "DIỄN TẬP" in sheet.oddHeader.center.text
    assert sheet.column_dimensions["J"].width > 3 * sheet.column_dimensions["A"].width


def test_every_row_is_tall_enough_for_its_words_on_paper() -> None:
    entry, *others = read(SMALL.encode()).msel
    told = replace(entry, content=Text("Nước dâng nhanh. " * 30), expected_actions=())
    endless = replace(told, content=Text("Nước dâng nhanh.\n" * 300))
    short_pt, long_pt, longest_pt = (
        opened(replace(read(SMALL.encode()), msel=(one, *others)))["MSEL"].row_dimensions[4].height
        for one in (replace(entry, content=Text("X"), expected_actions=()), told, endless)
    )
    width = opened(read(SMALL.encode()))["MSEL"].column_dimensions["J"].width
    assert 15 <= short_pt < long_pt < longest_pt == 409
    assert long_pt >= 15 * len("Nước dâng nhanh. " * 30) / width


def test_a_row_reads_as_a_planner_writes_it() -> None:
    entry, *others = read(SMALL.encode()).msel
    entry = replace(entry, expected_actions=(Text("Một\nhai", "One"), Text("", "Two"), Text("Ba")))
    document = replace(read(SMALL.encode()), msel=(entry, *others))
    sheet = opened(document)["MSEL"]
    headers = [cell.value for cell in sheet[3]]
    first, second, third = (
        dict(zip(headers, (cell.value for cell in row), strict=True)) for row in sheet["4:6"]
    )
    assert first["Số"] == "1.1"
    assert first["Giai đoạn"] == "Giai đoạn 1"
    assert first["Giờ DT"] == "N1 07:05"
    assert first["Đơn vị nhận"] == "ALL"
    assert first["Kênh"] == "Văn bản"
    assert first["Hành động mong đợi"] == "Một\n↳ hai\n\nBa"
    assert first["Hành động mong đợi, tiếng Anh"] == "One\nTwo\n"
    assert second["Hạn hoàn thành"] == "30m"
    assert second["Bắt buộc"] == "Có"
    assert third["Sau tình huống"] == "1.2 quá hạn +5'"
    assert third["Giờ DT"] is None


def test_an_english_workbook_has_the_english_words_on_the_page() -> None:
    sheet = opened(read(sample_path()), "en")["MSEL"]
    headers = [cell.value for cell in sheet[3]]
    row = dict(zip(headers, (cell.value for cell in sheet[4]), strict=True))
    assert headers.index("Title") < 15 <= headers.index("Title (Vietnamese)")
    assert row["Title"] == "Exercise rules and communications check"
    assert row["Exercise time"] == "D1 07:05"
    assert row["Phase"] == "Phase 1"


def test_every_header_and_label_means_one_thing() -> None:
    for table in (*TABLES, SCENARIO):
        assert len(headers_of(table)) == len(
            {side for column in table.columns for side in column.header.as_dict().values()}
        )
        for language in ("vi", "en"):
            assert len({one.header.in_language(language) for one in table.columns}) == len(
                table.columns
            )
            assert {one.path for one in table.ordered(language)} == {
                one.path for one in table.columns
            }
    for choices in (Method, Reply, ReleaseMode, TriggerEvent, Role):
        for language in ("vi", "en"):
            with translation.override(language):
                assert len({str(label) for label in choices.labels}) == len(choices)


# ── changed by people ───────────────────────────────────────────────────────────────────────────
def test_a_workbook_may_be_changed_and_rearranged() -> None:
    book = opened(read(SMALL.encode()))
    sheet = book["MSEL"]
    sheet.delete_rows(1)
    sheet.move_range("A1:A10", cols=30)
    sheet["AE6"] = 1.25  # was 1.4
    sheet["AF2"] = "Xe"
    sheet["AF6"] = "hai xe"
    sheet["D5"] = "1.1 hoàn thành + 10'"
    sheet["O4"] = True
    book.move_sheet("MSEL", 5)
    del book["Tạm nghỉ"]
    book["Kịch bản"]["B10"] = read(SMALL.encode()).starts_at.replace(tzinfo=None)
    document = again(saved(book))
    assert document.stand_downs == ()
    assert [one.number for one in document.msel] == ["1.1", "1.2", "1.3", "1.25"]
    assert document.msel[1].mandatory
    assert document.msel[2].trigger == Trigger("1.1", "completed", 600)
    assert document.msel[3].notes == (("Xe", "hai xe"),)


BROKEN = [
    ("MSEL", "G4", "VPP", "unknown_unit", "MSEL!G4"),
    ("MSEL", "C4", "sáng", "bad_time", "MSEL!C4"),
    ("MSEL", "I4", None, "missing_key", "MSEL!I4"),
    ("MSEL", "H5", "Fax", "unknown_value", "MSEL!H5"),
    ("MSEL", "D6", "1.9 quá hạn", "unknown_inject", "MSEL!D6"),
    ("MSEL", "D6", "khi nào xong", "wrong_type", "MSEL!D6"),
    ("MSEL", "O5", "chắc là có", "wrong_type", "MSEL!O5"),
    ("MSEL", "A3", "Cột", "no_header", "MSEL!A1"),
    ("Người", "C2", "Sếp", "unknown_value", "Người!C2"),
    ("Người", "C2", "Cán bộ đạo diễn", "no_director", "Người"),
    ("Đơn vị", "F3", "XX", "unknown_unit", "Đơn vị!F3"),
    ("Giai đoạn", "A3", "Giai đoạn 7", "unknown_value", "Giai đoạn!A3"),
    ("Giai đoạn", "A3", "Giai đoạn 1", "duplicate", "Giai đoạn!A3"),
    ("Giai đoạn", "D3", "N1 16:00", "phases_overlap", "Giai đoạn!D3"),
    ("Điều kiện", "E2", "9.9", "unknown_inject", "Điều kiện!E2"),
    ("Điều kiện", "A2", None, "unknown_value", "Điều kiện!A2"),
    ("Tạm nghỉ", "B2", "N1 10:00", "ends_before_start", "Tạm nghỉ!B2"),
    ("Kịch bản", "B9", "Asia/Ho_Chi_Min", "unknown_timezone", "Kịch bản!B9"),
    ("Kịch bản", "B4", "không hợp lệ", "bad_code", "Kịch bản!B4"),
]


@pytest.mark.parametrize(("sheet", "cell", "value", "code", "place"), BROKEN)
def test_a_broken_workbook_is_refused_at_its_cell(
    sheet: str, cell: str, value: str | None, code: str, place: str
) -> None:
    book = opened(read(SMALL.encode()))
    book[sheet][cell] = value
    found = problems_in(book)
    assert (code, place) in [(one.code, one.path) for one in found]


def test_problems_are_told_sheet_by_sheet() -> None:
    book = opened(read(SMALL.encode()))
    book["Người"]["C2"] = "Sếp"
    book["MSEL"]["C5"] = "sáng"
    book["MSEL"]["C4"] = "trưa"
    found = problems_in(book)
    assert [one.path for one in found] == ["MSEL!C4", "MSEL!C5", "Người!C2"]


def test_a_cell_of_endless_lines_is_refused() -> None:
    book = opened(read(SMALL.encode()))
    data = saved(book)
    reading = readers.of(data, "a.xlsx")
    sheet = reading.sheets[0]
    row = list(sheet.rows[3])
    row[10] = "x\n" * 1_000_000
    rows = (*sheet.rows[:3], tuple(row), *sheet.rows[4:])
    with pytest.raises(ScenarioProblems) as caught:
        document_from_workbook(replace(reading, sheets=(replace(sheet, rows=rows),)))
    assert [one.code for one in caught.value.problems] == ["cell_too_long"]


@settings(MADE_UP, max_examples=25)
@given(st.data())
def test_a_workbook_with_anything_in_its_cells_is_read_or_refused(draw: st.DataObject) -> None:
    reading = reading_of_small()
    sheets = list(reading.sheets)
    odd = st.sampled_from(ODD) | st.none() | st.booleans() | st.floats() | st.text(max_size=6)
    for _turn in range(draw.draw(st.integers(1, 4))):
        place = draw.draw(st.integers(0, len(sheets) - 1))
        rows = [list(row) for row in sheets[place].rows]
        row = draw.draw(st.sampled_from([row for row in rows if row]))
        row[draw.draw(st.integers(0, len(row) - 1))] = draw.draw(odd)
        sheets[place] = replace(sheets[place], rows=tuple(map(tuple, rows)))
    try:
        found = [document_from_workbook(replace(reading, sheets=tuple(sheets))).code]
    except ScenarioProblems as refused:
        found = [one.message for one in refused.problems]
    assert found
    assert all(found)


@cache
def reading_of_small() -> Any:
    return readers.of(as_xlsx(read(SMALL.encode())), "a.xlsx")


def test_another_workbook_is_not_taken_for_a_scenario() -> None:
    book = opened(read(SMALL.encode()))
    del book["Kịch bản"]
    assert not is_scenario(readers.of(saved(book), "a.xlsx"))


# ── CSV, and the injects as an import takes them ────────────────────────────────────────────────
def test_csv_is_the_same_table_for_any_spreadsheet() -> None:
    document = read(sample_path())
    data = as_csv(document)
    assert data.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    sheet = opened(document)["MSEL"]
    rows = sheet.iter_rows(min_row=3, values_only=True)
    assert table == [[value or "" for value in row] for row in rows]
    english = as_csv(document, "en").decode("utf-8-sig")
    assert english.startswith("No.,Phase,Exercise time,")


def test_csv_cells_that_a_spreadsheet_would_run_are_marked() -> None:
    entry, *others = read(SMALL.encode()).msel
    entry = replace(entry, title=Text("=1+1"), content=Text("'=2"), sender=Text("'quote"))
    data = as_csv(replace(read(SMALL.encode()), msel=(entry, *others)))
    row = next(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert (row["Nội dung"], row["Nội dung đầy đủ"], row["Nơi gửi"]) == ("'=1+1", "''=2", "'quote")


def test_the_marks_are_taken_off_when_the_table_is_read() -> None:
    entry, *others = read(SMALL.encode()).msel
    entry = replace(entry, title=Text("=1+1"), content=Text("'=2"), sender=Text("'quote"))
    document = replace(read(SMALL.encode()), msel=(entry, *others))
    (table,) = readers.of(as_csv(document), "a.csv").sheets
    row = dict(zip(table.rows[0], table.rows[1], strict=False))
    assert (row["Nội dung"], row["Nội dung đầy đủ"], row["Nơi gửi"]) == ("=1+1", "'=2", "'quote")


@given(st.text() | st.sampled_from(ODD) | st.text("'=+-@\t x"))
def test_the_mark_of_a_cell_can_be_taken_off_again(text: str) -> None:
    marked = harmless(text)
    assert not marked.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert unmarked(marked) == text


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_an_own_table_taken_into_its_scenario_changes_nothing(write: Any, language: str) -> None:
    document = read(sample_path())
    entry, *others = document.msel
    notes = (("Số", "một"), ("Xe", "hai"))
    document = replace(document, msel=(replace(entry, notes=notes), *others))
    seen = preview(readers.of(write(document, language), "a"), document)
    assert not seen.checked.errors
    assert not seen.checked.findings
    assert len(seen.merge.same) == len(document.msel)


def test_an_own_table_without_some_columns_is_known_and_with_most_of_them_gone_is_not() -> None:
    header, *rows = csv.reader(io.StringIO(as_csv(read(SMALL.encode())).decode("utf-8-sig")))
    for kept, known in ((14, True), (13, False)):
        out = io.StringIO()
        csv.writer(out).writerows([row[:kept] for row in (header, *rows)])
        reading = readers.of(out.getvalue().encode(), "a.csv")
        assert (reading.mapping is not None) is known


def test_an_import_of_an_own_table_knows_every_column() -> None:
    entry, *others = read(SMALL.encode()).msel
    entry = replace(entry, notes=(("Số", "một"),))
    document = replace(read(SMALL.encode()), msel=(entry, *others))
    for data, row in ((as_csv(document), 1), (as_xlsx(document, "en"), 3)):
        mapping = readers.of(data, "a").mapping
        assert mapping is not None
        assert mapping.header_row == row
        fields = [column.field for column in mapping.columns]
        assert set(fields) == set(Field) - {Field.DATE, Field.SIMULATED, Field.IGNORED}
        assert len(fields) == len(set(fields)) == len(MSEL.columns) + 1
        note = mapping.of(Field.NOTE)
        assert note is not None
        assert note.header == "Số"
