"""Units, people, objectives, phases and the head of a draft, written on their pages."""

from __future__ import annotations

from typing import Any

import pytest

from exercise.screens.desk.parts.pages import PAGES, PARTS
from scenarios.models import Participation, Person
from tests.screens.desk import Two, text, two

__all__ = ["two"]

pytestmark = pytest.mark.django_db


def unit(two: Two, code: str) -> Participation:
    return two.scenario.participations.get(unit__code=code)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_shows_its_parts(two: Two, name: str) -> None:
    page = two.hoa.get(name)
    assert page.status_code == 200
    for part in PARTS.values():
        if part.page == name:
            assert str(part.heading) in text(page)
            for row in part.rows(two.scenario):
                assert f'id="{part.name}-{row.pk}"' in page.content.decode()


ADDED: dict[str, dict[str, Any]] = {
    "unit": {"code": "MOI", "name_vi": "Đơn vị mới", "name_en": "New", "participates": "on"},
    "person": {"username": "moi", "name": "Người Mới", "role": "observer"},
    "objective": {"code": "MT9", "title_vi": "Mục tiêu chín"},
    "problem": {"code": "VD9", "phase": "execution", "title_vi": "Vấn đề chín"},
    "condition": {"phase": "transition", "code": "K9", "title_vi": "Xong", "after": "1.1"},
    "stand-down": {"title_vi": "Nghỉ", "from_us": "N3 11:30", "to_us": "13:00"},
}


@pytest.mark.parametrize("part", ADDED)
def test_a_row_is_added_changed_and_removed(two: Two, part: str) -> None:
    which = PARTS[part]
    before = {row.pk for row in which.rows(two.scenario)}
    answer = two.hoa.post("part_add", part, **ADDED[part])
    assert answer.status_code == 200, text(answer)
    (pk,) = {row.pk for row in which.rows(two.scenario)} - before
    assert f'id="{part}-{pk}"' in answer.content.decode()
    field = "name" if part == "person" else "name_vi" if part == "unit" else "title_vi"
    assert two.hoa.save(part, pk, **{field: "Tên khác"}).status_code == 200
    assert "Tên khác" in text(two.hoa.get(which.page))
    assert two.hoa.post("part_remove", part, pk).status_code == 200
    assert {row.pk for row in which.rows(two.scenario)} == before


def test_undoing_brings_a_removed_row_back(two: Two) -> None:
    two.hoa.post("part_add", "objective", **ADDED["objective"])
    pk = two.scenario.objectives.get(code="MT9").pk
    two.hoa.post("part_remove", "objective", pk)
    answer = two.hoa.post("msel_do", "undo")
    assert answer.status_code == 200
    assert two.scenario.objectives.filter(code="MT9").exists()


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("unit", {"code": "có dấu", "name_vi": "A"}, "code", "không dấu"),
    ("unit", {"code": "MOI"}, "name_vi", "để trống"),
    ("person", {"username": "a b", "name": "A", "role": "observer"}, "username", "không hợp lệ"),
    ("person", {"username": "ab", "name": "A", "role": "lead"}, "unit", "phải thuộc một đơn vị"),
    ("objective", {"title_vi": "A"}, "code", "để trống"),
    ("problem", {"code": "V", "phase": "execution"}, "title_vi", "để trống"),
    ("condition", {"phase": "transition", "code": "K2", "title_vi": "A"}, "after", "ít nhất một"),
    ("stand-down", {"from_us": "trưa", "to_us": "13:00"}, "from_us", "Ghi giờ như"),
    ("stand-down", {"from_us": "N3 13:00", "to_us": "N3 12:00"}, "to_us", "phải sau giờ"),
]


@pytest.mark.parametrize(("part", "given", "field", "words"), REFUSED)
def test_what_is_refused_is_told_under_its_field(
    two: Two, part: str, given: dict[str, Any], field: str, words: str
) -> None:
    before = two.fresh().revision
    answer = two.hoa.post("part_add", part, **given)
    assert answer.status_code in (409, 422)
    assert any(words in one for one in answer.context["line"].wrong[field]), text(answer)
    assert f'aria-describedby="{part}-new-{field}-err"' in answer.content.decode()
    assert two.fresh().revision == before


def test_what_is_still_used_is_not_removed_and_says_by_what(two: Two) -> None:
    where = two.scenario.msel.first()
    assert where is not None
    code = where.addressees.first().code  # type: ignore[union-attr]
    answer = two.hoa.post("part_remove", "unit", unit(two, code).pk)
    assert answer.status_code == 409
    assert answer["HX-Reswap"] == "none"
    assert "còn được dùng" in text(answer)
    assert unit(two, code)


def test_a_unit_changes_everywhere_but_keeps_its_code(two: Two) -> None:
    here = two.scenario.participations.first()
    assert here is not None
    code = here.unit.code
    two.hoa.save("unit", here.pk, code="KHAC", name_en="Renamed", short_vi="Ngắn")
    here.unit.refresh_from_db()
    assert (here.unit.code, here.unit.name.en, here.unit.short.vi) == (code, "Renamed", "Ngắn")


def test_a_unit_that_no_longer_takes_part_is_unticked(two: Two) -> None:
    here = two.scenario.participations.filter(participates=True).first()
    assert here is not None
    form = two.hoa.form("unit", here.pk)
    del form["participates"]
    assert two.hoa.save("unit", here.pk, form).status_code == 200
    here.refresh_from_db()
    assert not here.participates


def test_what_lacks_a_translation_is_marked(two: Two) -> None:
    two.hoa.post("part_add", "objective", code="MT8", title_vi="Chỉ tiếng Việt")
    two.hoa.post("part_add", "objective", code="MT9", title_vi="Cả hai", title_en="Both")
    tables = two.hoa.get("scenario_objectives").context["tables"]
    lines = {line.cells[0].words: line for line in tables[0].lines}
    assert [cell.lacks for cell in lines["MT8"].cells[1:3]] == [False, True]
    assert [cell.lacks for cell in lines["MT9"].cells[1:3]] == [False, False]
    opened = two.hoa.get("part_row", "objective", two.scenario.objectives.get(code="MT8").pk)
    assert "chưa dịch" in text(opened)


def test_rows_change_their_places(two: Two) -> None:
    for code in ("MT7", "MT8", "MT9"):
        two.hoa.post("part_add", "objective", code=code, title_vi=code)

    def order() -> list[str]:
        return [one.code for one in two.scenario.objectives.order_by("order", "pk")][-3:]

    pk = two.scenario.objectives.get(code="MT9").pk
    assert two.hoa.post("part_shift", "objective", pk, by="-1").status_code == 200
    assert order() == ["MT7", "MT9", "MT8"]
    two.hoa.post("part_shift", "objective", pk, by="1")
    assert order() == ["MT7", "MT8", "MT9"]
    revision = two.fresh().revision
    two.hoa.post("part_shift", "objective", pk, by="1")  # it is the last already
    assert (order(), two.fresh().revision) == (["MT7", "MT8", "MT9"], revision)
    two.hoa.post("part_shift", "objective", pk, by="-1")
    two.hoa.post("msel_do", "undo")
    assert order() == ["MT7", "MT8", "MT9"]


def test_the_head_moves_the_start_in_its_own_zone(two: Two) -> None:
    answer = two.hoa.save(
        "head",
        two.scenario.pk,
        title_en="Drill",
        starts_at="2027-03-05T06:30",
        timezone="Asia/Tokyo",
    )
    assert answer.status_code == 200, text(answer)
    scenario = two.fresh()
    assert scenario.title.en == "Drill"
    assert scenario.starts_at.isoformat() == "2027-03-04T21:30:00+00:00"
    wrong = two.hoa.save("head", scenario.pk, timezone="Sao Hỏa")
    assert "múi giờ" in " ".join(wrong.context["line"].wrong["timezone"])


def test_a_phase_gets_another_window(two: Two) -> None:
    plan = two.scenario.phases.get(phase="transition")
    form = two.hoa.form("phase", plan.pk)
    assert two.hoa.save("phase", plan.pk, form, ends_us=form["starts_us"]).status_code == 409
    assert two.hoa.save("phase", plan.pk, form, title_en="First").status_code == 200
    plan.refresh_from_db()
    assert plan.title.en == "First"


# ── two planners ────────────────────────────────────────────────────────────────────────────────
def person(two: Two) -> Person:
    found = two.scenario.people.first()
    assert found is not None
    return found


def test_the_second_to_save_sees_both_and_chooses(two: Two) -> None:
    who = person(two)
    seen = two.binh.form("person", who.pk)
    two.hoa.save("person", who.pk, name="Của Hoa")
    answer = two.binh.save("person", who.pk, seen, name="Của Bình")
    assert answer.status_code == 409
    sides = answer.context["line"].sides
    assert [(one.mine, one.theirs) for one in sides.differences] == [("Của Bình", "Của Hoa")]
    assert sides.by == two.hoa.user
    who.refresh_from_db()
    assert who.name == "Của Hoa"
    line = answer.context["line"]
    again = {**line.form.written(), "seen": line.seen, "revision": str(line.revision)}
    for picked, name in (("theirs", "Của Hoa"), ("mine", "Của Bình")):
        kept = two.binh.save("person", who.pk, again, differs="name", pick_name=picked)
        assert kept.status_code == 200
        who.refresh_from_db()
        assert who.name == name


def test_what_only_the_other_changed_is_kept(two: Two) -> None:
    who = person(two)
    seen = two.binh.form("person", who.pk)
    two.hoa.save("person", who.pk, username="moi.ten")
    answer = two.binh.save("person", who.pk, seen, name="Của Bình")
    sides = answer.context["line"].sides
    assert (sides.differences and sides.differences[0].mine, sides.taken) == (
        "Của Bình",
        ["Tên đăng nhập"],
    )
    line = answer.context["line"]
    again = {**line.form.written(), "seen": line.seen, "revision": str(line.revision)}
    assert two.binh.save("person", who.pk, again).status_code == 200
    who.refresh_from_db()
    assert (who.name, who.username) == ("Của Bình", "moi.ten")


def test_what_was_written_in_a_removed_row_can_be_added_anew(two: Two) -> None:
    two.hoa.post("part_add", "objective", code="MT9", title_vi="Chín")
    pk = two.scenario.objectives.get(code="MT9").pk
    seen = two.binh.form("objective", pk)
    two.hoa.post("part_remove", "objective", pk)
    answer = two.binh.save("objective", pk, seen, title_vi="Chín và hơn nữa")
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#objective-new")
    assert "Chín và hơn nữa" in answer.content.decode()
    again = {name: one for name, one in answer.context["line"].form.written().items() if one}
    two.binh.post("part_add", "objective", **again)
    assert two.scenario.objectives.get(code="MT9").title.vi == "Chín và hơn nữa"


# ── without JavaScript, and what is approved ────────────────────────────────────────────────────
def test_it_works_without_javascript(two: Two) -> None:
    who = person(two)
    opened = two.hoa.get("part_row", "person", who.pk)
    assert f'id="person-{who.pk}-name"' in opened.content.decode()
    form = two.hoa.form("person", who.pk)
    wrong = two.hoa.post("part_save", "person", who.pk, htmx=False, **form | {"username": "a b"})
    assert wrong.status_code == 409
    assert "<html" in wrong.content.decode()
    saved = two.hoa.post("part_save", "person", who.pk, htmx=False, **form | {"name": "Tên mới"})
    assert saved["Location"].endswith(f"/people/#person-{who.pk}")
    assert "Đã lưu Tên mới." in text(two.hoa.get("scenario_people"))
    gone = two.hoa.post("part_remove", "person", who.pk, htmx=False)
    assert (gone.status_code, two.scenario.people.filter(pk=who.pk).exists()) == (302, False)


def test_an_approved_version_is_only_looked_at(two: Two) -> None:
    two.scenario = two.scenario.based_on  # type: ignore[assignment]
    two.hoa.scenario = two.scenario
    for name in PAGES:
        page = two.hoa.get(name).content.decode()
        assert "part-new" not in page
        assert "part-edit" not in page
    who = person(two)
    form: dict[str, Any] = {"seen": "{}", "revision": "1", "name": "Khác", "username": who.username}
    answer = two.hoa.post("part_save", "person", who.pk, **form, role=who.role)
    assert answer.status_code == 409
    assert "đã duyệt" in text(answer)


def test_rows_of_another_version_are_not_found(two: Two) -> None:
    other = two.scenario.based_on
    assert other is not None
    foreign = other.people.first()
    assert foreign is not None
    assert two.hoa.get("part_row", "person", foreign.pk).status_code == 404
    assert two.hoa.post("part_remove", "person", foreign.pk).status_code == 404
    assert two.hoa.post("part_remove", "phase", two.scenario.phases.all()[0].pk).status_code == 404


@pytest.mark.parametrize("seen", ["", "[]", "{", '{"name": 1}', "[" * 3000])
def test_a_broken_memory_of_what_was_seen_does_no_harm(two: Two, seen: str) -> None:
    who = person(two)
    form: dict[str, Any] = two.hoa.form("person", who.pk) | {"seen": seen, "name": "Khác"}
    assert two.hoa.post("part_save", "person", who.pk, **form).status_code in (200, 409)
