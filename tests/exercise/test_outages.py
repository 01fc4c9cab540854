"""Timers that were down: what was missed is never released as if it were on time, the clock never
goes back past something that happened, nor when the wall clock is set.
"""

from __future__ import annotations

import pytest

from exercise import conduct
from exercise.clock import frozen
from exercise.models import TimerHeartbeat, verify
from exercise.review.replay import differences
from exercise.timing.tasks import recover_after_outage
from tests.factories import MINUTE, SECOND, entry, make_drill
from units.text import Text

pytestmark = pytest.mark.django_db


def minutely(count=20):
    injects = [entry(f"1.{n:02d}", n, ["U1"]) for n in range(1, count + 1)]
    drill = make_drill(units=1, injects=injects, started=True)
    beat(drill)
    return drill


def beat(drill):
    """The timers work at this moment; answers whether they found an outage."""
    with frozen(drill.now):
        return recover_after_outage(drill.now)


def states(drill):
    return set(drill.exercise.injects.values_list("state", flat=True))


def position_min(drill):
    return drill.fresh().clock.position_us(drill.now) / MINUTE


def test_the_clock_comes_back_at_the_last_heartbeat_paused():
    drill = minutely(3).later(1)
    drill.sweep()
    beat(drill.later(seconds=30))
    assert beat(drill.later(60))
    assert not beat(drill)
    exercise = drill.fresh()
    assert (exercise.status, exercise.stop_reason) == ("paused", "outage")
    assert exercise.anchor_us == MINUTE + 30 * SECOND
    assert drill.exercise.journal.get(kind="outage_recovered").data["missed"] == ["1.02", "1.03"]
    drill.do("resume")
    drill.later(seconds=30)
    assert drill.sweep() == 1


def test_a_gap_that_is_tolerated_changes_nothing():
    drill = minutely()
    assert not beat(drill.later(seconds=30))
    assert drill.fresh().running


@pytest.mark.parametrize(
    "commands",
    [
        [("pause", {}), ("resume", {})],
        [("set_pace", {"rate_permille": 2000})],
        [("jump", {"to_us": 22 * MINUTE, "missed": "release"})],
    ],
    ids=["pause and resume", "pace", "jump"],
)
def test_anchoring_the_clock_anew_does_not_hide_what_was_missed(commands):
    drill = minutely().later(21)
    for command, arguments in commands:
        drill.do(command, **arguments)
    beat(drill.later(seconds=2))
    drill.sweep()
    assert states(drill) == {"scheduled"}
    assert not drill.exercise.injects.filter(overdue_wall_us__isnull=True).exists()


def test_in_an_emergency_nothing_is_released_whatever_the_policy():
    drill = minutely()
    drill.do("set_overdue_policy", policy="release")
    drill.later(21)
    drill.do("call_real_world_stop", place="Kho 2", words="Có người bị nạn")
    assert states(drill) == {"scheduled"}
    drill.do("lift_real_world_stop")
    drill.do("resume")
    drill.sweep()
    assert states(drill) == {"scheduled"}


def test_the_clock_is_not_set_back_past_what_people_did_without_timers():
    drill = minutely().later(10)
    drill.do("release", inject_id=drill.inject("1.01").pk)
    drill.later(1)
    task = {"tasking_id": drill.tasking("1.01", "U1").pk}
    drill.do("acknowledge", drill.actor("lead", "U1"), **task)
    assert beat(drill.later(5))
    assert position_min(drill) == 11
    moments = list(drill.exercise.journal.order_by("seq").values_list("exercise_us", flat=True))
    assert moments == sorted(moments)


def test_an_exercise_started_while_the_timers_were_down_comes_back_to_its_start():
    drill = minutely()
    other = make_drill(units=1, injects=[entry("1.01", 5, ["U1"])]).later(20)
    other.do("start")
    drill.later(60)
    assert beat(drill)
    assert position_min(drill) == 0
    assert other.fresh().clock.position_us(drill.now) == 0


def test_one_exercise_that_fails_does_not_keep_the_others_from_recovering(monkeypatch):
    broken, drill = minutely(), minutely()
    recover = conduct.recover

    def fails_for_one(exercise_id, heartbeat_wall_us):
        if exercise_id == broken.exercise.pk:
            raise RuntimeError("broken row")
        return recover(exercise_id, heartbeat_wall_us)

    monkeypatch.setattr("exercise.timing.tasks.recover", fails_for_one)
    assert beat(drill.later(60))
    assert drill.fresh().stop_reason == "outage"
    assert TimerHeartbeat.objects.get().wall_us == drill.now


# ── the wall clock set back ─────────────────────────────────────────────────────────────────────
ADDED = {"title": Text("Bất ngờ"), "content": Text("Có việc"), "to": ["U1"]}


def test_exercise_time_goes_on_when_the_wall_clock_is_set_back():
    drill = minutely().later(60)
    drill.do("set_overdue_policy", policy="release")
    drill.sweep()
    drill.later(-30)
    drill.do("add_inject", **ADDED)
    assert position_min(drill) == 60
    drill.later(1)
    drill.do("add_inject", **ADDED)
    entries = drill.exercise.journal.order_by("seq")
    moments = list(entries.values_list("exercise_us", flat=True))
    assert moments == sorted(moments)
    assert moments[-1] == 61 * MINUTE
    assert "wall_clock_set_back" in drill.kinds
    assert verify(drill.fresh()).verified
    assert differences(drill.exercise) == []


def test_machines_whose_clocks_differ_a_little_agree_on_one_time():
    drill = minutely().later(10)
    drill.do("set_overdue_policy", policy="release")
    drill.later(seconds=-0.5)
    drill.do("add_inject", **ADDED)
    assert "wall_clock_set_back" not in drill.kinds
    assert drill.inject("1.21").released_us == 10 * MINUTE


def test_the_heartbeat_goes_on_when_the_wall_clock_is_set_back():
    drill = minutely()
    beat(drill.later(-60))
    beat(drill.later(seconds=2))
    assert TimerHeartbeat.objects.get().wall_us == drill.now


def test_the_plan_goes_on_when_the_wall_clock_is_set_back_and_nobody_acts():
    drill = minutely().later(1)
    drill.sweep()
    beat(drill.later(-30))
    assert "wall_clock_set_back" in drill.kinds
    exercise = drill.later(1).fresh()
    assert exercise.clock.due_wall_us(exercise.next_due_us) <= drill.now
    assert drill.sweep() == 1
    assert drill.inject("1.02").released_us == 2 * MINUTE
