"""Commands on taskings: the acknowledgement ladder, reports, what control enters on a unit's
behalf.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exercise.conduct import Upload
from tests.factories import MINUTE, entry, make_drill, refuses

pytestmark = pytest.mark.django_db

WHY = "Đơn vị được điều đi nơi khác"


@pytest.fixture
def drill():
    injects = [entry("1.01", 0, ["U1", "U2"], complete_within_s=3600, reply="text")]
    drill = make_drill(units=2, injects=injects, started=True)
    drill.sweep()
    return drill


@pytest.fixture
def staff(drill):
    return drill.actor("staff", "U1")


@pytest.fixture
def task(drill):
    return {"tasking_id": drill.tasking("1.01", "U1").pk}


def state(drill, unit="U1"):
    return drill.tasking("1.01", unit).state


def test_the_ladder_is_climbed_step_by_step(drill, staff, task):
    seen = [state(drill)]
    for minutes, command, more in (
        (1, "open_tasking", {}),
        (2, "acknowledge", {}),
        (3, "start_work", {}),
        (4, "complete", {"text": "Đã xong."}),
    ):
        drill.later(minutes)
        drill.do(command, staff, **task, **more)
        seen.append(state(drill))
    drill.do("verify", **task)
    assert [*seen, state(drill)] == [
        "delivered",
        "opened",
        "acknowledged",
        "in_progress",
        "completed",
        "verified",
    ]
    tasking = drill.tasking("1.01", "U1")
    assert (tasking.opened_us, tasking.acknowledged_us) == (MINUTE, 3 * MINUTE)
    assert (tasking.started_us, tasking.completed_us) == (6 * MINUTE, 10 * MINUTE)


def test_a_second_acknowledgement_is_refused(drill, staff, task):
    drill.do("acknowledge", staff, **task)
    with refuses("already"):
        drill.do("acknowledge", drill.actor("lead", "U1"), **task)
    assert drill.kinds.count("tasking_acknowledged") == 1


def test_acknowledging_work_asks_nothing_about_the_other_units(drill, staff, task):
    with CaptureQueriesContext(connection) as statements:
        drill.do("acknowledge", staff, **task)
    of_taskings = [
        one["sql"]
        for one in statements.captured_queries
        if one["sql"].startswith("SELECT") and 'FROM "exercise_tasking"' in one["sql"]
    ]
    assert len(of_taskings) == 1
    assert f'"exercise_tasking"."id" = {task["tasking_id"]}' in of_taskings[0]


def test_opening_twice_is_written_down_once(drill, staff, task):
    drill.do("open_tasking", staff, **task)
    drill.do("open_tasking", staff, **task)
    assert drill.kinds.count("tasking_opened") == 1


@pytest.mark.parametrize("command", ["waive", "recall"])
def test_opening_what_was_taken_back_unread_changes_nothing(drill, staff, task, command):
    """Whatever is written is in the journal, and there is nothing to write there."""
    of = task if command == "waive" else {"inject_id": drill.inject("1.01").pk}
    drill.do(command, **of, reason="Đã có lệnh mới thay thế")
    tasking, head = drill.tasking("1.01", "U1"), drill.fresh().journal_seq
    drill.do("open_tasking", staff, **task)
    rows = type(tasking).objects.filter(pk=tasking.pk).values()
    assert rows.get() == {name: getattr(tasking, name) for name in rows.get()}
    assert drill.fresh().journal_seq == head


def test_nothing_is_reported_or_completed_before_it_is_acknowledged(drill, staff, task):
    with refuses("not_acknowledged"):
        drill.do("report", staff, **task, text="Báo cáo")
    with refuses("not_acknowledged"):
        drill.do("complete", staff, **task, text="Xong")


def test_another_units_tasking_cannot_be_reached(drill, task):
    with refuses("unknown"):
        drill.do("acknowledge", drill.actor("lead", "U2"), **task)


def test_completing_needs_the_reply_that_was_asked_for(drill, staff, task):
    drill.do("acknowledge", staff, **task)
    with refuses("reply_missing"):
        drill.do("complete", staff, **task)
    drill.do("report", staff, **task, text="Đã cử 2 tổ.")
    assert state(drill) == "in_progress"
    drill.do("complete", staff, **task)
    assert state(drill) == "completed"


@pytest.mark.parametrize(
    ("reply", "wrong", "right"),
    [
        ("quantity", {"text": "nhiều"}, {"quantity": {"done": 40, "unit": "bộ"}}),
        ("document", {"text": "đã ký"}, {"document": {"number": "12/NQ", "signer": "A"}}),
        ("photo", {"text": "ảnh đây"}, {"files": [Upload("a.png", "image/png", "0" * 64, b"x")]}),
    ],
)
def test_each_kind_of_reply_is_asked_for_by_itself(reply, wrong, right, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    injects = [entry("1.01", 0, ["U1"], complete_within_s=3600, reply=reply)]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.sweep()
    staff, task = drill.actor("staff", "U1"), {"tasking_id": drill.tasking("1.01", "U1").pk}
    drill.do("acknowledge", staff, **task)
    drill.do("report", staff, **task, **wrong)
    with refuses("reply_missing"):
        drill.do("complete", staff, **task)
    drill.do("report", staff, **task, **right)
    drill.do("complete", staff, **task)
    assert state(drill) == "completed"


def test_an_inject_for_information_is_done_when_acknowledged(db):
    drill = make_drill(units=1, injects=[entry("1.01", 0, ["U1"])], started=True)
    drill.sweep()
    staff, task = drill.actor("staff", "U1"), {"tasking_id": drill.tasking("1.01", "U1").pk}
    drill.do("acknowledge", staff, **task)
    assert not drill.tasking("1.01", "U1").open
    with refuses("information"):
        drill.do("start_work", staff, **task)


def test_returned_work_is_taken_up_again(drill, staff, task):
    drill.do("acknowledge", staff, **task)
    drill.do("complete", staff, **task, text="Xong")
    drill.do("return_tasking", **task, reason="Thiếu số liệu quân số")
    assert drill.inject("1.01").state == "released"
    drill.do("complete", staff, **task)
    assert state(drill) == "completed"


def test_returning_the_last_completed_work_opens_the_inject_again(drill, task):
    for unit in ("U1", "U2"):
        staff = drill.actor("staff", unit)
        tasking_id = drill.tasking("1.01", unit).pk
        drill.do("acknowledge", staff, tasking_id=tasking_id)
        drill.do("complete", staff, tasking_id=tasking_id, text="Xong")
    assert drill.inject("1.01").state == "closed"
    drill.do("return_tasking", **task, reason="Thiếu số liệu quân số")
    assert drill.inject("1.01").state == "released"


def test_control_enters_a_telephone_acknowledgement_at_its_true_time(drill, task):
    drill.later(20)
    drill.do("acknowledge_for", **task, channel="phone", at_us=6 * MINUTE)
    tasking = drill.tasking("1.01", "U1")
    assert (tasking.acknowledged_us, tasking.on_behalf) == (6 * MINUTE, "phone")
    entry = drill.exercise.journal.get(kind="tasking_acknowledged")
    assert (entry.exercise_us, entry.data["true_us"]) == (20 * MINUTE, 6 * MINUTE)
    assert entry.role == "director"


def test_a_true_time_in_the_future_or_before_delivery_is_refused(drill, task):
    drill.later(20)
    with refuses("true_time"):
        drill.do("acknowledge_for", **task, channel="paper", at_us=21 * MINUTE)


def test_control_completes_from_paper(drill, task):
    drill.later(20)
    drill.do("complete_for", **task, channel="paper", text="Theo phiếu số 3", at_us=15 * MINUTE)
    tasking = drill.tasking("1.01", "U1")
    assert (tasking.state, tasking.completed_us, tasking.on_behalf) == (
        "completed",
        15 * MINUTE,
        "paper",
    )
    assert tasking.reports.get().on_behalf == "paper"


def test_a_waived_tasking_is_no_longer_asked_for(drill, staff, task):
    drill.do("waive", **task, reason=WHY)
    with refuses("already"):
        drill.do("acknowledge", staff, **task)
    with refuses("already"):
        drill.do("nudge", **task)


def test_nothing_acknowledges_itself(drill):
    drill.later(24 * 60).sweep()
    assert state(drill) == "delivered"


# ── the real-world stop ─────────────────────────────────────────────────────────────────────────
STOP = {"place": "Kho lạnh Tiền Hải", "words": "Cháy thật, gọi 114"}


@pytest.mark.parametrize("role", ["observer", "evaluator", "staff", "controller"])
def test_anyone_can_call_a_real_world_stop_and_only_a_director_lifts_it(drill, role):
    drill.do("call_real_world_stop", drill.actor(role), **STOP)
    assert not drill.fresh().running
    with refuses("forbidden"):
        drill.do("lift_real_world_stop", drill.actor(role))
    with refuses("real_world"):
        drill.do("resume")
    drill.do("lift_real_world_stop")
    assert drill.fresh().status == "paused"
    drill.do("resume")
    assert drill.fresh().running


def test_everything_of_the_drill_stands_still_in_a_real_world_stop(drill, staff, task):
    drill.do("call_real_world_stop", staff, **STOP)
    with refuses("real_world"):
        drill.do("acknowledge", staff, **task)
    with refuses("already"):
        drill.do("call_real_world_stop", staff, **STOP)


def test_a_real_world_stop_says_where_and_what(drill, staff):
    with refuses("words"):
        drill.do("call_real_world_stop", staff, place=" ", words="cháy")


def test_a_report_sent_again_after_a_lost_answer_is_kept_once():
    injects = [entry("1.01", 0, ["U1"], complete_within_s=1800, reply="text")]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.sweep()
    lead, task = drill.actor("lead", "U1"), {"tasking_id": drill.tasking("1.01", "U1").pk}
    drill.do("acknowledge", lead, **task)
    sent = task | {"text": "Đã triển khai", "key": "6f1c2d8e-0000-4000-8000-000000000001"}
    first = drill.do("report", lead, **sent)
    entries = drill.fresh().journal_seq
    assert drill.do("report", lead, **sent) == first
    assert drill.fresh().journal_seq == entries
    drill.do("complete", lead, **sent)
    assert drill.tasking("1.01", "U1").reports.count() == 1
