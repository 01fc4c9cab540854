"""The beat: it finds what is due, sends it once, and sleeps until the next thing is."""

from __future__ import annotations

import pytest

from exercise.celery import app
from exercise.chores.tasks import keep_snapshots
from exercise.timing import beat
from exercise.timing.tasks import process_name
from tests.factories import MINUTE, SECOND, entry, make_drill

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch):
    """Names and arguments of the tasks that were sent."""
    found = []
    monkeypatch.setattr(
        beat.DueScheduler, "_send", lambda self, task, *args: found.append((task.name, *args))
    )
    return found


@pytest.fixture
def scheduler():
    return beat.DueScheduler(app=app, lazy=True)


def signs(drill):
    """What a beat sends of itself at its first tick, whatever is due."""
    return [
        ("exercise.heartbeat", process_name(), drill.now),
        ("exercise.draw",),
        ("exercise.keep_snapshots",),
    ]


def tick(scheduler, drill):
    with drill.at_now():
        return scheduler.tick()


def test_it_sends_what_is_due_and_asks_again_only_when_nothing_comes_of_it(sent, scheduler):
    drill = make_drill(units=1, injects=[entry("1.01", 5, ["U1"])], started=True).later(5)
    sweep = ("exercise.sweep", drill.exercise.pk)
    tick(scheduler, drill)
    assert sent == [sweep, *signs(drill)]
    tick(scheduler, drill)
    assert sent.count(sweep) == 1
    tick(scheduler, drill.later(seconds=1))
    assert sent.count(sweep) == 2


def test_it_sleeps_until_the_next_moment_but_never_long(sent, scheduler):
    drill = make_drill(units=1, injects=[entry("1.01", 5, ["U1"])], started=True)
    drill.sweep()
    assert tick(scheduler, drill) == beat.LONGEST_SLEEP_S
    drill.now += 5 * MINUTE - SECOND // 10
    assert tick(scheduler, drill) == pytest.approx(0.1)
    assert not [name for name, *_ in sent if name == "exercise.sweep"]


def test_what_falls_due_together_goes_into_few_tasks(sent, scheduler):
    drills = [
        make_drill(units=1, injects=[entry("1.01", 5, ["U1"])], started=True).later(5)
        for _one in range(beat.SWEPT_TOGETHER + 1)
    ]
    tick(scheduler, drills[-1])
    asked = [ids for name, *ids in sent if name == "exercise.sweep"]
    assert [len(ids) for ids in asked] == [beat.SWEPT_TOGETHER, 1]
    assert {pk for ids in asked for pk in ids} == {drill.exercise.pk for drill in drills}


def test_while_the_workers_are_behind_it_gathers_what_falls_due(sent, scheduler):
    drill = make_drill(units=1, injects=[entry("1.01", 5, ["U1"])], started=True).later(5)
    assert tick(scheduler, drill) == pytest.approx(0.01)
    assert tick(scheduler, drill.later(seconds=0.01)) == pytest.approx(0.02)


def test_a_drill_that_stands_sends_nothing(sent, scheduler):
    drill = make_drill(units=1, started=True).later(1)
    drill.do("pause")
    tick(scheduler, drill.later(30))
    assert sent == signs(drill)


def test_once_a_minute_it_has_replay_keep_up(sent, scheduler):
    drill = make_drill(units=1, started=True)
    for _half_minute in range(5):
        tick(scheduler, drill)
        drill.now += 30 * SECOND
    assert sent.count((beat.KEEP,)) == 3
    assert keep_snapshots.name == beat.KEEP
    assert app.amqp.router.route({}, beat.KEEP)["queue"].name == "chores"


def test_a_stand_down_is_ended_by_the_beat(sent, scheduler):
    drill = make_drill(units=1, injects=[], stand_downs=[(1, 2)], started=True).later(60)
    drill.sweep()
    tick(scheduler, drill.later(60))
    assert ("exercise.sweep", drill.exercise.pk) in sent


def test_after_sending_it_looks_soon_for_what_comes_next(sent, scheduler):
    drill = make_drill(units=1, injects=[entry("1.01", 5, ["U1"])], started=True).later(5)
    assert tick(scheduler, drill) == pytest.approx(0.01)
    waits = [tick(scheduler, drill.later(seconds=0.1)) for _time in range(3)]
    assert waits == [pytest.approx(wait) for wait in (0.05, 0.1, 0.15)]


def test_it_gives_a_sign_every_second_and_looks_for_what_is_undrawn_less_often(sent, scheduler):
    drill = make_drill(units=1)
    for _time in range(41):
        tick(scheduler, drill)
        drill.later(seconds=beat.LONGEST_SLEEP_S)
    names = [name for name, *_ in sent]
    assert names.count("exercise.heartbeat") == 11
    assert names.count("exercise.draw") == 6
