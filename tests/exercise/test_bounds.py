"""What the random courses found: moments the timers would sleep past, injects lost, numbers too
large.
"""

from __future__ import annotations

import pytest

from tests.factories import HOUR, MINUTE, entry, make_drill, refuses
from units.text import Text

pytestmark = pytest.mark.django_db

WHY = "Theo lệnh Ban Chỉ đạo"
NEW = {"title": Text("Tin mới"), "content": Text("Nội dung mới"), "reason": WHY}
ADDED = {"title": Text("Bất ngờ"), "content": Text("Có việc"), "to": ["U1"]}


@pytest.fixture
def done_early():
    """One task completed before its first deadline, and the timers have looked at that moment."""
    injects = [entry("1.01", 0, ["U1"], complete_within_s=3600)]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.sweep()
    lead, task = drill.actor("lead", "U1"), {"tasking_id": drill.tasking("1.01", "U1").pk}
    for name in ("acknowledge", "complete"):
        drill.do(name, lead, **task)
    drill.later(600).sweep()
    assert drill.fresh().next_due_us is None
    return drill


def test_the_deadline_of_returned_work_is_told(done_early):
    tasking = done_early.tasking("1.01", "U1")
    done_early.do("return_tasking", tasking_id=tasking.pk, reason=WHY)
    assert done_early.fresh().next_due_us == 45 * MINUTE


def test_the_deadline_of_work_to_be_read_again_is_told(done_early):
    done_early.exercise.injects.update(acknowledge_within_s=None)
    done_early.do("correct", inject_id=done_early.inject("1.01").pk, **NEW)
    assert done_early.tasking("1.01", "U1").reacknowledge
    assert done_early.fresh().next_due_us == 45 * MINUTE


def test_a_skip_taken_back_before_its_phase_comes_with_its_phase():
    drill = make_drill(units=1, started=True)
    inject = {"inject_id": drill.inject("2.01").pk}
    drill.do("skip", **inject)
    drill.do("restore", **inject)
    assert drill.inject("2.01").state == "scheduled"
    drill.do("advance_phase", leaving="transition", override_reason=WHY)
    drill.later(5).sweep()
    assert drill.inject("2.01").state == "released"


def test_a_skip_taken_back_in_its_phase_comes_at_its_moment():
    drill = make_drill(units=1, started=True)
    inject = {"inject_id": drill.inject("2.01").pk}
    drill.do("skip", **inject)
    drill.do("advance_phase", leaving="transition", override_reason=WHY)
    drill.do("restore", **inject)
    drill.later(5).sweep()
    assert drill.inject("2.01").state == "released"


def test_a_jump_out_of_all_bounds_is_refused():
    drill = make_drill(units=1, started=True)
    with refuses("too_far"):
        drill.do("jump", to_us=10**20, missed="skip")
    drill.do("jump", to_us=30 * 24 * HOUR, missed="skip")


@pytest.mark.parametrize(
    "more",
    [
        {"in_minutes": -1},
        {"in_minutes": 10**20},
        {"acknowledge_within_s": -1},
        {"acknowledge_within_s": 10**20},
        {"complete_within_s": 0},
        {"complete_within_s": 10**20},
    ],
)
def test_an_added_inject_has_times_that_can_be_kept(more):
    drill = make_drill(units=1, started=True)
    with refuses("minutes"):
        drill.do("add_inject", **ADDED, **more)


@pytest.mark.parametrize("spacing_s", [0, -60, 10**20])
def test_the_overdue_queue_is_spaced_within_bounds(spacing_s):
    drill = make_drill(units=1, started=True).later(6)
    drill.sweep()
    queue = {"inject_ids": [drill.inject("1.01").pk], "decision": "space"}
    with refuses("spacing"):
        drill.do("decide_overdue", **queue, spacing_s=spacing_s)
