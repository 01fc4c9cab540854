"""Versions on their page: asked for, approved by a second person, compared, run; their history."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from exercise.models import Exercise, Participant
from scenarios import editing
from scenarios.models import Checkpoint, Scenario
from scenarios.reading import store
from scenarios.versions import approve, submit
from scenarios.writing import document_of
from tests.screens.desk import HTMX, Planner, Two, text, two
from units.models import AccountEvent
from units.roles import Role
from units.text import Text

__all__ = ["two"]

pytestmark = pytest.mark.django_db


def approved(two: Two) -> Scenario:
    """The draft with an edit of Hoa's, approved by Bình."""
    entry = two.scenario.msel.get(number="1.1")
    editing.change_inject(two.scenario.pk, two.hoa.user, entry.pk, {"title": Text("Đã sửa", "New")})
    submit(two.scenario.pk, two.hoa.user)
    approve(two.scenario.pk, two.binh.user)
    return two.fresh()


# ── approval ────────────────────────────────────────────────────────────────────────────────────
def test_two_people_take_a_draft_to_approval(two: Two) -> None:
    two.hoa.save("person", two.scenario.people.all()[0].pk, name="Tên mới")
    assert two.hoa.post("scenario_step", "submit", htmx=False).status_code == 302
    assert two.fresh().submitted_by == two.hoa.user
    own = two.hoa.post("scenario_step", "approve", htmx=False)
    assert own.status_code == 409
    assert "không tự duyệt" in text(own)
    assert "Nhờ một người" in text(own)
    assert two.fresh().is_draft
    assert two.binh.post("scenario_step", "approve", htmx=False).status_code == 302
    scenario = two.fresh()
    assert (scenario.is_draft, scenario.approved_by) == (False, two.binh.user)
    page = text(two.hoa.get("scenario_versions"))
    assert scenario.content_hash[:12] in page
    assert "Lập cuộc diễn tập từ phiên bản này" in page


def test_what_is_approved_is_what_was_looked_at(two: Two) -> None:
    def change(words: str) -> None:
        entry = two.scenario.msel.get(number="1.1")
        values: Any = {"title": Text(words, "New")}
        editing.change_inject(two.scenario.pk, two.hoa.user, entry.pk, values)
        submit(two.scenario.pk, two.hoa.user)

    change("Bản thứ nhất")
    seen = two.binh.get("scenario_versions").context["submitted_hash"]
    change("Bản thứ hai")
    stale = two.binh.post("scenario_step", "approve", htmx=False, seen=seen)
    assert stale.status_code == 409
    assert "đã khác với bản bạn vừa xem" in text(stale)
    assert two.fresh().is_draft
    again = two.binh.get("scenario_versions").content.decode()
    (fresh,) = re.findall(r'name="seen" value="(\w+)"', again)
    assert two.binh.post("scenario_step", "approve", htmx=False, seen=fresh).status_code == 302
    assert not two.fresh().is_draft


def test_the_page_says_who_approved_a_version_at_the_command_line(two: Two) -> None:
    document = replace(document_of(two.scenario), title=Text("Khác", "Other"), draft=False)
    store(document, operator="vanhanh")
    page = text(two.hoa.get("scenario_versions"))
    assert "vanhanh, bằng dòng lệnh" in page


def test_a_request_is_taken_back_by_hand_and_by_an_edit(two: Two) -> None:
    two.hoa.post("scenario_step", "submit", htmx=False)
    two.binh.post("scenario_step", "withdraw", htmx=False)
    assert two.fresh().submitted_at is None
    two.hoa.post("scenario_step", "submit", htmx=False)
    two.binh.save("person", two.scenario.people.all()[0].pk, name="Tên mới")
    assert two.fresh().submitted_at is None
    assert "chưa trình duyệt" in text(two.hoa.post("scenario_step", "withdraw", htmx=False))


def test_what_is_unfinished_is_listed_instead_of_submitted(two: Two) -> None:
    for one in two.scenario.people.all():
        two.hoa.post("part_remove", "person", one.pk)
    answer = two.hoa.post("scenario_step", "submit", htmx=False)
    assert answer.status_code == 409
    refused = answer.context["refused"]
    assert refused.details
    for line in refused.details:
        assert " ".join(line.split()) in text(answer)
    assert two.fresh().submitted_at is None


def test_there_is_no_other_step(two: Two) -> None:
    assert two.hoa.post("scenario_step", "burn").status_code == 404


# ── exercises ───────────────────────────────────────────────────────────────────────────────────
def test_an_exercise_is_made_of_an_approved_version_with_its_maker_as_director(two: Two) -> None:
    scenario = approved(two)
    answer = two.binh.post("scenario_run", htmx=False, after="")
    exercise = Exercise.objects.get(scenario=scenario)
    assert answer["Location"] == f"/x/{exercise.code}/people/"
    part = Participant.objects.get(exercise=exercise, user=two.binh.user)
    assert part.role == Role.DIRECTOR
    assert AccountEvent.objects.filter(account=two.binh.user.username).exists()
    page = two.hoa.get("scenario_versions")
    assert exercise.code in text(page)
    assert "Đã dùng" in text(page)
    two.binh.post("scenario_run", htmx=False, after="")  # pressed twice
    assert Exercise.objects.filter(scenario=scenario).count() == 1
    two.binh.post("scenario_run", htmx=False, after=page.context["after"])
    assert Exercise.objects.filter(scenario=scenario).count() == 2


def test_no_exercise_is_made_of_a_draft(two: Two) -> None:
    answer = two.hoa.post("scenario_run", htmx=False, after="")
    assert answer.status_code == 409
    assert "chưa được duyệt" in text(answer)
    assert not Exercise.objects.exists()


# ── comparing ───────────────────────────────────────────────────────────────────────────────────
def differences(answer: Any) -> dict[str, list[Any]]:
    return {group.title: group.rows for group in answer.context["groups"]}


def against(version: str) -> dict[str, Any]:
    return {"with": version}


def test_two_versions_are_compared_field_by_field(two: Two) -> None:
    pk, user = two.scenario.pk, two.hoa.user
    injects = {one.number: one for one in two.scenario.msel.all()}
    editing.change_inject(
        pk,
        user,
        injects["1.2"].pk,
        {"title": Text("Y mới"), "complete_within_s": 3600, "addressees": ["BGD", "VP"]},
    )
    editing.remove_injects(pk, user, [injects["1.4"].pk])
    editing.add_objective(pk, user, {"code": "MT2", "title": Text("Hai")})
    editing.change_head(pk, user, {"summary": Text("Có tóm tắt")})
    answer = two.hoa.get("scenario_compare")
    found = differences(answer)
    kinds = {row.key: row.kind for row in found["Tình huống"]}
    assert kinds == {"1.2": "changed", "1.4": "removed"}
    changed = next(row for row in found["Tình huống"] if row.key == "1.2")
    told = {field.label: (field.before, field.after) for field in changed.fields}
    assert told["Tên tin"] == ("VI: Y", "VI: Y mới")
    assert told["Hạn xong (phút)"] == ("30′", "60′")
    assert told["Đơn vị nhận"] == ("VP", "BGD, VP")
    assert [(row.kind, row.key) for row in found["Mục tiêu"]] == [("added", "MT2")]
    (head,) = found["Thông tin chung"]
    assert [field.after for field in head.fields] == ["VI: Có tóm tắt"]
    assert "trước: VI: Y" in text(answer)


def test_the_earlier_version_stands_first_from_whichever_one_looks(two: Two) -> None:
    two.hoa.save("head", two.scenario.pk, title_vi="Tên khác")
    old = two.scenario.based_on
    assert old is not None
    from_old = Planner(two.hoa.user, old).get("scenario_compare", **against("2"))
    from_new = two.hoa.get("scenario_compare", **against("1"))
    for answer in (from_old, from_new):
        assert (answer.context["earlier"], answer.context["later"]) == (old, two.scenario)
    assert differences(from_old) == differences(from_new)


def test_equal_versions_and_single_ones_say_so(two: Two) -> None:
    assert "giống hệt nhau" in text(two.hoa.get("scenario_compare"))
    two.hoa.client.post(two.hoa.address("scenario_clone"), {"code": "ban-sao"})
    alone = Planner(two.hoa.user, Scenario.objects.get(code="ban-sao"))
    assert "Chưa có phiên bản nào khác" in text(alone.get("scenario_compare"))


# ── history and checkpoints ─────────────────────────────────────────────────────────────────────
def test_the_history_tells_who_did_what_and_offers_to_undo_ones_own(two: Two) -> None:
    two.hoa.save("person", two.scenario.people.all()[0].pk, name="Tên mới")
    two.binh.post("part_add", "objective", code="MT9", title_vi="Chín")
    page = two.hoa.get("scenario_history")
    assert [(str(e.user), e.words()) for e in page.context["edits"]] == [
        ("Binh", "Thêm mục tiêu MT9"),
        ("Hoa", "Sửa người Tên mới"),
    ]
    assert page.context["undoable"].user == two.hoa.user
    assert two.hoa.client.post(two.hoa.address("msel_do", "undo"), headers=HTMX).status_code == 200
    page = two.hoa.get("scenario_history")
    assert "đã hoàn tác" in text(page)
    assert page.context["redoable"].words() == "Sửa người Tên mới"
    assert two.scenario.people.all()[0].name != "Tên mới"


@pytest.mark.parametrize("number", ["0", "7", "x", "9" * 400])
def test_a_page_of_history_that_there_is_not_is_the_nearest(two: Two, number: str) -> None:
    assert two.hoa.get("scenario_history", page=number).status_code == 200


def test_what_an_earlier_drill_left_is_ticked_off_and_opened_again(two: Two) -> None:
    point = Checkpoint.objects.create(
        scenario=two.scenario, text=Text("Tập lại việc báo cáo"), source="Diễn tập 2023"
    )
    assert "Tập lại việc báo cáo Diễn tập 2023" in text(two.hoa.get("scenario_versions"))
    for pressed, done in (("1", True), ("1", True), ("0", False)):
        two.hoa.post("scenario_checkpoint", point.pk, htmx=False, done=pressed)
        point.refresh_from_db()
        assert point.done is done
    kinds = [edit.kind for edit in two.scenario.edits.all()]
    assert kinds == ["checkpoint_opened", "checkpoint_done"]
    assert two.hoa.post("msel_do", "undo").status_code == 200
    point.refresh_from_db()
    assert point.done


def test_a_checkpoint_of_an_approved_version_stays(two: Two) -> None:
    point = Checkpoint.objects.create(scenario=two.scenario, text=Text("Việc"))
    approved(two)
    two.hoa.post("scenario_checkpoint", point.pk, htmx=False, done="1")
    point.refresh_from_db()
    assert not point.done
    assert "đã duyệt, không sửa được nữa" in text(two.hoa.get("scenario_versions"))
