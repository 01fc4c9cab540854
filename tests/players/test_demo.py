"""The demo's exercise: made once, gone on with after a stop, made anew when it is over."""

from __future__ import annotations

from io import StringIO

import pytest

from exercise import conduct
from exercise.clock import frozen
from exercise.management.commands import demo
from exercise.models import Exercise, TimerHeartbeat
from tests.factories import HOUR, MINUTE, SECOND, T0

pytestmark = pytest.mark.django_db


def prepared(at):
    command = demo.Command(stdout=StringIO())
    with frozen(at):
        command.prepare()
    return Exercise.objects.get(pk=command._exercise.pk)


def position(exercise, at):
    return exercise.clock.position_us(at)


def test_the_first_start_makes_it_and_starts_it_at_60():
    exercise = prepared(T0)
    assert (exercise.code, exercise.status, exercise.rehearsal) == ("dien-tap-mau", "running", True)
    assert position(exercise, T0 + SECOND) == MINUTE
    assert exercise.overdue_policy == "release"


def test_started_again_it_goes_on_where_it_was():
    prepared(T0)
    TimerHeartbeat.objects.create(wall_us=T0 + 10 * SECOND)
    exercise = prepared(T0 + 8 * HOUR)
    assert Exercise.objects.count() == 1
    assert exercise.running
    assert position(exercise, T0 + 8 * HOUR) == 10 * MINUTE


def test_what_was_done_after_the_last_heartbeat_does_not_lie_ahead():
    exercise = prepared(T0)
    TimerHeartbeat.objects.create(wall_us=T0 + SECOND)
    with frozen(T0 + 2 * SECOND):
        conduct.sweep(exercise.pk)
        conduct.set_overdue_policy(exercise.pk, demo.director_of(exercise), policy="hold")
    assert position(prepared(T0 + HOUR), T0 + HOUR) == 2 * MINUTE


def test_stopped_before_the_first_heartbeat_it_goes_on_from_its_start():
    prepared(T0)
    exercise = prepared(T0 + HOUR)
    assert exercise.running
    assert position(exercise, T0 + HOUR) == 0


def test_what_a_person_paused_stays_paused():
    exercise = prepared(T0)
    with frozen(T0 + SECOND):
        conduct.pause(exercise.pk, demo.director_of(exercise))
    assert not prepared(T0 + HOUR).running


def test_when_it_is_over_the_next_start_makes_a_new_run():
    exercise = prepared(T0)
    with frozen(T0 + SECOND):
        conduct.end(exercise.pk, demo.director_of(exercise))
    assert prepared(T0 + HOUR).code == "dien-tap-mau-2"
    assert prepared(T0 + HOUR).code == "dien-tap-mau-2"


def test_the_players_find_the_newest_run():
    from exercise.management.commands.players import _find

    exercise = prepared(T0)
    with frozen(T0 + SECOND):
        conduct.end(exercise.pk, demo.director_of(exercise))
    newest = prepared(T0 + HOUR)
    assert _find("dien-tap-mau", newest_run=True) == newest
    assert _find("dien-tap-mau", newest_run=False) == exercise


def test_ready_it_prints_a_link_for_every_role(settings):
    settings.PORT = 8123
    command = demo.Command(stdout=(said := StringIO()))
    command.prepare()
    command.on_ready()
    assert said.getvalue().count("http://127.0.0.1:8123/go/") == 3
    assert f"/board/{command._exercise.board_token}/" in said.getvalue()
