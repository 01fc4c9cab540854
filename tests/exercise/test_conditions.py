"""Standby injects: when what they wait for has happened, and when it has not."""

from __future__ import annotations

import pytest

from tests.factories import MINUTE, entry, make_drill

pytestmark = pytest.mark.django_db

WHY = "Theo lệnh Ban Chỉ đạo"


def waiting_for(event, *, units=2, number="1.02", delay_s=300, **task):
    """A drill with 1.01 released to all and a standby inject that waits for it."""
    task = task or {"complete_within_s": 1800}
    injects = [
        entry("1.01", 0, [f"U{n}" for n in range(1, units + 1)], **task),
        entry(number, None, ["U1"], when=("1.01", event, delay_s)),
        entry("3.09", 500, ["U1"]),
    ]
    drill = make_drill(units=units, injects=injects, started=True)
    drill.sweep()
    return drill


def act(drill, unit, *commands):
    task = {"tasking_id": drill.tasking("1.01", unit).pk}
    for command in commands:
        drill.do(command, drill.actor("lead", unit), **task)


def test_it_comes_after_all_have_completed():
    drill = waiting_for("completed")
    act(drill, "U1", "acknowledge", "complete")
    assert drill.inject("1.02").state == "standby"
    act(drill, "U2", "acknowledge", "complete")
    assert drill.inject("1.02").state == "scheduled"
    drill.later(5).sweep()
    assert drill.inject("1.02").state == "released"


def test_for_information_acknowledged_is_completed():
    drill = waiting_for("completed", acknowledge_within_s=600)
    act(drill, "U1", "acknowledge")
    assert drill.inject("1.02").state == "standby"
    act(drill, "U2", "acknowledge")
    assert drill.inject("1.02").state == "scheduled"


def test_a_unit_let_off_does_not_hold_it_up_but_nobody_is_not_everybody():
    drill = waiting_for("completed")
    drill.do("waive", tasking_id=drill.tasking("1.01", "U2").pk, reason=WHY)
    act(drill, "U1", "acknowledge", "complete")
    assert drill.inject("1.02").state == "scheduled"
    drill = waiting_for("completed", units=1)
    drill.do("waive", tasking_id=drill.tasking("1.01", "U1").pk, reason=WHY)
    assert drill.inject("1.02").state == "standby"


def test_work_cancelled_at_the_end_of_its_phase_is_not_completed():
    drill = waiting_for("completed", number="2.02")
    act(drill, "U1", "acknowledge", "complete")
    drill.do("advance_phase", leaving="transition", override_reason=WHY, unfinished="cancel")
    assert drill.inject("2.02").state == "standby"


def test_it_comes_when_any_is_overdue():
    drill = waiting_for("overdue")
    drill.later(30).sweep()
    assert drill.inject("1.02").due_us == 35 * MINUTE
    drill.later(5).sweep()
    assert drill.inject("1.02").state == "released"


def test_a_sweep_that_comes_late_does_not_make_late_what_it_triggers():
    drill = waiting_for("overdue", delay_s=0)
    drill.later(30, seconds=20).sweep()
    drill.sweep()
    assert drill.inject("1.02").state == "released"


@pytest.mark.parametrize(("event", "minutes"), [("completed", 1), ("overdue", 31)])
def test_one_of_a_later_phase_waits_for_its_phase_as_well(event, minutes):
    drill = waiting_for(event, number="2.02", units=1)
    if event == "completed":
        act(drill, "U1", "acknowledge", "complete")
    drill.later(minutes).sweep()
    assert drill.inject("2.02").state == "standby"
    drill.do("advance_phase", leaving="transition", override_reason=WHY)
    assert drill.inject("2.02").state == "scheduled"
    drill.later(5).sweep()
    assert drill.inject("2.02").state == "released"


def test_the_directors_own_to_release_is_never_released_by_a_timer():
    injects = [
        entry("1.01", 0, ["U1"], complete_within_s=1800),
        entry("1.02", None, ["U1"], when=("1.01", "completed", 0), release="manual"),
    ]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.sweep()
    act(drill, "U1", "acknowledge", "complete")
    drill.later(5).sweep()
    assert drill.inject("1.02").state == "standby"


def test_what_was_to_come_because_of_a_recalled_inject_is_held():
    drill = waiting_for("overdue")
    drill.later(30).sweep()
    drill.do("recall", inject_id=drill.inject("1.01").pk, reason=WHY)
    drill.later(10).sweep()
    assert drill.inject("1.02").state == "held"
