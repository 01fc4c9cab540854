"""A scenario's rows as a document, and the command that writes it to a file."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from pytest_django import DjangoAssertNumQueries

from scenarios.intake import readers
from scenarios.intake.workbook import document_from_workbook
from scenarios.models import MselEntry, Scenario
from scenarios.reading import ScenarioProblems, load, read, sample_path, store
from scenarios.reading.document import Document
from scenarios.writing import as_yaml, document_of, unchecked_document_of
from scenarios.writing.gathering import named_notes
from tests.scenarios.small import SMALL
from tests.scenarios.strategies import documents, drafts
from units.models import Unit
from units.text import Text

pytestmark = pytest.mark.django_db

MADE_UP = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


def stored(text: str = SMALL) -> Scenario:
    return store(read(text.encode()))


def of_old() -> Scenario:
    """A version from before they had a hash: what its rows say nobody guards."""
    scenario = stored()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE scenarios_scenario SET content_hash = '' WHERE id = %s", [scenario.pk]
        )
    return Scenario.objects.get(pk=scenario.pk)


# ── rows → document ─────────────────────────────────────────────────────────────────────────────
def test_the_sample_comes_out_as_it_went_in() -> None:
    document = read(sample_path())
    scenario = Scenario.objects.get(pk=load(sample_path()).pk)
    assert document_of(scenario) == unchecked_document_of(scenario) == document
    assert document_of(scenario).content_hash == scenario.content_hash


@MADE_UP
@given(documents())
def test_any_scenario_comes_out_as_it_went_in(document: Document) -> None:
    document = replace(document, code=uuid4().hex)
    assert document_of(store(document)) == document


@MADE_UP
@given(drafts())
def test_any_draft_comes_out_as_it_went_in_a_draft_only_if_unfinished(document: Document) -> None:
    document = replace(document, code=uuid4().hex)
    found = document_of(store(document))
    assert replace(found, draft=True) == document
    if found.draft:
        with pytest.raises(ScenarioProblems):
            read(as_yaml(replace(found, draft=False)))
    else:
        assert read(as_yaml(found)) == found


def test_the_number_of_queries_does_not_grow_with_the_scenario(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    small, large = stored(), load(sample_path())
    with django_assert_max_num_queries(12) as few:
        document_of(small)
    with django_assert_max_num_queries(12) as many:
        document_of(large)
    assert len(few) == len(many)
    assert isinstance(many, CaptureQueriesContext)


def test_parts_of_a_second_are_cut_off() -> None:
    scenario = of_old()
    scenario.starts_at += timedelta(microseconds=7)
    scenario.msel.filter(number="1.1").update(planned_us=300_000_001)
    document = document_of(scenario)
    assert document == read(SMALL.encode())


def test_a_unit_that_is_only_referred_to_stands_last_and_takes_no_part() -> None:
    scenario = store(read(SMALL.encode()), as_draft=True)
    other = Unit.objects.create(code="KHAC", name=Text("Khác"))
    scenario.msel.get(number="1.2").addressees.add(other)
    document = document_of(scenario)
    assert document.draft
    assert (document.units[-1].code, document.units[-1].participates) == ("KHAC", False)
    assert document.msel[1].addressees == ("VP", "KHAC")
    assert read(as_yaml(document)) == document


def test_a_parent_outside_the_scenario_is_left_out() -> None:
    scenario = of_old()
    above = Unit.objects.create(code="TINH", name=Text("Tỉnh"))
    scenario.participations.update(name=None, short=None, parent=None)
    Unit.objects.filter(code="BGD").update(parent=above)
    parents = {unit.code: unit.parent for unit in document_of(scenario).units}
    assert parents == {"BGD": None, "VP": "BGD", "TREN": None}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda scenario: scenario.people.all().delete(),
        lambda scenario: scenario.msel.filter(number="1.2").update(complete_within_s=None),
        lambda scenario: scenario.msel.filter(number="1.1").update(planned_us=-1_000_000),
        lambda scenario: scenario.msel.get(number="1.1").addressees.clear(),
        lambda scenario: scenario.participations.update(participates=False),
    ],
)
def test_what_is_unfinished_comes_out_as_a_draft(spoil: Callable[[Scenario], Any]) -> None:
    scenario = of_old()
    assert not document_of(scenario).draft
    spoil(scenario)
    document = document_of(scenario)
    assert document.draft
    assert read(as_yaml(document)) == document


def test_rows_that_no_file_can_say_are_told() -> None:
    scenario = of_old()
    scenario.msel.filter(number="1.3").update(planned_us=0)
    with pytest.raises(ScenarioProblems) as caught:
        document_of(scenario)
    (problem,) = caught.value.problems
    assert (problem.code, problem.path, problem.line) == ("when_with_at", "msel[2].when", None)


def test_line_ends_of_forms_and_blank_sides_are_put_right() -> None:
    scenario = of_old()
    entry = scenario.msel.get(number="1.1")
    MselEntry.objects.filter(pk=entry.pk).update(
        title=Text("một\r\nhai", "  "), content=Text("a\x01b"), expected_actions=[{"vi": " "}]
    )
    found = document_of(scenario).msel[0]
    assert (found.title, found.content) == (Text("một\nhai"), Text("ab"))
    assert found.expected_actions == ()


@pytest.mark.parametrize(
    ("pairs", "named"),
    [
        ([["Xe", "2"], ["Xe", "3"], ["Xe", "4"]], ["Xe", "Xe (2)", "Xe (3)"]),
        ([["  Số\nxe  ca ", "2"], ["", "3"]], ["Số xe  ca", "?"]),
        ([["Trống", " "]], []),
        ([["x" * 200, "1"], ["x" * 200, "2"]], ["x" * 150, "x" * 146 + " (2)"]),
    ],
)
def test_notes_get_names_that_a_file_can_hold(pairs: list[Any], named: list[str]) -> None:
    assert [name for name, _words in named_notes(pairs)] == named


# ── the command ─────────────────────────────────────────────────────────────────────────────────
def run(*arguments: str) -> tuple[int, str, str]:
    """Exit status and both outputs of ``export_scenario``."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("export_scenario", *arguments, stdout=out, stderr=err)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("name", ["a.yaml", "a.YML", "a.json"])
def test_a_scenario_is_exported_so_that_it_can_be_read_again(tmp_path: Path, name: str) -> None:
    stored()
    status, out, err = run("small", str(tmp_path / name))
    assert (status, err) == (0, "")
    assert "small" in out
    assert "4" in out
    assert read(tmp_path / name) == read(SMALL.encode())
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_tables_are_exported_in_either_language(tmp_path: Path) -> None:
    stored()
    assert run("small", str(tmp_path / "a.xlsx"), "--lang", "en")[0] == 0
    reading = readers.of((tmp_path / "a.xlsx").read_bytes(), "a.xlsx")
    assert document_from_workbook(reading) == read(SMALL.encode())
    assert "Version 1 (" in str(reading.sheets[0].rows[1][0])
    assert run("small", str(tmp_path / "a.csv"))[0] == 0
    assert (tmp_path / "a.csv").read_text("utf-8-sig").startswith("Số,Giai đoạn,")


def test_the_newest_version_is_exported_unless_another_is_named(tmp_path: Path) -> None:
    stored()
    stored(SMALL.replace("title: Nhỏ", "title: Mới"))
    out = tmp_path / "a.yaml"
    assert run("small", str(out))[0] == 0
    assert read(out).title == Text("Mới")
    assert run("small", str(out), "--number", "1")[0] == 0
    assert read(out).title == Text("Nhỏ")
    status, _out, err = run("small", str(out), "--number", "3")
    assert status == 1
    assert "3" in err


def test_an_unfinished_scenario_is_exported_as_a_draft_and_this_is_said(tmp_path: Path) -> None:
    text = SMALL.replace("role: director", "role: controller")
    stored(f"draft: true\n{text}")
    status, out, _err = run("small", str(tmp_path / "a.yaml"))
    assert status == 0
    assert "bản nháp" in out
    assert read(tmp_path / "a.yaml").draft


def test_what_cannot_be_exported_is_told_and_the_old_file_stays(tmp_path: Path) -> None:
    scenario = of_old()
    target = tmp_path / "a.xlsx"
    target.write_bytes(b"old")
    scenario.msel.filter(number="1.1").update(content=Text("dài" * 11_000))
    status, _out, err = run("small", str(target))
    assert status == 1
    assert "dài" in err
    scenario.msel.filter(number="1.3").update(planned_us=0)
    status, _out, err = run("small", str(target))
    assert status == 1
    assert "1.3" in err
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.xlsx"]


@pytest.mark.parametrize(
    ("code", "out", "status", "told"),
    [
        ("smal", "a.yaml", 1, "small"),
        ("small", "a.docx", 2, ".xlsx"),
        ("small", "a", 2, ".yaml"),
        ("small", "none/a.yaml", 2, "none/a.yaml"),
        ("small", "a\0.yaml", 2, "a"),
    ],
)
def test_a_wrong_code_or_file_is_told(
    tmp_path: Path, code: str, out: str, status: int, told: str
) -> None:
    stored()
    found = run(code, f"{tmp_path}/{out}")
    assert found[0] == status
    assert told in found[2]
    assert not list(tmp_path.iterdir())
