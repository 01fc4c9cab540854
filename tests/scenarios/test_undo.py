"""Undoing and doing again: back to what was there, and never over somebody else's work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from scenarios import editing
from scenarios.calendar import MINUTE_US
from scenarios.editing import Refused
from scenarios.editing.undoing import UNDOABLE
from scenarios.models import Edit, Scenario
from scenarios.phases import PLAYED
from scenarios.reading.document import Trigger
from tests.scenarios.writing_desk import Desk, desk
from units.text import Text

__all__ = ["desk"]

pytestmark = pytest.mark.django_db


def refused(run: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        run()
    return caught.value


# ── back and forth ──────────────────────────────────────────────────────────────────────────────
def test_undo_goes_back_edit_by_edit_and_redo_forth(desk: Desk) -> None:
    pk, states = desk.scenario.pk, [desk.content()]
    editing.remove_injects(pk, desk.hoa, desk.pks("1.2", "1.3", "1.4"))
    states.append(desk.content())
    editing.add_unit(pk, desk.hoa, "KHO", {"name": Text("Kho"), "parent": "BGD"})
    states.append(desk.content())
    editing.renumber(pk, desk.hoa)
    states.append(desk.content())
    for state in reversed(states[:-1]):
        editing.undo(pk, desk.hoa)
        assert desk.content() == state
    assert refused(lambda: editing.undo(pk, desk.hoa)).code == "nothing_to_undo"
    for state in states[1:]:
        editing.redo(pk, desk.hoa)
        assert desk.content() == state
    assert refused(lambda: editing.redo(pk, desk.hoa)).code == "nothing_to_redo"


def test_a_new_edit_leaves_nothing_to_do_again(desk: Desk) -> None:
    pk, entry = desk.scenario.pk, desk.inject("1.1")
    editing.change_inject(pk, desk.hoa, entry.pk, {"title": Text("A")})
    undone = editing.undo(pk, desk.hoa)
    assert editing.redoable(desk.scenario, desk.hoa) == undone
    editing.change_inject(pk, desk.hoa, entry.pk, {"title": Text("B")})
    assert editing.redoable(desk.scenario, desk.hoa) is None
    assert editing.undoable(desk.scenario, desk.hoa) != undone


def test_revisions_never_come_back(desk: Desk) -> None:
    pk = desk.scenario.pk
    seen = {desk.inject("1.1").revision}
    editing.change_inject(pk, desk.hoa, desk.inject("1.1").pk, {"title": Text("A")})
    for step in (None, editing.undo, editing.redo):
        if step:
            step(pk, desk.hoa)
        revision = desk.inject("1.1").revision
        assert revision not in seen
        seen.add(revision)


def test_the_last_twenty_edits_can_be_undone(desk: Desk) -> None:
    pk, entry = desk.scenario.pk, desk.inject("1.1")
    for n in range(23):
        editing.change_inject(pk, desk.hoa, entry.pk, {"title": Text(f"Lần {n}")})
    for _step in range(20):
        editing.undo(pk, desk.hoa)
    assert refused(lambda: editing.undo(pk, desk.hoa)).code == "nothing_to_undo"
    assert desk.inject("1.1").title == Text("Lần 2")


# ── beside another planner ──────────────────────────────────────────────────────────────────────
def test_everybody_undoes_their_own(desk: Desk) -> None:
    pk = desk.scenario.pk
    editing.change_inject(pk, desk.hoa, desk.inject("1.1").pk, {"title": Text("Hoa")})
    editing.change_inject(pk, desk.binh, desk.inject("1.2").pk, {"title": Text("Bình")})
    editing.undo(pk, desk.hoa)
    assert [desk.inject(number).title for number in ("1.1", "1.2")] == [Text("X"), Text("Bình")]


def test_what_another_planner_changed_since_is_not_undone(desk: Desk) -> None:
    pk, entry = desk.scenario.pk, desk.inject("1.1")
    editing.change_inject(pk, desk.hoa, entry.pk, {"title": Text("Hoa")})
    editing.change_inject(pk, desk.binh, entry.pk, {"title": Text("Bình")})
    before = desk.content()
    with translation.override("vi"):
        told = refused(lambda: editing.undo(pk, desk.hoa))
    assert told.code == "changed_since"
    assert "Binh: Sửa tình huống 1.1." in str(told)
    assert desk.content() == before
    editing.undo(pk, desk.binh)
    editing.undo(pk, desk.hoa)
    assert desk.inject("1.1").title == Text("X")


def test_another_field_of_the_row_is_not_in_the_way(desk: Desk) -> None:
    pk, entry = desk.scenario.pk, desk.inject("1.1")
    editing.change_inject(pk, desk.hoa, entry.pk, {"title": Text("Hoa")})
    editing.change_inject(pk, desk.binh, entry.pk, {"method": "radio"})
    editing.undo(pk, desk.hoa)
    assert (desk.inject("1.1").title, desk.inject("1.1").method) == (Text("X"), "radio")


def test_what_others_refer_to_since_is_not_taken_away_by_undoing(desk: Desk) -> None:
    pk = desk.scenario.pk
    made: Any = {"phase": "transition", "title": Text("X")}
    new = editing.add_inject(pk, desk.hoa, made)
    waits: Any = {"trigger": Trigger(new.number, "completed", 0)}
    editing.add_inject(pk, desk.binh, made | waits)
    assert refused(lambda: editing.undo(pk, desk.hoa)).code == "in_use"
    objective = editing.add_objective(pk, desk.hoa, {"code": "M9", "title": Text("X")})
    editing.change_inject(pk, desk.binh, desk.inject("1.1").pk, {"objectives": ["M9"]})
    assert refused(lambda: editing.undo(pk, desk.hoa)).code == "in_use"
    assert desk.inject("1.1").objectives.get() == objective


def test_what_is_put_back_must_find_what_it_refers_to(desk: Desk) -> None:
    pk = desk.scenario.pk
    made: Any = {"phase": "transition", "title": Text("X"), "problem": "1"}
    problem = desk.scenario.problems.get()
    extra = editing.add_inject(pk, desk.binh, made)
    editing.change_inject(pk, desk.binh, desk.inject("1.1").pk, {"problem": None})
    editing.remove_injects(pk, desk.hoa, [extra.pk])
    editing.remove_problem(pk, desk.binh, problem.pk)
    before = desk.content()
    assert refused(lambda: editing.undo(pk, desk.hoa)).code == "conflict"
    assert desk.content() == before


def test_a_number_that_somebody_else_took_is_not_taken_back(desk: Desk) -> None:
    pk = desk.scenario.pk
    editing.change_inject(pk, desk.hoa, desk.inject("1.4").pk, {"number": "1.9"})
    made: Any = {"phase": "transition", "title": Text("X"), "number": "1.4"}
    editing.add_inject(pk, desk.binh, made)
    assert refused(lambda: editing.undo(pk, desk.hoa)).code == "conflict"


def test_a_gate_never_loses_what_it_waits_for(desk: Desk) -> None:
    pk = desk.scenario.pk
    made: Any = {"phase": "transition", "title": Text("X"), "number": "1.9"}
    editing.add_inject(pk, desk.hoa, made)
    gate: Any = {"code": "K2", "title": Text("T"), "after": ["1.9"]}
    editing.add_condition(pk, desk.binh, "transition", gate)
    assert "điều kiện K2" in str(refused(lambda: editing.undo(pk, desk.hoa)))


# ── any course ──────────────────────────────────────────────────────────────────────────────────
BY = st.sampled_from(["hoa", "binh"])
NUMBERS = st.sampled_from(["1.1", "1.2", "1.3", "1.4", "1.05", "1.06", "2.01", "x"])
SEVERAL = st.lists(NUMBERS, min_size=1, max_size=3, unique=True)
WORDS = st.text("ăđ ô1\n", max_size=3)
CODES = st.sampled_from(["MT1", "MT2", "1", "2", "K", "K2"])
UNITS = st.sampled_from(["BGD", "VP", "TREN", "KHO", "ALL"])
MOMENTS = st.integers(-60, 900).map(lambda minute: minute * MINUTE_US)
PEOPLE = st.sampled_from(["dao", "truong", "an"])
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "number": NUMBERS,
        "title": st.builds(Text, WORDS, WORDS),
        "phase": st.sampled_from(PLAYED),
        "planned_us": st.none() | MOMENTS,
        "addressees": st.lists(UNITS, max_size=2),
        "objectives": st.lists(CODES, max_size=2),
        "problem": st.none() | CODES,
        "mandatory": st.booleans(),
        "complete_within_s": st.none() | st.integers(-1, 90),
        "trigger": st.none() | st.builds(Trigger, NUMBERS, st.just("completed"), st.just(60)),
    },
)


class Writing(RuleBasedStateMachine):
    """Two planners write at random. What cannot be is refused and leaves nothing; at the end each
    undoes what they did, the newest first, and everything is as it was.
    """

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.desk = Desk()
        self.pk = self.desk.scenario.pk
        self.start = self.now = self.desk.content()

    def teardown(self) -> None:
        try:
            left = Edit.objects.filter(scenario=self.pk, undone_at=None)
            while newest := left.first():
                editing.undo(self.pk, newest.user)
            assert self.desk.content() == self.start
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    def do(self, command: str, by: str, *args: Any) -> None:
        revision = self.revision()
        refusal = self.refusal_of(command, by, *args)
        before, self.now = self.now, self.desk.content()
        assert self.revision() - revision == (self.now != before)
        if refusal is not None:
            assert str(refusal)
            assert self.now == before

    def refusal_of(self, command: str, by: str, *args: Any) -> Refused | None:
        try:
            getattr(editing, command)(self.pk, getattr(self.desk, by), *args)
        except Refused as refusal:
            return refusal
        return None

    def revision(self) -> int:
        return Scenario.objects.get(pk=self.pk).revision

    def pks(self, numbers: list[str]) -> list[int]:
        return list(self.desk.scenario.msel.filter(number__in=numbers).values_list("pk", flat=True))

    def pk_of(self, rows: Any, **which: Any) -> int:
        return next(iter(rows.filter(**which).values_list("pk", flat=True)), 0)

    # ── injects ─────────────────────────────────────────────────────────────────────────────
    @rule(by=BY, values=VALUES)
    def add_inject(self, by: str, values: Any) -> None:
        given = {"title": Text("Mới"), "phase": "transition", **values}
        self.do("add_inject", by, given)

    @rule(by=BY, number=NUMBERS, values=VALUES)
    def change_inject(self, by: str, number: str, values: Any) -> None:
        self.do("change_inject", by, self.pk_of(self.desk.scenario.msel, number=number), values)

    @rule(by=BY, numbers=SEVERAL, what=st.sampled_from(["remove_injects", "duplicate_injects"]))
    def several(self, by: str, numbers: list[str], what: str) -> None:
        self.do(what, by, self.pks(numbers))

    @rule(by=BY, numbers=SEVERAL, by_s=st.integers(-9000, 9000))
    def move(self, by: str, numbers: list[str], by_s: int) -> None:
        self.do("move_injects", by, self.pks(numbers), by_s)

    @rule(by=BY, number=NUMBERS, before=st.none() | NUMBERS)
    def reorder(self, by: str, number: str, before: str | None) -> None:
        msel = self.desk.scenario.msel
        before_pk = None if before is None else self.pk_of(msel, number=before)
        self.do("reorder", by, self.pk_of(msel, number=number), before_pk)

    @rule(by=BY)
    def renumber(self, by: str) -> None:
        self.do("renumber", by)

    # ── everything else ─────────────────────────────────────────────────────────────────────
    @rule(
        by=BY, code=UNITS, parent=st.none() | UNITS, what=st.sampled_from(["add", "set", "remove"])
    )
    def unit(self, by: str, code: str, parent: str | None, what: str) -> None:
        values = {"name": Text(by), "parent": parent, "participates": parent is None}
        self.do(f"{what}_unit", by, code, *([] if what == "remove" else [values]))

    @rule(by=BY, username=PEOPLE, role=st.sampled_from(["lead", "observer"]), unit=UNITS)
    def person(self, by: str, username: str, role: str, unit: str) -> None:
        pk = self.pk_of(self.desk.scenario.people, username=username)
        values = {"role": role, "unit": unit if role == "lead" else None}
        if pk:
            self.do("change_person", by, pk, values)
        else:
            self.do("add_person", by, {"username": username, "name": by, **values})

    @rule(by=BY, username=PEOPLE)
    def remove_person(self, by: str, username: str) -> None:
        self.do("remove_person", by, self.pk_of(self.desk.scenario.people, username=username))

    @rule(by=BY, code=CODES, title=WORDS, what=st.sampled_from(["objective", "problem"]))
    def training(self, by: str, code: str, title: str, what: str) -> None:
        rows = getattr(self.desk.scenario, f"{what}s")
        values = {"code": code, "title": Text(title)}
        if what == "problem":
            values["phase"] = "transition"
        if pk := self.pk_of(rows, code=code):
            self.do(f"change_{what}", by, pk, values)
        else:
            self.do(f"add_{what}", by, values)

    @rule(by=BY, code=CODES, what=st.sampled_from(["objective", "problem"]))
    def remove_training(self, by: str, code: str, what: str) -> None:
        rows = getattr(self.desk.scenario, f"{what}s")
        self.do(f"remove_{what}", by, self.pk_of(rows, code=code))

    @rule(by=BY, code=CODES, after=st.lists(NUMBERS, max_size=2))
    def condition(self, by: str, code: str, after: list[str]) -> None:
        conditions = self.desk.scenario.phases.get(phase="transition").conditions
        values = {"code": code, "title": Text("T"), "after": after}
        if pk := self.pk_of(conditions, code=code):
            self.do("change_condition", by, pk, values)
        else:
            self.do("add_condition", by, "transition", values)

    @rule(by=BY, code=CODES)
    def remove_condition(self, by: str, code: str) -> None:
        conditions = self.desk.scenario.phases.get(phase="transition").conditions
        self.do("remove_condition", by, self.pk_of(conditions, code=code))

    @rule(by=BY, begin=MOMENTS, end=MOMENTS)
    def time(self, by: str, begin: int, end: int) -> None:
        self.do("change_phase", by, "execution", {"starts_us": begin, "ends_us": end})
        self.do("add_stand_down", by, {"from_us": end, "to_us": begin})

    @rule(by=BY, title=WORDS, year=st.integers(1988, 1992))
    def head(self, by: str, title: str, year: int) -> None:
        self.do("change_head", by, {"title": Text(title), "starts_at": datetime(year, 1, 1)})

    # ── back and forth ──────────────────────────────────────────────────────────────────────
    @rule(by=BY, what=st.sampled_from(["undo", "undo", "redo"]))
    def back_or_forth(self, by: str, what: str) -> None:
        self.do(what, by)


def test_whatever_was_written_is_undone_to_the_beginning() -> None:
    run_state_machine_as_test(
        Writing,
        settings=settings(
            max_examples=max(3, settings.default.max_examples // 30),
            stateful_step_count=UNDOABLE,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
