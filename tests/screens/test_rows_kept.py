"""What a page reads again and what it knows: rows are read once for each head of the journal."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from exercise.situation import rows
from exercise.situation.facts import read_facts
from tests.factories import Drill, entry, make_drill

pytestmark = pytest.mark.django_db


@pytest.fixture
def drill() -> Drill:
    injects = [entry("1.01", 5, ["U1"], complete_within_s=3600)]
    found = make_drill(units=2, injects=injects, conditions={"A": ["1.01"]}, started=True)
    found.later(5).sweep()
    return found


def queries(drill: Drill) -> int:
    with CaptureQueriesContext(connection) as found:
        assert read_facts(drill.fresh()).taskings
    return len(found)


def test_after_a_change_they_are_read_once(drill: Drill) -> None:
    first = queries(drill)
    assert queries(drill) == 1 < first
    drill.do("acknowledge", drill.actor("lead", "U1"), tasking_id=drill.tasking("1.01", "U1").pk)
    assert read_facts(drill.fresh()).taskings[0].state == "acknowledged"
    assert queries(drill) == 1


def test_time_goes_on_over_rows_that_do_not_change(drill: Drill) -> None:
    (tasking,) = read_facts(drill.fresh()).taskings
    with drill.at_now():
        assert not read_facts(drill.fresh()).late(tasking)
    with drill.later(61).at_now():
        assert read_facts(drill.fresh()).late(tasking)


def test_what_a_rolled_back_command_left_is_not_kept(drill: Drill) -> None:
    before = read_facts(drill.fresh()).rows
    lead = drill.actor("lead", "U1")
    with transaction.atomic():
        drill.do("acknowledge", lead, tasking_id=drill.tasking("1.01", "U1").pk)
        assert read_facts(drill.fresh()).taskings[0].state == "acknowledged"
        transaction.set_rollback(True)
    assert read_facts(drill.fresh()).rows.taskings[0].state == before.taskings[0].state


def test_an_exercise_without_a_journal_is_always_read() -> None:
    drill = make_drill(units=1, injects=[entry("1.01", 5, ["U1"])])
    exercise = drill.fresh()
    exercise.journal_head = ""
    assert rows.rows_of(exercise) is not rows.rows_of(exercise)


def test_only_the_exercises_asked_for_last_are_kept(drill: Drill) -> None:
    first = rows.rows_of(drill.fresh())
    for _more in range(rows.KEPT):
        assert rows.rows_of(drill.fresh()) is first
        rows.rows_of(make_drill(units=1, injects=[], started=True).fresh())
    assert rows.rows_of(drill.fresh()) is first
    for _more in range(rows.KEPT):
        rows.rows_of(make_drill(units=1, injects=[], started=True).fresh())
    assert rows.rows_of(drill.fresh()) is not first
