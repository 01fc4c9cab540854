"""What an import asks of a file: its columns, its sheet, that it can be read and kept."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from openpyxl import load_workbook

from scenarios.imports import keeping, stored
from scenarios.models import Import, ImportMapping, Scenario
from tests.factories import MINUTE
from tests.scenarios.small import SMALL
from tests.screens.imports.walk import (
    HEADER,
    ROWS,
    Walk,
    at,
    text,
    upload,
    workbook,
)

pytestmark = pytest.mark.django_db


# ── columns ─────────────────────────────────────────────────────────────────────────────────────
def test_columns_are_shown_with_their_first_cells_and_corrected(
    client: Client, draft: Scenario
) -> None:
    upload(client, draft, workbook())
    walk = Walk(client, draft)
    page = text(walk.get("columns/"))
    for said in (*HEADER, "Lập kế hoạch di chuyển cơ quan"):
        assert escape(said) in page
    answer = walk.settle(**{"field-4": "note"})
    assert answer.status_code == 422
    assert "Chưa có cột nào là nội dung tình huống" in text(answer)
    answer = walk.settle(**{"field-3": "title"})
    assert answer.status_code == 422
    assert "Mỗi nghĩa chỉ dùng cho một cột" in text(answer)
    assert walk.settle(**{"field-3": "ignored"}).status_code == 302
    assert "Bỏ qua cột D “Ghi chú nội bộ”" in walk.page()


def test_a_column_that_reads_two_ways_is_asked_about(client: Client, draft: Scenario) -> None:
    days = ("01/02", "03/04", "05/06", "02/05")
    rows = [(f"1.0{n}", f"{day}/2023 08:00", "VP", "", "Tin", "", "") for n, day in enumerate(days)]
    upload(client, draft, workbook(rows))
    walk = Walk(client, draft)
    page = text(walk.get("columns/"))
    assert "Đọc được theo nhiều cách" in page
    assert 'value="dmy"' in page
    assert 'value="mdy"' in page
    answer = walk.settle()
    assert answer.status_code == 422
    assert "Chọn một cách đọc cho cột này" in text(answer)
    assert walk.settle(**{"habit-1": "dmy"}).status_code == 302
    assert "Bỏ qua" not in walk.page()


def test_a_column_is_read_in_the_habit_that_the_planner_chooses(
    client: Client, draft: Scenario
) -> None:
    rows = [
        ("1.01", "07:30", "VP", "", "Tin", "", ""),
        ("1.02", "08:15", "VP", "", "Tin 2", "", ""),
    ]
    upload(client, draft, workbook(rows))
    walk = Walk(client, draft)
    page = text(walk.get("columns/"))
    assert "Cách đọc cột B" in page
    assert '<option value="hm" selected>' in page
    assert walk.settle(**{"habit-1": "span"}).status_code == 302
    walk.write()
    found = dict(draft.msel.values_list("number", "planned_us"))
    assert found == {"1.01": 450 * MINUTE, "1.02": 495 * MINUTE}


def test_of_a_whole_scenario_the_injects_alone_come_in_and_the_page_says_so(
    client: Client, draft: Scenario
) -> None:
    units = set(draft.participations.values_list("unit__code", flat=True))
    answer = upload(client, draft, SMALL.encode(), "kich-ban.yaml")
    assert answer.status_code == 302, text(answer)
    walk = Walk(client, draft)
    assert "Tệp này là cả một kịch bản" in text(walk.get("columns/"))
    walk.settle()
    assert "1.1" in walk.page("?show=all")
    assert "Tệp này là cả một kịch bản" in walk.page(), "where it is brought in, too"
    assert set(draft.participations.values_list("unit__code", flat=True)) == units
    upload(client, draft, workbook())
    assert "Tệp này là cả một kịch bản" not in text(Walk(client, draft).get("columns/"))


def test_a_habit_that_is_none_is_passed_over(client: Client, draft: Scenario) -> None:
    upload(client, draft, workbook())
    walk = Walk(client, draft)
    assert walk.settle(**{"habit-1": "xyz", "habit-4": "minutes"}).status_code == 302
    assert '<option value="day_time" selected>' in text(walk.get("columns/"))


def test_without_a_header_addressees_are_known_by_the_names_of_the_scenarios_units(
    client: Client, draft: Scenario
) -> None:
    lines = (
        "1.01;07:30;Ban chỉ đạo;Cháy kho;Văn phòng Sở",
        "1.02;07:45;Ban chỉ đạo;Mất điện;Quản lý Năng lượng",
        "1.03;08:00;Ban chỉ đạo;Họp gấp;Quản lý Thương mại và VP",
    )
    upload(client, draft, "\n".join(lines).encode(), "khong-dau.csv")
    walk = Walk(client, draft)
    for page in (
        text(walk.get("columns/")),
        text(walk.get("columns/", data={"sheet": "khong-dau", "shown": "khong-dau"})),
    ):
        field = page.partition('name="field-4"')[2].partition("</select>")[0]
        assert '<option value="to" selected>' in field
    assert walk.settle(name="Không dòng đầu").status_code == 302
    assert "Nhập 3 dòng" in walk.page()
    # A shape without headers is like any other: what was remembered of it says nothing.
    upload(client, draft, "\n".join(lines).encode(), "lan-sau.csv")
    page = text(Walk(client, draft).get("columns/"))
    assert "Không dòng đầu" not in page
    field = page.partition('name="field-4"')[2].partition("</select>")[0]
    assert '<option value="to" selected>' in field


def test_another_sheet_or_header_row_is_read_on_request(client: Client, draft: Scenario) -> None:
    book = load_workbook(io.BytesIO(workbook()))
    book.create_sheet("Danh bạ").append(["Họ tên", "Điện thoại"])
    book["Danh bạ"].append(["Trần Văn A", "0912"])
    out = io.BytesIO()
    book.save(out)
    upload(client, draft, out.getvalue())
    walk = Walk(client, draft)
    page = text(walk.get("columns/", data={"sheet": "Danh bạ", "shown": "MSEL"}))
    assert "Trần Văn A" in page
    page = text(walk.get("columns/", data={"sheet": "MSEL", "shown": "MSEL", "header_row": "4"}))
    assert 'name="header_row" value="4"' in page
    assert "Văn phòng Sở</b>" in page


def test_a_mapping_is_remembered_by_name_for_the_next_file_of_its_shape(
    client: Client, draft: Scenario
) -> None:
    upload(client, draft, workbook())
    walk = Walk(client, draft)
    walk.settle(**{"field-3": "ignored", "name": "Mẫu của Sở"})
    assert ImportMapping.objects.get().name == "Mẫu của Sở"
    upload(client, draft, workbook([ROWS[0]]), "lan-2.xlsx")
    again = Walk(client, draft)
    page = text(again.get("columns/"))
    assert "Ghép theo cách đã nhớ “Mẫu của Sở”" in page
    again.settle()
    assert "Bỏ qua cột D" in again.page()


# ── files ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("kich-ban.xlsx", b"%PDF-1.7 not a workbook"),
        ("kich-ban.xlsx", b"PK\x03\x04" + b"\x00" * 64),
        ("kich-ban.json", b'{"what": 1}'),
        ("kich-ban.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512),
        ("trong.csv", b"   \n"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    client: Client, draft: Scenario, settings: Any, tmp_path: Path, name: str, content: bytes
) -> None:
    settings.MEDIA_ROOT = tmp_path
    answer = upload(client, draft, content, name)
    assert answer.status_code == 422
    assert 'id="file-err"' in text(answer)
    assert not Import.objects.exists()
    assert not list(tmp_path.glob("imports/**/*.*")), "nothing of it stays"


def test_a_file_that_is_too_large_is_refused(
    client: Client, draft: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LIMIT_BYTES", 1000)
    answer = upload(client, draft, workbook())
    assert answer.status_code == 422
    assert not Import.objects.exists()


def test_files_are_forgotten_after_a_week(client: Client, draft: Scenario) -> None:
    walk = Walk.to_check(client, draft, workbook())
    kept = Path(walk.found.file.path)
    assert kept.exists()
    Import.objects.update(created_at=timezone.now() - keeping.KEPT - timedelta(minutes=1))
    upload(client, draft, workbook([ROWS[0]]))
    assert not kept.exists()
    assert not list(kept.parent.glob(f"{kept.name}*"))
    assert Import.objects.count() == 1


def test_a_file_that_is_gone_from_the_disk_is_asked_for_again(
    client: Client, draft: Scenario
) -> None:
    walk = Walk.to_check(client, draft, workbook())
    for file in Path(settings.MEDIA_ROOT).glob("imports/**/*.*"):
        file.unlink()
    for page in ("columns/", "errors.xlsx"):
        answer = client.get(walk.path(page), follow=True)
        assert "không còn trên máy chủ" in text(answer)
        assert answer.redirect_chain[-1][0] == at(draft)


def test_a_planner_can_have_a_file_forgotten(client: Client, draft: Scenario) -> None:
    def files() -> set[Path]:
        return set(Path(settings.MEDIA_ROOT).glob("imports/**/*.*"))

    of_others = files()
    walk = Walk.to_check(client, draft, workbook())
    assert "kich-ban.xlsx" in text(client.get(at(draft)))
    assert files() > of_others
    client.post(walk.path("forget/"))
    assert not Import.objects.exists()
    assert files() == of_others


def test_a_reading_is_kept_as_it_was(client: Client, draft: Scenario) -> None:
    upload(client, draft, workbook())
    found = Import.objects.get()
    reading = stored.load(found)
    assert reading is not None
    assert stored.loads(stored.dumps(reading)) == reading
    assert reading.sheets[0].rows[2] == HEADER
