"""``manage.py import_msel`` takes a spreadsheet in and reports row by row."""

from __future__ import annotations

import csv
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from scenarios.editing import Refused
from scenarios.intake import taking
from scenarios.intake.mapping import Column, Field, Mapping
from scenarios.models import ImportMapping, MselEntry, Scenario
from scenarios.reading import read, store
from scenarios.writing import as_csv, as_json, as_xlsx, as_yaml, document_of
from tests.scenarios.small import SMALL
from units.models import User

pytestmark = pytest.mark.django_db

SHEET = """\
MA TRẬN TÌNH HUỐNG;;;;;
STT;Giờ;Đơn vị nhận;Nội dung;Kênh;Hạn
GIAI ĐOẠN 1: CHUYỂN TRẠNG THÁI;;;;;
1.01;26/06/2024 07h30;Văn phòng;Nhận công điện;Công văn;30'
1.02;26/06/2024 09h05;Văn phòng, Phòng Thương mại;Kiểm soát giá;Điện thoại;1h
GIAI ĐOẠN 2: CHUẨN BỊ;;;;;
2.01;27/06/2024 07h30;Tất cả;Triển khai kế hoạch;;2 giờ
"""


def run(file: Path, *words: str) -> tuple[int, dict[str, Any]]:
    out = file.with_name("report.json")
    with pytest.raises(SystemExit) as ended:
        call_command("import_msel", str(file), *words, "--json", str(out))
    return int(ended.value.code or 0), json.loads(out.read_text())


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    file = tmp_path / "tinh-huong.csv"
    file.write_text(SHEET, encoding="utf-8")
    return file


@pytest.fixture
def draft() -> Scenario:
    """The small scenario as a draft, and somebody to edit it."""
    User.objects.create_superuser("quantri", password="x", name="Quản trị")
    return store(read(SMALL.encode()), as_draft=True)


def test_it_makes_a_scenario_of_a_spreadsheet(sheet: Path) -> None:
    code, report = run(sheet, "--into", "moi", "--new")
    assert code == 0
    assert (report["format"], report["rows"], report["imported"]) == ("csv", 3, 3)
    assert report["errors"] == []
    assert report["injects"] == [
        {
            "number": "1.01",
            "offset_s": 0,
            "phase": "transition",
            "title": "Nhận công điện",
            "to": ["VP"],
        },
        {
            "number": "1.02",
            "offset_s": 5700,
            "phase": "transition",
            "title": "Kiểm soát giá",
            "to": ["VP", "PTM"],
        },
        {
            "number": "2.01",
            "offset_s": 86400,
            "phase": "preparation",
            "title": "Triển khai kế hoạch",
            "to": ["VP", "PTM"],
        },
    ]
    scenario = Scenario.objects.get(code="moi")
    assert scenario.is_draft
    assert [entry.number for entry in scenario.msel.all()] == ["1.01", "1.02", "2.01"]


def test_a_dry_run_says_the_same_and_writes_nothing(sheet: Path) -> None:
    code, report = run(sheet, "--into", "moi", "--new", "--dry-run")
    assert (code, report["imported"]) == (0, 3)
    assert not Scenario.objects.exists()


def test_the_same_file_again_changes_nothing(sheet: Path) -> None:
    User.objects.create_superuser("quantri", password="x", name="Quản trị")
    run(sheet, "--into", "moi", "--new")
    before = list(MselEntry.objects.values())
    code, report = run(sheet, "--into", "moi")
    assert (code, report["imported"]) == (0, 3)
    assert list(MselEntry.objects.values()) == before


def test_rows_with_errors_are_left_out_and_the_others_imported(tmp_path: Path) -> None:
    file = tmp_path / "loi.csv"
    file.write_text(SHEET.replace("09h05", "25h05"), encoding="utf-8")
    code, report = run(file, "--into", "moi", "--new")
    assert (code, report["rows"], report["imported"]) == (1, 3, 2)
    (error,) = report["errors"]
    assert (error["row"], error["column"], error["code"]) == (5, "B “Giờ”", "no_such_hour")
    assert error["message"]
    assert error["hint"]


def test_what_waits_for_a_refused_row_is_not_half_written(tmp_path: Path) -> None:
    file = tmp_path / "cho.csv"
    file.write_text(
        "STT,Giờ,Đơn vị nhận,Nội dung,Sau tin\n"
        "1,N1 25:00,VP,Một,\n2,,VP,Hai,1\n3,N1 08:00,VP,Ba,\n",
        encoding="utf-8",
    )
    code, report = run(file, "--into", "moi", "--new")
    assert (code, report["imported"]) == (1, 1)
    assert [entry.number for entry in MselEntry.objects.all()] == ["3"]


def test_it_changes_adds_and_keeps_in_one_edit_of_a_draft(draft: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "sua.csv"
    file.write_text(
        "STT,Giờ DT,Đơn vị nhận,Nội dung,Sau tin\n"
        "1.1,N1 07:20,Tất cả,X sửa,\n5.1,N1 09:00,VP,Mới,\n5.2,,VP,Theo sau,5.1 quá hạn +10'\n",
        encoding="utf-8",
    )
    code, report = run(file, "--into", "small")
    assert (code, report["imported"]) == (0, 3)
    entries = {entry.number: entry for entry in draft.msel.all()}
    assert str(entries["1.1"].title) == "X sửa"
    assert [one.code for one in entries["1.1"].objectives.all()] == ["MT1"]
    assert entries["5.2"].trigger_entry == entries["5.1"]
    assert entries["5.2"].trigger_delay_s == 600
    assert sorted(entries) == ["1.1", "1.2", "1.3", "1.4", "5.1", "5.2"]
    (edit,) = draft.edits.all()
    assert edit.kind == "imported"


def test_what_a_planner_saves_while_the_file_is_read_is_not_written_over(
    draft: Scenario, sheet: Path
) -> None:
    data = sheet.read_bytes().replace(b"06/2024", b"10/2023")
    request = taking.Request(data=data, name=sheet.name, code=draft.code, today=date(2024, 3, 4))
    seen = taking.look(request)
    assert seen.merge.after
    Scenario.objects.filter(pk=draft.pk).update(revision=F("revision") + 1)
    planner = User.objects.create_user("hoa", password=None)
    with pytest.raises(Refused) as refused:
        taking.take(request, seen, planner)
    assert refused.value.code == "gone_on"


def test_what_is_only_warned_of_is_written(draft: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "luu-y.csv"
    file.write_text(
        "STT,Giai đoạn,Giờ DT,Đơn vị nhận,Nội dung,Bắt buộc,Hạn\n"
        "5.1,1,N1 06:00,VP,Trước giờ bắt đầu,,\n"
        "5.2,1,N1 08:00,VP,Bắt buộc chưa có hạn,x,\n"
        "5.3,1,N1 23:00,TREN,Ngoài giai đoạn và không tham gia,,\n"
        "5.4,1,N1 12:00,VP,Giờ nghỉ,,10'\n",
        encoding="utf-8",
    )
    code, report = run(file, "--into", "small")
    assert (code, report["imported"]) == (0, 4)
    assert {one["code"] for one in report["warnings"]} >= {
        *("before_start", "mandatory_without_deadline", "outside_phase", "in_stand_down"),
        "not_participating",
    }
    assert draft.msel.filter(number__startswith="5.").count() == 4


@pytest.mark.parametrize(
    ("field", "said", "code"),
    [
        ("Giờ DT", "N61 08:00", "absurd_time"),
        ("Giờ DT", "25/12/2023 09:00", "absurd_time"),
        ("Hạn", "8 ngày", "absurd_time"),
        ("Sau tin", "5.1 hoàn thành + 200h", "absurd_time"),
        ("Sau tin", "5.3", "trigger_cycle"),
    ],
)
def test_what_no_scenario_can_hold_refuses_its_row_and_no_other(
    draft: Scenario, tmp_path: Path, field: str, said: str, code: str
) -> None:
    rows = [
        {"STT": "5.1", "Giờ DT": "N1 07:30", "Đơn vị nhận": "VP", "Nội dung": "Được"},
        {"STT": "5.2", "Đơn vị nhận": "VP", "Nội dung": "Hỏng", field: said},
        {"STT": "5.3", "Đơn vị nhận": "VP", "Nội dung": "Chờ", "Sau tin": "5.2"},
    ]
    file = tmp_path / "qua-muc.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        names = ["STT", "Giờ DT", "Đơn vị nhận", "Nội dung", "Hạn", "Sau tin"]
        table = csv.DictWriter(out, names)
        table.writeheader()
        table.writerows(rows)
    status, report = run(file, "--into", draft.code)
    assert (status, report["imported"]) == (1, 1)
    assert {error["code"] for error in report["errors"]} == {code}
    assert draft.msel.filter(number__startswith="5.").get().number == "5.1"


@pytest.mark.parametrize("field", ["Hành động mong đợi", "Mục tiêu"])
def test_a_cell_of_too_many_items_keeps_the_rest_in_a_note(
    draft: Scenario, tmp_path: Path, field: str
) -> None:
    items = "\n".join(f"Việc thứ {n}" for n in range(1, 301))
    file = tmp_path / "nhieu.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(["STT", "Giờ DT", "Đơn vị nhận", "Nội dung", field])
        table.writerow(["5.1", "N1 07:30", "VP", "Nhiều việc", items])
    status, report = run(file, "--into", draft.code)
    assert (status, report["imported"]) == (0, 1)
    assert "too_many_items" in {warning["code"] for warning in report["warnings"]}
    inject = draft.msel.get(number="5.1")
    kept = [*(one["vi"] for one in inject.expected_actions), *(words for _, words in inject.notes)]
    for n in (1, 200, 201, 300):
        assert any(f"Việc thứ {n}" in one.split("\n") for one in kept), n


def test_an_approved_scenario_is_not_touched(sheet: Path) -> None:
    store(read(SMALL.encode()))
    with pytest.raises(Exception, match="đã duyệt") as told:
        call_command("import_msel", str(sheet), "--into", "small")
    assert getattr(told.value, "returncode", None) == 2


def test_an_open_question_of_a_column_is_asked_and_answered(tmp_path: Path) -> None:
    file = tmp_path / "ngay.csv"
    file.write_text(
        "STT,Giờ,Đơn vị nhận,Nội dung\n1,05/06/2024 07:30,VP,Một\n2,06/06/2024 07:30,VP,Hai\n",
        encoding="utf-8",
    )
    code, report = run(file, "--into", "moi", "--new")
    assert (code, report["imported"]) == (1, 0)
    assert "ambiguous" in {error["code"] for error in report["errors"]}
    assert not Scenario.objects.exists()
    code, report = run(file, "--into", "moi", "--new", "--read-as", "B=dmy")
    assert code == 0
    assert [inject["offset_s"] for inject in report["injects"]] == [0, 86400]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"\x00\x01\x02", b"{", b"[1, 2]"])
def test_a_file_that_cannot_be_read_ends_with_two(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "gi-do.xlsx"
    file.write_bytes(data)
    code, report = run(file, "--into", "moi", "--new")
    assert (code, report["rows"], report["format"]) == (2, 0, None)
    assert report["errors"][0]["message"]


def test_a_file_that_is_not_there_ends_with_two(tmp_path: Path) -> None:
    code, _report = run(tmp_path / "khong-co.xlsx", "--into", "moi", "--new")
    assert code == 2


@pytest.mark.parametrize("write", [as_yaml, as_json, as_xlsx, as_csv])
def test_what_is_exported_comes_in_again_unchanged(
    draft: Scenario, tmp_path: Path, write: Any
) -> None:
    file = tmp_path / "xuat"
    file.write_bytes(write(document_of(draft)))
    code, report = run(file, "--into", "small", "--dry-run")
    assert (code, report["imported"], report["errors"]) == (0, 4, [])
    run(file, "--into", "small")
    assert draft.edits.count() == 0


@pytest.mark.parametrize("write", [as_yaml, as_json, as_xlsx])
def test_a_whole_scenario_becomes_a_new_one(draft: Scenario, tmp_path: Path, write: Any) -> None:
    file = tmp_path / "xuat"
    file.write_bytes(write(document_of(draft)))
    code, _report = run(file, "--into", "ban-sao", "--new")
    assert code == 0
    before, after = document_of(draft), document_of(Scenario.objects.get(code="ban-sao"))
    assert after.msel == before.msel
    assert after.people == before.people
    assert after.phases == before.phases


@pytest.mark.parametrize("place", ["khong-co/report.json", "thu-muc", "tep.txt/report.json"])
def test_nothing_is_imported_where_the_report_cannot_be_written(
    draft: Scenario, sheet: Path, place: str
) -> None:
    (sheet.parent / "thu-muc").mkdir()
    (sheet.parent / "tep.txt").touch()
    before = list(MselEntry.objects.values())
    sheet.write_text(SHEET.replace("06/2024", "10/2023"), encoding="utf-8")
    out = sheet.parent / place
    for words in (["--into", draft.code], ["--into", "moi", "--new"]):
        with pytest.raises(CommandError, match="Chưa nhập gì") as told:
            call_command("import_msel", str(sheet), *words, "--json", str(out))
        assert told.value.returncode == 2
        assert str(out) in str(told.value)
    assert list(MselEntry.objects.values()) == before
    assert not Scenario.objects.filter(code="moi").exists()
    assert not draft.edits.exists()


def test_a_report_that_no_longer_fits_is_told_beside_what_was_imported(sheet: Path) -> None:
    with pytest.raises(CommandError, match="Đã nhập 3 dòng") as told:
        call_command("import_msel", str(sheet), "--into", "moi", "--new", "--json", "/dev/full")
    assert told.value.returncode == 2
    assert MselEntry.objects.count() == 3
    assert Path("/dev/full").is_char_device()


REFUSED = {
    "unknown": ("--into", "khong-co"),
    "code_taken": ("--into", "nho", "--new"),
    "bad_code": ("--into", "kịch bản", "--new"),
    "unknown_mapping": ("--into", "nho", "--mapping", "khong-nho"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_refused_import_reports_that_and_leaves_nothing_beside_it(
    draft: Scenario, sheet: Path, why: str
) -> None:
    Scenario.objects.filter(pk=draft.pk).update(code="nho")
    out = sheet.with_name("report.json")
    out.write_text("{}")
    with pytest.raises(CommandError) as caught:
        call_command("import_msel", str(sheet), *REFUSED[why], "--json", str(out))
    assert caught.value.returncode == 2
    report = json.loads(out.read_text())
    assert (report["imported"], [one["code"] for one in report["errors"]]) == (0, [why])
    assert sorted(one.name for one in sheet.parent.iterdir()) == [out.name, sheet.name]


def test_columns_are_read_as_they_were_remembered_by_name(draft: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "la.csv"
    file.write_text("A;B;C\n1.91;07:30;Tin nhớ\n", encoding="utf-8")
    fields = {"A": "number", "B": "content", "C": "title"}
    columns = tuple(
        Column(place, name, Field(field)) for place, (name, field) in enumerate(fields.items())
    )
    mapping = Mapping(sheet="la", header_row=1, columns=columns)
    ImportMapping.objects.create(name="Mẫu lạ", mapping=mapping.as_dict(), used_at=timezone.now())
    run(file, "--into", draft.code, "--mapping", "Mẫu lạ")
    made = draft.msel.get(number="1.91")
    assert (made.title.vi, made.content.vi) == ("Tin nhớ", "07:30")


@pytest.mark.parametrize("into", [("moi", "--new"), ("nho",)])
def test_a_mapping_that_knows_no_header_of_the_file_is_not_passed_over_in_silence(
    draft: Scenario, sheet: Path, into: tuple[str, ...]
) -> None:
    Scenario.objects.filter(pk=draft.pk).update(code="nho")
    for header, warned in (("Việc lạ", True), ("NOI DUNG", False)):
        mapping = Mapping("la", 1, (Column(0, header, Field.TITLE),))
        ImportMapping.objects.update_or_create(
            name="Mẫu", defaults={"mapping": mapping.as_dict(), "used_at": timezone.now()}
        )
        _code, report = run(sheet, "--into", *into, "--dry-run", "--mapping", "Mẫu")
        codes = [one["code"] for one in report["warnings"]]
        assert ("mapping_unused" in codes) is warned
    _code, report = run(sheet, "--into", *into, "--dry-run")
    assert "mapping_unused" not in [one["code"] for one in report["warnings"]]


def test_a_report_goes_through_a_pipe(sheet: Path) -> None:
    pipe = sheet.with_name("ong")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(SystemExit):
            call_command("import_msel", str(sheet), "--into", "moi", "--new", "--json", str(pipe))
        assert json.loads(os.read(reader, 65_536))["imported"] == 3
    finally:
        os.close(reader)


def test_a_formula_without_a_value_is_no_time(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["STT", "Giờ DT", "Đơn vị nhận", "Nội dung"])
    book.active.append(["1", "N1 07:30", "VP", "=cmd|' /C calc'!A0"])
    file = tmp_path / "cong-thuc.xlsx"
    book.save(file)
    code, report = run(file, "--into", "moi", "--new")
    assert code == 1
    assert "=cmd" not in json.dumps(report)
