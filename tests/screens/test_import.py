"""An import through its pages: a team's spreadsheet, corrected cell by cell, into a draft."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape
from openpyxl import Workbook, load_workbook

from exercise.chores import asking
from scenarios.editing import Refused, undo
from scenarios.editing.importing import ready_import, write_import
from scenarios.imports import keeping, steps, stored
from scenarios.intake.mapping import Field
from scenarios.models import Edit, Import, ImportMapping, ImportState, Scenario, Status
from tests.factories import MINUTE, entry, make_scenario
from units.models import Unit, User

pytestmark = pytest.mark.django_db

HEADER = ("Số tin", "Giờ DT", "Đơn vị nhận", "Ghi chú nội bộ", "Nội dung", "Kênh", "Hạn xử lý")
ROWS: tuple[tuple[Any, ...], ...] = (
    ("1.01", "N1 07:05", "Văn phòng Sở", "", "Lập kế hoạch di chuyển cơ quan", "Công văn", "100'"),
    ("1.02", "N1 08:45", "P. Thương nghiệp", "gấp", "Tin giả: dân xếp hàng mua gạo", "MXH", "50'"),
    ("1.03", "N1 09:00", "Quản lý Năng lượng", "", "Sự cố trạm 110 kV", "Điện thoại", "60'"),
    ("1.04", "N1 25:20", "Quản lý Năng lượng", "", "Thiếu 3.200 m vải", "Điện thoại", "60'"),
    ("1.03", "N1 09:38", "Văn phòng Sở", "", "Rò rỉ amoniac tại kho lạnh", "Công văn", "44'"),
    ("1.06", "N1 10:14", "Tất cả", "", "Chuyển trạng thái", "Công văn", "46'"),
)
UNITS = {
    "VP": "Văn phòng Sở",
    "TM": "Quản lý Thương mại",
    "NL": "Quản lý Năng lượng",
}


@pytest.fixture
def draft() -> Scenario:
    made = make_scenario(list(UNITS), injects=[])
    Scenario.objects.filter(pk=made.pk).update(status=Status.DRAFT)
    for code, name in UNITS.items():
        Unit.objects.filter(code=code).update(name={"vi": name}, short={})
    made.refresh_from_db()
    return made


@pytest.fixture
def planner() -> User:
    return User.objects.create_user("soan-thao", password=None, name="Soạn", may_plan=True)


@pytest.fixture
def client(planner: User) -> Client:
    return as_(planner)


@pytest.fixture(autouse=True)
def _files_go_when_the_test_ends() -> Iterator[None]:
    yield
    for file in Path(settings.MEDIA_ROOT).glob("imports/**/*.*"):
        file.unlink()


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def workbook(rows: Sequence[Sequence[Any]] = ROWS, header: Sequence[str] = HEADER) -> bytes:
    """As a team keeps it: a title above, the header in the third row."""
    book = Workbook()
    page: Any = book.active
    page.title = "MSEL"
    page.append(["KỊCH BẢN DIỄN TẬP 2023"])
    page.append([])
    page.append(header)
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def at(draft: Scenario, rest: str = "") -> str:
    return f"/scenarios/{draft.code}/{draft.version}/import/{rest}"


def upload(client: Client, draft: Scenario, content: bytes, name: str = "kich-ban.xlsx") -> Any:
    return client.post(at(draft), {"file": SimpleUploadedFile(name, content)})


def text(response: Any) -> str:
    return str(response.content.decode())


class Walk:
    """One planner's import."""

    def __init__(self, client: Client, draft: Scenario) -> None:
        self.client, self.draft = client, draft
        self.found = Import.objects.latest("pk")

    @classmethod
    def to_check(
        cls, client: Client, draft: Scenario, content: bytes, name: str = "kich-ban.xlsx"
    ) -> Walk:
        answer = upload(client, draft, content, name)
        assert answer.status_code == 302, text(answer)
        walk = cls(client, draft)
        assert answer.url == walk.path("columns/")
        answer = walk.settle()
        assert answer.url == walk.path("check/"), text(answer)
        return walk

    def path(self, rest: str) -> str:
        return at(self.draft, f"{self.found.pk}/{rest}")

    def get(self, rest: str, **more: Any) -> Any:
        return self.client.get(self.path(rest), **more)

    def settle(self, **data: str) -> Any:
        """Say that the columns are as the page shows them."""
        page = text(self.get("columns/"))
        sent = dict(re.findall(r'type="hidden" name="(sheet|header_row)" value="(.*?)"', page))
        return self.client.post(self.path("columns/"), sent | data)

    def page(self, query: str = "") -> str:
        answer = self.get(f"check/{query}")
        assert answer.status_code == 200
        return text(answer)

    def fix(self, row: int, field: str, value: str | None, *, alike: str = "", **more: Any) -> Any:
        data = {"row": row, "field": field, "show": "around", "page": 1, "alike": alike}
        data |= {} if value is None else {"value": value}
        return self.client.post(self.path("fix/"), data, **more)

    def write(self) -> Any:
        digest = re.search(r'name="digest" value="(\w+)"', self.page())
        assert digest
        return self.client.post(self.path("write/"), {"digest": digest[1]})

    def bad(self) -> list[int]:
        return [int(row) for row in re.findall(r'data-bad="(\d+)"', self.page("?show=errors"))]


def numbers(draft: Scenario) -> list[str]:
    return list(draft.msel.values_list("number", flat=True))


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


def test_the_good_rows_go_in_without_the_bad_which_come_back_as_a_sheet(
    client: Client, draft: Scenario
) -> None:
    walk = Walk.to_check(client, draft, workbook())
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


# ── columns ─────────────────────────────────────────────────────────────────────────────────────
def test_columns_are_shown_with_their_first_cells_and_corrected(
    client: Client, draft: Scenario
) -> None:
    upload(client, draft, workbook())
    walk = Walk(client, draft)
    page = text(walk.get("columns/"))
    for said in (*HEADER, "Lập kế hoạch di chuyển cơ quan", "đọc theo ngày diễn tập và giờ"):
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


# ── who ─────────────────────────────────────────────────────────────────────────────────────────
def test_an_import_is_its_planners_alone(client: Client, draft: Scenario) -> None:
    walk = Walk.to_check(client, draft, workbook())
    other = as_(User.objects.create_user("khac", password=None, name="Khác", may_plan=True))
    stranger = as_(User.objects.create_user("la", password=None, name="Lạ"))
    for page in ("columns/", "check/", "errors.xlsx", "progress/", "done/"):
        assert other.get(walk.path(page)).status_code == 404
        assert stranger.get(walk.path(page)).status_code == 403
        assert Client().get(walk.path(page)).status_code == 302
    for act in ("fix/", "units/", "write/", "forget/"):
        assert other.post(walk.path(act)).status_code == 404
        assert stranger.post(walk.path(act)).status_code == 403
    assert stranger.get(at(draft)).status_code == 403
    assert not draft.msel.exists()


def test_nothing_goes_into_an_approved_version(client: Client, draft: Scenario) -> None:
    walk = Walk.to_check(client, draft, workbook())
    page = walk.page()
    digest = re.search(r'name="digest" value="(\w+)"', page)
    assert digest
    Scenario.objects.update(status=Status.APPROVED)
    assert upload(client, draft, workbook()).status_code == 422
    client.post(walk.path("write/"), {"digest": digest[1]})
    assert not draft.msel.exists()
    assert "đã duyệt" in walk.page()


# ── what is done ────────────────────────────────────────────────────────────────────────────────
def test_what_is_done_stays_as_it_was_whatever_is_pressed(client: Client, draft: Scenario) -> None:
    walk = Walk.to_check(client, draft, workbook())
    columns = text(walk.get("columns/"))
    sent = dict(re.findall(r'type="hidden" name="(sheet|header_row)" value="(.*?)"', columns))
    walk.write()
    before = Import.objects.values().get()
    page = text(walk.get("done/"))
    facts = re.findall(r"<dd>\d+</dd>", page)
    assert len(facts) == 4
    assert (before["state"], before["report"]["written"]) == (ImportState.DONE, 3)
    assert walk.path("check/") not in page
    draft.msel.filter(number="1.03").update(planned_us=20 * MINUTE)
    Scenario.objects.filter(pk=draft.pk).update(revision=99)

    for rest in ("check/", "columns/", "progress/", "check/?show=errors"):
        assert walk.get(rest).url == walk.path("done/"), rest
    for rest, data in (
        ("columns/", sent),
        ("fix/", {"row": 7, "field": "time", "value": "N1 09:20"}),
        ("units/", {"unit": "P. Thương nghiệp"}),
        ("write/", {"digest": before["report"]["digest"]}),
    ):
        assert client.post(walk.path(rest), data).url == walk.path("done/"), rest
    assert Import.objects.values().get() == before
    assert re.findall(r"<dd>\d+</dd>", text(walk.get("done/"))) == facts
    assert Edit.objects.count() == 1


def test_the_rows_that_were_left_come_as_they_were_also_in_another_language(
    client: Client, draft: Scenario
) -> None:
    walk = Walk.to_check(client, draft, workbook())
    walk.write()
    Scenario.objects.filter(pk=draft.pk).update(revision=99)
    draft.msel.all().delete()
    for language in ("vi", "en"):
        answer = walk.get("errors.xlsx", headers={"Accept-Language": language})
        page: Any = load_workbook(io.BytesIO(answer.content)).active
        assert [row[0].value for row in page.iter_rows(min_row=4)] == ["1.02", "1.04", "1.03"]
    for ending in keeping.REVIEWS:
        keeping.beside(Import.objects.get(), ending).unlink(missing_ok=True)
    assert walk.get("errors.xlsx").url == walk.path("done/")


@pytest.mark.parametrize("many", [False, True], ids=["few rows", "many rows"])
def test_the_rows_that_were_left_are_gone_on_with_when_that_is_asked_for(
    client: Client, draft: Scenario, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    if many:
        monkeypatch.setattr(steps, "LARGE_ROWS", 3)
    walk = Walk.to_check(client, draft, workbook())
    walk.write()
    answer = client.post(walk.path("done/"))
    assert answer.url == walk.path("check/?show=errors")
    assert walk.bad() == [5, 7, 8]
    walk.fix(7, "time", "N1 09:20")
    walk.write()
    assert numbers(draft) == ["1.01", "1.03", "1.04", "1.06"]
    assert Import.objects.get().report["written"] == 1
    assert client.post(walk.path("done/")).status_code == 302


# ── two planners ────────────────────────────────────────────────────────────────────────────────
def test_what_another_planner_changed_in_between_is_shown_before_it_is_overwritten(
    client: Client, draft: Scenario
) -> None:
    Walk.to_check(client, draft, workbook([ROWS[0]])).write()
    later = ("1.01", "N1 07:30", *ROWS[0][2:])
    walk = Walk.to_check(client, draft, workbook([later]))
    digest = re.search(r'name="digest" value="(\w+)"', walk.page())
    assert digest
    draft.msel.update(planned_us=20 * MINUTE)
    Scenario.objects.filter(pk=draft.pk).update(revision=99)
    answer = client.post(walk.path("write/"), {"digest": digest[1]})
    assert answer.url == walk.path("check/")
    page = walk.page()
    assert "vừa được người khác sửa" in page
    assert "<del>N1 07:20</del>" in page
    assert draft.msel.get().planned_us == 20 * MINUTE
    walk.write()
    assert draft.msel.get().planned_us == 30 * MINUTE


def test_two_presses_write_once(client: Client, draft: Scenario) -> None:
    walk = Walk.to_check(client, draft, workbook([ROWS[0]]))
    walk.page()
    review = steps.review(Import.objects.get())
    assert review
    assert steps.claim(walk.found)
    assert not steps.claim(walk.found)
    steps.write(walk.found.pk, review.digest)
    steps.write(walk.found.pk, review.digest)
    assert Edit.objects.count() == 1
    assert Import.objects.get().state == ImportState.DONE


def test_rows_are_checked_before_the_database_is_locked(client: Client, draft: Scenario) -> None:
    walk = Walk.to_check(client, draft, workbook([ROWS[0]]))
    walk.page()
    review = steps.review(Import.objects.get())
    assert review
    assert steps.claim(walk.found)
    with CaptureQueriesContext(connection) as captured:
        steps.write(walk.found.pk, review.digest)
    said = [query["sql"] for query in captured]
    locked = next(at for at, sql in enumerate(said) if sql.startswith(("SAVEPOINT", "BEGIN")))
    assert any("scenarios_participation" in sql for sql in said[:locked])
    assert not [sql for sql in said[locked:] if "scenarios_participation" in sql]
    assert draft.msel.count() == 1


def test_a_correction_with_what_nobody_can_see_comes_back_in_the_sheet_of_errors(
    client: Client, draft: Scenario
) -> None:
    bad = (*ROWS[0][:1], "N1 26:00", *ROWS[0][2:])
    walk = Walk.to_check(client, draft, workbook([bad, ROWS[1]]))
    walk.page()
    row = next(one.row for one in steps.check(walk.found).rows if one.state == "error")
    steps.correct(walk.found, [row], Field.TITLE, "Một\x0bhai\x07")
    steps.check(walk.found)
    assert walk.get("errors.xlsx").status_code == 200


def test_what_was_checked_is_not_written_into_a_version_that_went_on(
    client: Client, draft: Scenario, planner: User
) -> None:
    walk = Walk.to_check(client, draft, workbook([ROWS[0]]))
    ready = ready_import(draft.pk, steps.look(walk.found).merge)
    assert len(ready) == 1
    Scenario.objects.filter(pk=draft.pk).update(revision=99)
    with pytest.raises(Refused) as refused:
        write_import(ready, planner, name="kich-ban.xlsx")
    assert refused.value.code == "gone_on"
    assert not draft.msel.exists()
    assert not Edit.objects.exists()


# ── long work ───────────────────────────────────────────────────────────────────────────────────
class Worker:
    """Takes one task after another, when it is told to."""

    def __init__(self) -> None:
        self.asked: list[list[Any]] = []

    def send_task(self, name: str, args: list[Any], **options: Any) -> None:
        """What Celery would be asked."""
        assert name == "exercise.import_step"
        self.asked.append(args)

    def work(self) -> None:
        """Carry out the first task that waits."""
        from exercise.chores.tasks import import_step

        import_step(*self.asked.pop(0))


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    """A worker for every import: a few rows are many."""
    made = Worker()
    monkeypatch.setattr(steps, "LARGE_BYTES", 100)
    monkeypatch.setattr(steps, "LARGE_ROWS", 3)
    monkeypatch.setattr("exercise.celery.app", made)
    return made


def checked_by(worker: Worker, client: Client, draft: Scenario) -> Walk:
    """A large import that waits for its planner, checked."""
    upload(client, draft, workbook())
    worker.work()
    walk = Walk(client, draft)
    walk.settle()
    walk.get("check/")
    worker.work()
    return walk


def test_a_large_file_is_read_checked_and_written_while_the_page_waits(
    client: Client, draft: Scenario, worker: Worker
) -> None:
    answer = upload(client, draft, workbook())
    walk = Walk(client, draft)
    assert answer.url == walk.path("progress/")
    assert "<progress" in text(walk.get("progress/"))
    assert walk.get("columns/").url == walk.path("progress/")
    worker.work()
    polled = walk.get("progress/", headers={"HX-Request": "true"})
    assert polled["HX-Redirect"] == walk.path("columns/")
    walk.settle()
    assert walk.get("check/").url == walk.path("progress/")
    worker.work()
    assert walk.get("progress/").url == walk.path("check/")
    assert walk.bad() == [5, 7, 8]
    answer = walk.fix(8, "number", "1.05")
    assert answer.url == walk.path("progress/?show=around&row=8")
    worker.work()
    assert walk.bad() == [5, 7]
    assert walk.write().url == walk.path("progress/")
    assert not draft.msel.exists()
    worker.work()
    assert walk.get("progress/").url == walk.path("done/")
    assert numbers(draft) == ["1.01", "1.03", "1.05", "1.06"]


def test_corrections_of_a_large_table_are_checked_by_the_worker_and_lead_back_to_their_row(
    client: Client, draft: Scenario, worker: Worker
) -> None:
    walk = checked_by(worker, client, draft)
    answer = walk.fix(7, "time", "N1 09:20", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == walk.path("progress/?show=around&row=7")
    progress = text(walk.get("progress/?show=around&row=7"))
    assert f'hx-get="{walk.path("progress/?show=around&amp;row=7")}"' in progress
    worker.work()
    polled = walk.get("progress/?show=around&row=7", headers={"HX-Request": "true"})
    assert polled["HX-Redirect"] == walk.path("check/?show=around&row=7#row-7")
    page = walk.page("?show=around&row=7")
    assert 'data-focus="7"' in page
    assert "Còn 2 dòng lỗi" in page
    assert walk.bad() == [5, 8]


def test_a_correction_that_comes_while_the_worker_checks_counts_as_well(
    client: Client, draft: Scenario, worker: Worker
) -> None:
    walk = checked_by(worker, client, draft)
    walk.fix(7, "time", "N1 09:20")
    answer = walk.fix(8, "number", "1.05")
    assert answer.url == walk.path("progress/?show=around&row=8")
    while worker.asked:
        worker.work()
        walk.get("check/")
    assert walk.bad() == [5]


def test_no_request_checks_the_rows_of_a_large_table(
    client: Client, draft: Scenario, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = checked_by(worker, client, draft)
    looked: list[int] = []
    monkeypatch.setattr(steps, "look", lambda imported: looked.append(imported.pk))
    walk.fix(7, "time", "N1 09:20")
    Scenario.objects.filter(pk=draft.pk).update(revision=99)
    for rest in ("check/", "errors.xlsx", "progress/"):
        walk.get(rest)
    client.post(walk.path("units/"), {"unit": "P. Thương nghiệp"})
    client.post(walk.path("fix/"), {"row": "x"})
    assert looked == []


def test_a_task_that_was_lost_is_asked_for_again(
    client: Client, draft: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[Any]] = []

    class Celery:
        def send_task(self, name: str, args: list[Any], **options: Any) -> None:
            asked.append(args)

    monkeypatch.setattr(steps, "LARGE_BYTES", 100)
    monkeypatch.setattr("exercise.celery.app", Celery())
    upload(client, draft, workbook())
    walk = Walk(client, draft)
    walk.get("progress/")
    assert len(asked) == 1
    monkeypatch.setattr(asking, "SILENT_S", -1.0)
    walk.get("progress/")
    assert asked[0] == asked[1]


def test_without_a_broker_it_is_done_at_once(
    client: Client, draft: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "LARGE_BYTES", 100)
    monkeypatch.setattr(steps, "LARGE_ROWS", 3)
    walk = Walk.to_check(client, draft, workbook())
    walk.write()
    assert numbers(draft) == ["1.01", "1.03", "1.06"]


def test_a_large_table_comes_in_pages_and_knows_the_next_error(
    client: Client, draft: Scenario
) -> None:
    rows = [
        (f"1.{n:03}", "N1 08:00", "VP", "", f"Dân báo tin thứ {n} về kho", "Công văn", "30'")
        for n in range(1, 260)
    ]
    rows[249] = ("1.250", "N1 08:00", "Không có", "", "Tin lạc", "Công văn", "30'")
    walk = Walk.to_check(client, draft, workbook(rows))
    first = walk.page("?show=all")
    assert 'id="row-4"' in first
    assert 'id="row-253"' not in first
    assert re.search(r'data-after="[^"]*show=all&amp;page=2#row-253"', first)
    second = walk.page("?show=all&page=2")
    assert 'data-bad="253"' in second
    around = walk.page()
    assert "… 247 dòng đạt" in around
    assert "… 7 dòng đạt" in around
    assert len(re.findall(r'id="row-', around)) == 5


def test_a_reading_is_kept_as_it_was(client: Client, draft: Scenario) -> None:
    upload(client, draft, workbook())
    found = Import.objects.get()
    reading = stored.load(found)
    assert reading is not None
    assert stored.loads(stored.dumps(reading)) == reading
    assert reading.sheets[0].rows[2] == HEADER


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
