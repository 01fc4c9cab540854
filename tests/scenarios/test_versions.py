"""Versions: made, submitted, approved by a second person, never changed again, compared, run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from exercise.conduct import Refused as NotCarriedOut
from exercise.conduct import create_exercise
from scenarios import editing
from scenarios.calendar import MINUTE_US
from scenarios.editing import Refused, edit
from scenarios.models import Edit, EditKind, MselEntry, Scenario, Status
from scenarios.reading import read, store
from scenarios.reading.document import Trigger
from scenarios.versions import (
    Carried,
    approve,
    clone,
    compare,
    new_scenario,
    new_version,
    submit,
    withdraw,
)
from scenarios.writing import document_of
from tests.scenarios.small import SMALL
from tests.scenarios.writing_desk import Desk, content, desk, planner
from units.models import Unit
from units.text import Text

__all__ = ["desk"]

pytestmark = pytest.mark.django_db


def refused(run: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        run()
    assert str(caught.value)
    return caught.value


def approved(desk: Desk) -> Scenario:
    """The draft, edited and submitted by one planner, approved by the other."""
    pk = desk.scenario.pk
    editing.change_inject(pk, desk.hoa, desk.inject("1.1").pk, {"title": Text("Đã sửa")})
    submit(pk, desk.hoa)
    return approve(pk, desk.binh)


# ── approval ────────────────────────────────────────────────────────────────────────────────────
def test_a_second_person_approves_and_the_version_gets_its_hash(desk: Desk) -> None:
    scenario = approved(desk)
    scenario.refresh_from_db()
    assert (scenario.status, scenario.approved_by) == (Status.APPROVED, desk.binh)
    assert scenario.submitted_by == desk.hoa
    assert scenario.content_hash == document_of(scenario).content_hash
    assert scenario.content_hash == approved_hash_of_the_same_file()


def approved_hash_of_the_same_file() -> str:
    return read(SMALL.replace("title: X,", "title: Đã sửa,").encode()).content_hash


def test_who_edited_or_submitted_does_not_approve(desk: Desk) -> None:
    pk, third = desk.scenario.pk, planner("chi")
    editing.change_inject(pk, desk.hoa, desk.inject("1.1").pk, {"title": Text("A")})
    submit(pk, desk.binh)
    for user in (desk.hoa, desk.binh):
        assert refused(lambda: approve(pk, user)).code == "second_person"  # noqa: B023
    assert approve(pk, third).status == Status.APPROVED


def test_who_took_in_a_whole_scenario_does_not_approve_it(desk: Desk) -> None:
    pk = desk.scenario.pk
    Scenario.objects.filter(pk=pk).update(made_by=desk.hoa)
    submit(pk, desk.binh)
    made_a_version = approve(pk, desk.hoa)
    assert made_a_version.approved_by == desk.hoa, "there was nothing of hers in it"
    whole = clone(made_a_version, "whole", desk.hoa)
    Scenario.objects.filter(pk=whole.pk).update(based_on=None)
    submit(whole.pk, desk.binh)
    assert refused(lambda: approve(whole.pk, desk.hoa)).code == "second_person"


def test_who_wrote_the_draft_that_was_copied_does_not_approve_the_copy(desk: Desk) -> None:
    editing.change_inject(
        desk.scenario.pk, desk.hoa, desk.inject("1.1").pk, {"title": Text("Đã sửa", "New")}
    )
    copy = clone(Scenario.objects.get(pk=desk.scenario.pk), "BAN-SAO", desk.binh)
    submit(copy.pk, desk.binh)
    assert refused(lambda: approve(copy.pk, desk.hoa)).code == "second_person"


def test_who_took_all_their_edits_back_may_approve(desk: Desk) -> None:
    editing.change_inject(
        desk.scenario.pk, desk.binh, desk.inject("1.1").pk, {"title": Text("Đã sửa", "New")}
    )
    editing.undo(desk.scenario.pk, desk.binh)
    submit(desk.scenario.pk, desk.hoa)
    assert not approve(desk.scenario.pk, desk.binh).is_draft


def test_an_edit_takes_the_request_back(desk: Desk) -> None:
    pk = desk.scenario.pk
    for after in (
        lambda: editing.change_inject(pk, desk.hoa, desk.inject("1.1").pk, {"title": Text("A")}),
        lambda: editing.undo(pk, desk.hoa),
        lambda: withdraw(pk, desk.hoa),
    ):
        submit(pk, desk.hoa)
        after()
        assert refused(lambda: approve(pk, desk.binh)).code == "not_submitted"
    assert refused(lambda: withdraw(pk, desk.hoa)).code == "not_submitted"


def test_what_is_unfinished_is_neither_submitted_nor_approved(desk: Desk) -> None:
    pk = desk.scenario.pk
    submit(pk, desk.hoa)
    Scenario.objects.get(pk=pk).people.filter(role="director").delete()
    told = refused(lambda: approve(pk, desk.binh))
    assert told.code == "incomplete"
    assert "Không có tổng đạo diễn." in str(told)
    assert refused(lambda: submit(pk, desk.hoa)).code == "incomplete"
    assert Scenario.objects.get(pk=pk).is_draft


def test_an_approved_version_is_never_changed(desk: Desk) -> None:
    scenario = approved(desk)
    pk, by, before = scenario.pk, desk.hoa, content(scenario)
    entry = desk.inject("1.1").pk

    def by_hand() -> None:
        with edit(pk, by, EditKind.IMPORTED, name="a", count=1) as under_way:
            under_way.remove(MselEntry.objects.get(pk=entry))

    for run in (
        lambda: editing.change_inject(pk, by, entry, {"title": Text("A")}),
        lambda: editing.renumber(pk, by),
        lambda: editing.undo(pk, by),
        lambda: editing.redo(pk, by),
        lambda: editing.set_unit(pk, by, "VP", {"participates": False}),
        lambda: submit(pk, by),
        lambda: withdraw(pk, by),
        lambda: approve(pk, by),
        by_hand,
    ):
        assert refused(run).code == "approved"
    assert content(scenario) == before


def test_an_approved_version_keeps_the_names_its_units_had(desk: Desk) -> None:
    scenario = approved(desk)
    before = document_of(scenario)
    later = new_version(scenario, desk.hoa)
    editing.set_unit(later.pk, desk.hoa, "VP", {"name": Text("Đổi tên"), "parent": None})
    assert Unit.objects.get(code="VP").name == Text("Đổi tên")
    assert document_of(scenario) == before
    assert document_of(scenario).content_hash == scenario.content_hash
    assert {unit.code: str(unit.name) for unit in document_of(later).units}["VP"] == "Đổi tên"


# ── new ones ────────────────────────────────────────────────────────────────────────────────────
def test_a_new_version_goes_on_from_the_last(desk: Desk) -> None:
    scenario = approved(desk)
    later = new_version(scenario, desk.hoa, checkpoints=[Carried(Text("Thử máy phát"), "DT 2023")])
    assert (later.code, later.version, later.based_on) == (scenario.code, 3, scenario)
    assert (later.status, later.content_hash, later.made_by) == (Status.DRAFT, "", desk.hoa)
    assert not compare(document_of(scenario), document_of(later))
    assert [(one.text, one.source) for one in later.checkpoints.all()] == [
        (Text("Thử máy phát"), "DT 2023")
    ]
    told = refused(lambda: new_version(scenario, desk.binh))
    assert (told.code, "phiên bản 3" in str(told)) == ("draft_exists", True)


def test_open_checkpoints_come_along(desk: Desk) -> None:
    scenario = approved(desk)
    done, _left = (scenario.checkpoints.create(text=Text(words)) for words in ("Xong", "Chưa xong"))
    done.done = True
    done.save()
    later = new_version(scenario, desk.hoa)
    assert [str(one.text) for one in later.checkpoints.all()] == ["Chưa xong"]


def test_what_drills_hand_on_stands_for_what_was_open_of_the_same_source(desk: Desk) -> None:
    """Words may have changed since, and what has been settled needs no looking at."""
    scenario = approved(desk)
    for source in ("DT #1", "DT #2", ""):
        scenario.checkpoints.create(text=Text(f"Cũ {source}".strip()), source=source)
    handed = {"checkpoints": [Carried(Text("Mới"), "DT #1")], "settled": ["DT #2"]}
    for made in (
        new_version(scenario, desk.hoa, **handed),
        clone(scenario, "khac", desk.hoa, **handed),
    ):
        assert [str(one.text) for one in made.checkpoints.all()] == ["Cũ", "Mới"]


def test_a_copy_is_a_draft_of_another_code(desk: Desk) -> None:
    copy = clone(desk.scenario, "khac", desk.hoa)
    assert (copy.code, copy.version, copy.based_on) == ("khac", 1, desk.scenario)
    editing.remove_injects(copy.pk, desk.hoa, [one.pk for one in copy.msel.exclude(number="1.1")])
    assert copy.msel.count() == 1
    assert desk.scenario.msel.count() == 4
    for code, why in (("khac", "duplicate"), ("có dấu", "bad_code"), ("x" * 61, "bad_code")):
        told = refused(lambda: clone(desk.scenario, code, desk.hoa))  # noqa: B023
        assert (told.code, told.field) == (why, "code")


def test_a_new_scenario_is_an_empty_draft_with_its_three_phases(desk: Desk) -> None:
    made = new_scenario(
        "moi", desk.hoa, title=Text("Mới"), starts_at=datetime(2025, 5, 6, 7), hours=9
    )
    document = document_of(made)
    assert [(plan.starts_us, plan.ends_us) for plan in document.phases] == [
        (hour * 60 * MINUTE_US, (hour + 3) * 60 * MINUTE_US) for hour in (0, 3, 6)
    ]
    assert document.starts_at.isoformat() == "2025-05-06T07:00:00+07:00"
    assert (document.msel, document.draft) == ((), True)
    assert refused(lambda: submit(made.pk, desk.hoa)).code == "incomplete"


# ── running one ─────────────────────────────────────────────────────────────────────────────────
def test_a_draft_is_good_for_rehearsals_alone(desk: Desk) -> None:
    with pytest.raises(NotCarriedOut) as caught:
        create_exercise(desk.scenario)
    assert caught.value.code == "not_approved"
    assert create_exercise(desk.scenario, rehearsal=True).scenario == desk.scenario


def test_an_exercise_stays_with_its_version(desk: Desk) -> None:
    scenario = approved(desk)
    exercise = create_exercise(scenario)
    later = new_version(scenario, desk.hoa)
    editing.change_inject(
        later.pk, desk.hoa, later.msel.get(number="1.1").pk, {"title": Text("Khác")}
    )
    exercise.refresh_from_db()
    assert exercise.scenario == scenario
    assert (scenario.used, later.used) == (True, False)
    assert str(exercise.injects.get(number="1.1").title) == "Đã sửa"


def test_the_version_approved_last_is_in_force(desk: Desk) -> None:
    first = desk.scenario.based_on
    assert list(Scenario.objects.in_force()) == [first], "a draft is not"
    from_file = store(read(SMALL.replace("title: X,", "title: Từ tệp,").encode()))
    assert list(Scenario.objects.in_force()) == [from_file]
    assert list(Scenario.objects.in_force()) != [approved(desk)]
    assert list(Scenario.objects.in_force()) == [desk.scenario], "though its number is lower"


# ── comparing ───────────────────────────────────────────────────────────────────────────────────
def test_two_versions_are_compared_part_by_part_and_field_by_field(desk: Desk) -> None:
    pk, by, before = desk.scenario.pk, desk.hoa, document_of(desk.scenario)
    assert not compare(before, before)
    editing.change_inject(pk, by, desk.inject("1.2").pk, {"planned_us": MINUTE_US})
    values: Any = {"trigger": Trigger("1.1", "overdue", 60)}
    editing.change_inject(pk, by, desk.inject("1.3").pk, values)
    editing.remove_injects(pk, by, desk.pks("1.4"))
    made: Any = {"number": "1.9", "phase": "transition", "title": Text("Thêm")}
    editing.add_inject(pk, by, made)
    editing.add_unit(pk, by, "KHO", {"name": Text("Kho")})
    editing.change_head(pk, by, {"title": Text("Tên mới")})
    editing.change_phase(pk, by, "execution", {"title": Text("Đánh")})
    gate = desk.scenario.phases.get(phase="transition").conditions.get()
    editing.change_condition(pk, by, gate.pk, {"after": ["1.2"]})
    desk.scenario.refresh_from_db()
    after = document_of(desk.scenario)
    found = compare(before, after)
    assert [(one.key, one.kind) for one in found.injects] == [
        ("1.2", "changed"),
        ("1.3", "changed"),
        ("1.9", "added"),
        ("1.4", "removed"),
    ]
    moved, waits, *_others = found.injects
    assert [(one.field, one.after) for one in moved.fields] == [("planned_us", MINUTE_US)]
    assert [(one.field, one.before) for one in waits.fields] == [
        ("trigger", Trigger("1.2", "overdue", 300))
    ]
    assert [(one.field, str(one.before), str(one.after)) for one in found.head] == [
        ("title", "Nhỏ", "Tên mới")
    ]
    assert [(one.key, one.kind) for one in found.units] == [("KHO", "added")]
    assert [(one.key, [f.field for f in one.fields]) for one in found.phases] == [
        ("execution", ["title"])
    ]
    assert [one.key for one in found.conditions] == ["transition K"]
    assert not found.people + found.objectives + found.problems + found.stand_downs
    back = compare(after, before)
    assert {one.key: one.kind for one in back.injects}["1.4"] == "added"


def test_history_is_each_versions_own(desk: Desk) -> None:
    later = new_version(approved(desk), desk.hoa)
    assert list(editing.history(later)) == []
    assert Edit.objects.filter(scenario=desk.scenario).count() == 1


def test_the_order_in_which_a_file_names_objectives_means_nothing() -> None:
    data = SMALL.replace(
        "{code: MT1, title: M}", "{code: MT2, title: N}\n  - {code: MT1, title: M}"
    )
    old = store(read(data.replace("objectives: [MT1]}", "objectives: [MT1, MT2]}").encode()))
    again = document_of(new_version(old, None))
    assert again.msel[0].objectives == ("MT2", "MT1")
    assert again.content_hash == old.content_hash
