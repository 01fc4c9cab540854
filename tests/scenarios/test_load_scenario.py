"""Scenario files in the database: what is stored, what is replaced, what is left alone."""

from __future__ import annotations

import io
import json
import os
import pwd
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.utils import timezone

from exercise.conduct import create_exercise
from scenarios.models import MselEntry, Scenario, Status
from scenarios.reading import ScenarioProblems, load, read, sample_path, store
from scenarios.writing import as_yaml, document_of
from tests.scenarios.small import SMALL
from units.models import Unit
from units.text import Text

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit status and both outputs of ``load_scenario``."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("load_scenario", *arguments, stdout=out, stderr=err)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def rows() -> dict[str, Any]:
    """How many rows there are of everything a scenario file makes."""
    counts = {one.name: one.related_model.objects.count() for one in Scenario._meta.related_objects}
    return {**counts, "scenario": Scenario.objects.count(), "unit": Unit.objects.count()}


def stored(text: str) -> Scenario:
    return store(read(text.encode()))


def test_the_sample_is_stored_whole() -> None:
    data = yaml.safe_load(sample_path().read_text())
    scenario = load(sample_path())
    for part in ("stand_downs", "phases", "people", "objectives", "problems", "msel"):
        assert getattr(scenario, part).count() == len(data[part]), part
    assert scenario.participations.count() == len(data["units"])
    by_number = {entry["number"]: entry for entry in data["msel"]}
    calendar = scenario.calendar()
    participating = {unit["code"] for unit in data["units"] if unit["participates"]}
    for entry in scenario.msel.prefetch_related("addressees", "objectives"):
        written = by_number[entry.number]
        to = participating if written["to"] == ["ALL"] else set(written["to"])
        assert {unit.code for unit in entry.addressees.all()} == to
        assert {one.code for one in entry.objectives.all()} == set(written["objectives"])
        assert entry.expected_actions == written["expected_actions"]
        assert entry.title.as_dict() == written["title"]
        if entry.planned_us is not None:
            assert calendar.label(calendar.to_play_us(entry.planned_us)) == written["at"]
        waits_for = entry.trigger_entry.number if entry.trigger_entry else None
        assert waits_for == written.get("when", {}).get("inject")
    numbers = list(scenario.msel.values_list("number", flat=True))
    assert numbers == [entry["number"] for entry in data["msel"]]
    parents = dict(Unit.objects.values_list("code", "parent__code"))
    assert parents == {unit["code"]: unit.get("parent") for unit in data["units"]}


def test_an_exercise_can_be_made_of_the_sample() -> None:
    exercise = create_exercise(load(sample_path()))
    assert exercise.injects.count() == len(read(sample_path()).msel)


def test_the_same_content_again_changes_nothing() -> None:
    first = load(sample_path())
    entries = list(MselEntry.objects.values_list("pk", flat=True))
    text = "# a comment\n" + sample_path().read_text()
    again = store(read(json.dumps(yaml.safe_load(text)).encode()))
    assert (again.pk, again.updated_at) == (first.pk, first.updated_at)
    assert list(MselEntry.objects.values_list("pk", flat=True)) == entries


def test_the_same_content_again_is_fine_even_when_an_exercise_uses_it() -> None:
    scenario = stored(SMALL)
    create_exercise(scenario)
    assert stored(SMALL) == scenario


def test_a_changed_file_becomes_the_next_version_and_changes_none_that_is_there() -> None:
    first = stored(SMALL)
    create_exercise(first)
    before = as_yaml(document_of(first))
    second = stored(SMALL.replace("title: X,", "title: XX,").replace("name: Ban,", "name: Bang,"))
    assert (first.version, second.version, second.based_on) == (1, 2, first)
    assert str(second.msel.get(number="1.1").title) == "XX"
    assert str(Unit.objects.get(code="BGD").name) == "Bang"
    first.refresh_from_db()
    assert as_yaml(document_of(first)) == before
    assert document_of(first).content_hash == first.content_hash != second.content_hash
    assert list(Scenario.objects.in_force()) == [second]


def test_content_that_is_back_is_the_version_that_had_it() -> None:
    first, changed = stored(SMALL), stored(SMALL.replace("title: X,", "title: XX,"))
    assert stored(SMALL) == first
    assert stored(SMALL.replace("title: X,", "title: XX,")) == changed


def test_what_came_from_a_file_is_approved_by_nobody() -> None:
    scenario = stored(SMALL)
    assert (scenario.status, scenario.approved_by) == (Status.APPROVED, None)
    assert scenario.approved_at is not None


def test_an_unfinished_file_is_a_draft_of_which_there_is_one() -> None:
    unfinished = SMALL.replace("role: director", "role: observer") + "draft: true\n"
    draft = stored(unfinished)
    assert (draft.status, draft.content_hash) == (Status.DRAFT, "")
    before = rows()
    with pytest.raises(ScenarioProblems) as caught:
        stored(unfinished.replace("title: X,", "title: XX,"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.path, problem.line) == ("draft_exists", "code", 2)
    assert "small-2" in problem.remedy
    assert rows() == before
    assert stored(SMALL).version == 2


def test_two_scenarios_share_a_unit_of_one_code() -> None:
    stored(SMALL)
    other = stored(SMALL.replace("code: small", "code: other"))
    assert Unit.objects.count() == 3
    assert other.participations.count() == 3


def test_the_tree_of_units_may_be_turned_round() -> None:
    stored(SMALL)
    stored(
        SMALL.replace("name: Ban,", "name: Ban, parent: VP,").replace(", parent: BGD}", "}"),
    )
    assert dict(Unit.objects.values_list("code", "parent__code")) == {
        "BGD": "VP",
        "VP": None,
        "TREN": None,
    }


# ── the command ─────────────────────────────────────────────────────────────────────────────────
def test_the_command_says_what_it_loaded() -> None:
    injects = len(read(sample_path()).msel)
    status, out, err = run(str(sample_path()))
    assert (status, err) == (0, "")
    assert "so-cong-thuong-2023" in out
    assert str(injects) in out


def test_the_command_tells_machines_what_it_loaded() -> None:
    injects = len(read(sample_path()).msel)
    status, out, _err = run(str(sample_path()), "--json")
    assert status == 0
    assert json.loads(out) == {
        "ok": True,
        "code": "so-cong-thuong-2023",
        "version": 1,
        "status": "draft",
        "injects": injects,
        "problems": [],
    }


def test_a_loaded_file_waits_for_a_second_person(tmp_path: Path) -> None:
    approved = stored(SMALL)
    file = tmp_path / "changed.yaml"
    file.write_bytes(as_yaml(replace(document_of(approved), title=Text("Mới"))))
    status, out, _err = run(str(file))
    loaded = Scenario.objects.get(version=2)
    assert status == 0
    assert "bản nháp" in out
    assert (loaded.status, loaded.content_hash, loaded.approved_at) == (Status.DRAFT, "", None)
    assert list(Scenario.objects.in_force()) == [approved]
    before = rows()
    status, _out, err = run(str(file))
    assert (status, "đang có một bản nháp" in err) == (1, True)
    assert rows() == before


def test_a_file_of_what_is_approved_already_makes_no_draft(tmp_path: Path) -> None:
    approved = stored(SMALL)
    file = tmp_path / "same.yaml"
    file.write_bytes(as_yaml(document_of(approved)))
    status, out, _err = run(str(file), "--json")
    answer = json.loads(out)
    assert (status, answer["version"], answer["status"]) == (0, 1, "approved")
    assert Scenario.objects.count() == 1


def test_who_approves_at_the_command_line_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "vanhanh")
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    started = timezone.now()
    assert run(str(file), "--approved")[0] == 0
    scenario = Scenario.objects.get()
    assert (scenario.status, scenario.approved_by) == (Status.APPROVED, None)
    assert scenario.approved_by_operator == "vanhanh"
    assert scenario.approved_at is not None
    assert started <= scenario.approved_at <= timezone.now()


def test_an_account_without_a_name_is_recorded_by_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    taken = {account.pw_uid for account in pwd.getpwall()}
    nameless = next(number for number in range(54_321, 60_000) if number not in taken)
    monkeypatch.setattr(os, "getuid", lambda: nameless)
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    assert run(str(file), "--approved")[0] == 0
    assert Scenario.objects.get().approved_by_operator == f"uid {nameless}"


def test_the_command_tells_one_problem_a_line_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(SMALL.replace("to: [ALL]", "to: [BGB]").replace("is: overdue", "is: late"))
    before = rows()
    status, out, err = run(str(file))
    assert (status, out) == (1, "")
    first, second = err.splitlines()
    assert first.startswith(f"{file}:25: msel[0].to[0]: ")
    assert "(BGB) — " in first
    assert second.startswith(f"{file}:30: msel[2].when.is: ")
    assert rows() == before == dict.fromkeys(before, 0)


def test_the_command_tells_problems_to_machines(tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(yaml.safe_load(SMALL.replace("to: [ALL]", "to: [BGB]")), indent=1))
    status, out, err = run(str(file), "--json")
    assert (status, err) == (1, "")
    answer = json.loads(out)
    assert (answer["ok"], answer["code"], answer["injects"]) == (False, None, 0)
    (problem,) = answer["problems"]
    assert set(problem) == {"line", "path", "code", "message", "value", "remedy"}
    assert (problem["code"], problem["path"]) == ("unknown_unit", "msel[0].to[0]")
    assert file.read_text().splitlines()[problem["line"] - 1].strip() == '"BGB"'


def test_a_missing_file_is_told_without_a_line(tmp_path: Path) -> None:
    status, _out, err = run(str(tmp_path / "none.yaml"))
    assert status == 1
    assert err.startswith(f"{tmp_path / 'none.yaml'}: ")
