"""Writing a draft: what each command writes, what it refuses, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from scenarios import editing
from scenarios.calendar import HOUR_US, MINUTE_US, SECOND_US
from scenarios.editing import Changed, Refused, edit
from scenarios.models import EditKind, MselEntry, Objective, Scenario, sort_key
from scenarios.reading.document import Trigger
from tests.scenarios.writing_desk import Desk, desk
from units.models import Unit
from units.text import Text

__all__ = ["desk"]

pytestmark = pytest.mark.django_db


def refused(run: Callable[[], Any]) -> Refused:
    """The refusal of a command; it must have left nothing behind."""
    before = Scenario.objects.values_list("pk", "revision")
    known = list(before)
    with pytest.raises(Refused) as caught:
        run()
    assert list(before.all()) == known
    assert str(caught.value)
    return caught.value


# ── injects ─────────────────────────────────────────────────────────────────────────────────────
def test_an_inject_is_added_with_all_that_it_says(desk: Desk) -> None:
    entry = editing.add_inject(
        desk.scenario.pk,
        desk.hoa,
        {
            "number": "1.10",
            "phase": "transition",
            "planned_us": 10 * MINUTE_US,
            "problem": "1",
            "sender": Text("Ban Chỉ đạo", "Control"),
            "addressees": ["VP", "BGD"],
            "method": "phone",
            "title": Text(" Mất điện \r\n", "Power cut"),
            "expected_actions": [Text("Báo cáo"), Text("  ")],
            "objectives": ["MT1"],
            "complete_within_s": 1800,
            "mandatory": True,
            "reply": "text",
            "notes": [("Nguồn", "Cuộc họp"), ("Trống", "")],
        },
    )
    entry = MselEntry.objects.get(pk=entry.pk)
    assert (entry.number, entry.sort_key) == ("1.10", sort_key("1.10"))
    assert entry.title == Text("Mất điện", "Power cut")
    assert {unit.code for unit in entry.addressees.all()} == {"BGD", "VP"}
    assert [one.code for one in entry.objectives.all()] == ["MT1"]
    assert entry.problem is not None
    assert entry.problem.scenario == desk.scenario
    assert entry.expected_actions == [{"vi": "Báo cáo"}]
    assert entry.notes == [["Nguồn", "Cuộc họp"]]


def test_an_inject_without_a_number_gets_the_next_of_its_phase(desk: Desk) -> None:
    values: Any = {"phase": "transition", "title": Text("X")}
    numbers = [
        editing.add_inject(desk.scenario.pk, desk.hoa, values | {"phase": phase}).number
        for phase in ("transition", "transition", "preparation")
    ]
    assert numbers == ["1.05", "1.06", "2.01"]


def test_only_what_is_named_is_changed(desk: Desk) -> None:
    entry = desk.inject("1.2")
    before = desk.content()
    editing.change_inject(desk.scenario.pk, desk.hoa, entry.pk, {"title": Text("Mới")})
    after = desk.content()
    assert after["mselentry"][entry.pk].pop("title") == {"vi": "Mới"}
    before["mselentry"][entry.pk].pop("title")
    assert after == before
    assert desk.inject("1.2").revision == entry.revision + 1
    desk.scenario.refresh_from_db()
    assert desk.scenario.revision == 1


def test_a_change_to_what_it_is_already_is_none(desk: Desk) -> None:
    entry = desk.inject("1.1")
    values: Any = {"title": entry.title, "addressees": ["VP", "BGD"], "mandatory": False}
    editing.change_inject(desk.scenario.pk, desk.hoa, entry.pk, values)
    assert not desk.scenario.edits.exists()
    assert desk.inject("1.1").revision == entry.revision


def test_gates_follow_a_changed_number(desk: Desk) -> None:
    editing.change_inject(desk.scenario.pk, desk.hoa, desk.inject("1.1").pk, {"number": "1.50"})
    (condition,) = desk.scenario.phases.get(phase="transition").conditions.all()
    assert condition.after == ["1.50"]
    assert desk.scenario.edits.count() == 1


BAD_INJECTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no title": ({"title": Text(" ")}, "blank", "title"),
    "no phase": ({"phase": "before"}, "unknown_value", "phase"),
    "a number used twice": ({"number": "1.1"}, "duplicate", "number"),
    "a number of two lines": ({"number": "1\n2"}, "bad_code", "number"),
    "a number too long": ({"number": "1" * 21}, "bad_code", "number"),
    "half a second": ({"complete_within_s": 1.5}, "wrong_type", "complete_within_s"),
    "no time at all": ({"acknowledge_within_s": 0}, "zero_duration", "acknowledge_within_s"),
    "time back": ({"acknowledge_within_s": -5}, "negative_duration", "acknowledge_within_s"),
    "a month": ({"complete_within_s": 30 * 86400}, "absurd_time", "complete_within_s"),
    "a moment between seconds": ({"planned_us": 5}, "wrong_type", "planned_us"),
    "a moment next year": ({"planned_us": 9000 * HOUR_US}, "absurd_time", "planned_us"),
    "a unit that is none": ({"addressees": ["XX"]}, "unknown_addressees", "addressees"),
    "an objective that is none": ({"objectives": ["XX"]}, "unknown_objectives", "objectives"),
    "a problem that is none": ({"problem": "XX"}, "unknown_problem", "problem"),
    "an inject that is none": (
        {"trigger": Trigger("9.9", "completed", 0), "planned_us": None},
        "unknown_trigger",
        "trigger",
    ),
    "a method that is none": ({"method": "pigeon"}, "unknown_value", "method"),
    "mandatory without a deadline": (
        {"mandatory": True, "complete_within_s": None},
        "mandatory_without_deadline",
        "mandatory",
    ),
    "a time and a trigger": (
        {"trigger": Trigger("1.1", "completed", 0), "planned_us": 0},
        "when_with_at",
        "planned_us",
    ),
    "text that is none": ({"content": 5}, "wrong_type", "content"),
    "text without end": ({"content": "x" * 20_001}, "too_long", "content"),
}


@pytest.mark.parametrize("what", BAD_INJECTS)
def test_a_value_that_cannot_be_is_refused_at_its_field(desk: Desk, what: str) -> None:
    values, code, field = BAD_INJECTS[what]
    before = desk.content()
    change: Any = dict(values)
    pk = desk.inject("1.2").pk
    for run in (
        lambda: editing.change_inject(desk.scenario.pk, desk.hoa, pk, change),
        lambda: editing.add_inject(
            desk.scenario.pk, desk.hoa, {"phase": "transition", "title": Text("X"), **change}
        ),
    ):
        problem = refused(run)
        assert (problem.code, problem.field) == (code, field)
        assert problem.remedy
    assert desk.content() == before


def test_injects_do_not_wait_for_each_other_in_a_ring(desk: Desk) -> None:
    pk = desk.inject("1.2").pk
    values: Any = {"planned_us": None, "trigger": Trigger("1.4", "completed", 60)}
    problem = refused(lambda: editing.change_inject(desk.scenario.pk, desk.hoa, pk, values))
    assert (problem.code, problem.field) == ("trigger_cycle", "trigger")
    assert "1.2 → 1.4 → 1.3 → 1.2" in str(problem)


def test_several_injects_take_one_value(desk: Desk) -> None:
    pks = desk.pks("1.1", "1.2", "1.3")
    changed = editing.change_injects(desk.scenario.pk, desk.hoa, pks, {"method": "radio"})
    assert [entry.number for entry in changed] == ["1.1", "1.2", "1.3"]
    assert set(desk.scenario.msel.filter(pk__in=pks).values_list("method", flat=True)) == {"radio"}
    problem = refused(
        lambda: editing.change_injects(desk.scenario.pk, desk.hoa, pks, {"number": "5"})
    )
    assert problem.field == "number"


def test_what_others_wait_for_is_not_removed(desk: Desk) -> None:
    for number, used_by in (("1.1", "điều kiện K"), ("1.2", "tình huống 1.3")):
        pks = desk.pks(number)
        problem = refused(lambda: editing.remove_injects(desk.scenario.pk, desk.hoa, pks))  # noqa: B023
        assert problem.code == "in_use"
        assert used_by in str(problem)


def test_those_that_wait_for_each_other_are_removed_together(desk: Desk) -> None:
    pks = desk.pks("1.2", "1.3", "1.4")
    assert editing.remove_injects(desk.scenario.pk, desk.hoa, pks) == ["1.2", "1.3", "1.4"]
    assert list(desk.scenario.msel.values_list("number", flat=True)) == ["1.1"]


def test_copies_get_numbers_of_their_own_and_keep_all_else(desk: Desk) -> None:
    copies = editing.duplicate_injects(desk.scenario.pk, desk.hoa, desk.pks("1.1", "1.3"))
    assert [entry.number for entry in copies] == ["1.05", "1.06"]
    rows = desk.content()["mselentry"]
    for number, copy in zip(("1.1", "1.3"), copies, strict=True):
        names = {"number", "sort_key"}
        old, new = rows[desk.inject(number).pk], rows[copy.pk]
        assert {name for name in old if old[name] != new[name]} == names


# ── order ───────────────────────────────────────────────────────────────────────────────────────
def test_injects_move_by_play_over_a_stand_down(desk: Desk) -> None:
    # 11:29 + 5 minutes of play: the break of 11:30–13:00 lies in between.
    entry = desk.inject("1.1")
    at = (4 * 60 + 29) * MINUTE_US
    editing.change_inject(desk.scenario.pk, desk.hoa, entry.pk, {"planned_us": at})
    pks = desk.pks("1.1", "1.3")
    moved = editing.move_injects(desk.scenario.pk, desk.hoa, pks, 300)
    assert [one.number for one in moved] == ["1.1"], "one that stands by does not move"
    assert desk.inject("1.1").planned_us == at + (5 + 90) * MINUTE_US
    editing.move_injects(desk.scenario.pk, desk.hoa, pks, -300)
    assert desk.inject("1.1").planned_us == at


def test_an_inject_may_leave_its_phase(desk: Desk) -> None:
    editing.move_injects(desk.scenario.pk, desk.hoa, desk.pks("1.1"), 20 * 3600)
    assert desk.inject("1.1").planned_us == (20 * 60 + 5 + 90) * MINUTE_US


@pytest.mark.parametrize(("by_s", "code"), [(10**7, "absurd_time"), (0.5, "wrong_type")])
def test_a_move_that_cannot_be_is_refused(desk: Desk, by_s: Any, code: str) -> None:
    pks = desk.pks("1.1")
    problem = refused(lambda: editing.move_injects(desk.scenario.pk, desk.hoa, pks, by_s))
    assert (problem.code, problem.field) == (code, "by_s")


def minute_of_three(desk: Desk) -> list[int]:
    """Three injects at 07:05, the second with seconds of its own."""
    values: Any = {"phase": "transition", "title": Text("X"), "planned_us": 5 * MINUTE_US}
    for number, extra_us in (("1.5", 10 * SECOND_US), ("1.6", 0)):
        at = values | {"number": number, "planned_us": 5 * MINUTE_US + extra_us}
        editing.add_inject(desk.scenario.pk, desk.hoa, at)
    return desk.pks("1.1", "1.5", "1.6")


def test_order_within_a_minute_is_told_by_numbers_and_times(desk: Desk) -> None:
    first, second, third = minute_of_three(desk)
    order = editing.reorder(desk.scenario.pk, desk.hoa, third, first)
    assert [entry.pk for entry in order] == [third, first, second]
    assert [entry.number for entry in order] == ["1.1", "1.5", "1.6"]
    times = [entry.planned_us for entry in order]
    assert times == sorted(time for time in times if time is not None)
    (condition,) = desk.scenario.phases.get(phase="transition").conditions.all()
    assert condition.after == ["1.5"], "the gate waits for the same inject as before"
    order = editing.reorder(desk.scenario.pk, desk.hoa, third, None)
    assert [entry.pk for entry in order] == [first, second, third]


def test_another_minute_is_not_reached_by_reordering(desk: Desk) -> None:
    first, other = desk.pks("1.1", "1.2")
    problem = refused(lambda: editing.reorder(desk.scenario.pk, desk.hoa, first, other))
    assert problem.code == "other_minute"


def test_numbers_are_dealt_out_by_phase_and_time(desk: Desk) -> None:
    late = desk.inject("1.1")
    editing.move_injects(desk.scenario.pk, desk.hoa, [late.pk], 8 * 3600)
    values: Any = {"phase": "execution", "title": Text("X"), "number": "7"}
    editing.add_inject(desk.scenario.pk, desk.hoa, values)
    changed = editing.renumber(desk.scenario.pk, desk.hoa)
    in_order = list(desk.scenario.msel.order_by("sort_key").values_list("number", "title"))
    assert [(number, title.vi) for number, title in in_order] == [
        ("1.01", "Y"),
        ("1.02", "X"),
        ("1.03", "Z"),
        ("1.04", "W"),
        ("3.01", "X"),
    ]
    assert len(changed) == 5
    (condition,) = desk.scenario.phases.get(phase="transition").conditions.all()
    assert condition.after == ["1.02"]


# ── units, people ───────────────────────────────────────────────────────────────────────────────
def test_a_unit_is_added_changed_and_left_out(desk: Desk) -> None:
    pk = desk.scenario.pk
    editing.add_unit(pk, desk.hoa, "KHO", {"name": Text("Kho"), "parent": "BGD"})
    editing.set_unit(pk, desk.hoa, "KHO", {"short": Text("K"), "participates": False})
    unit = Unit.objects.get(code="KHO")
    assert (unit.short, unit.parent) == (Text("K"), Unit.objects.get(code="BGD"))
    assert not desk.scenario.participations.get(unit=unit).participates
    editing.remove_unit(pk, desk.hoa, "KHO")
    assert not desk.scenario.participations.filter(unit=unit).exists()
    assert Unit.objects.filter(pk=unit.pk).exists()


def test_a_unit_the_installation_knows_keeps_its_names(desk: Desk) -> None:
    Unit.objects.create(code="CA", name=Text("Công an"))
    editing.add_unit(desk.scenario.pk, desk.hoa, "CA", {})
    assert Unit.objects.get(code="CA").name == Text("Công an")


def test_a_unit_in_use_is_not_left_out(desk: Desk) -> None:
    for code, used_by in (("BGD", "đơn vị VP"), ("VP", "tình huống 1.1"), ("VP", "người Truong")):
        problem = refused(lambda: editing.remove_unit(desk.scenario.pk, desk.hoa, code))  # noqa: B023
        assert problem.code == "in_use"
        assert used_by in str(problem)


BAD_UNITS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "everybody": ("ALL", {"name": Text("X")}, "reserved_code", "code"),
    "a code with accents": ("Đội", {"name": Text("X")}, "bad_code", "code"),
    "a code taken": ("VP", {"name": Text("X")}, "duplicate", "code"),
    "no name": ("MOI", {}, "blank", "name"),
    "a parent that is none": ("MOI", {"name": Text("X"), "parent": "ZZ"}, "unknown_unit", "parent"),
}


@pytest.mark.parametrize("what", BAD_UNITS)
def test_a_unit_that_cannot_be_is_refused(desk: Desk, what: str) -> None:
    unit, values, code, field = BAD_UNITS[what]
    wanted: Any = values
    problem = refused(lambda: editing.add_unit(desk.scenario.pk, desk.hoa, unit, wanted))
    assert (problem.code, problem.field) == (code, field)


def test_units_are_not_above_each_other_in_a_ring(desk: Desk) -> None:
    problem = refused(lambda: editing.set_unit(desk.scenario.pk, desk.hoa, "BGD", {"parent": "VP"}))
    assert (problem.code, problem.field) == ("parent_cycle", "parent")


def test_people_are_added_changed_and_removed(desk: Desk) -> None:
    pk = desk.scenario.pk
    person = editing.add_person(
        pk, desk.hoa, {"username": "an", "name": "An", "role": "staff", "unit": "VP"}
    )
    editing.change_person(pk, desk.hoa, person.pk, {"role": "observer", "unit": None})
    person.refresh_from_db()
    assert (person.role, person.unit, person.order) == ("observer", None, 2)
    editing.remove_person(pk, desk.hoa, person.pk)
    assert desk.scenario.people.count() == 2


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"username": "dao"}, "duplicate", "username"),
        ({"username": "a b"}, "bad_code", "username"),
        ({"name": ""}, "blank", "name"),
        ({"role": "king"}, "unknown_value", "role"),
        ({"unit": None}, "unit_missing", "unit"),
        ({"unit": "ZZ"}, "unknown_unit", "unit"),
        ({"role": "director"}, "unit_not_allowed", "unit"),
    ],
)
def test_a_person_that_cannot_be_is_refused(desk: Desk, values: Any, code: str, field: str) -> None:
    person = desk.scenario.people.get(username="truong")
    for run in (
        lambda: editing.change_person(desk.scenario.pk, desk.hoa, person.pk, values),
        lambda: editing.add_person(
            desk.scenario.pk,
            desk.hoa,
            {"username": "an", "name": "An", "role": "lead", "unit": "VP", **values},
        ),
    ):
        problem = refused(run)
        assert (problem.code, problem.field) == (code, field)


# ── what is trained, when ───────────────────────────────────────────────────────────────────────
def test_objectives_and_problems_are_kept_while_injects_name_them(desk: Desk) -> None:
    pk = desk.scenario.pk
    objective, problem = desk.scenario.objectives.get(), desk.scenario.problems.get()
    for remove, row in (
        (editing.remove_objective, objective),
        (editing.remove_problem, problem),
    ):
        told = refused(lambda: remove(pk, desk.hoa, row.pk))  # noqa: B023
        assert (told.code, "tình huống 1.1" in str(told)) == ("in_use", True)
    editing.change_inject(pk, desk.hoa, desk.inject("1.1").pk, {"objectives": [], "problem": None})
    editing.remove_objective(pk, desk.hoa, objective.pk)
    editing.remove_problem(pk, desk.hoa, problem.pk)
    assert not desk.scenario.objectives.exists()
    assert not desk.scenario.problems.exists()


def test_objectives_and_problems_are_added_and_changed(desk: Desk) -> None:
    pk = desk.scenario.pk
    objective = editing.add_objective(pk, desk.hoa, {"code": "MT2", "title": Text("Nhanh")})
    editing.change_objective(pk, desk.hoa, objective.pk, {"description": Text("Đúng giờ")})
    problem = editing.add_problem(
        pk, desk.hoa, {"code": "2", "phase": "execution", "title": Text("Đánh")}
    )
    editing.change_problem(pk, desk.hoa, problem.pk, {"phase": "preparation"})
    objective.refresh_from_db()
    problem.refresh_from_db()
    assert (objective.description, objective.order) == (Text("Đúng giờ"), 1)
    assert problem.phase == "preparation"
    told = refused(lambda: editing.add_objective(pk, desk.hoa, {"code": "MT1", "title": Text("x")}))
    assert (told.code, told.field) == ("duplicate", "code")


def test_the_start_moves_and_everything_moves_with_it(desk: Desk) -> None:
    pk, planned_us = desk.scenario.pk, desk.inject("1.1").planned_us
    editing.change_head(pk, desk.hoa, {"starts_at": datetime(2024, 3, 5, 8)})
    desk.scenario.refresh_from_db()
    assert desk.scenario.calendar().label(5 * MINUTE_US) == "N1 08:05"
    assert desk.inject("1.1").planned_us == planned_us
    editing.change_head(pk, desk.hoa, {"timezone": "Asia/Tokyo"})
    desk.scenario.refresh_from_db()
    assert desk.scenario.calendar().zero.isoformat() == "2024-03-05T08:00:00+09:00"


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"title": Text()}, "blank", "title"),
        ({"timezone": "Mars/Base"}, "unknown_timezone", "timezone"),
        ({"timezone": "../etc"}, "unknown_timezone", "timezone"),
        ({"starts_at": datetime(1066, 10, 14)}, "absurd_time", "starts_at"),
        (
            {"starts_at": datetime(2024, 3, 31, 2, 30), "timezone": "Europe/Berlin"},
            "bad_time",
            "starts_at",
        ),
    ],
)
def test_a_head_that_cannot_be_is_refused(desk: Desk, values: Any, code: str, field: str) -> None:
    told = refused(lambda: editing.change_head(desk.scenario.pk, desk.hoa, values))
    assert (told.code, told.field) == (code, field)


def test_phases_gates_and_stand_downs_are_written(desk: Desk) -> None:
    pk = desk.scenario.pk
    editing.change_phase(pk, desk.hoa, "execution", {"ends_us": 20 * HOUR_US})
    condition = editing.add_condition(
        pk, desk.hoa, "execution", {"code": "K", "title": Text("Xong"), "after": ["1.1"]}
    )
    editing.change_condition(pk, desk.hoa, condition.pk, {"after": ["1.2", "1.1"]})
    extra = editing.add_stand_down(pk, desk.hoa, {"from_us": 7 * HOUR_US, "to_us": 8 * HOUR_US})
    editing.change_stand_down(pk, desk.hoa, extra.pk, {"title": Text("Nghỉ")})
    condition.refresh_from_db()
    assert desk.scenario.phases.get(phase="execution").ends_us == 20 * HOUR_US
    assert condition.after == ["1.2", "1.1"]
    assert desk.scenario.stand_downs.count() == 2
    editing.remove_condition(pk, desk.hoa, condition.pk)
    editing.remove_stand_down(pk, desk.hoa, extra.pk)
    assert desk.scenario.stand_downs.count() == 1


def test_a_calendar_that_cannot_be_is_refused(desk: Desk) -> None:
    pk, by = desk.scenario.pk, desk.hoa
    span: Any = {"from_us": 5 * HOUR_US, "to_us": 7 * HOUR_US}
    gate: Any = {"code": "K2", "title": Text("T"), "after": ["9.9"]}
    for run, code, field in (
        (
            lambda: editing.change_phase(pk, by, "execution", {"ends_us": 0}),
            "ends_before_start",
            "ends_us",
        ),
        (lambda: editing.change_phase(pk, by, "after", {}), "unknown_value", "phase"),
        (lambda: editing.add_stand_down(pk, by, span), "stand_downs_overlap", "from_us"),
        (
            lambda: editing.add_stand_down(pk, by, {"from_us": HOUR_US, "to_us": HOUR_US}),
            "ends_before_start",
            "to_us",
        ),
        (lambda: editing.add_condition(pk, by, "execution", gate), "unknown_inject", "after"),
        (
            lambda: editing.add_condition(pk, by, "transition", gate | {"code": "K"}),
            "duplicate",
            "code",
        ),
    ):
        told = refused(run)
        assert (told.code, told.field) == (code, field)


# ── what every edit keeps ───────────────────────────────────────────────────────────────────────
def test_each_edit_is_told_in_the_language_of_the_reader(desk: Desk) -> None:
    editing.remove_injects(desk.scenario.pk, desk.hoa, desk.pks("1.3", "1.4"))
    editing.move_injects(desk.scenario.pk, desk.binh, desk.pks("1.1"), -90)
    latest, first = editing.history(desk.scenario)
    assert [(one.number, one.user) for one in (first, latest)] == [(1, desk.hoa), (2, desk.binh)]
    with translation.override("vi"):
        assert first.words() == "Xóa tình huống: 1.3, 1.4"
        assert latest.words() == "Dời 1 tình huống: -1m30s"


def test_what_belongs_to_another_version_is_out_of_reach(desk: Desk) -> None:
    other = desk.scenario.based_on
    assert other is not None
    pk, foreign = desk.scenario.pk, other.msel.get(number="1.1")
    plan = other.phases.get(phase="transition")
    for run in (
        lambda: editing.change_inject(pk, desk.hoa, foreign.pk, {"title": Text("X")}),
        lambda: editing.remove_injects(pk, desk.hoa, [foreign.pk]),
        lambda: editing.remove_condition(pk, desk.hoa, plan.conditions.get().pk),
        lambda: editing.remove_person(pk, desk.hoa, other.people.all()[0].pk),
    ):
        assert refused(run).code == "gone"


def test_a_refusal_in_the_midst_of_an_edit_leaves_nothing(desk: Desk) -> None:
    before = desk.content()

    def half() -> None:
        with edit(desk.scenario.pk, desk.hoa, EditKind.OBJECTIVE_ADDED) as under_way:
            under_way.add(Objective, code="MT9", title=Text("X"))
            raise Refused("no", "Không.", "Thôi.")

    refused(half)
    assert desk.content() == before
    assert not desk.scenario.edits.exists()


def test_references_may_be_given_as_rows_or_keys(desk: Desk) -> None:
    unit, problem = Unit.objects.get(code="VP"), desk.scenario.problems.get()
    with edit(desk.scenario.pk, desk.hoa, EditKind.IMPORTED, name="a.xlsx", count=2) as under_way:
        made = under_way.add_many(
            MselEntry,
            [
                {"number": "8", "sort_key": "8", "phase": "execution", "title": Text("A")}
                | {"problem": problem, "addressees": [unit]},
                {"number": "9", "sort_key": "9", "phase": "execution", "title": Text("A")}
                | {"problem_id": problem.pk, "addressees": [unit.pk]},
            ],
        )
        under_way.change_many([(made[0], {"trigger_entry": made[1], "trigger_is": "completed"})])
    first, second = desk.inject("8"), desk.inject("9")
    assert first.trigger_entry == second
    assert [list(one.addressees.all()) for one in (first, second)] == [[unit], [unit]]
    assert first.problem == second.problem == problem


def test_thousands_of_injects_are_written_in_few_queries(desk: Desk) -> None:
    values = [
        {"number": f"n{n}", "sort_key": f"n{n}", "phase": "execution", "title": Text("A")}
        for n in range(600)
    ]
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        edit(desk.scenario.pk, desk.hoa, EditKind.IMPORTED, name="a", count=600) as under_way,
    ):
        under_way.add_many(MselEntry, values)
    assert len(queries) < 40
    with CaptureQueriesContext(connection) as queries:
        editing.renumber(desk.scenario.pk, desk.hoa)
    assert len(queries) < 40


# ── two planners ────────────────────────────────────────────────────────────────────────────────
def test_the_second_to_save_sees_both_versions(desk: Desk) -> None:
    pk, entry = desk.scenario.pk, desk.inject("1.1")
    seen = entry.revision
    first: Any = {"title": Text("Của Hoa"), "method": "phone"}
    editing.change_inject(pk, desk.hoa, entry.pk, first, expected_revision=seen)
    mine: Any = {"title": Text("Của Bình"), "content": Text("Thêm")}
    with pytest.raises(Changed) as caught:
        editing.change_inject(pk, desk.binh, entry.pk, mine, expected_revision=seen)
    told = caught.value
    assert told.now == {"title": {"vi": "Của Hoa"}, "content": {}}
    assert told.base == {"title": {"vi": "X"}, "content": {}}
    assert told.yours == {"title": {"vi": "Của Bình"}, "content": {"vi": "Thêm"}}
    assert (told.by, told.row.revision) == (desk.hoa, seen + 1)
    assert desk.inject("1.1").title == Text("Của Hoa")
    editing.change_inject(pk, desk.binh, entry.pk, mine, expected_revision=told.row.revision)
    assert desk.inject("1.1").title == Text("Của Bình")


def test_saving_the_same_twice_is_no_conflict(desk: Desk) -> None:
    entry = desk.inject("1.1")
    for _again in range(2):
        editing.change_inject(
            desk.scenario.pk, desk.hoa, entry.pk, {"title": Text("Mới")}, expected_revision=1
        )
    assert desk.scenario.edits.count() == 1


def test_what_was_undone_in_between_is_a_change_too(desk: Desk) -> None:
    pk, entry = desk.scenario.pk, desk.inject("1.1")
    editing.change_inject(pk, desk.hoa, entry.pk, {"title": Text("Của Hoa")})
    seen = desk.inject("1.1").revision
    editing.undo(pk, desk.hoa)
    with pytest.raises(Changed) as caught:
        editing.change_inject(
            pk, desk.binh, entry.pk, {"title": Text("Bình")}, expected_revision=seen
        )
    assert caught.value.now == {"title": {"vi": "X"}}
    assert caught.value.base == {"title": {"vi": "Của Hoa"}}
    assert caught.value.by == desk.hoa


@pytest.mark.parametrize("what", ["unit", "head", "person", "stand_down", "phase", "condition"])
def test_nobody_overwrites_what_they_have_not_seen(desk: Desk, what: str) -> None:
    pk, scenario = desk.scenario.pk, desk.scenario
    person, stand_down = scenario.people.get(username="dao"), scenario.stand_downs.get()
    condition = scenario.phases.get(phase="transition").conditions.get()

    def save(by: Any, words: str) -> Any:
        title: Any = {"title": Text(words)}
        match what:
            case "unit":
                name: Any = {"name": Text(words)}
                return editing.set_unit(pk, by, "VP", name, expected_revision=1)
            case "head":
                return editing.change_head(pk, by, title, expected_revision=1)
            case "person":
                return editing.change_person(
                    pk, by, person.pk, {"name": words}, expected_revision=1
                )
            case "stand_down":
                return editing.change_stand_down(pk, by, stand_down.pk, title, expected_revision=1)
            case "phase":
                return editing.change_phase(pk, by, "transition", title, expected_revision=1)
            case _:
                return editing.change_condition(pk, by, condition.pk, title, expected_revision=1)

    save(desk.hoa, "Của Hoa")
    with pytest.raises(Changed) as caught:
        save(desk.binh, "Của Bình")
    assert "Của Hoa" in str(caught.value.now)
    assert "Của Bình" in str(caught.value.yours)
    assert caught.value.base.keys() == caught.value.now.keys()
    assert caught.value.base != caught.value.now
