"""Whose an import is, what stays of it when it is done, and what others changed meanwhile."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from scenarios.editing import Refused
from scenarios.editing.importing import ready_import, write_import
from scenarios.imports import keeping, steps
from scenarios.intake.mapping import Field
from scenarios.models import Edit, Import, ImportState, Scenario, Status
from tests.factories import MINUTE
from tests.screens.imports.walk import (
    ROWS,
    Walk,
    as_,
    at,
    numbers,
    text,
    upload,
    workbook,
)
from units.models import User

pytestmark = pytest.mark.django_db


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
