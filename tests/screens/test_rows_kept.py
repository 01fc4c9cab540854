"""What a page reads again and what it knows: rows are read once for each head of the journal."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from exercise.situation import rows
from exercise.situation.facts import read_facts
from tests.factories import Drill, entry, make_drill
from units.text import Text

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


def test_after_a_change_what_it_did_not_touch_is_carried_over() -> None:
    injects = [
        entry(number, 5, ["U1", "U2"], complete_within_s=3600) for number in ("1.01", "1.02")
    ]
    drill = make_drill(units=2, injects=injects, started=True)
    drill.later(5).sweep()
    before = rows.rows_of(drill.fresh())
    touched = drill.tasking("1.01", "U1")
    drill.do("acknowledge", drill.actor("lead", "U1"), tasking_id=touched.pk)
    with CaptureQueriesContext(connection) as found:
        after = rows.rows_of(drill.fresh())
    assert len(found) == 4  # the exercise, its entries, the inject they name and its taskings
    same = [one is other for one, other in zip(before.taskings, after.taskings, strict=True)]
    assert [one.pk for one in after.taskings] == [one.pk for one in before.taskings]
    assert same == [one.pk != touched.pk for one in before.taskings]
    other = drill.tasking("1.01", "U2").unit_id
    assert after.work[other] is before.work[other]


def test_a_tasking_does_not_hold_on_to_an_inject_that_has_changed(drill: Drill) -> None:
    before = rows.rows_of(drill.fresh())
    words = {"title": Text("Đính chính"), "content": Text("Mới"), "reason": "số liệu đã sai"}
    drill.do("correct", inject_id=drill.inject("1.01").pk, **words)
    after = rows.rows_of(drill.fresh())
    assert [str(one.inject.title) for one in after.taskings] == ["Đính chính"]
    assert [one.inject.version for one in before.taskings] == [1]


def test_what_a_long_run_of_entries_changed_is_read_as_well(drill: Drill) -> None:
    rows.rows_of(drill.fresh())
    tasking = drill.tasking("1.01", "U1")
    for _time in range(rows.FOLLOWED + 1):
        drill.do("nudge", tasking_id=tasking.pk)
    assert rows.rows_of(drill.fresh()).taskings[0].nudges == rows.FOLLOWED + 1


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


def test_an_inject_that_is_sent_while_the_rows_are_read_is_no_error(drill: Drill) -> None:
    first: set[str] = set()

    def one_is_sent_between(execute: Any, sql: str, *given: Any) -> Any:
        table = sql.split(" FROM ")[-1].split(" ")[0].strip('"')
        if table in ("exercise_inject", "exercise_tasking") and len(first) < 2:
            first.add(table)
            if len(first) == 2:
                drill.do("add_inject", title=Text("Bất ngờ"), content=Text(""), to=["U1"])
        return execute(sql, *given)

    exercise = drill.fresh()
    with connection.execute_wrapper(one_is_sent_between):
        read = rows.rows_of(exercise)
    assert exercise.injects.count() == 2
    assert {tasking.inject_id for tasking in read.taskings} <= {one.pk for one in read.injects}
