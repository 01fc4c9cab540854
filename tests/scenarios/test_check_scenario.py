"""The command that checks a scenario, in a file or in the database."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from scenarios.management.commands.check_scenario import SHOWN_PER_CODE
from scenarios.models import MselEntry, Scenario, Status
from scenarios.reading import load, load_draft, sample_path
from tests.scenarios.small import SMALL

pytestmark = pytest.mark.django_db

DRAFT = SMALL.replace("code: small", "draft: true\ncode: small").replace(
    "complete_within: 30m, mandatory: true", "mandatory: true"
)


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit status and both outputs."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("check_scenario", *arguments, stdout=out, stderr=err)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def told(*arguments: str) -> tuple[int, dict[str, Any]]:
    status, out, err = run(*arguments, "--json")
    assert err == ""
    answer = json.loads(out)
    assert isinstance(answer, dict)
    return status, answer


@pytest.fixture
def draft(tmp_path: Path) -> str:
    path = tmp_path / "draft.yaml"
    path.write_text(DRAFT)
    return str(path)


def test_warnings_are_told_and_leave_the_status_alone() -> None:
    status, out, err = run(str(sample_path()))
    assert (status, err) == (0, "")
    assert "Đơn vị XD: " in out
    assert "[silence]" in out
    assert "→ " in out
    assert out.rstrip().splitlines()[-1].startswith("so-cong-thuong-2023: lỗi 0, cảnh báo ")


def test_errors_are_told_first_and_set_the_status(draft: str) -> None:
    status, out, _err = run(draft)
    assert status == 1
    assert out.index("[mandatory_without_deadline]") < out.index("── cảnh báo")
    headings = [line for line in out.splitlines() if line.startswith("── ")]
    assert headings == ["── lỗi", "── cảnh báo", "── gợi ý"]


def test_json_names_the_place_of_each_finding(draft: str) -> None:
    status, answer = told(draft)
    assert status == 1
    assert (answer["code"], answer["readable"], answer["version"]) == ("small", True, None)
    assert sum(answer["counts"].values()) == len(answer["findings"])
    by_code = {one["code"]: one for one in answer["findings"]}
    one = by_code["mandatory_without_deadline"]
    assert one["severity"] == "error"
    assert one["place"] == {
        "kind": "inject",
        "code": "1.2",
        "field": "complete_within_s",
        "at_us": None,
        "line": None,
    }


def test_what_matters_less_can_be_left_out_but_is_counted(draft: str) -> None:
    status, answer = told(draft, "--severity", "error")
    assert status == 1
    assert {one["severity"] for one in answer["findings"]} == {"error"}
    assert answer["counts"]["advice"]
    status, answer = told(str(sample_path()), "--severity", "error")
    assert (status, answer["findings"]) == (0, [])


def test_a_file_that_cannot_be_read_tells_its_problems_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(SMALL.replace("to: [ALL]", "to: [BGB]"))
    status, answer = told(str(path))
    assert status == 2
    assert (answer["code"], answer["readable"], answer["counts"]["error"]) == (None, False, 1)
    (one,) = answer["findings"]
    assert (one["code"], one["place"]["kind"]) == ("unknown_unit", "file")
    assert (one["place"]["code"], one["place"]["line"]) == ("msel[0].to[0]", 25)
    assert "BGB" in one["message"]
    status, out, err = run(str(path))
    assert (status, out) == (2, "")
    assert err.startswith(f"{path}:25: msel[0].to[0]: ")


@pytest.mark.parametrize("source", ["khong-co", "khong-co.yaml", "thu-muc/khong-co"])
def test_what_is_neither_file_nor_scenario_is_told(source: str) -> None:
    status, out, err = run(source)
    assert (status, out) == (2, "")
    assert err.startswith(source)


def test_a_stored_scenario_is_checked_as_its_file_is() -> None:
    load(sample_path())
    status, stored = told("so-cong-thuong-2023")
    _status, in_file = told(str(sample_path()))
    assert status == 0
    assert stored["version"] == 1
    assert stored["findings"] == in_file["findings"]


def test_a_workbook_of_ours_is_checked_as_the_scenario_it_holds(tmp_path: Path) -> None:
    scenario = load(sample_path())
    file = tmp_path / "kich-ban.xlsx"
    call_command("export_scenario", scenario.code, str(file))
    status, answer = told(str(file))
    of_stored, stored = told(scenario.code)
    assert (status, answer["counts"]) == (of_stored, stored["counts"])


def test_a_teams_own_sheet_is_no_scenario(tmp_path: Path) -> None:
    file = tmp_path / "bang.xlsx"
    book = Workbook()
    book.active.append(["Số", "Giờ", "Nội dung"])
    book.save(file)
    (tmp_path / "anh.xlsx").write_bytes(b"%PDF-1.7")
    for name, code in (("bang", "not_a_scenario"), ("anh", "pdf"), ("khong-co", "unreadable")):
        status, answer = told(str(tmp_path / f"{name}.xlsx"))
        assert (status, [one["code"] for one in answer["findings"]]) == (2, [code])


def test_a_draft_in_the_database_is_checked_however_unfinished() -> None:
    scenario = load_draft(sample_path())
    entry = MselEntry.objects.get(scenario=scenario, number="1.04")
    entry.title, entry.planned_us = "", -1
    entry.complete_within_s = entry.acknowledge_within_s = None
    entry.save()
    entry.addressees.clear()
    status, answer = told("so-cong-thuong-2023")
    found = {one["code"] for one in answer["findings"] if one["place"]["code"] == "1.04"}
    assert status == 1
    assert found >= {"missing_title", "before_start", "mandatory_without_deadline"}
    assert ("never_overdue", "1.21") in {
        (one["code"], one["place"]["code"]) for one in answer["findings"]
    }


def test_the_newest_version_is_checked_unless_another_is_asked_for() -> None:
    first = load(sample_path())
    Scenario.objects.create(
        code=first.code, version=2, title="Hai", starts_at=first.starts_at, status=Status.DRAFT
    )
    status, answer = told(first.code)
    assert (status, answer["version"]) == (1, 2)
    status, answer = told(first.code, "--number", "1")
    assert (status, answer["version"]) == (0, 1)
    status, _out, err = run(first.code, "--number", "3")
    assert status == 2
    assert "3" in err


def test_of_one_code_people_are_told_some_places_and_the_number_of_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    injects = "".join(
        f'  - {{number: "2.{n}", phase: preparation, at: {n}m, to: [VP], title: "Q{n}"}}\n'
        for n in range(1, SHOWN_PER_CODE + 1)
    )
    path.write_text(SMALL + injects)
    _status, out, _err = run(str(path))
    assert out.count("không có nội dung") == SHOWN_PER_CODE
    assert "… và 4 chỗ khác [no_content]" in out
    _status, answer = told(str(path))
    assert len([one for one in answer["findings"] if one["code"] == "no_content"]) == 24


def test_an_approved_version_that_was_changed_behind_the_desk_is_an_error() -> None:
    load(sample_path())
    through = MselEntry.addressees.through
    through.objects.filter(pk=through.objects.order_by("pk")[0].pk).delete()
    status, answer = told("so-cong-thuong-2023")
    assert status == 1
    assert ("approved_altered", "error") in {
        (one["code"], one["severity"]) for one in answer["findings"]
    }
    _status, out, _err = run("so-cong-thuong-2023")
    assert "Nội dung đã khác với bản được duyệt. [approved_altered]" in out
