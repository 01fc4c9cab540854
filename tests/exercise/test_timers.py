"""What the sweep does: lateness and its policy, deadlines, stand-downs."""

from __future__ import annotations

import itertools

import pytest

from exercise.situation import log, strip
from tests.factories import HOUR, MINUTE, SECOND, entry, make_drill, refuses

pytestmark = pytest.mark.django_db


# ── moments missed ──────────────────────────────────────────────────────────────────────────────
def late_drill(policy):
    injects = [entry(f"1.0{n}", n, ["U1"]) for n in (1, 2, 3)]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.do("set_overdue_policy", policy=policy, spacing_s=120)
    drill.later(3, seconds=20)
    drill.sweep()
    return drill


def states(drill):
    return [inject.state for inject in drill.exercise.injects.order_by("sort_key")]


def test_a_missed_moment_waits_for_the_director_by_default():
    drill = late_drill("hold")
    assert states(drill) == ["scheduled"] * 3
    assert drill.exercise.injects.filter(overdue_wall_us__isnull=False).count() == 3
    assert drill.sweep() == 0


def test_the_director_settles_the_overdue_queue_in_one_decision():
    drill = late_drill("hold")
    queue = list(drill.exercise.injects.values_list("pk", flat=True))
    drill.do("decide_overdue", inject_ids=queue, decision="space", spacing_s=60)
    assert drill.sweep() == 1
    drill.later(1)
    assert drill.sweep() == 1
    with refuses("empty"):
        drill.do("decide_overdue", inject_ids=queue, decision="release")


def test_missed_moments_are_released_at_once_when_the_policy_says_so():
    drill = late_drill("release")
    assert states(drill) == ["released"] * 3
    assert drill.inject("1.01").lateness_us == 2 * MINUTE + 20 * SECOND


def test_missed_moments_are_spaced_out_when_the_policy_says_so():
    drill = late_drill("space")
    moments = list(drill.exercise.injects.order_by("sort_key").values_list("due_us", flat=True))
    assert [b - a for a, b in itertools.pairwise(moments)] == [2 * MINUTE] * 2
    assert drill.sweep() == 1


def test_a_little_lateness_is_no_overdue():
    drill = make_drill(units=1, started=True).later(5, seconds=4)
    drill.sweep()
    assert drill.inject("1.01").state == "released"
    assert drill.inject("1.01").lateness_us == 4 * SECOND


# ── deadlines ───────────────────────────────────────────────────────────────────────────────────
def test_each_deadline_is_told_once():
    injects = [entry("1.01", 1, ["U1"], complete_within_s=3600)]
    drill = make_drill(units=1, injects=injects, started=True)
    for minutes in (1, 10, 35, 15, 0.1, 5):
        drill.later(minutes).sweep()
        drill.sweep()
    told = [kind for kind in drill.kinds if kind.startswith("tasking_")]
    assert told == ["tasking_ack_overdue", "tasking_due_soon", "tasking_overdue"]


def test_no_deadline_is_told_of_work_done_in_time():
    injects = [entry("1.01", 1, ["U1"])]
    drill = make_drill(units=1, injects=injects, started=True).later(1)
    drill.sweep()
    drill.do("acknowledge", drill.actor("staff", "U1"), tasking_id=drill.tasking("1.01", "U1").pk)
    drill.later(60).sweep()
    assert "tasking_ack_overdue" not in drill.kinds
    assert drill.inject("1.01").state == "closed"


def test_late_and_due_soon_come_from_the_clock():
    injects = [entry("1.01", 0, ["U1"], complete_within_s=3600, acknowledge_within_s=None)]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.sweep()
    tasking = drill.tasking("1.01", "U1")
    for minute, soon, late in ((0, False, False), (46, True, False), (60, False, True)):
        assert tasking.due_soon_at(minute * MINUTE) is soon
        assert tasking.overdue_at(minute * MINUTE) is late


# ── stand-downs ─────────────────────────────────────────────────────────────────────────────────
LUNCH = [(1, 2.5)]


def lunch_drill(at_min=(55, 150, 155)):
    injects = [entry(f"1.0{n}", at, ["U1"]) for n, at in enumerate(at_min, start=1)]
    return make_drill(units=1, injects=injects, stand_downs=LUNCH, started=True)


def test_the_clock_stops_for_a_stand_down_and_goes_on_by_itself():
    drill = lunch_drill()
    drill.later(55).sweep()
    drill.later(5).sweep()
    assert drill.fresh().in_stand_down
    assert not drill.exercise.running
    drill.later(89).sweep()
    assert drill.inject("1.02").state == "scheduled"
    drill.later(1).sweep()
    assert drill.fresh().running
    drill.sweep()
    assert [i.state for i in drill.exercise.injects.order_by("sort_key")] == [
        "released",
        "released",
        "scheduled",
    ]
    assert drill.exercise.calendar.label(drill.exercise.anchor_us) == "N1 09:30"


def test_the_calendar_shows_the_beginning_of_a_break_while_it_lasts():
    drill = lunch_drill()
    drill.later(60).sweep()
    calendar, position = drill.fresh().calendar, drill.exercise.anchor_us
    assert calendar.label(position, before_break=True) == "N1 08:00"


def test_deadlines_do_not_run_in_a_stand_down():
    drill = lunch_drill(at_min=(55,))
    drill.later(55).sweep()
    drill.later(5).sweep()
    drill.later(90).sweep()
    drill.later(4).sweep()
    assert "tasking_ack_overdue" not in drill.kinds
    drill.later(1).sweep()
    assert "tasking_ack_overdue" in drill.kinds


def test_at_another_pace_a_stand_down_takes_no_time():
    drill = lunch_drill()
    drill.do("set_pace", rate_permille=60_000)
    drill.later(seconds=55).sweep()
    drill.later(seconds=5).sweep()
    assert drill.fresh().running
    assert "stand_down_passed" in drill.kinds
    assert drill.inject("1.02").state == "released"


def test_a_morning_that_ran_late_shortens_the_break():
    drill = lunch_drill()
    drill.later(10)
    drill.do("pause")
    drill.later(20)
    drill.do("resume")
    drill.later(50).sweep()
    exercise = drill.fresh()
    assert exercise.in_stand_down
    assert exercise.resume_wall_us - drill.now == 70 * MINUTE


def test_lateness_before_a_stand_down_counts_though_the_clock_stands_by_then():
    drill = lunch_drill(at_min=(59.5, 150))
    drill.later(60, seconds=10).sweep()
    assert drill.fresh().in_stand_down
    assert drill.inject("1.01").overdue_wall_us is not None


def test_another_pace_ends_the_stand_down_it_is_set_in():
    drill = lunch_drill()
    drill.later(60).sweep()
    drill.do("set_pace", rate_permille=60_000)
    drill.sweep()
    assert drill.fresh().running


def test_the_director_ends_a_stand_down_early_or_prolongs_it():
    drill = lunch_drill()
    drill.later(60).sweep()
    drill.do("extend_stand_down", minutes=15)
    drill.later(90).sweep()
    assert not drill.fresh().running
    drill.do("resume")
    assert drill.fresh().running
    drill.sweep()
    assert not drill.fresh().in_stand_down


def test_a_jump_over_a_stand_down_does_not_stop_for_it():
    drill = lunch_drill()
    drill.do("jump", to_us=2 * HOUR, missed="skip")
    drill.sweep()
    assert drill.fresh().running
    assert "stand_down_begun" not in drill.kinds


def test_what_happens_in_a_break_is_told_with_the_time_of_its_beginning():
    drill = lunch_drill()
    drill.later(60).sweep()
    drill.later(10).do("call_real_world_stop", place="Kho 2", words="Có người bị nạn")
    drill.do("lift_real_world_stop")
    assert strip.context(drill.fresh())["clock"]["time"] == "08:00"
    drill.do("resume")
    exercise = drill.fresh()
    rows = {row.entry.kind: row.hm for row in log.rows(exercise, exercise.journal.all())}
    assert rows["stand_down_begun"] == rows["real_world_called"] == "08:00"
    assert rows["clock_resumed"] == "09:30"
