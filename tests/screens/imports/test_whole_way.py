"""An import through its pages: a team's spreadsheet, corrected cell by cell, into a draft."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from openpyxl import load_workbook

from scenarios.editing import undo
from scenarios.models import Edit, Import, Scenario, Status
from tests.factories import MINUTE, entry, make_scenario
from tests.screens.imports.walk import (
    HEADER,
    ROWS,
    UNITS,
    Walk,
    numbers,
    text,
    workbook,
)
from units.models import Unit, User

pytestmark = pytest.mark.django_db


# ── the whole way ───────────────────────────────────────────────────────────────────────────────
def test_it_takes_a_teams_spreadsheet_cell_by_cell_into_a_draft(
    client: Client, draft: Scenario, planner: User
) -> None:
    walk = Walk.to_check(client, draft, workbook())
    page = walk.page()
    assert walk.bad() == [5, 7, 8]
    for said in ("P. Thương nghiệp", "Quản lý Thương mại", "Trùng số 1.03 với dòng 6"):
        assert escape(said) in page
    assert "Nhập 3 dòng không lỗi" in page
    assert not draft.msel.exists()

    walk.fix(5, "to", "Quản lý Thương mại")  # as the button beside the error would
    walk.fix(7, "time", "N1 09:20")  # typed into the cell
    answer = walk.fix(8, "number", "1.05")
    assert answer.url.endswith("#row-8")
    assert walk.bad() == []
    assert "Nhập 6 dòng" in walk.page()
    assert not draft.msel.exists()

    answer = walk.write()
    assert answer.url == walk.path("done/")
    assert "Đã nhập 6 tình huống" in text(walk.get("done/"))
    assert numbers(draft) == ["1.01", "1.02", "1.03", "1.04", "1.05", "1.06"]
    second = draft.msel.get(number="1.02")
    assert second.planned_us == 105 * MINUTE
    assert [unit.code for unit in second.addressees.all()] == ["TM"]
    assert second.complete_within_s == 3000
    assert ["Ghi chú nội bộ", "gấp"] in second.notes
    assert draft.msel.get(number="1.06").addressees.count() == 3

    (edit,) = Edit.objects.filter(scenario=draft)
    assert (edit.kind, edit.user) == ("imported", planner)
    undo(draft.pk, planner)
    assert not draft.msel.exists()


def test_a_new_scenario_can_begin_with_a_file(client: Client, planner: User) -> None:
    data = {"code": "tu-tep", "title_vi": "Từ tệp", "starts_at": "2023-10-10T07:00"}
    file = SimpleUploadedFile("kich-ban.xlsx", workbook())
    answer = client.post(reverse("scenario_new"), data | {"file": file})
    made = Scenario.objects.get(code="tu-tep")
    walk = Walk(client, made)
    assert answer["Location"] == walk.path("columns/")
    assert (made.made_by, made.msel.count(), walk.found.user) == (planner, 0, planner)
    assert walk.settle().status_code == 302
    assert "Văn phòng Sở" in walk.page()


@pytest.mark.parametrize(
    ("data", "file", "there"),
    [
        ({"code": "hai tu"}, b"a", 0),  # nothing is made, nothing kept
        ({"starts_at": "0001-01-01T00:00"}, b"a", 0),
        ({}, b"%PDF-1.7 ", 1),  # an empty draft, in which another file can be chosen
    ],
)
def test_a_new_scenario_whose_form_or_file_is_wrong(
    client: Client, data: dict[str, str], file: bytes, there: int
) -> None:
    sent = {"code": "tu-tep", "title_vi": "Từ tệp", "starts_at": "2023-10-10T07:00"} | data
    file_sent = {"file": SimpleUploadedFile("kich-ban.xlsx", file)}
    answer = client.post(reverse("scenario_new"), sent | file_sent, follow=True)
    assert Scenario.objects.count() == there
    assert answer.status_code == (200 if there else 422)
    if there:
        assert "PDF" in text(answer)
        assert 'id="file-err"' in text(answer)
    else:
        assert not Import.objects.exists()


def test_the_good_rows_go_in_without_the_bad_which_come_back_as_a_sheet(
    client: Client, draft: Scenario
) -> None:
    walk = Walk.to_check(client, draft, workbook())
    assert walk.page("?show=errors").count('aria-invalid="true"') == 3, "a cell of each bad row"
    walk.write()
    assert numbers(draft) == ["1.01", "1.03", "1.06"]
    assert "Sửa tiếp 3 dòng lỗi" in text(walk.get("done/"))

    answer = walk.get("errors.xlsx")
    assert "kich-ban-loi.xlsx" in answer["Content-Disposition"]
    page: Any = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows[2][:7] == list(HEADER)
    assert [row[0] for row in rows[3:]] == ["1.02", "1.04", "1.03"]
    assert all("Dòng" in row[7] for row in rows[3:])
    assert "P. Thương nghiệp" in rows[3][7]

    page["C4"], page["B5"], page["A6"] = "Quản lý Thương mại", "N1 09:20", "1.05"
    out = io.BytesIO()
    page.parent.save(out)
    again = Walk.to_check(client, draft, out.getvalue(), "kich-ban-loi.xlsx")
    assert again.bad() == []
    again.write()
    assert numbers(draft) == ["1.01", "1.02", "1.03", "1.04", "1.05", "1.06"]
    assert not any("Lý do" in name for row in draft.msel.all() for name, _words in row.notes)


def test_what_a_sheet_of_errors_holds_is_text_for_whoever_opens_it(
    client: Client, draft: Scenario
) -> None:
    rows = [("1.01", "N1 99:00", "Văn phòng Sở", "'=cmd|' /C calc'!A0", "'=1+1", "", "")]
    raw = [[cell.removeprefix("'") if cell.startswith("'=") else cell for cell in rows[0]]]
    content = "\t".join(HEADER) + "\n" + "\t".join(raw[0]) + "\n"
    walk = Walk.to_check(client, draft, content.encode(), "kich-ban.tsv")
    page: Any = load_workbook(io.BytesIO(walk.get("errors.xlsx").content)).active
    formulas = [cell for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    assert not formulas
    assert page["E2"].value == "=1+1"


def test_a_later_version_shows_what_is_new_changed_and_gone(
    client: Client, draft: Scenario
) -> None:
    good = [ROWS[0], ROWS[2], ROWS[5]]
    Walk.to_check(client, draft, workbook(good)).write()
    moved = ("1.03", "N1 09:30", *ROWS[2][2:])
    added = ("1.07", "N1 10:30", "Văn phòng Sở", "", "Báo cáo cuối ngày", "Công văn", "30'")
    walk = Walk.to_check(client, draft, workbook([ROWS[0], moved, added]))
    page = re.sub(r"\s+", " ", walk.page("?show=all"))
    for said in ("1 mới", "1 thay đổi", "1 như cũ", "1 không có trong tệp"):
        assert said in page
    assert "<del>N1 09:00</del>" in page
    assert "<ins>N1 09:30</ins>" in page
    walk.write()
    assert numbers(draft) == ["1.01", "1.03", "1.06", "1.07"], "what is gone from the file stays"
    assert draft.msel.get(number="1.03").planned_us == 150 * MINUTE

    same = Walk.to_check(client, draft, workbook([ROWS[0], moved, added]))
    assert "disabled" in same.page()
    assert "Chưa có dòng nào nhập được mà khác với kịch bản" in same.page()


# ── corrections ─────────────────────────────────────────────────────────────────────────────────
def test_a_correction_is_drawn_into_the_page_and_can_be_taken_back(
    client: Client, draft: Scenario
) -> None:
    walk = Walk.to_check(client, draft, workbook())
    answer = walk.fix(7, "time", "N1 09:20", headers={"HX-Request": "true"})
    page = text(answer)
    assert page.lstrip().startswith('<div id="review"')
    assert 'data-focus="7"' in page
    assert "Còn 2 dòng lỗi" in page
    assert "N1 09:20" in page
    walk.fix(7, "time", None)
    assert 7 in walk.bad()
    assert "25:20" in walk.page()


def test_a_correction_does_not_read_the_file_again(
    client: Client, draft: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = Walk.to_check(client, draft, workbook())
    walk.found.file.storage.delete(walk.found.file.name)
    walk.fix(7, "time", "N1 09:20")
    assert walk.bad() == [5, 8]


def test_one_press_corrects_every_row_that_says_the_same(client: Client, draft: Scenario) -> None:
    rows = [(f"1.0{n}", "N1 08:00", "P. Thương nghiệp", *ROWS[0][3:]) for n in range(1, 5)]
    rows[1] = ("1.02", "N1 08:00", "P. Năng lượng", *ROWS[0][3:])
    walk = Walk.to_check(client, draft, workbook(rows))
    assert "Cả 3 dòng ghi như vậy" in walk.page()
    walk.fix(4, "to", "Quản lý Thương mại", alike="on")
    assert walk.bad() == [5]


@pytest.mark.parametrize(
    "data", [{"row": "x", "field": "to"}, {"row": "5", "field": "nothing"}, {"field": "to"}, {}]
)
def test_a_correction_of_nothing_is_refused(
    client: Client, draft: Scenario, data: dict[str, str]
) -> None:
    walk = Walk.to_check(client, draft, workbook())
    assert client.post(walk.path("fix/"), data | {"value": "a"}).status_code == 422
    assert walk.bad() == [5, 7, 8]


def test_units_that_only_the_file_knows_are_taken_in_on_request(
    client: Client, planner: User
) -> None:
    empty = make_scenario(1, injects=[])
    empty.people.all().delete()
    empty.participations.all().delete()
    Scenario.objects.filter(pk=empty.pk).update(status=Status.DRAFT)
    Unit.objects.create(code="NL", name={"vi": "Quản lý Năng lượng"})
    empty.refresh_from_db()
    walk = Walk.to_check(client, empty, workbook([ROWS[0], ROWS[1], ROWS[2]]))
    page = walk.page()
    assert "Tệp nêu 3 đơn vị chưa có trong kịch bản" in page
    assert page.count("checked") == 3
    client.post(
        walk.path("units/"), {"unit": ["Văn phòng Sở", "Quản lý Năng lượng", "Không nêu trong tệp"]}
    )
    codes = empty.participations.values_list("unit__code", flat=True)
    assert list(codes) == ["VPS", "NL"], "by its initials; one that is installed by its own code"
    assert walk.bad() == [5]
    assert "VPS, NL" in str(Edit.objects.get())
    undo(empty.pk, planner)
    assert walk.bad() == [4, 5, 6]


def test_entries_of_the_scenario_are_merged_by_number(client: Client, planner: User) -> None:
    made = make_scenario(list(UNITS), injects=[entry("1.01", 5, ["VP"]), entry("1.02", 9, ["NL"])])
    Scenario.objects.filter(pk=made.pk).update(status=Status.DRAFT)
    made.refresh_from_db()
    lines = (
        "Số tin;Giờ DT;Tiêu đề;Nơi nhận",
        "1.01;N1 07:10;Tin 1.01;VP",
        "1.09;N1 08:00;Tin mới;NL",
    )
    content = "\n".join(lines)
    Walk.to_check(client, made, content.encode(), "dot-2.csv").write()
    assert numbers(made) == ["1.01", "1.02", "1.09"]
    first = made.msel.get(number="1.01")
    assert first.planned_us == 10 * MINUTE
    assert first.content.vi == "Nội dung 1.01", (
        "a column that the file has not leaves what there is"
    )
