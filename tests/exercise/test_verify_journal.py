"""Proving the journal: whatever is changed, removed or put in behind conduct is found and named."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from exercise.models import Exercise, Inject, JournalEntry, Posture, Tasking, verify
from exercise.review.replay import Diverged, State, differences, live_state, replay
from tests.factories import entry, make_drill

pytestmark = pytest.mark.django_db


@pytest.fixture
def drill():
    drill = make_drill(units=2, started=True).later(5)
    drill.sweep()
    lead = drill.actor("lead", "U1")
    tasking = drill.tasking("1.01", "U1")
    drill.do("acknowledge", lead, tasking_id=tasking.pk)
    drill.do("complete", lead, tasking_id=tasking.pk, text="Đã xong")
    drill.do("report_posture", lead, unit_code="U1")
    drill.do("pause")
    drill.fresh()
    return drill


@pytest.fixture
def unprotected(drill):
    """The drill, in a database whose journal may be changed."""
    on = " ON exercise_journalentry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for what in ("update", "delete"):
            cursor.execute(f"DROP TRIGGER journal_no_{what}{on}")
    return drill


def check(*codes, **options):
    """What the command says and its status."""
    said, status = StringIO(), 0
    try:
        call_command("verify_journal", *codes, stdout=said, no_color=True, **options)
    except SystemExit as ended:
        status = ended.code
    return said.getvalue(), status


def entries(drill, **which):
    return JournalEntry.objects.filter(exercise=drill.exercise, **which)


def rehash(entry):
    entry.hash = entry.digest()
    return entry


# ── the replay ──────────────────────────────────────────────────────────────────────────────────
def test_the_replay_of_the_journal_is_what_the_rows_hold(drill):
    assert differences(drill.exercise) == []
    state = live_state(drill.exercise)
    assert (state.status, state.phase) == ("paused", "transition")
    assert state.postures == {"U1": "transition_reported", "U2": "transitioning"}
    assert state.injects == {"1.01": "released", "2.01": "scheduled", "3.01": "scheduled"}
    assert state.taskings == {"1.01/U1": "completed", "1.01/U2": "delivered"}
    assert state.clock == [drill.now, 5 * 60 * 1_000_000, 1000, False]


def test_a_part_of_the_journal_gives_the_state_of_that_moment(drill):
    state = replay(entries(drill, wall_us__lt=drill.now).order_by("seq"))
    assert (state.status, state.phase) == ("running", "transition")
    assert state.postures == {"U1": "transitioning", "U2": "transitioning"}
    assert state.taskings == {}


def test_the_replay_stops_where_an_entry_does_not_fit(drill):
    rows = list(entries(drill).order_by("seq"))
    without = [row for row in rows if row.kind != "tasking_acknowledged"]
    with pytest.raises(Diverged) as caught:
        replay(without)
    started = next(row for row in rows if row.kind == "tasking_started")
    assert caught.value.seq == started.seq
    assert (caught.value.change["old"], caught.value.found) == ("acknowledged", "delivered")
    assert str(caught.value).startswith(f"entry {started.seq}: tasking 1.01/U1 goes from")


def test_a_journal_of_nothing_leaves_the_exercise_planned():
    assert replay([]) == State()
    assert differences(make_drill().exercise) == []


# ── the command ─────────────────────────────────────────────────────────────────────────────────
def test_it_says_that_all_is_well(drill):
    other = make_drill(units=1)
    said, status = check()
    assert status == 0
    assert f"{drill.exercise.code}: {drill.exercise.journal_seq} entries, chain whole" in said
    assert f"{other.exercise.code}: 0 entries" in said


def test_it_checks_the_exercises_named_alone(drill):
    other = make_drill(units=1)
    said, _status = check(other.exercise.code)
    assert other.exercise.code in said
    assert f"{drill.exercise.code}:" not in said
    with pytest.raises(CommandError, match="No exercise khong-co"):
        check("khong-co")


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_itself_refuses_to_change_the_journal(drill, change):
    rows = entries(drill, seq=3)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(kind="x") if change == "update" else rows.delete()


@pytest.mark.postgres
def test_the_database_refuses_to_empty_the_journal(drill):
    cursor = connection.cursor()
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or they would refuse it before the trigger
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        cursor.execute("TRUNCATE exercise_journalentry")


@pytest.mark.parametrize("figure", ["100000000000", "0", "-0", "0.10", "12.5", "3e2", "007"])
def test_figures_come_back_from_the_database_as_they_were_hashed(client, figure):
    injects = [entry("1.01", 0, ["U1"], complete_within_s=1800, reply="quantity")]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.sweep()
    task = {"tasking_id": drill.tasking("1.01", "U1").pk}
    drill.do("acknowledge", drill.actor("lead", "U1"), **task)
    client.force_login(drill.user("lead", "U1"), "django.contrib.auth.backends.ModelBackend")
    report = reverse("do", args=[drill.exercise.code, "report"])
    with drill.at_now():
        sent = client.post(report, task | {"done": figure}, headers={"HX-Request": "true"})
    assert sent.status_code == 200
    assert verify(drill.fresh()).verified


def test_no_floating_point_number_gets_into_the_journal():
    drill = make_drill(units=1, started=True)
    lead = drill.actor("lead", "U1")
    drill.do("release", inject_id=drill.inject("1.01").pk)
    task = {"tasking_id": drill.tasking("1.01", "U1").pk}
    drill.do("acknowledge", lead, **task)
    with pytest.raises(TypeError, match="floating-point"):
        drill.do("report", lead, quantity={"done": 1e16}, **task)


@pytest.mark.parametrize(
    "field",
    [
        {"kind": "exercise_ended"},
        {"wall_us": 7},
        {"exercise_us": 7},
        {"phase": "after"},
        {"actor_name": "Người khác"},
        {"role": "observer"},
        {"unit_code": "U9"},
        {"inject_number": "9.99"},
        {"data": {"why": "khác"}},
        {"changes": []},
    ],
)
def test_a_changed_entry_is_named(unprotected, field):
    entries(unprotected, seq=4).update(**field)
    said, status = check()
    assert status == 1
    assert "broken at entry 4 (content)" in said


def test_an_entry_changed_and_hashed_anew_breaks_the_next(unprotected):
    entry = entries(unprotected).get(seq=4)
    entry.actor_name = "Người khác"
    rehash(entry).save()
    assert "broken at entry 5 (previous hash)" in check()[0]


def test_the_last_entry_changed_and_hashed_anew_is_not_the_exercises_head(unprotected):
    last = unprotected.exercise.journal_seq
    entry = entries(unprotected).get(seq=last)
    entry.actor_name = "Người khác"
    rehash(entry).save()
    said, status = check()
    assert status == 1
    assert f"broken at entry {last} (not the head the exercise keeps)" in said


def test_a_removed_entry_is_named(unprotected):
    entries(unprotected, seq=6).delete()
    said, status = check()
    assert status == 1
    assert "broken at entry 6 (missing)" in said


def test_an_entry_removed_and_the_rest_renumbered_is_found(unprotected):
    entries(unprotected, seq=6).delete()
    for row in entries(unprotected, seq__gt=6).order_by("seq"):
        entries(unprotected, pk=row.pk).update(seq=row.seq - 1)
    Exercise.objects.filter(pk=unprotected.exercise.pk).update(
        journal_seq=unprotected.exercise.journal_seq - 1
    )
    assert "broken at entry 6 (previous hash)" in check()[0]


def test_an_entry_put_in_between_is_found(unprotected):
    for row in entries(unprotected, seq__gte=6).order_by("-seq"):
        entries(unprotected, pk=row.pk).update(seq=row.seq + 1)
    forged = entries(unprotected).get(seq=5)
    forged.pk, forged.seq, forged.previous = None, 6, forged.hash
    rehash(forged).save()
    Exercise.objects.filter(pk=unprotected.exercise.pk).update(
        journal_seq=unprotected.exercise.journal_seq + 1
    )
    assert "broken at entry 7 (previous hash)" in check()[0]


def test_an_entry_put_at_the_end_is_found(drill):
    forged = entries(drill).get(seq=drill.exercise.journal_seq)
    forged.pk, forged.previous = None, forged.hash
    forged.seq += 1
    rehash(forged).save(force_insert=True)
    assert f"broken at entry {forged.seq} (added past the end)" in check()[0]


def test_an_end_cut_off_is_found(unprotected):
    last = unprotected.exercise.journal_seq
    entries(unprotected, seq__gt=last - 2).delete()
    said, status = check()
    assert status == 1
    assert f"broken at entry {last - 1} (end cut off)" in said


def test_an_end_cut_off_with_the_head_set_back_leaves_rows_that_do_not_agree(unprotected):
    last = unprotected.exercise.journal_seq
    entries(unprotected, seq=last).delete()
    head = entries(unprotected).get(seq=last - 1).hash
    Exercise.objects.filter(pk=unprotected.exercise.pk).update(
        journal_seq=last - 1, journal_head=head
    )
    assert verify(unprotected.fresh()).verified
    said, status = check()
    assert status == 1
    assert "exercise status: running by the journal, paused in the database" in said


def test_a_drill_that_went_on_since_it_was_read_is_not_broken(drill):
    before = drill.fresh()
    drill.do("resume")
    assert verify(before).verified
    assert verify(drill.fresh()).verified


def test_states_changed_past_conduct_are_named(drill):
    Posture.objects.filter(exercise=drill.exercise, unit__code="U2").update(state="accomplished")
    Inject.objects.filter(exercise=drill.exercise, number="2.01").update(state="released")
    Tasking.objects.filter(exercise=drill.exercise, unit__code="U2").delete()
    Exercise.objects.filter(pk=drill.exercise.pk).update(anchor_us=0)
    said, status = check()
    assert status == 1
    lines = [line.split(": ", 1)[1] for line in said.splitlines()]
    assert lines == [
        f"exercise clock: {replay(entries(drill).order_by('seq')).clock} by the journal, "
        f"{[drill.now, 0, 1000, False]} in the database",
        "posture U2: transitioning by the journal, accomplished in the database",
        "inject 2.01: scheduled by the journal, released in the database",
        "tasking 1.01/U2: delivered by the journal, None in the database",
    ]


def test_it_tells_machines_in_json(unprotected):
    assert json.loads(check(json=True)[0]) == [
        {
            "code": unprotected.exercise.code,
            "entries": unprotected.exercise.journal_seq,
            "broken_seq": None,
            "why": "",
            "differences": [],
            "verified": True,
        }
    ]
    entries(unprotected, seq=2).update(kind="x")
    (found,) = json.loads(check(json=True)[0])
    assert (found["verified"], found["broken_seq"], found["entries"]) == (False, 2, 1)
