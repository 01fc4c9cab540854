"""An exercise as it was at any entry of its journal; see also tests/exercise/test_any_course.py."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django_fsm import ConcurrentTransition

from exercise import conduct
from exercise.clock import frozen
from exercise.models import Exercise, Inject, JournalEntry, ReplaySnapshot
from exercise.review.past import CONTROL_STEPS, OBSERVER_STEPS, keep_up, snapshots
from exercise.review.past.effects import EFFECTS, Unreadable
from exercise.screens.replay import stage
from exercise.situation import board, console, log, rows
from exercise.situation.facts import read_facts
from tests.factories import MINUTE, Drill, entry, make_drill
from tests.review import looking_back
from units.text import Text

pytestmark = pytest.mark.django_db

REASON = "Theo lệnh Ban Chỉ đạo"


class Remembered(Drill):
    """A drill that remembers what its rows held after each command."""

    held: dict[int, dict[str, Any]]

    def do(self, command: str, by: conduct.Actor | None = None, **arguments: Any) -> Any:
        result = super().do(command, by, **arguments)
        self.look()
        return result

    def sweep(self) -> int:
        done = super().sweep()
        self.look()
        return done

    def minutes(self, count: int) -> None:
        """Let time pass with the timers at work."""
        for _minute in range(count):
            self.later(1).sweep()

    def look(self) -> None:
        self.held[self.fresh().journal_seq] = looking_back.now(self.exercise.pk)


@pytest.fixture
def drill() -> Remembered:
    """Half a day in which nearly everything happens that can."""
    both = ["U1", "U2"]
    injects = [
        entry("1.01", 5, both, mandatory=True, complete_within_s=1800),
        entry("1.02", 12, ["U1"]),
        entry("1.03", 20, ["U2"], complete_within_s=3600),
        entry("1.04", None, ["U2"], when=("1.01", "completed", 120)),
        entry("1.05", 60, both),
        entry("2.01", 250, both, complete_within_s=600),
    ]
    made = make_drill(2, injects, stand_downs=[(0.75, 1.5)], conditions={"NQ": ["1.01"]})
    found = Remembered(made.exercise)
    found.held = {}
    _play(found)
    return found


def _play(drill: Remembered) -> None:
    lead = {unit: drill.actor("lead", unit) for unit in ("U1", "U2")}
    drill.do("set_pace", rate_permille=2000)
    drill.do("start")
    drill.do("set_pace", rate_permille=1000)
    drill.minutes(6)
    for unit, actor in lead.items():
        tasking = drill.tasking("1.01", unit)
        drill.do("open_tasking", actor, tasking_id=tasking.pk)
        drill.do("acknowledge", actor, tasking_id=tasking.pk)
    words = {"title": Text("Tin đính chính", "Corrected"), "content": Text("Mới", "New")}
    drill.do("correct", inject_id=drill.inject("1.01").pk, reason=REASON, **words)
    first = drill.tasking("1.01", "U1")
    drill.later(1).do("acknowledge", lead["U1"], tasking_id=first.pk)
    drill.do("complete", lead["U1"], tasking_id=first.pk, text="Xong")
    drill.do("return_tasking", tasking_id=first.pk, reason=REASON)
    second = drill.tasking("1.01", "U2")
    true_us = drill.fresh().clock.position_us(drill.now)
    drill.later(3).do(
        "complete_for", tasking_id=second.pk, channel="phone", text="Xong", at_us=true_us
    )
    drill.do("complete", lead["U1"], tasking_id=first.pk, text="Xong lại")
    drill.do("hold", inject_id=drill.inject("1.02").pk)
    drill.minutes(14)
    drill.do("skip", inject_id=drill.inject("1.05").pk)
    drill.do("restore", inject_id=drill.inject("1.05").pk)
    drill.do("release", inject_id=drill.inject("1.02").pk)
    drill.do("resend", inject_id=drill.inject("1.02").pk)
    drill.do("recall", inject_id=drill.inject("1.02").pk, reason=REASON)
    drill.do("add_inject", title=Text("Bất ngờ"), content=Text("Có"), to=["U2"], in_minutes=5)
    drill.minutes(25)
    drill.later(1).do("call_real_world_stop", place="Kho", words="Có người ngã")
    drill.do("lift_real_world_stop")
    drill.do("resume")
    drill.do("waive", tasking_id=drill.tasking("1.03", "U2").pk, reason=REASON)
    drill.do("jump", to_us=drill.fresh().clock.position_us(drill.now) + 30 * MINUTE, missed="hold")
    drill.do("advance_phase", leaving="transition", override_reason=REASON, unfinished="cancel")
    drill.do("nudge", tasking_id=_open(drill)) if _open(drill) else None
    drill.minutes(8)
    drill.do("pause")
    drill.do("end")


def _open(drill: Drill) -> int | None:
    return next((one.pk for one in drill.exercise.taskings.all() if one.open), None)


def test_every_moment_is_what_the_rows_were(drill: Remembered) -> None:
    assert len(drill.held) > 30
    for seq, held in drill.held.items():
        assert looking_back.then(drill.exercise.pk, seq) == held, seq


def test_at_the_end_the_pages_are_the_live_ones(drill: Remembered) -> None:
    """The very words, but for what marks a page as one of the past."""
    exercise = drill.fresh()
    last = looking_back.moment(exercise.pk, exercise.journal_seq)
    with frozen(last.wall_us):
        live = read_facts(exercise)
        live_board, past_board = board.context(live), board.context(last.facts)
        live_console, past_console = console.page_context(live), console.page_context(last.facts)
    for name in ("events", "next_deadline_us", "done", "at_work", "late", "columns", "clock"):
        assert past_board[name] == live_board[name], name
    assert [repr(tile) for tile in past_board["tiles"]] == [
        repr(tile) for tile in live_board["tiles"]
    ]
    for name in ("cards", "rail", "gate_lines", "next_up", "next_more", "lanes", "scale"):
        assert repr(past_console[name]) == repr(live_console[name]), name


def test_a_snapshot_changes_nothing_but_the_time_it_takes(
    drill: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk, last = drill.exercise.pk, drill.fresh().journal_seq
    without = {seq: looking_back.then(pk, seq) for seq in range(1, last + 1)}
    monkeypatch.setattr(snapshots, "EVERY", 7)
    assert looking_back.then(pk, last) == without[last]
    assert ReplaySnapshot.objects.filter(exercise=pk).count() == last // 7
    assert {seq: looking_back.then(pk, seq) for seq in without} == without
    assert ReplaySnapshot.objects.filter(exercise=pk).count() == last // 7


def test_no_snapshot_of_another_journal_is_trusted(
    drill: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database restored from yesterday goes on otherwise than the one the snapshots are of."""
    pk, last = drill.exercise.pk, drill.fresh().journal_seq
    truth = looking_back.then(pk, last)
    monkeypatch.setattr(snapshots, "EVERY", 7)
    looking_back.then(pk, last)
    kept = ReplaySnapshot.objects.filter(exercise=pk)
    for one in kept:
        story = zlib.decompress(one.packed).replace(b'return_reason":"', b'return_reason":"?')
        kept.filter(pk=one.pk).update(packed=zlib.compress(story))
    assert looking_back.then(pk, last) != truth, "the snapshots are not used at all"
    kept.update(head="f" * 64)
    assert looking_back.then(pk, last) == truth
    assert looking_back.then(pk, last) == truth
    assert not kept.filter(head="f" * 64).exists(), "made anew"


def test_snapshots_are_kept_as_the_journal_grows(
    drill: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks first reads fewer entries than lie between two snapshots."""
    monkeypatch.setattr(snapshots, "EVERY", 7)
    pk, last = drill.exercise.pk, drill.fresh().journal_seq
    make_drill(1)  # nothing has happened in it, and nothing is kept of it
    kept = ReplaySnapshot.objects.order_by("seq").values_list("exercise", "seq")
    assert keep_up() == 1
    assert list(kept) == [(pk, seq) for seq in range(7, last + 1, 7)]
    assert keep_up() == 0
    with CaptureQueriesContext(connection) as queries:
        assert keep_up() == 0
    assert len(queries) == 1
    ReplaySnapshot.objects.filter(seq=last // 7 * 7).update(head="f" * 64)
    assert keep_up() == 1, "a snapshot of another journal is none"
    assert looking_back.then(pk, last) == drill.held[last]


def test_what_cannot_be_read_keeps_nobody_from_keeping_up(
    drill: Remembered, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(snapshots, "EVERY", 7)
    seq = drill.fresh().journal_seq
    _write_past_the_commands(drill, 7)
    other = make_drill(1, started=True)
    for _turn in range(4):
        other.do("pause")
        other.later(1).do("resume")
    assert keep_up() == 1
    assert f"from entry {seq + 1}" in caplog.text
    kept = ReplaySnapshot.objects.order_by("seq")
    assert kept.filter(exercise=drill.exercise).last().seq == seq // 7 * 7
    assert kept.filter(exercise=other.exercise).exists()


def test_every_kind_of_entry_that_the_effects_name_is_one_that_is_told_of() -> None:
    assert set(EFFECTS) <= set(log.SENTENCES)


def _write_past_the_commands(drill: Drill, count: int) -> None:
    """Entries of a tasking that there is not."""
    exercise = drill.fresh()
    for seq in range(exercise.journal_seq + 1, exercise.journal_seq + count + 1):
        JournalEntry.objects.create(
            exercise=exercise,
            seq=seq,
            kind="tasking_verified",
            wall_us=drill.now,
            exercise_us=0,
            phase="after",
            inject_number="9.99",
            unit_code="U9",
            hash="0" * 64,
        )
    Exercise.objects.filter(pk=exercise.pk).update(journal_seq=exercise.journal_seq + count)


def test_an_entry_that_does_not_fit_is_named(drill: Remembered) -> None:
    exercise = drill.fresh()
    _write_past_the_commands(drill, 1)
    with pytest.raises(Unreadable) as caught:
        looking_back.then(exercise.pk, exercise.journal_seq + 1)
    assert caught.value.seq == exercise.journal_seq + 1


def test_a_row_of_the_past_cannot_be_saved(drill: Remembered) -> None:
    past = looking_back.moment(drill.exercise.pk, 5)
    for row in (past.exercise, past.facts.rows.injects[0], past.facts.rows.postures[0]):
        with pytest.raises(ConcurrentTransition), transaction.atomic():
            row.save()
    assert looking_back.now(drill.exercise.pk) == drill.held[max(drill.held)]


def test_between_two_entries_the_clock_goes_on_as_far_as_the_next(drill: Remembered) -> None:
    exercise = drill.fresh()
    begun = exercise.journal.get(kind="inject_released", inject_number="1.01")
    last = exercise.journal.filter(exercise_us=begun.exercise_us).last()
    assert last is not None
    step = CONTROL_STEPS.at(exercise, position_us=begun.exercise_us + 1)
    assert step is not None
    assert (step.seq, step.position_us) == (last.seq, begun.exercise_us + 1)
    beyond = CONTROL_STEPS.at(exercise, last.seq, 10 * MINUTE * 60)
    assert beyond is not None
    assert beyond.after is not None
    assert beyond.position_us == beyond.after.exercise_us


def test_observers_step_over_what_they_may_not_feel(drill: Remembered) -> None:
    exercise = drill.fresh()
    held = exercise.journal.get(kind="inject_held", inject_number="1.02")
    step = OBSERVER_STEPS.at(exercise, held.seq)
    assert step is not None
    assert step.seq < held.seq
    seen, seq = set(), 0
    while (step := OBSERVER_STEPS.at(exercise, seq)) is not None and step.after is not None:
        seen.add(step.entry.kind)
        seq = step.after.seq
    assert "inject_released" in seen
    assert not seen & {"inject_held", "inject_skipped", "inject_added", "inject_scheduled"}


def test_a_seek_takes_few_queries_however_long_the_journal(drill: Remembered) -> None:
    exercise = Exercise.objects.get(pk=drill.exercise.pk)
    rows.rows_of(exercise)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        stage(looking_back.moment(exercise.pk, 40), "console")
    assert len(queries) <= 12, "\n".join(query["sql"][-200:] for query in queries)


def test_corrected_words_stand_only_where_they_were_known(drill: Remembered) -> None:
    exercise = drill.fresh()
    corrected = exercise.journal.get(kind="inject_corrected")

    def title(seq: int) -> str:
        found = looking_back.moment(exercise.pk, seq).facts.injects
        return next(one.title.vi for one in found if one.number == "1.01")

    assert title(corrected.seq - 1) == "Tin 1.01"
    assert title(corrected.seq) == "Tin đính chính"
    assert Inject.objects.get(exercise=exercise, number="1.01").title.vi == "Tin đính chính"
