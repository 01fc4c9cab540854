"""Whatever anybody does in whatever order: what must hold after every step of a drill.

Hypothesis gives commands to a small drill by the right and the wrong people, with sense and
without, lets time pass, loses the timers and brings them back. One drill is made for all courses;
each course plays in a savepoint that is rolled back when it is over.

    .venv/bin/pytest tests/exercise/test_any_course.py --hypothesis-profile deep
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import Phase as HP
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from exercise import conduct
from exercise.clock import PACE_MAX, frozen
from exercise.models import (
    Exercise,
    Inject,
    JournalEntry,
    Observation,
    Posture,
    Report,
    Tasking,
    TimerHeartbeat,
    verify,
)
from exercise.review.facts import Facts, read_facts
from exercise.review.replay import differences
from exercise.situation import rows
from exercise.timing.due import with_work
from exercise.timing.tasks import sweep_exercises
from tests.factories import MINUTE, SECOND, Drill, entry, make_drill
from tests.review import looking_back
from units.roles import ALLOWED, Role
from units.text import Text

PHASES = [HP.explicit, HP.reuse, HP.generate] + ([] if os.environ.get("NOSHRINK") else [HP.shrink])
pytestmark = pytest.mark.django_db(transaction=False)

MACHINES = {
    ("exercise", "status"): (Exercise, "status"),
    ("exercise", "phase"): (Exercise, "phase"),
    ("posture", "state"): (Posture, "state"),
    ("inject", "state"): (Inject, "state"),
    ("tasking", "state"): (Tasking, "state"),
}


def declared(model: Any, name: str) -> set[tuple[str, str]]:
    transitions = model._meta.get_field(name).get_all_transitions(model)
    return {(str(one.source), str(one.target)) for one in transitions}


DECLARED = {place: declared(*machine) for place, machine in MACHINES.items()}

# ── arguments: mostly what makes sense, sometimes not ───────────────────────────────────────────
reasons = st.sampled_from(["Theo lệnh Ban Chỉ đạo", "Theo lệnh Ban Chỉ đạo", "vội", ""])
words = st.sampled_from(["Đã triển khai", "", "  "])
seconds = st.integers(-1, 4000)
channels = st.sampled_from(["phone", "paper", "phone", "pigeon"])
phases = st.sampled_from(["transition", "preparation", "execution"])
texts = st.builds(Text, vi=st.sampled_from(["Bất ngờ", "Tin khác", ""]))
ratings = st.sampled_from(["P", "U", "X"])
nobody = st.just(0)


def shown(row: Any) -> dict[str, Any]:
    """What a row holds, without what only the timers and the commands read."""
    unseen = ("_", "told_", "read_version")
    return {name: value for name, value in row.__dict__.items() if not name.startswith(unseen)}


def negative_lengths(facts: Facts) -> Iterator[tuple[str, int]]:
    """Every length among these facts that is less than nothing."""
    values = (facts.taskings, facts.injects, facts.phases, facts.postures)
    for one in [*chain(*(each.values() for each in values)), *facts.stops, *facts.moves]:
        for name in type(one).__slots__:
            value = getattr(one, name)
            if name.endswith("_us") and value is not None and value < 0:
                yield name, value


class Course(RuleBasedStateMachine):
    """One drill, played at random."""

    drill_made: Drill
    actors: dict[str, conduct.Actor]

    def __init__(self) -> None:
        super().__init__()
        self.drill = Drill(self.drill_made.exercise, self.drill_made.now)
        self.heartbeat = self.drill.now
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        rows.forget()  # each course goes on from the same numbers
        self.seen = 0
        self.furthest = 0
        self.held: dict[int, Any] = {}

    def teardown(self) -> None:
        try:
            for seq, held in self.held.items():
                assert looking_back.then(self.drill.exercise.pk, seq) == held, seq
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    # ── doing things ────────────────────────────────────────────────────────────────────────
    def give(self, name: str, who: str, arguments: dict[str, Any]) -> None:
        before = self.snapshot()
        try:
            self.drill.do(name, self.actors[who], **arguments)
        except conduct.Refused:
            assert self.snapshot() == before, f"{name} was refused and changed something"

    def snapshot(self) -> Any:
        pk = self.drill.exercise.pk
        return (
            Exercise.objects.filter(pk=pk).values().get(),
            list(Exercise.objects.get(pk=pk).phase_rows.order_by("pk").values()),
            list(Posture.objects.filter(exercise=pk).order_by("pk").values()),
            list(Inject.objects.filter(exercise=pk).order_by("pk").values()),
            list(Tasking.objects.filter(exercise=pk).order_by("pk").values()),
            Report.objects.filter(tasking__exercise=pk).count(),
            Observation.objects.filter(tasking__exercise=pk).count(),
            JournalEntry.objects.filter(exercise=pk).count(),
        )

    def arguments(self, data: st.DataObject, name: str) -> dict[str, Any]:
        """Draw what the command takes; things by their place among those that could be meant."""
        return {
            argument: data.draw(strategy(self) if callable(strategy) else strategy, argument)
            for argument, strategy in ARGUMENTS[name].items()
        }

    @rule(data=st.data(), name=st.sampled_from(sorted(conduct.COMMANDS)))
    def somebody_allowed_gives_a_command(self, data: st.DataObject, name: str) -> None:
        who = [key for key in self.actors if key.split()[0] in ALLOWED[name]]
        self.give(name, data.draw(st.sampled_from(who), "who"), self.arguments(data, name))

    @rule(data=st.data(), name=st.sampled_from(sorted(conduct.COMMANDS)))
    def anybody_gives_a_command(self, data: st.DataObject, name: str) -> None:
        who = data.draw(st.sampled_from(sorted(self.actors)), "who")
        self.give(name, who, self.arguments(data, name))

    @precondition(lambda self: Tasking.objects.open().filter(exercise=self.drill.exercise).exists())
    @rule(data=st.data(), how_far=st.integers(1, 3))
    def a_unit_works(self, data: st.DataObject, how_far: int) -> None:
        waiting = Tasking.objects.open().filter(exercise=self.drill.exercise).order_by("pk")
        tasking = data.draw(st.sampled_from(list(waiting.select_related("unit"))), "tasking")
        steps = ("acknowledge", "start_work", "complete")[:how_far]
        for name in steps:
            more = {"text": "Đã xong"} if name == "complete" else {}
            self.give(name, f"lead {tasking.unit.code}", {"tasking_id": tasking.pk, **more})

    @rule(unit=st.sampled_from(["U1", "U2"]), confirmed=st.booleans())
    def a_unit_reports(self, unit: str, confirmed: bool) -> None:
        self.give("report_posture", f"lead {unit}", {"unit_code": unit})
        if confirmed:
            self.give("confirm_posture", "director", {"unit_code": unit})

    @rule(unfinished=st.sampled_from(["carry", "cancel"]))
    def the_director_goes_on(self, unfinished: str) -> None:
        arguments = {"override_reason": "Theo lệnh Ban Chỉ đạo", "unfinished": unfinished}
        self.give("advance_phase", "director", {"leaving": self.drill.fresh().phase, **arguments})

    @rule(data=st.data())
    def the_clock_goes_on_after_a_stop(self, data: st.DataObject) -> None:
        self.give("lift_real_world_stop", "director", {})
        self.give("resume", "controller", {})

    # ── time ────────────────────────────────────────────────────────────────────────────────
    @rule(minutes=st.integers(0, 70), extra=st.sampled_from([0, 0, 1, 7 * SECOND]))
    def time_passes_with_the_timers_at_work(self, minutes: int, extra: int) -> None:
        """As the beat does it: sweep at each moment that is due, and at none in between."""
        until = self.drill.now + minutes * MINUTE + extra
        for _round in range(60):
            due = self.due_wall_us()
            if due is None or due > until:
                break
            self.drill.now = max(self.drill.now, due)
            self.sweep()
        self.drill.now = self.heartbeat = until

    def due_wall_us(self) -> int | None:
        exercise = self.drill.fresh()
        if not exercise.running:
            return exercise.resume_wall_us
        due = exercise.next_due_us
        return None if due is None else exercise.clock.due_wall_us(due)

    @rule(minutes=st.integers(0, 20))
    def time_passes_and_the_timers_sleep(self, minutes: int) -> None:
        self.drill.later(minutes, seconds=3)

    @rule()
    def a_sweep_too_many(self) -> None:
        self.sweep()
        seq = self.drill.fresh().journal_seq
        if self.due_wall_us() is None or self.due_wall_us() > self.drill.now:
            self.sweep()
            assert self.drill.fresh().journal_seq == seq

    def sweep(self) -> None:
        due = with_work([self.drill.exercise.pk], self.drill.now)
        before = self.drill.fresh().journal_seq
        self.drill.sweep()
        exercise = self.drill.fresh()
        if exercise.in_stand_down:  # begun where it was planned, and perhaps over before one looks
            self.furthest = min(self.furthest, exercise.anchor_us)
        if not due:
            assert exercise.journal_seq == before, "something was due and would have been skipped"

    @rule()
    def the_timers_come_back(self) -> None:
        """The task as the worker runs it: it looks for an outage first."""
        TimerHeartbeat.objects.update_or_create(pk=1, defaults={"wall_us": self.heartbeat})
        with frozen(self.drill.now):
            sweep_exercises(self.drill.exercise.pk)
        self.heartbeat = self.drill.now
        self.furthest = 0

    # ── what must hold ──────────────────────────────────────────────────────────────────────
    @invariant()
    def the_chain_is_whole_and_the_replay_agrees_with_the_rows(self) -> None:
        assert verify(self.drill.fresh()).verified
        assert differences(self.drill.exercise) == []

    @invariant()
    def the_rows_that_screens_keep_are_those_of_the_database(self) -> None:
        """No row that is shown changes unless the journal's head does."""
        exercise = self.drill.fresh()
        kept = rows.rows_of(exercise)
        for of, now in (
            (kept.postures, Posture.objects.filter(exercise=exercise)),
            (kept.injects, exercise.injects.defer("content", "expected_actions")),
            (kept.taskings, exercise.taskings.all()),
        ):
            assert [shown(row) for row in of] == [shown(row) for row in now]
        links = Inject.addressees.through.objects.filter(inject__exercise=exercise)
        assert {(i, u) for i, all_u in kept.addressees.items() for u in all_u} == set(
            links.values_list("inject_id", "unit_id")
        )

    @invariant()
    def replay_shows_what_the_screens_show(self) -> None:
        """Now; and when all is over, every moment at which somebody could have looked."""
        pk, seq = self.drill.exercise.pk, self.drill.fresh().journal_seq
        if seq and seq not in self.held:
            self.held[seq] = looking_back.now(pk)
            assert looking_back.then(pk, seq) == self.held[seq]

    @invariant()
    def the_facts_of_the_journal_are_those_of_the_rows(self) -> None:
        """Read from the journal alone, they say what the rows say, and no length is negative."""
        _plan, facts = read_facts(self.drill.fresh())
        rows_by_key = {
            (one.inject.number, one.unit.code): one
            for one in self.drill.exercise.taskings.select_related("inject", "unit")
        }
        assert facts.taskings.keys() == rows_by_key.keys()
        for key, row in rows_by_key.items():
            fact = facts.taskings[key]
            for at_us, after_us in (
                (row.opened_us, fact.opened_after_us),
                (row.acknowledged_us, fact.acknowledged_after_us),
                (row.completed_us, fact.completed_after_us),
            ):
                assert after_us == (None if at_us is None else max(0, at_us - row.delivered_us))
            assert fact.ended == (row.state if row.state in ("waived", "cancelled") else "")
        went = {"closed": "released", "scheduled": "waiting", "standby": "waiting"}
        for inject in self.drill.exercise.injects.all():
            fact = facts.injects[inject.number]
            assert fact.state == went.get(inject.state, inject.state)
            assert fact.released_us == inject.released_us
        for row in self.drill.exercise.phase_rows.filter(started_us__isnull=False):
            assert facts.phases[row.phase].started_us == row.started_us
        assert not list(negative_lengths(facts))

    @invariant()
    def every_change_is_a_declared_transition(self) -> None:
        entries = list(self.drill.exercise.journal.filter(seq__gt=self.seen).order_by("seq"))
        for one in entries:
            for change in one.changes:
                place = (change["of"], change["field"])
                if place not in MACHINES:
                    assert place == ("exercise", "clock")
                elif change["old"] is not None:
                    assert (change["old"], change["new"]) in DECLARED[place], (one.kind, change)
        self.seen = entries[-1].seq if entries else self.seen

    @invariant()
    def no_inject_comes_twice(self) -> None:
        released = self.drill.exercise.journal.filter(kind="inject_released")
        numbers = Counter(released.values_list("inject_number", flat=True))
        assert max(numbers.values(), default=1) == 1

    @invariant()
    def injects_keep_their_spacing(self) -> None:
        """Each keeps its distance from the start of its phase, unless given a moment of its own."""
        journal = self.drill.exercise.journal
        started = journal.filter(kind="phase_started")
        shifts = {one.data["phase"]: one.data["shift_us"] for one in started}
        moved = set(
            journal.filter(kind__in=("inject_rescheduled", "inject_added")).values_list(
                "inject_number", flat=True
            )
        )
        for inject in self.drill.exercise.injects.filter(planned_us__isnull=False):
            if inject.number not in moved and inject.due_us is not None:
                assert inject.due_us - inject.planned_us == shifts[inject.phase], inject.number

    @invariant()
    def what_has_a_moment_to_come_has_it_set(self) -> None:
        """A scheduled inject of a phase that has begun has a moment, else it would be lost."""
        begun = self.drill.exercise.phase_rows.filter(started_us__isnull=False)
        lost = self.drill.exercise.injects.filter(
            state="scheduled", due_us__isnull=True, phase__in=begun.values("phase")
        )
        assert not list(lost)

    @invariant()
    def next_due_is_never_too_late(self) -> None:
        exercise = self.drill.fresh()
        if exercise.status not in ("running", "paused"):
            return
        real = min(self.moments(exercise), default=None)
        if real is not None:
            assert exercise.next_due_us is not None
            assert exercise.next_due_us <= real

    @staticmethod
    def moments(exercise: Exercise) -> list[int]:
        """Every moment at which a timer has work, found the slow way."""
        found = [
            place
            for place, _length in exercise.calendar.breaks
            if place > exercise.stand_downs_taken_us
        ]
        for inject in exercise.injects.filter(state="scheduled", overdue_wall_us__isnull=True):
            found += [] if inject.due_us is None else [inject.due_us]
        for tasking in exercise.taskings.all():
            unread = tasking.state in ("delivered", "opened") or tasking.reacknowledge
            deadlines = (
                (tasking.ack_due_us, tasking.told_ack_overdue, unread),
                (tasking.due_soon_us, tasking.told_due_soon, tasking.open),
                (tasking.complete_due_us, tasking.told_overdue, tasking.open),
            )
            found += [
                at for at, told, counts in deadlines if counts and not told and at is not None
            ]
        return found

    @invariant()
    def the_clock_stands_exactly_when_the_exercise_does_and_never_goes_back(self) -> None:
        exercise = self.drill.fresh()
        assert exercise.running == (exercise.status == "running")
        if exercise.real_world_wall_us is not None or exercise.in_stand_down:
            assert exercise.status == "paused"
        position = exercise.clock.position_us(self.drill.now)
        assert position >= self.furthest
        self.furthest = position

    @invariant()
    def an_inject_is_closed_when_nothing_more_is_asked(self) -> None:
        for inject in self.drill.exercise.injects.prefetch_related("taskings"):
            taskings = list(inject.taskings.all())
            still = [one for one in taskings if one.open]
            if inject.state in ("standby", "scheduled", "held", "skipped"):
                assert not taskings
            elif inject.state == "released":
                assert still, inject.number
            else:
                assert not still, inject.number


# ── what each command takes ─────────────────────────────────────────────────────────────────────
Draw = Callable[[Course], st.SearchStrategy[Any]]


def some_inject(course: Course) -> st.SearchStrategy[int]:
    return (
        st.sampled_from(list(course.drill.exercise.injects.values_list("pk", flat=True))) | nobody
    )


def some_tasking(course: Course) -> st.SearchStrategy[int]:
    there = list(course.drill.exercise.taskings.order_by("pk").values_list("pk", flat=True))
    return st.sampled_from(there) | nobody if there else nobody


def some_moment(course: Course) -> st.SearchStrategy[int]:
    here = course.drill.fresh().clock.position_us(course.drill.now)
    return st.integers(-1, 90).map(lambda minutes: here + minutes * MINUTE) | st.just(10**20)


def some_true_time(course: Course) -> st.SearchStrategy[int | None]:
    return st.none() | some_moment(course)


def some_action(course: Course) -> st.SearchStrategy[int]:
    there = course.drill.exercise.corrective_actions.order_by("pk").values_list("pk", flat=True)
    return st.sampled_from(list(there)) | nobody if there else nobody


units = st.sampled_from(["U1", "U2", "U1", "U2", "XYZ"])
of_inject: dict[str, Any] = {"inject_id": some_inject}
of_version: dict[str, Any] = {"number": st.integers(1, 2)}
of_tasking: dict[str, Any] = {"tasking_id": some_tasking}
reported: dict[str, Any] = {
    "text": words,
    "quantity": st.sampled_from([None, {"planned": 3, "done": 2, "unit": "bộ"}]),
    "document": st.sampled_from([None, {"number": "12/QĐ", "signer": "Giám đốc"}]),
}
measure: dict[str, Any] = {
    "finding": words,
    "measure": words,
    "owner_code": units,
    "due": st.sampled_from([date(2100, 1, 1), date(2000, 1, 1)]),
}
of_action: dict[str, Any] = {"action_id": some_action}
of_version: dict[str, Any] = {"number": st.integers(1, 2)}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "start": {},
    "pause": {},
    "resume": {},
    "set_pace": {"rate_permille": st.sampled_from([250, 1000, 1000, 4000, 0, PACE_MAX + 1])},
    "jump": {"to_us": some_moment, "missed": st.sampled_from(["release", "skip", "hold", "x"])},
    "advance_phase": {
        "leaving": phases,
        "override_reason": reasons,
        "unfinished": st.sampled_from(["carry", "cancel", "x"]),
    },
    # The end stops all other play, so it comes seldom.
    "end": {},
    "close": {},
    "set_overdue_policy": {
        "policy": st.sampled_from(["release", "space", "hold", "x"]),
        "spacing_s": st.sampled_from([300, 120, 10, 0, 10**9]),
    },
    "extend_stand_down": {"minutes": st.sampled_from([1, 30, 0, 10**20])},
    "call_real_world_stop": {"place": words, "words": words},
    "lift_real_world_stop": {},
    "revoke_board_link": {},
    "extend_board_link": {},
    "report_posture": {"unit_code": units, "note": words},
    "confirm_posture": {"unit_code": units},
    "return_posture": {"unit_code": units, "reason": reasons},
    "release": of_inject,
    "hold": of_inject,
    "unhold": of_inject,
    "skip": of_inject,
    "restore": of_inject,
    "recall": {**of_inject, "reason": reasons},
    "resend": {**of_inject, "unit_codes": st.lists(units, max_size=2)},
    "correct": {**of_inject, "title": texts, "content": texts, "reason": reasons},
    "add_inject": {
        "title": texts,
        "content": texts,
        "to": st.lists(units, max_size=2),
        "in_minutes": st.sampled_from([0, None, 5, 60, -5, 10**20]),
        "acknowledge_within_s": st.none() | seconds,
        "complete_within_s": st.none() | seconds,
        "mandatory": st.booleans(),
    },
    "decide_overdue": {
        "inject_ids": lambda course: st.lists(some_inject(course), max_size=3),
        "decision": st.sampled_from(["release", "space", "hold", "skip", "x"]),
        "spacing_s": st.sampled_from([300, 60, 0, -60, 10**20]),
    },
    "open_tasking": of_tasking,
    "acknowledge": of_tasking,
    "start_work": of_tasking,
    "report": {**of_tasking, **reported},
    "complete": {**of_tasking, **reported},
    "waive": {**of_tasking, "reason": reasons},
    "verify": of_tasking,
    "return_tasking": {**of_tasking, "reason": reasons},
    "acknowledge_for": {**of_tasking, "channel": channels, "at_us": some_true_time},
    "complete_for": {**of_tasking, "channel": channels, "text": words, "at_us": some_true_time},
    "nudge": of_tasking,
    "begin_report": {},
    "write_report": {
        **of_version,
        "chapter": st.sampled_from(["summary", "conclusion", "x"]),
        "text": words,
        "revision": st.integers(0, 2),
    },
    "review_report": of_version,
    "return_report": {**of_version, "reason": reasons},
    "sign_report": of_version,
    "add_action": measure,
    "edit_action": {**of_action, **measure, "revision": st.integers(0, 2)},
    "begin_action": of_action,
    "finish_action": {**of_action, "note": words},
    "verify_action": of_action,
    "reopen_action": {**of_action, "reason": reasons},
    "drop_action": {**of_action, "reason": reasons},
    "rate": {**of_tasking, "rating": ratings, "note": words},
    "rate_action": {**of_tasking, "action": st.integers(0, 2), "rating": ratings, "note": words},
    "rate_objective": {
        "unit_code": st.sampled_from(["U1", "U2", "U9"]),
        "objective": st.sampled_from(["MT1", "MT9"]),
        "rating": ratings,
        "note": words,
    },
    "record_finding": {
        "kind": st.sampled_from(["strength", "improvement", "rumour"]),
        "text": words,
        "unit_code": st.sampled_from(["", "U1", "U9"]),
        "waited_us": st.sampled_from([0, 40 * MINUTE, -1, 10**20]),
    },
    "publish_evaluation": {},
    "withdraw_evaluation": {},
}


def the_drill() -> Drill:
    """Two units; injects timed, on conditions, by hand, for information and to be done; a break."""
    both = ["U1", "U2"]
    injects = [
        entry("1.01", 5, both, mandatory=True, complete_within_s=1800),
        entry("1.02", 12, ["U1"]),
        entry("1.03", 12, ["U2"], acknowledge_within_s=None, complete_within_s=3600, reply="text"),
        entry("1.04", None, ["U2"], when=("1.01", "completed", 120)),
        entry("1.05", None, ["U1"], when=("1.01", "overdue", 300)),
        entry("1.06", None, both),
        entry("2.01", 250, both, mandatory=True, complete_within_s=1800),
        entry("2.02", 265, ["U2"]),
        entry("3.01", 490, ["U1"], complete_within_s=600),
    ]
    return make_drill(
        2, injects, stand_downs=[(0.75, 1.5), (4.5, 5)], conditions={"NQ": ["1.01", "1.02"]}
    )


def test_the_table_of_arguments_knows_every_command():
    assert set(ARGUMENTS) == set(conduct.COMMANDS)


@pytest.mark.parametrize("started", [False, True])
def test_it_holds_on_any_course(started):
    Course.drill_made = drill = the_drill()
    if started:
        drill.do("start")
    Course.actors = {
        f"{one.role} {one.unit.code}" if one.role in ("lead", "staff") else one.role: (
            conduct.Actor.of(one)
        )
        for one in drill.exercise.participants.select_related("user", "unit").order_by("-pk")
    }
    assert {key.split()[0] for key in Course.actors} == set(Role)
    # The profile says how much: a twentieth of its examples, most of them in a drill under way.
    examples = max(1, settings.default.max_examples // (12 if started else 50))
    run_state_machine_as_test(
        Course,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
