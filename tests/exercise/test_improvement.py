"""Corrective actions: what their commands do, refuse, and write into the action's own history."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exercise.conduct import Refused
from exercise.models import ActionState, CorrectiveAction, CorrectiveActionChange, verify
from exercise.situation.improvement import today
from scenarios.models import Objective, Problem
from tests.factories import Drill, make_drill, refuses

pytestmark = pytest.mark.django_db

REASON = "Chưa có kinh phí trong năm nay"


@pytest.fixture
def drill() -> Drill:
    made = make_drill(units=2, started=True).later(30)
    made.sweep()
    made.do("end")
    made.do("publish_evaluation")
    made.fresh()
    return made


def in_days(drill: Drill, days: int) -> date:
    with drill.at_now():
        return today() + timedelta(days=days)


def add(drill: Drill, **fields: Any) -> CorrectiveAction:
    words = {
        "finding": "Chuyển tin chậm",
        "measure": "Lập bảng phân công trực",
        "owner_code": "U1",
        "due": in_days(drill, 30),
        "responsible": "Trần Văn Hùng",
    }
    made: CorrectiveAction = drill.do("add_action", **words | fields)
    return made


def history(action: CorrectiveAction) -> list[tuple[str, str, str]]:
    return list(action.changes.values_list("from_state", "to_state", "reason"))


# ── a life ──────────────────────────────────────────────────────────────────────────────────────
def test_an_action_goes_from_written_down_to_verified_and_its_history_says_by_whom(
    drill: Drill,
) -> None:
    lead = drill.actor("lead", "U1")
    action = add(drill)
    drill.do("begin_action", lead, action_id=action.pk)
    drill.do("finish_action", lead, action_id=action.pk, note="Đã ban hành bảng trực")
    done = drill.do("verify_action", action_id=action.pk, note="Đã xem")

    assert done.state == ActionState.VERIFIED
    assert history(action) == [
        ("", "open", ""),
        ("open", "in_progress", ""),
        ("in_progress", "done", "Đã ban hành bảng trực"),
        ("done", "verified", "Đã xem"),
    ]
    assert [row.actor_id for row in action.changes.all()] == [
        drill.director.user_id,
        lead.user_id,
        lead.user_id,
        drill.director.user_id,
    ]


def test_it_lives_on_when_the_file_of_the_drill_is_closed_and_leaves_its_journal_alone(
    drill: Drill,
) -> None:
    drill.do("close")
    head, entries = drill.fresh().journal_head, len(drill.kinds)

    action = add(drill)
    drill.later(60 * 24 * 40).do("begin_action", action_id=action.pk)

    assert drill.fresh().journal_head == head
    assert len(drill.kinds) == entries
    assert verify(drill.exercise).verified


def test_actions_are_numbered_within_their_drill(drill: Drill) -> None:
    other = make_drill(units=2, started=True)
    assert [add(drill).number, add(other).number, add(drill).number] == [1, 1, 2]


def test_an_action_given_back_is_to_be_taken_up_anew_and_says_why(drill: Drill) -> None:
    action = add(drill)
    drill.do("begin_action", action_id=action.pk)
    drill.do("finish_action", action_id=action.pk, note="Đã làm")
    with refuses("reason"):
        drill.do("reopen_action", action_id=action.pk, reason="chưa")
    again = drill.do("reopen_action", action_id=action.pk, reason="Bảng trực còn thiếu ca đêm")
    assert again.state == ActionState.OPEN
    assert history(action)[-1] == ("done", "open", "Bảng trực còn thiếu ca đêm")


@pytest.mark.parametrize("steps", [[], ["begin_action"], ["begin_action", "finish_action"]])
def test_it_can_be_dropped_with_a_reason_until_it_is_verified(
    drill: Drill, steps: list[str]
) -> None:
    action = add(drill)
    for step in steps:
        drill.do(step, action_id=action.pk, note="Đã làm")
    with refuses("reason"):
        drill.do("drop_action", action_id=action.pk, reason=" ")
    assert drill.do("drop_action", action_id=action.pk, reason=REASON).state == "dropped"
    with refuses("wrong_state"):
        drill.do("begin_action", action_id=action.pk)


# ── who, when ───────────────────────────────────────────────────────────────────────────────────
def test_a_lead_moves_what_the_own_unit_is_to_do_and_nothing_else(drill: Drill) -> None:
    own, foreign = add(drill), add(drill, owner_code="U2", unit_code="U1")
    lead = drill.actor("lead", "U1")
    with refuses("unknown"):
        drill.do("begin_action", lead, action_id=foreign.pk)
    for command in ("verify_action", "drop_action", "reopen_action", "edit_action"):
        with refuses("forbidden"):
            drill.do(command, lead, action_id=own.pk)
    with refuses("forbidden"):
        drill.do("begin_action", drill.actor("staff", "U1"), action_id=own.pk)
    assert drill.do("begin_action", lead, action_id=own.pk).state == "in_progress"


def test_an_action_of_another_drill_is_not_there(drill: Drill) -> None:
    other = make_drill(units=2, started=True)
    action = add(other)
    with refuses("unknown"):
        drill.do("begin_action", action_id=action.pk)


@pytest.mark.parametrize("steps", [("end", "publish_evaluation"), ("publish_evaluation", "end")])
def test_the_units_learn_of_an_action_when_the_drill_is_over_and_its_evaluation_published(
    steps: tuple[str, str],
) -> None:
    drill = make_drill(units=1, started=True).later(30)
    action, lead = add(drill), drill.actor("lead", "U1")
    for step in steps:
        with refuses("unknown"):
            drill.do("begin_action", lead, action_id=action.pk)
        drill.do(step)
    assert drill.do("begin_action", lead, action_id=action.pk).state == "in_progress"


def test_before_the_drill_begins_there_is_nothing_to_mend() -> None:
    with refuses("wrong_status"):
        add(make_drill(units=1))


# ── what is given ───────────────────────────────────────────────────────────────────────────────
def test_it_names_what_it_is_about(drill: Drill) -> None:
    scenario = drill.exercise.scenario
    Objective.objects.create(scenario=scenario, code="MT1", title="Mục tiêu")
    Problem.objects.create(scenario=scenario, code="1", phase="transition", title="Vấn đề")
    about = {
        "objective": "MT1",
        "problem": "1",
        "inject_number": "1.01",
        "source_seq": 2,
    }
    action = add(drill, unit_code="U2", **about)
    action.refresh_from_db()
    assert {name: getattr(action, name) for name in about} == about
    assert (action.owner.code, action.unit and action.unit.code) == ("U1", "U2")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"finding": " \n"}, "no_words"),
        ({"measure": ""}, "no_words"),
        ({"finding": "x" * 2001}, "too_long"),
        ({"responsible": "x" * 151}, "too_long"),
        ({"owner_code": "NOBODY"}, "unknown"),
        ({"unit_code": "NOBODY"}, "unknown"),
        ({"objective": "MT9"}, "unknown"),
        ({"problem": "9"}, "unknown"),
        ({"inject_number": "9.99"}, "unknown"),
        ({"source_seq": 10**6}, "unknown"),
        ({"source_seq": 2**70}, "unknown"),
        ({"due": date(2020, 1, 1)}, "past"),
    ],
)
def test_what_cannot_be_written_down_is_refused(
    drill: Drill, fields: dict[str, Any], code: str
) -> None:
    with refuses(code):
        add(drill, **fields)
    assert not CorrectiveAction.objects.exists()


def test_a_unit_of_the_installation_that_has_no_part_in_the_drill_cannot_own_one(
    drill: Drill,
) -> None:
    make_drill(["ELSEWHERE"])
    with refuses("unknown"):
        add(drill, owner_code="ELSEWHERE")


def test_an_action_may_be_due_today(drill: Drill) -> None:
    action = add(drill, due=in_days(drill, 0))
    assert not action.overdue(in_days(drill, 0))
    assert action.overdue(in_days(drill, 1))
    done = drill.do("begin_action", action_id=action.pk)
    assert done.overdue(in_days(drill, 1))
    done = drill.do("finish_action", action_id=action.pk, note="Đã làm")
    assert not done.overdue(in_days(drill, 1))


# ── editing ─────────────────────────────────────────────────────────────────────────────────────
def edit(drill: Drill, action: CorrectiveAction, **fields: Any) -> CorrectiveAction:
    words = {
        "finding": action.finding,
        "measure": action.measure,
        "owner_code": action.owner.code,
        "responsible": action.responsible,
        "due": action.due,
        "revision": action.revision,
    }
    made: CorrectiveAction = drill.do("edit_action", action_id=action.pk, **words | fields)
    return made


def test_what_was_reworded_stands_in_the_history(drill: Drill) -> None:
    action = add(drill)
    later = in_days(drill, 60)
    edited = edit(drill, action, owner_code="U2", due=later, unit_code="U1")
    assert (edited.owner.code, edited.due) == ("U2", later)
    assert action.changes.last().reworded == {  # type: ignore[union-attr]
        "owner": ["U1", "U2"],
        "due": [action.due.isoformat(), later.isoformat()],
        "unit": ["", "U1"],
    }


def test_an_edit_that_changes_nothing_leaves_nothing(drill: Drill) -> None:
    action = add(drill)
    assert edit(drill, action).revision == action.revision
    assert action.changes.count() == 1


def test_nobody_overwrites_what_they_have_not_seen(drill: Drill) -> None:
    action = add(drill)
    edit(drill, action, measure="Lập bảng trực hai ca")
    with refuses("stale"):
        edit(drill, action, measure="Lập bảng trực ba ca")


def test_what_is_done_is_not_reworded(drill: Drill) -> None:
    action = add(drill)
    drill.do("begin_action", action_id=action.pk)
    done = drill.do("finish_action", action_id=action.pk, note="Đã làm")
    with refuses("wrong_state"):
        edit(drill, done, measure="Khác")


def test_an_overdue_action_can_be_edited_without_giving_it_a_new_day(drill: Drill) -> None:
    action = add(drill, due=in_days(drill, 1))
    drill.later(60 * 24 * 10)
    assert edit(drill, action, responsible="Người khác").responsible == "Người khác"
    with refuses("past"):
        edit(drill, CorrectiveAction.objects.get(), due=in_days(drill, -1))


# ── the history ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("what", ["update", "delete"])
def test_the_database_refuses_to_change_the_history(drill: Drill, what: str) -> None:
    rows = CorrectiveActionChange.objects.filter(action=add(drill))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(reason="khác") if what == "update" else rows.delete()


MOVES = {
    "begin_action": {"open": "in_progress"},
    "finish_action": {"in_progress": "done"},
    "verify_action": {"done": "verified"},
    "reopen_action": {"done": "open"},
    "drop_action": {"open": "dropped", "in_progress": "dropped", "done": "dropped"},
}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(course=st.lists(st.sampled_from(sorted(MOVES)), max_size=12))
def test_whatever_is_ordered_the_state_is_where_the_history_leads(
    drill: Drill, course: list[str]
) -> None:
    """Each command moves along its arrow or is refused and leaves no trace."""
    action = add(drill)
    state, moves = "open", 0
    for command in course:
        reasoned = command in ("reopen_action", "drop_action")
        words = {"reason": REASON} if reasoned else {"note": "Ghi chú"}
        target, refused = MOVES[command].get(state), ""
        try:
            drill.do(command, action_id=action.pk, **words)
        except Refused as error:
            refused = error.code
        assert refused == ("wrong_state" if target is None else "")
        if target is not None:
            state, moves = target, moves + 1
    rows = history(CorrectiveAction.objects.get(pk=action.pk))
    assert len(rows) == moves + 1
    assert [row[0] for row in rows[1:]] == [row[1] for row in rows[:-1]]
    assert CorrectiveAction.objects.get(pk=action.pk).state == state == rows[-1][1]
