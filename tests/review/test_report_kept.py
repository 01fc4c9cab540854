"""A report kept for the pages: what would be built again is not, and nothing old is ever shown."""

from __future__ import annotations

import pytest

from exercise.models import CorrectiveAction
from exercise.review.files import written
from exercise.review.report import build_report, kept_report
from scenarios.models import Objective
from tests.review.scene import over, tamper, wrote
from units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def drill():
    return over()


def newest(drill):
    return drill.fresh().reports.order_by("-number").first()


def read(drill, language="vi"):
    return kept_report(drill.fresh(), language, newest(drill))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_is_kept_and_says_what_would_be_built(drill, language):
    wrote(drill, summary="Đạt yêu cầu, xem [[2]]")
    first = read(drill, language)
    assert read(drill, language) is first
    anew = build_report(drill.fresh(), language, newest(drill))
    assert written(first, "json") == written(anew, "json")
    assert written(first, "html") == written(anew, "html")


def test_each_language_has_its_own(drill):
    assert read(drill, "vi").findings != read(drill, "en").findings


def rated_again(drill):
    tasking = drill.tasking("1.01", "U1")
    drill.do("rate", drill.actor("evaluator"), tasking_id=tasking.pk, rating="U", note="Chậm")


def observed(drill):
    by = drill.actor("evaluator")
    drill.do("record_finding", by, kind="strength", text="Phối hợp tốt", unit_code="U1")


def narrated(drill):
    wrote(drill, summary="Viết lại")


def action_dropped(drill):
    action = CorrectiveAction.objects.get()
    drill.do("drop_action", action_id=action.pk, reason="Đã có biện pháp khác")


def unit_renamed(drill):
    Unit.objects.filter(code="U1").update(name={"vi": "Đơn vị mới", "en": "New unit"})


def unit_put_under_another(drill):
    parent = Unit.objects.create(code="S1", name={"vi": "Sở Công Thương", "en": "Department"})
    Unit.objects.filter(code__in=["U1", "U2"]).update(parent=parent)


def objective_reworded(drill):
    Objective.objects.update(title={"vi": "Chỉ huy tại chỗ", "en": "Command on site"})


def inject_retitled(drill):
    drill.exercise.injects.filter(number="1.01").update(title={"vi": "Cháy", "en": "Fire"})


def closed(drill):
    drill.do("close")


@pytest.mark.parametrize(
    "change",
    [
        rated_again,
        observed,
        narrated,
        action_dropped,
        unit_renamed,
        unit_put_under_another,
        objective_reworded,
        inject_retitled,
        closed,
        tamper,
    ],
)
def test_a_change_shows_at_once(drill, change):
    before = read(drill)
    change(drill)
    after = read(drill)
    assert written(after, "json") != written(before, "json")
    assert written(after, "json") == written(
        build_report(drill.fresh(), "vi", newest(drill)), "json"
    )


def test_a_row_changed_past_the_product_is_told_though_the_journals_head_is_the_same(drill):
    head = drill.exercise.journal_head
    assert read(drill).head.verified
    tamper(drill)
    assert drill.fresh().journal_head == head
    assert not read(drill).head.verified


def test_only_so_many_are_kept(drill, monkeypatch):
    monkeypatch.setattr("exercise.review.report.keeping.KEPT", 1)
    first = read(drill, "vi")
    read(drill, "en")
    assert read(drill, "vi") is not first


def test_a_kept_one_costs_few_queries(drill, django_assert_num_queries):
    read(drill)
    exercise = drill.fresh()
    with django_assert_num_queries(9):
        kept_report(exercise)
