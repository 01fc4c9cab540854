"""The improvement plan on its pages: written down, found, reminded of, handed on."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from exercise.models import CorrectiveAction, Observation
from exercise.situation import improvement
from scenarios.models import Objective, Scenario
from scenarios.versions import new_version
from tests.factories import Drill, make_drill
from tests.screens.test_who_may_what import as_
from units.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def drill() -> Drill:
    made = make_drill(units=3, started=True).later(5)
    made.sweep()
    made.later(25).do("end")
    made.do("publish_evaluation")
    made.fresh()
    return made


@pytest.fixture
def planner() -> User:
    return User.objects.create_user("soan-thao", password=None, name="Soạn", may_plan=True)


def add(drill: Drill, *, days: int = 30, **fields: Any) -> CorrectiveAction:
    with drill.at_now():
        due = improvement.today() + timedelta(days=days)
    words = {"finding": "Chuyển tin chậm", "measure": "Lập bảng trực", "owner_code": "U1"}
    made: CorrectiveAction = drill.do("add_action", due=due, **words | fields)
    return made


def ask(drill: Drill, user: User, name: str, *args: Any, method: str = "get", **data: Any) -> Any:
    with drill.at_now():
        return getattr(as_(user), method)(reverse(name, args=args), data)


def text(answer: Any) -> str:
    body = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", html.unescape(body))


def plan(drill: Drill, user: User, **data: Any) -> Any:
    return ask(drill, user, "improvement", drill.exercise.code, **data)


# ── one drill ───────────────────────────────────────────────────────────────────────────────────
def test_control_sees_the_whole_plan_and_a_unit_what_it_is_to_do(drill: Drill) -> None:
    add(drill, measure="Việc của một")
    add(drill, owner_code="U2", unit_code="U1", measure="Việc của hai")
    shown = {
        who: [line.action.owner.code for line in plan(drill, user).context["lines"]]
        for who, user in (
            ("director", drill.user("director")),
            ("lead", drill.user("lead", "U1")),
            ("staff", drill.user("staff", "U2")),
            ("other", drill.user("staff", "U3")),
        )
    }
    assert shown == {"director": ["U1", "U2"], "lead": ["U1"], "staff": ["U2"], "other": []}


def test_an_action_is_begun_from_what_an_evaluator_wrote(drill: Drill) -> None:
    Objective.objects.create(scenario=drill.exercise.scenario, code="MT1", title="Mục tiêu")
    drill.exercise.injects.filter(number="1.01").update(objectives=["MT1"])
    evaluator = drill.actor("evaluator")
    tasking = drill.tasking("1.01", "U1").pk
    drill.do("rate", evaluator, tasking_id=tasking, rating="M", note="Chưa ai trực máy")
    seq = drill.fresh().journal_seq
    page = plan(drill, drill.user("director"), **{"from": seq})
    assert page.context["opened"]
    initial = page.context["form"].initial
    assert {name: value for name, value in initial.items() if name != "due"} == {
        "source_seq": seq,
        "finding": "Chưa ai trực máy",
        "owner_code": "U1",
        "unit_code": "U1",
        "inject_number": "1.01",
        "objective": "MT1",
    }
    assert "Chưa ai trực máy" in text(page)
    assert Observation.objects.count() == 1


@pytest.mark.parametrize("seq", ["1", "0", "999999", "x", "9" * 300, ""])
def test_what_is_no_judgement_begins_nothing(drill: Drill, seq: str) -> None:
    page = plan(drill, drill.user("director"), **{"from": seq})
    assert page.status_code == 200
    assert "source_seq" not in page.context["form"].initial


def test_what_was_typed_stays_when_something_is_missing(drill: Drill) -> None:
    code, director = drill.exercise.code, drill.user("director")
    sent = {"finding": "Chưa ai trực máy", "measure": "Lập bảng trực", "owner_code": "U1"}
    answer = ask(drill, director, "improvement_add", code, method="post", **sent, due="2020-01-01")
    assert answer.status_code == 422
    assert "Hạn đã qua" in text(answer)
    assert "Chưa ai trực máy" in text(answer)
    assert not CorrectiveAction.objects.exists()
    answer = ask(drill, director, "improvement_add", code, method="post", **sent, due="01/02/2030")
    assert answer.status_code == 302
    assert CorrectiveAction.objects.get().due.isoformat() == "2030-02-01"


def test_a_lead_carries_one_out_by_the_forms_of_its_page(drill: Drill) -> None:
    action, lead, code = add(drill), drill.user("lead", "U1"), drill.exercise.code
    page = ask(drill, lead, "improvement_action", code, action.pk)
    assert {name for name, may in page.context["steps"].items() if may} == {"begin"}
    assert page.context["form"] is None
    sent = {"action_id": action.pk, "note": "Đã ban hành"}
    for command in ("begin_action", "finish_action"):
        ask(drill, lead, "do", code, command, method="post", **sent)
    page = ask(drill, lead, "improvement_action", code, action.pk)
    assert page.context["steps"] is None
    assert "đã làm, chờ kiểm tra" in text(page)
    control = ask(drill, drill.user("controller"), "improvement_action", code, action.pk)
    steps = {name for name, may in control.context["steps"].items() if may}
    assert steps == {"verify", "reopen", "drop"}


def test_an_edit_of_what_somebody_has_just_changed_is_shown_again(drill: Drill) -> None:
    action, director, code = add(drill), drill.user("director"), drill.exercise.code
    form = ask(drill, director, "improvement_action", code, action.pk).context["form"]
    sent = {name: value for name, value in form.initial.items() if value is not None}
    first = ask(
        drill,
        director,
        "improvement_edit",
        code,
        action.pk,
        method="post",
        **sent | {"measure": "Hai ca"},
    )
    assert first.status_code == 302
    second = ask(
        drill,
        director,
        "improvement_edit",
        code,
        action.pk,
        method="post",
        **sent | {"measure": "Ba ca"},
    )
    assert second.status_code == 422
    assert "Người khác vừa thay đổi việc này." in text(second)
    assert CorrectiveAction.objects.get().measure == "Hai ca"
    history = text(ask(drill, director, "improvement_action", code, action.pk))
    assert "Lập bảng trực Hai ca" in history


def test_a_unit_sees_nothing_of_it_while_the_evaluation_is_not_published(drill: Drill) -> None:
    action, lead, code = add(drill, days=1), drill.user("lead", "U1"), drill.exercise.code

    def told() -> tuple[int, int, int, bool]:
        page = ask(drill, lead, "improvement_action", code, action.pk)
        inbox = ask(drill, lead, "inbox", code).context
        listed = plan(drill, lead).context["lines"]
        return page.status_code, len(listed), len(overview(drill, lead)), "reminder" in inbox

    assert told() == (200, 1, 1, True)
    drill.do("withdraw_evaluation")
    assert told() == (404, 0, 0, False)
    assert len(plan(drill, drill.user("director")).context["lines"]) == 1


# ── what is due ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("days", "words", "state"),
    [
        (8, "", ""),
        (7, "còn 7 ngày", "due"),
        (1, "còn 1 ngày", "due"),
        (0, "hạn hôm nay", "due"),
        (-1, "quá hạn 1 ngày", "late"),
    ],
)
def test_a_day_is_told_from_a_week_before_it(
    drill: Drill, days: int, words: str, state: str
) -> None:
    add(drill, days=40)
    drill.later((40 - days) * 24 * 60)
    (line,) = plan(drill, drill.user("lead", "U1")).context["lines"]
    assert (line.due_words, line.due_state) == (words, state)


def test_the_owner_is_reminded_on_the_inbox_and_of_what_is_done_no_more(drill: Drill) -> None:
    action = add(drill, days=1)
    add(drill, days=5)
    add(drill, days=50)
    add(drill, days=1, owner_code="U2")
    lead, code = drill.user("lead", "U1"), drill.exercise.code

    def told() -> tuple[int, int, int, int]:
        found = ask(drill, lead, "inbox", code).context["reminder"]
        return found.actions, found.overdue, found.tomorrow, found.week

    assert told() == (3, 0, 1, 1)
    drill.later(2 * 24 * 60)
    assert told() == (3, 1, 0, 1)
    assert "Đơn vị có 3 việc khắc phục sau diễn tập : 1 việc quá hạn, 1 việc hạn trong 7 ngày" in (
        text(ask(drill, lead, "inbox", code)).replace("tập:", "tập :")
    )
    for command in ("begin_action", "finish_action"):
        drill.do(command, action_id=action.pk, note="Đã làm")
    assert told() == (3, 0, 0, 1)


def test_during_the_drill_the_inbox_knows_nothing_of_it() -> None:
    drill = make_drill(units=1, started=True)
    add(drill, days=1)
    assert "reminder" not in ask(drill, drill.user("lead"), "inbox", drill.exercise.code).context


def test_home_says_in_which_drills_something_is_due(drill: Drill) -> None:
    other = make_drill(units=1, started=True)
    user = drill.user("director")
    other.exercise.participants.create(user=user, role="director")
    add(drill, days=3)
    add(other, days=20)
    lines = ask(drill, user, "home").context["lines"]
    assert {line.exercise: bool(line.reminder) for line in lines} == {
        drill.exercise: True,
        other.exercise: False,
    }


# ── all drills ──────────────────────────────────────────────────────────────────────────────────
def overview(at: Drill, user: User, **wanted: str) -> list[str]:
    with at.at_now():
        answer = as_(user).get(reverse("improvements"), wanted)
    return [line.action.measure for line in answer.context["lines"]]


def test_the_overview_shows_each_reader_what_they_may_see_by_the_day_it_is_due(
    drill: Drill, planner: User
) -> None:
    other = make_drill(units=2, started=True)
    add(drill, days=20, measure="A")
    add(drill, days=10, measure="B", owner_code="U2")
    add(other, days=15, measure="C")
    assert overview(drill, planner) == ["B", "C", "A"]
    assert overview(drill, drill.user("director")) == ["B", "A"]
    assert overview(drill, other.user("director")) == ["C"]
    assert overview(drill, drill.user("lead", "U1")) == ["A"]
    assert overview(drill, other.user("lead", "U1")) == [], "its drill is still being played"
    for role in ("evaluator", "observer"):
        assert ask(drill, drill.user(role), "improvements").status_code == 403


def test_the_overview_is_filtered(drill: Drill, planner: User) -> None:
    other = make_drill(units=2, started=True)
    add(drill, days=20, measure="A")
    add(drill, days=1, measure="B", owner_code="U2")
    dropped = add(other, days=15, measure="C")
    other.do("drop_action", action_id=dropped.pk, reason="Không còn đơn vị này")
    drill.later(5 * 24 * 60)
    for wanted, expected in (
        ({"state": "overdue"}, ["B"]),
        ({}, ["B", "A"]),
        ({"state": "all"}, ["B", "C", "A"]),
        ({"state": "dropped"}, ["C"]),
        ({"owner": "U1"}, ["A"]),
        ({"owner": "U1", "state": "all"}, ["C", "A"]),
        ({"drill": drill.exercise.code, "owner": "U1"}, ["A"]),
        ({"owner": "NOBODY"}, []),
        ({"state": "x\0"}, ["B", "A"]),
    ):
        assert overview(drill, planner, **wanted) == expected, wanted


def test_the_table_for_a_spreadsheet_holds_what_the_filter_shows_and_runs_nothing(
    drill: Drill, planner: User
) -> None:
    add(drill, measure="=HYPERLINK(1)")
    add(drill, owner_code="U2")
    answer = ask(drill, planner, "improvements_export", owner="U1")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert "'=HYPERLINK(1)" in rows[1]
    assert drill.exercise.code in rows[1]


def test_the_workbook_says_what_the_table_says_and_counts_with_its_days(
    drill: Drill, planner: User
) -> None:
    action = add(drill, measure="=HYPERLINK(1)")
    add(drill, owner_code="U2")
    answer = ask(drill, planner, "improvements_workbook", owner="U1")
    assert answer["Content-Disposition"].endswith('improvement-plan.xlsx"')
    book = load_workbook(io.BytesIO(answer.content))
    heads, row = book.active.iter_rows()
    table = ask(drill, planner, "improvements_export", owner="U1").content.decode("utf-8-sig")
    assert [cell.value for cell in heads] == next(csv.reader(io.StringIO(table)))
    assert (row[6].value, row[6].data_type) == ("=HYPERLINK(1)", "s")
    assert row[9].is_date
    assert row[9].value.date() == action.due


# ── the next drill ──────────────────────────────────────────────────────────────────────────────
def checkpoints(scenario: Scenario) -> list[str]:
    return [one.source for one in scenario.checkpoints.all()]


def settle(drill: Drill, action: CorrectiveAction) -> None:
    for command in ("begin_action", "finish_action", "verify_action"):
        drill.do(command, action_id=action.pk, note="Đã làm")


def test_what_is_not_settled_becomes_checkpoints_of_the_next_version(
    drill: Drill, planner: User
) -> None:
    scenario, code = drill.exercise.scenario, drill.exercise.code
    add(drill, unit_code="U2")
    settle(drill, add(drill))
    ask(drill, planner, "scenario_new_version", scenario.code, 1, method="post")
    draft = Scenario.objects.get(code=scenario.code, version=2)
    (point,) = draft.checkpoints.all()
    assert point.source == f"{code} #1"
    assert str(point.text) == "Chuyển tin chậm → Lập bảng trực (ĐV U1)"
    assert "Chuyển tin chậm" in text(ask(drill, planner, "scenario_versions", draft.code, 2))


def test_a_copy_takes_over_what_its_origin_left(drill: Drill, planner: User) -> None:
    add(drill)
    scenario = drill.exercise.scenario
    for source, target in ((scenario.code, "ban-sao"), ("ban-sao", "ban-sao-nua")):
        ask(drill, planner, "scenario_clone", source, 1, method="post", code=target)
        made = Scenario.objects.get(code=target)
        assert checkpoints(made) == [f"{drill.exercise.code} #1"], target


def test_what_was_written_down_after_the_draft_was_begun_can_be_taken_into_it(
    drill: Drill, planner: User
) -> None:
    add(drill)
    scenario = drill.exercise.scenario
    draft = new_version(scenario, planner)
    page = ask(drill, planner, "scenario_versions", draft.code, 2)
    assert len(page.context["left"]) == 1
    for _twice in range(2):
        ask(drill, planner, "scenario_take", draft.code, 2, method="post")
    assert checkpoints(draft) == [f"{drill.exercise.code} #1"]
    assert [edit.words() for edit in draft.edits.all()] == ["Lấy 1 việc lần trước để lại"]
    assert ask(drill, planner, "scenario_versions", draft.code, 2).context["left"] == []
    ask(drill, planner, "scenario_take", scenario.code, 1, method="post")
    assert checkpoints(scenario) == [], "approved versions stay as they are"
