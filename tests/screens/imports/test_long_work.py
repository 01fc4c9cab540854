"""Imports so large that a worker reads, checks and writes them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from exercise.chores import asking
from scenarios.imports import steps
from scenarios.models import Scenario
from tests.screens.imports.walk import (
    Walk,
    numbers,
    text,
    upload,
    workbook,
)

pytestmark = pytest.mark.django_db


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
