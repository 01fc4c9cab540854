"""What a worker looks at before it takes the lock: never too little, and nothing done twice."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exercise.models import Exercise, JournalEntry
from exercise.timing.due import waiting, with_work
from exercise.timing.tasks import sweep_exercises
from tests.factories import SECOND, entry, make_drill

pytestmark = pytest.mark.django_db


def run(drill):
    """The task as a worker takes it; answers the statements it took."""
    with drill.at_now(), CaptureQueriesContext(connection) as statements:
        sweep_exercises(drill.exercise.pk)
    return [one["sql"] for one in statements]


def test_a_task_that_comes_second_takes_no_lock():
    drill = make_drill(units=1, injects=[entry("1.01", 5, ["U1"])], started=True).later(5)
    run(drill)
    assert JournalEntry.objects.filter(kind="inject_released").count() == 1
    again = run(drill)
    assert not [sql for sql in again if sql.startswith(("BEGIN", "UPDATE", "INSERT", "SAVEPOINT"))]
    assert "FOR UPDATE" not in " ".join(again)


def test_it_does_the_work_from_the_first_microsecond_on():
    drill = make_drill(units=1, injects=[entry("1.01", 5, ["U1"])], started=True).later(5)
    [row] = waiting()
    drill.now = row.due_wall_us - 1
    run(drill)
    assert not JournalEntry.objects.filter(kind="inject_released").exists()
    drill.now += 1
    run(drill)
    assert JournalEntry.objects.filter(kind="inject_released").exists()


def test_a_worker_whose_clock_is_behind_goes_by_the_last_thing_that_happened():
    drill = make_drill(units=1, injects=[entry("1.01", 5, ["U1"])], started=True).later(5)
    exercise = drill.exercise
    Exercise.objects.filter(pk=exercise.pk).update(last_wall_us=drill.now)
    assert with_work([exercise.pk], drill.now - SECOND // 2)


def test_an_exercise_that_is_gone_has_no_work():
    assert not with_work([404], 0)


def test_the_longest_due_comes_first_and_what_is_not_due_not_at_all():
    late, later, not_yet = (
        make_drill(units=1, injects=[entry("1.01", minutes, ["U1"])], started=True)
        for minutes in (1, 3, 5)
    )
    now = later.later(4).now
    ids = [one.exercise.pk for one in (not_yet, later, late)]
    assert with_work(ids, now) == [late.exercise.pk, later.exercise.pk]


def test_an_exercise_that_cannot_be_swept_keeps_no_other_waiting(caplog):
    broken, whole = (
        make_drill(units=1, injects=[entry("1.01", 5, ["U1"])], started=True).later(5)
        for _time in range(2)
    )
    Exercise.objects.filter(pk=broken.exercise.pk).update(timezone="Nowhere/AtAll")
    with whole.at_now():
        sweep_exercises(broken.exercise.pk, whole.exercise.pk)
    assert whole.inject("1.01").state == "released"
    assert f"exercise {broken.exercise.pk}" in caplog.text
