"""The MSEL at the scenario desk, without a browser: who may, what is found, edits and conflicts."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from exercise.screens.access import PLANNING
from exercise.screens.desk.inject_form import packed, written
from exercise.screens.desk.lists import Lists
from scenarios import editing
from scenarios.models import MselEntry, Objective, Scenario, Status, be_present, sort_key
from tests.factories import HOUR, MINUTE, entry, make_scenario
from units.models import Unit, User

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


class Desk:
    """A draft with planners at it."""

    def __init__(self, injects: list[dict[str, Any]] | None = None, **more: Any) -> None:
        self.scenario = make_scenario(2, injects, **more)
        Scenario.objects.filter(pk=self.scenario.pk).update(status=Status.DRAFT)
        self.clients = {name: self._planner(name) for name in ("Hạnh", "Hà")}

    def _planner(self, name: str) -> Client:
        user = User.objects.create_user(f"soan-{name}", password=None, name=name, may_plan=True)
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    def user(self, name: str) -> User:
        return User.objects.get(username=f"soan-{name}")

    def path(self, name: str, *more: Any) -> str:
        return reverse(name, args=[self.scenario.code, self.scenario.version, *more])

    def get(self, name: str, *more: Any, who: str = "Hạnh", **query: Any) -> Any:
        return self.clients[who].get(self.path(name, *more), query, headers=HTMX)

    def post(self, name: str, *more: Any, who: str = "Hạnh", htmx: bool = True, **data: Any) -> Any:
        headers = HTMX if htmx else {}
        return self.clients[who].post(self.path(name, *more), data, headers=headers)

    def inject(self, number: str) -> MselEntry:
        return self.scenario.msel.get(number=number)

    def rows(self, *numbers: str) -> str:
        """These injects as the table shows them now, chosen."""
        return ",".join(f"{one.pk}:{one.revision}" for one in map(self.inject, numbers))

    def seen(self, number: str) -> dict[str, Any]:
        """The inspector's form of an inject as it stands now, ready to be sent."""
        inject = self.inject(number)
        scenario = Scenario.objects.get(pk=self.scenario.pk)
        fields = written(inject, Lists(scenario))
        return {**fields, "seen": packed(fields), "revision": inject.revision}

    def save(self, number: str, form: dict[str, Any], **more: Any) -> Any:
        return self.post("msel_save", self.inject(number).pk, **form, **more)


@pytest.fixture
def desk() -> Desk:
    made = Desk(
        [
            entry("1.01", 5, ["U1", "U2"], mandatory=True, complete_within_s=3600),
            entry("1.02", 10, ["U1"], title={"vi": "Đường Trần Phú bị ngập", "en": ""}),
            entry("1.03", 10, ["U2"], title={"vi": "Xe bồn chở xăng", "en": "A fuel truck"}),
            entry("1.04", None, ["U1"], when=("1.01", "completed", 300)),
            entry("2.01", 245, ["U2"]),
        ]
    )
    fuel = Objective.objects.create(
        scenario=made.scenario, code="MT3", title={"vi": "Dự trữ xăng dầu", "en": "Fuel stocks"}
    )
    made.inject("2.01").objectives.add(fuel)
    return made


def numbers(answer: Any) -> list[str]:
    """The injects that a table shows, in order."""
    return re.findall(r'data-number="([^"]+)"', answer.content.decode())


def said_by(answer: Any) -> str:
    return str(answer.content.decode())


def answers(asked: Any) -> dict[str, str]:
    """What a question carries on when it is answered with yes."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', said_by(asked)))


def text_of(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


# ── who may ─────────────────────────────────────────────────────────────────────────────────────
def test_planners_alone_come_to_the_desk(desk: Desk) -> None:
    reader = User.objects.create_user("nguoi-doc", password=None, name="Người đọc")
    outsider = Client()
    outsider.force_login(reader, "django.contrib.auth.backends.ModelBackend")
    for path in (reverse("scenarios"), desk.path("msel"), desk.path("msel_timeline")):
        assert desk.clients["Hà"].get(path).status_code == 200
        assert outsider.get(path).status_code == 403
        assert Client().get(path)["Location"].startswith(reverse("landing"))


def test_a_version_that_there_is_not_is_not_found(desk: Desk) -> None:
    path = reverse("msel", args=[desk.scenario.code, 7])
    assert desk.clients["Hà"].get(path).status_code == 404


def test_every_address_of_the_desk_needs_a_planner_on_the_table() -> None:
    assert {"msel", "msel_save", "msel_do", "scenarios"} <= set(PLANNING)


def test_no_right_outlives_the_planners_task(desk: Desk) -> None:
    User.objects.filter(username="soan-Hà").update(may_plan=False)
    before = desk.inject("1.01").title
    form = desk.seen("1.01") | {"title_vi": "Không được"}
    assert desk.save("1.01", form, who="Hà").status_code == 403
    assert desk.inject("1.01").title == before


# ── the table ───────────────────────────────────────────────────────────────────────────────────
def test_the_table_is_in_order_of_phase_and_time_with_standbys_last(desk: Desk) -> None:
    MselEntry.objects.filter(pk=desk.inject("1.01").pk).update(planned_us=20 * MINUTE)
    assert numbers(desk.get("msel")) == ["1.02", "1.03", "1.01", "1.04", "2.01"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"phase": "preparation"}, ["2.01"]),
        ({"unit": "U1"}, ["1.01", "1.02", "1.04"]),
        ({"objective": "MT3"}, ["2.01"]),
        ({"from": "07:10"}, ["1.02", "1.03", "1.04", "2.01"]),
        ({"from": "N1 10:00"}, ["1.04", "2.01"]),
        ({"q": "duong tran phu"}, ["1.02"]),
        ({"q": "ĐƯỜNG ngập"}, ["1.02"]),
        ({"q": "truck"}, ["1.03"]),
        ({"q": "xang"}, ["1.03", "2.01"]),
        ({"q": "U2 2.01"}, ["2.01"]),
        ({"q": "1.0"}, ["1.01", "1.02", "1.03", "1.04"]),
        ({"q": "khong co gi"}, []),
        ({"phase": "no-such", "unit": ""}, ["1.01", "1.02", "1.03", "1.04", "2.01"]),
    ],
    ids=str,
)
def test_filters_and_search_find(desk: Desk, query: dict[str, str], found: list[str]) -> None:
    for name in ("msel", "msel_table"):
        assert numbers(desk.get(name, **query)) == found


def test_it_says_how_many_are_hidden(desk: Desk) -> None:
    said = text_of(desk.get("msel_table", **{"from": "07:10"}))
    assert "Hiện 4/5 tin. Ẩn 1 tin phát trước N1 07:10." in said


def test_a_time_that_cannot_be_read_is_said_and_hides_nothing(desk: Desk) -> None:
    answer = desk.get("msel_table", **{"from": "mai"})
    assert "Ghi giờ như 10:50" in text_of(answer)
    assert len(numbers(answer)) == 5


def test_the_address_of_the_page_follows_its_filters(desk: Desk) -> None:
    answer = desk.get("msel_table", q="xang", blocks="0")
    assert answer["HX-Replace-Url"] == desk.path("msel") + "?q=xang"


def test_the_filters_say_how_many_of_them_are_set(desk: Desk) -> None:
    for query, said in (
        ({}, ""),
        ({"q": "xăng"}, ""),
        ({"phase": "transition", "unit": "U1", "from": "N1 07:05"}, "(3)"),
    ):
        page = desk.clients["Hạnh"].get(desk.path("msel"), query).content.decode()
        assert f'<b class="num" data-set>{said}</b>' in page


def test_a_title_without_translation_is_marked(desk: Desk) -> None:
    assert text_of(desk.get("msel")).count("thiếu EN") == 1


def large(units: int, injects: int) -> Desk:
    """A draft of so many injects, every one to three units and with two objectives."""
    made = Desk([])
    scenario = made.scenario
    all_units = [
        Unit(code=f"L{n}", name={"vi": f"Đơn vị {n}"}, short={"vi": f"ĐV {n}"})
        for n in range(units)
    ]
    all_units = Unit.objects.bulk_create(all_units)
    participation = scenario.participations.model
    participation.objects.bulk_create(
        participation(scenario=scenario, unit=unit, order=n) for n, unit in enumerate(all_units)
    )
    objectives = Objective.objects.bulk_create(
        Objective(scenario=scenario, code=f"MT{n}", title={"vi": f"Mục tiêu {n}"}) for n in range(9)
    )
    phases = ("transition", "preparation", "execution")
    rows = MselEntry.objects.bulk_create(
        MselEntry(
            scenario=scenario,
            number=f"{n % 3 + 1}.{n:04}",
            sort_key=sort_key(f"{n % 3 + 1}.{n:04}"),
            phase=phases[n % 3],
            planned_us=n % 3 * 4 * HOUR + n * 12 * HOUR // (3 * injects),
            title={"vi": f"Tình huống số {n}", "en": f"Inject number {n}"},
            content={"vi": "Nội dung giả định. " * 12, "en": "Given content. " * 12},
        )
        for n in range(injects)
    )
    to, shows = MselEntry.addressees.through, MselEntry.objectives.through
    to.objects.bulk_create(
        to(mselentry=row, unit=all_units[(n + k) % units])
        for n, row in enumerate(rows)
        for k in range(3)
    )
    shows.objects.bulk_create(
        shows(mselentry=row, objective=objectives[(n + k) % 9])
        for n, row in enumerate(rows)
        for k in range(2)
    )
    return made


def test_a_large_scenario_is_shown_with_few_queries_and_a_page_of_rows(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    made = large(units=40, injects=300)
    made.get("msel")  # a session's first request writes its row
    be_present(made.scenario, made.user("Hà"), "inject-1.0003")
    with django_assert_max_num_queries(12):
        answer = made.get("msel")
    shown = numbers(answer)
    assert len(shown) == 100
    assert answer.content.decode().count('class="gap"') == 2
    with django_assert_max_num_queries(12):
        block = made.get("msel_block", 1)
    assert len(numbers(block)) == 100
    assert not set(numbers(block)) & set(shown)
    with django_assert_max_num_queries(14):
        made.get("msel_timeline")


def test_a_row_far_down_is_reached_without_a_script() -> None:
    made = large(units=3, injects=450)
    assert "2.0001" in numbers(made.get("msel", row="150"))
    last = made.scenario.msel.get(number="3.0449")
    assert "3.0449" in numbers(made.get("msel_table", focus=last.pk))


# ── one inject ──────────────────────────────────────────────────────────────────────────────────
def test_what_was_changed_is_written_and_nothing_else(desk: Desk) -> None:
    form = desk.seen("1.02") | {"title_en": "Street flooded", "time": "07:25", "complete": "1h30"}
    answer = desk.save("1.02", form)
    assert answer.status_code == 200
    assert "Đã lưu tin 1.02." in text_of(answer)
    assert json.loads(answer["HX-Trigger"])["desk:changed"]["focus"] == desk.inject("1.02").pk
    saved = desk.inject("1.02")
    assert (saved.title.vi, saved.title.en) == ("Đường Trần Phú bị ngập", "Street flooded")
    assert saved.planned_us == 25 * MINUTE
    assert saved.complete_within_s == 5400
    (change,) = desk.scenario.edits.get().changes
    assert set(change["after"]) == {"title", "planned_us", "complete_within_s", "revision"}


def test_a_form_that_was_not_touched_writes_nothing(desk: Desk) -> None:
    for number in ("1.01", "1.02", "1.04", "2.01"):
        assert "Không có gì thay đổi." in text_of(desk.save(number, desk.seen(number)))
    assert not desk.scenario.edits.exists()


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("time", "quarter past", "Ghi giờ như 10:50 hoặc N1 10:50."),
        ("time", "25:00", "Giờ từ 00:00 đến 23:59."),
        ("time", "N99 10:00", "Ngày từ N1 đến N60."),
        ("number", "1.03", "Số 1.03 đã có tin khác dùng."),
        ("complete", "lâu", "Ghi số phút, như 45 hoặc 1h30."),
        ("acknowledge", "0", "Hạn phải dài hơn 0 phút."),
        ("condition", "sau 1.99", "Không có tin 1.99."),
        ("condition", "sau 2.1", "Không có tin 2.1. Ý bạn là 2.01?"),
        ("condition", "sau 1.02 hoàn thành", "Một tin không chờ chính nó."),
        ("condition", "sau 1.01 nổ tung", "Ghi như: sau 1.05 hoàn thành +5'"),
    ],
)
def test_what_is_wrong_is_said_under_its_field_when_it_is_left_and_when_it_is_sent(
    desk: Desk, field: str, text: str, said: str
) -> None:
    form = desk.seen("1.02") | {field: text, "inject": desk.inject("1.02").pk}
    assert said in text_of(desk.post("msel_check", field, **form))
    answer = desk.save("1.02", form)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not desk.scenario.edits.exists()
    if field != "number":
        assert text_of(desk.post("msel_check", "number", **form)) == ""


@pytest.mark.parametrize(
    ("text", "event", "delay_s"),
    [
        ("sau 1.01 hoàn thành +5'", "completed", 300),
        ("sau 1.01", "completed", 0),
        ("1.01 qua han + 1h10", "overdue", 4200),
        ("after 1.01 overdue", "overdue", 0),
        ("Sau khi 1.01 xong", "completed", 0),
    ],
)
def test_a_condition_is_read_as_it_is_written(
    desk: Desk, text: str, event: str, delay_s: int
) -> None:
    form = desk.seen("1.03") | {"condition": text, "time": ""}
    assert desk.save("1.03", form).status_code == 200
    saved = desk.inject("1.03")
    assert saved.trigger_entry == desk.inject("1.01")
    assert (saved.trigger_is, saved.trigger_delay_s) == (event, delay_s)
    assert saved.planned_us is None


def test_all_that_an_inject_has_can_be_written(desk: Desk) -> None:
    form = desk.seen("1.03") | {
        "number": "1.09",
        "phase": "preparation",
        "time": "N1 11:30",
        "addressees": ["U1", "U2"],
        "objectives": ["MT3"],
        "method": "phone",
        "content_vi": "Dòng một\r\nDòng hai",
        "sender_vi": "UBND tỉnh",
        "expected_vi": "Lập biên bản\r\nBáo cáo",
        "expected_en": "Write it down",
        "acknowledge": "7",
        "complete": "50",
        "mandatory": "on",
        "reply": "photo",
        "release": "manual",
        "notes": "Cột lạ: giá trị\r\nchỉ lời",
    }
    answer = desk.save("1.03", form)
    assert answer.status_code == 200, text_of(answer)
    saved = desk.inject("1.09")
    assert (saved.phase, saved.planned_us) == ("preparation", 4 * HOUR + 30 * MINUTE)
    assert set(saved.addressees.values_list("code", flat=True)) == {"U1", "U2"}
    assert list(saved.objectives.values_list("code", flat=True)) == ["MT3"]
    assert (saved.method, saved.reply, saved.release) == ("phone", "photo", "manual")
    assert saved.content.vi == "Dòng một\nDòng hai"
    assert saved.sender.vi == "UBND tỉnh"
    assert [action.get("en", "") for action in saved.expected_actions] == ["Write it down", ""]
    assert (saved.acknowledge_within_s, saved.mandatory) == (420, True)
    assert [list(note) for note in saved.notes] == [["Cột lạ", "giá trị"], ["Ghi chú", "chỉ lời"]]


def test_an_inject_is_added_beside_another(desk: Desk) -> None:
    form = desk.get("msel_new", beside="1.03").content.decode()
    assert 'value="1.05"' in form
    assert 'value="N1 07:10"' in form
    data = desk.seen("1.03") | {"number": "1.05", "title_vi": "Tin thêm", "title_en": "Added"}
    answer = desk.post("msel_add", **data)
    assert answer.status_code == 200
    added = desk.inject("1.05")
    assert (added.title.en, added.planned_us, added.phase) == ("Added", 10 * MINUTE, "transition")
    assert list(added.addressees.values_list("code", flat=True)) == ["U2"]


def test_a_row_of_the_table_changes_only_what_it_shows(desk: Desk) -> None:
    inject = desk.inject("1.01")
    assert 'form="row-form"' in desk.get("msel_row", inject.pk).content.decode()
    full = desk.seen("1.01")
    row = {
        "revision": full["revision"],
        "seen": full["seen"],
        "only": ["time", "addressees", "title_vi", "method", "complete"],
        "time": "07:06",
        "addressees": "*",
        "title_vi": "Tin đã đổi",
        "method": "email",
        "complete": "50",
    }
    answer = desk.post("msel_save", inject.pk, **row)
    assert answer["HX-Retarget"] == "#inspector"
    saved = desk.inject("1.01")
    assert (saved.planned_us, saved.method, saved.complete_within_s) == (6 * MINUTE, "email", 3000)
    assert saved.title.vi == "Tin đã đổi"
    assert (saved.mandatory, saved.content.vi) == (True, "Nội dung 1.01")
    assert saved.addressees.count() == 2
    wrong = desk.post("msel_save", inject.pk, **row | {"time": "xx", "revision": saved.revision})
    assert wrong.status_code == 422
    assert wrong.content.decode().count("<tr") == 1
    assert 'value="xx"' in wrong.content.decode()


# ── two planners ────────────────────────────────────────────────────────────────────────────────
def test_the_second_to_save_sees_both_versions_and_loses_nothing(desk: Desk) -> None:
    mine = desk.seen("1.03")
    theirs = desk.seen("1.03") | {"title_vi": "Bản của Hà", "complete": "90"}
    assert desk.save("1.03", theirs, who="Hà").status_code == 200
    mine |= {"title_vi": "Bản của Hạnh", "content_en": "Only I wrote this"}
    answer = desk.save("1.03", mine)
    assert answer.status_code == 409
    said = text_of(answer)
    assert "Hà vừa lưu tin này" in said
    assert "Bản của Hạnh" in said
    assert "Bản của Hà" in said
    assert "Đã lấy theo bản vừa lưu: Hạn xong (phút)" in said
    assert 'value="Bản của Hạnh"' in answer.content.decode()
    assert desk.inject("1.03").title.vi == "Bản của Hà"


@pytest.mark.parametrize(
    ("choice", "title"),
    [
        ({"pick_title_vi": "mine"}, "Bản của Hạnh"),
        ({"pick_title_vi": "theirs"}, "Bản của Hà"),
        ({"keep": "mine", "pick_title_vi": "theirs"}, "Bản của Hạnh"),
    ],
)
def test_each_field_is_taken_from_whom_the_planner_chooses(
    desk: Desk, choice: dict[str, str], title: str
) -> None:
    theirs = desk.seen("1.03") | {"title_vi": "Bản của Hà", "complete": "90"}
    assert desk.save("1.03", theirs, who="Hà").status_code == 200
    form = desk.seen("1.03") | {"title_vi": "Bản của Hạnh", "content_en": "Only I wrote this"}
    form["differs"] = ["title_vi", "content_en"]
    assert desk.save("1.03", form | choice).status_code == 200
    saved = desk.inject("1.03")
    assert (saved.title.vi, saved.content.en) == (title, "Only I wrote this")
    assert saved.complete_within_s == 5400


def test_all_may_be_taken_from_the_other(desk: Desk) -> None:
    form = desk.seen("1.03") | {"title_vi": "Bản của Hạnh", "content_en": "Only I wrote this"}
    form |= {"differs": ["title_vi", "content_en"], "keep": "theirs"}
    assert "Không có gì thay đổi." in text_of(desk.save("1.03", form))


def test_what_was_written_to_a_removed_inject_can_become_a_new_one(desk: Desk) -> None:
    form = desk.seen("1.03") | {"title_vi": "Viết dở"}
    pk, rows = desk.inject("1.03").pk, desk.rows("1.03")
    assert desk.post("msel_do", "remove", who="Hà", rows=rows, sure="1").status_code == 200
    answer = desk.post("msel_save", pk, **form)
    assert answer.status_code == 409
    assert "Những gì bạn viết còn ở đây" in text_of(answer)
    assert 'value="Viết dở"' in answer.content.decode()
    assert f'hx-post="{desk.path("msel_add")}"' in answer.content.decode()


def test_planners_see_each_other_and_what_the_other_changed(desk: Desk) -> None:
    page = desk.get("msel").content.decode()
    seen = dict(re.findall(r'name="(revision|since)" value="(\d+)"', page))
    where = {"where": "inject-1.02"}
    assert "Hà" not in text_of(desk.get("msel_here", **seen, **where))
    answer = desk.get("msel_here", who="Hà", **seen)
    assert "Hạnh 1.02" in text_of(answer)
    assert "HX-Trigger" not in answer
    rows = desk.rows("1.01", "1.03")
    assert desk.post("msel_do", "move", who="Hà", rows=rows, by="5", way="later").status_code == 200
    told = desk.get("msel_here", **seen)
    assert "Hà đã sửa 2 tình huống." in text_of(told)
    assert "desk:changed" in told["HX-Trigger"]
    own = desk.get("msel_here", who="Hà", **seen)
    assert "đã sửa" not in text_of(own)


# ── many at once ────────────────────────────────────────────────────────────────────────────────
def test_chosen_injects_are_moved_copied_and_removed_and_it_is_undone(desk: Desk) -> None:
    both = "1.02", "1.03"
    moved = desk.post("msel_do", "move", rows=desk.rows(*both), by="10", way="later")
    assert "Đã dời 2 tin: +10′." in text_of(moved)
    assert [desk.inject(n).planned_us for n in ("1.02", "1.03")] == [20 * MINUTE] * 2
    assert "Đã hoàn tác: Dời 2 tình huống: +10m." in text_of(desk.post("msel_do", "undo"))
    assert desk.inject("1.02").planned_us == 10 * MINUTE
    assert "Đã làm lại" in text_of(desk.post("msel_do", "redo"))
    assert desk.inject("1.02").planned_us == 20 * MINUTE
    assert "Đã nhân bản thành 1.05, 1.06." in text_of(
        desk.post("msel_do", "copy", rows=desk.rows(*both))
    )
    assert desk.inject("1.06").title.en == "A fuel truck"
    asked = desk.post("msel_do", "remove", rows=desk.rows(*both))
    assert "Xóa 2 tin?" in text_of(asked)
    assert desk.scenario.msel.count() == 7
    sure = desk.post("msel_do", "remove", rows=desk.rows(*both), sure="1")
    assert "Đã xóa 1.02, 1.03." in text_of(sure)
    assert desk.scenario.msel.count() == 5
    desk.post("msel_do", "undo")
    assert desk.inject("1.03").title.en == "A fuel truck"


def test_an_inject_that_others_wait_for_is_not_removed_and_it_says_why(desk: Desk) -> None:
    answer = desk.post("msel_do", "remove", rows=desk.rows("1.01"), sure="1")
    assert answer.status_code == 409
    assert "1.04" in text_of(answer)
    assert desk.scenario.msel.count() == 5


def test_new_numbers_are_shown_before_they_are_given(desk: Desk) -> None:
    editing.move_injects(desk.scenario.pk, desk.user("Hạnh"), [desk.inject("1.01").pk], 1800)
    asked = desk.post("msel_do", "renumber")
    assert "Đánh số lại 3 tin?" in text_of(asked)
    told = re.findall(r'<td class="num">(\S+)</td><td class="num"><b>(\S+)</b>', said_by(asked))
    assert told == [("1.02", "1.01"), ("1.03", "1.02"), ("1.01", "1.03")]
    assert desk.inject("1.01").planned_us == 35 * MINUTE, "nothing is changed by asking"
    assert "Đã đánh số lại 3 tin." in text_of(desk.post("msel_do", "renumber", **answers(asked)))
    assert desk.inject("1.03").planned_us == 35 * MINUTE
    assert desk.inject("1.04").trigger_entry == desk.inject("1.03")
    assert "đã theo đúng giai đoạn và giờ" in text_of(desk.post("msel_do", "renumber"))
    desk.post("msel_do", "undo")
    assert desk.inject("1.01").planned_us == 35 * MINUTE


def test_chosen_injects_share_out_their_own_numbers(desk: Desk) -> None:
    pks = [desk.inject(number).pk for number in ("1.01", "1.03", "2.01")]
    editing.move_injects(desk.scenario.pk, desk.user("Hạnh"), pks[:1], 1800)
    asked = desk.post("msel_do", "renumber", rows=desk.rows("1.01", "1.03", "2.01"))
    told = re.findall(r'<td class="num">(\S+)</td><td class="num"><b>(\S+)</b>', said_by(asked))
    assert told == [("1.03", "1.01"), ("1.01", "1.03")]
    assert answers(asked)["rows"] == desk.rows("1.01", "1.03", "2.01")
    desk.post("msel_do", "renumber", **answers(asked))
    assert desk.inject("1.03").pk == pks[0]
    assert [desk.inject(n).planned_us for n in ("1.01", "1.02")] == [10 * MINUTE] * 2


def test_new_numbers_are_asked_for_without_a_script_too(desk: Desk) -> None:
    editing.move_injects(desk.scenario.pk, desk.user("Hạnh"), [desk.inject("1.01").pk], 1800)
    page = desk.post("msel_do", "renumber", htmx=False)
    assert "Đánh số lại 3 tin?" in text_of(page)
    assert page.templates[0].name == "desk/sure.html"


def test_order_within_a_minute_is_changed_and_goes_no_further(desk: Desk) -> None:
    pk, rows = desk.inject("1.03").pk, desk.rows("1.03")
    assert desk.post("msel_do", "earlier", rows=rows).status_code == 200
    assert desk.inject("1.02").pk == pk
    assert desk.post("msel_do", "earlier", rows=rows).status_code == 409
    assert desk.post("msel_do", "later", rows=rows).status_code == 200
    assert desk.inject("1.03").pk == pk
    assert desk.post("msel_do", "later", rows=rows).status_code == 409


@pytest.mark.parametrize(
    ("act", "data", "status"),
    [
        ("move", {}, 422),
        ("move", {"rows": "x"}, 422),
        ("move", {"rows": "1"}, 422),
        ("move", {"rows": "1:1", "by": "soon"}, 422),
        ("move", {"rows": "1:1", "by": "0"}, 422),
        ("move", {"rows": "999999:1", "by": "5"}, 409),
        ("remove", {"rows": "999999:1"}, 409),
        ("remove", {"rows": "999999:1", "sure": "1"}, 409),
        ("renumber", {"rows": "999999:1", "sure": "1"}, 409),
        ("copy", {"rows": ",".join(f"{pk}:1" for pk in range(20_001))}, 422),
        ("earlier", {"rows": "999999:1"}, 409),
        ("undo", {}, 409),
        ("redo", {}, 409),
        ("fly", {}, 404),
    ],
)
def test_what_cannot_be_done_is_told(
    desk: Desk, act: str, data: dict[str, Any], status: int
) -> None:
    answer = desk.post("msel_do", act, **data)
    assert answer.status_code == status
    if status != 404:
        assert 'role="alert"' in answer.content.decode()
    assert not desk.scenario.edits.exists()


# ── many at once, and somebody else was there ───────────────────────────────────────────────────
ACTS = {
    "remove": ({"sure": "1"}, "Xóa 2 tin?", "Vẫn xóa", "Đã xóa 1.02, 1.03."),
    "move": (
        {"by": "-10", "way": "later"},
        "Dời 2 tin sớm hơn 10′?",
        "Vẫn dời",
        "Đã dời 2 tin: −10′.",
    ),
    "renumber": ({"sure": "1"}, "Đánh số lại 2 tin?", "Vẫn đánh số lại", "Đã đánh số lại 2 tin."),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("htmx", [True, False])
def test_the_second_is_told_what_changed_and_goes_on_or_not(
    desk: Desk, act: str, htmx: bool
) -> None:
    given, question, label, done = ACTS[act]
    editing.move_injects(desk.scenario.pk, desk.user("Hạnh"), [desk.inject("1.02").pk], 1200)
    rows = desk.rows("1.02", "1.03")
    desk.save("1.03", desk.seen("1.03") | {"title_vi": "Bản của Hà"}, who="Hà")
    edits = desk.scenario.edits.count()
    told = desk.post("msel_do", act, htmx=htmx, rows=rows, **given)
    assert told.status_code == 409
    assert desk.scenario.edits.count() == edits, "nothing is changed by asking"
    words = text_of(told)
    assert question in words
    assert label in words
    assert re.search(r"Từ khi bạn xem, 1 tin đã thay đổi: 1\.03 Hà sửa lúc \d\d:\d\d", words)
    if htmx:
        assert told["HX-Retarget"] == "#sure-in"
        assert "desk:changed" in told["HX-Trigger"], "the table behind it is drawn as it is now"
    assert answers(told)["rows"] == desk.rows("1.02", "1.03")
    went = desk.post("msel_do", act, **answers(told))
    assert went.status_code == 200
    assert done in text_of(went)


def test_what_changes_while_the_question_stands_is_told_too(desk: Desk) -> None:
    asked = desk.post("msel_do", "remove", rows=desk.rows("1.02", "1.03"))
    assert "thay đổi" not in text_of(asked)
    desk.post("msel_do", "remove", who="Hà", rows=desk.rows("1.02"), sure="1")
    told = desk.post("msel_do", "remove", **answers(asked))
    assert told.status_code == 409
    assert "Xóa 1 tin?" in text_of(told)
    assert "1.02 Hà xóa lúc" in text_of(told)
    assert "Đã xóa 1.03." in text_of(desk.post("msel_do", "remove", **answers(told)))


def test_the_first_question_tells_what_changed_since_the_table_was_drawn(desk: Desk) -> None:
    rows = desk.rows("1.02", "1.03")
    desk.save("1.03", desk.seen("1.03") | {"title_vi": "Bản của Hà"}, who="Hà")
    for act in ("remove", "renumber"):
        asked = desk.post("msel_do", act, rows=rows)
        assert asked.status_code == 200
        assert "1.03 Hà sửa lúc" in text_of(asked)


def test_all_are_numbered_as_they_were_seen_or_not_at_all(desk: Desk) -> None:
    editing.move_injects(desk.scenario.pk, desk.user("Hạnh"), [desk.inject("1.01").pk], 1800)
    asked = desk.post("msel_do", "renumber")
    added = desk.post("msel_do", "copy", who="Hà", rows=desk.rows("1.03"))
    assert "1.05" in text_of(added)
    told = desk.post("msel_do", "renumber", **answers(asked))
    assert told.status_code == 409
    assert "1.05 Hà thêm lúc" in text_of(told)
    assert answers(told)["whole"] == "1"
    assert "Đã đánh số lại 5 tin." in text_of(desk.post("msel_do", "renumber", **answers(told)))


def test_nobody_is_sure_without_having_been_asked(desk: Desk) -> None:
    editing.move_injects(desk.scenario.pk, desk.user("Hạnh"), [desk.inject("1.01").pk], 1800)
    assert "Đánh số lại 3 tin?" in text_of(desk.post("msel_do", "renumber", sure="1"))


def test_ones_own_acts_are_known_to_the_page_without_drawing_the_rows(desk: Desk) -> None:
    one, other = desk.inject("1.02"), desk.inject("1.03")
    rows = desk.rows("1.02", "1.03")
    for act, data, now in (
        ("move", {"rows": rows, "by": "5", "way": "later"}, f"{one.pk}:1:2,{other.pk}:1:2"),
        ("undo", {}, f"{one.pk}:2:3,{other.pk}:2:3"),
        ("redo", {}, f"{one.pk}:3:4,{other.pk}:3:4"),
    ):
        assert f'data-now="{now}"' in said_by(desk.post("msel_do", act, **data)), act
    gone = desk.post("msel_do", "remove", rows=desk.rows("1.02", "1.03"), sure="1")
    assert f'data-now="{one.pk}::,{other.pk}::"' in said_by(gone)


def test_thousands_are_chosen_and_moved_in_one_field() -> None:
    desk = Desk([entry(f"1.{n:04}", n % 200, ["U1"]) for n in range(1, 1101)])
    assert len(desk.get("msel_chosen").content.decode().split(",")) == 1100
    rows = desk.get("msel_chosen").content.decode()
    moved = desk.post("msel_do", "move", rows=rows, by="5", way="later")
    assert "Đã dời 1100 tin: +5′." in text_of(moved)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["1.01", "1.02", "1.03", "1.04", "2.01"]),
        ({"unit": "U1"}, ["1.01", "1.02", "1.04"]),
        ({"first": "1.02", "last": "1.04"}, ["1.02", "1.03", "1.04"]),
        ({"first": "1.04", "last": "1.02", "unit": "U1"}, ["1.02", "1.04"]),
        ({"first": "1.03", "last": "1.03"}, ["1.03"]),
        ({"first": "x", "last": "0"}, []),
    ],
)
def test_what_is_chosen_is_what_the_filters_find_between_two_rows(
    desk: Desk, query: dict[str, str], found: list[str]
) -> None:
    pks = {one.number: str(one.pk) for one in desk.scenario.msel.all()}
    answer = desk.get("msel_chosen", **{name: pks.get(one, one) for name, one in query.items()})
    assert answer.content.decode() == (desk.rows(*found) if found else "")


# ── approved ────────────────────────────────────────────────────────────────────────────────────
def test_an_approved_version_is_read_only_and_can_be_gone_on_from(desk: Desk) -> None:
    form = desk.seen("1.02") | {"title_vi": "Muộn rồi"}
    Scenario.objects.filter(pk=desk.scenario.pk).update(status=Status.APPROVED)
    page = text_of(desk.get("msel"))
    assert "Phiên bản này đã được duyệt nên chỉ xem." in page
    assert "Thêm tin" not in page
    assert "disabled" in desk.get("msel_inject", desk.inject("1.02").pk).content.decode()
    assert desk.save("1.02", form).status_code == 409
    assert desk.post("msel_do", "copy", rows=desk.rows("1.02")).status_code == 409
    answer = desk.post("scenario_new_version", htmx=False)
    draft = Scenario.objects.get(code=desk.scenario.code, version=2)
    assert answer["Location"] == reverse("msel", args=[draft.code, 2])
    assert draft.is_draft
    assert draft.msel.count() == 5


# ── without a script ────────────────────────────────────────────────────────────────────────────
def test_it_all_works_as_plain_forms(desk: Desk) -> None:
    pk = desk.inject("1.02").pk
    page = desk.clients["Hạnh"].get(desk.path("msel_inject", pk))
    assert "<html" in page.content.decode()
    form = desk.seen("1.02") | {"title_en": "Flooded"}
    answer = desk.save("1.02", form, htmx=False)
    assert answer["Location"] == desk.path("msel_inject", pk)
    assert desk.inject("1.02").title.en == "Flooded"
    wrong = desk.save("1.02", desk.seen("1.02") | {"time": "?"}, htmx=False)
    assert wrong.status_code == 422
    assert "<html" in wrong.content.decode()
    asked = desk.post("msel_do", "remove", htmx=False, rows=desk.rows("1.02"))
    assert "Xóa 1 tin?" in text_of(asked)
    gone = desk.post("msel_do", "remove", htmx=False, **answers(asked))
    assert gone["Location"] == desk.path("msel")
    assert not desk.scenario.msel.filter(pk=pk).exists()


# ── the list ────────────────────────────────────────────────────────────────────────────────────
def test_an_empty_scenario_begins_with_three_phases(desk: Desk) -> None:
    data = {"code": "moi-2027", "title_vi": "Kịch bản mới", "starts_at": "2027-05-04T07:00"}
    answer = desk.clients["Hạnh"].post(reverse("scenario_new"), data)
    made = Scenario.objects.get(code="moi-2027")
    assert answer["Location"] == reverse("msel", args=["moi-2027", 1])
    assert made.is_draft
    assert made.phases.count() == 3
    assert f"{made.calendar().zero:%d/%m/%Y %H:%M}" == "04/05/2027 07:00"
    again = desk.clients["Hạnh"].post(reverse("scenario_new"), data)
    assert again.status_code == 422
    assert 'aria-invalid="true"' in again.content.decode()


def test_versions_are_listed_with_who_edited_last_and_can_be_cloned(desk: Desk) -> None:
    desk.save("1.02", desk.seen("1.02") | {"title_en": "Flooded"}, who="Hà")
    assert "Bản nháp 5 Hà" in text_of(desk.clients["Hạnh"].get(reverse("scenarios")))
    answer = desk.post("scenario_clone", htmx=False, code="ban-sao")
    assert answer["Location"] == reverse("msel", args=["ban-sao", 1])
    assert Scenario.objects.get(code="ban-sao").msel.count() == 5


def test_the_timeline_draws_each_unit_and_marks_overload() -> None:
    injects = [entry(f"1.{n:02}", 16 + n, ["U1"], complete_within_s=1800) for n in range(1, 6)]
    made = Desk([*injects, entry("1.09", 60, ["U2"]), entry("1.10", None, ["U1"])])
    page = made.get("msel_timeline")
    bars = re.findall(r'class="ev"[^>]*>\s*<title>(\S+)', page.content.decode())
    assert sorted(bars) == ["1.01", "1.02", "1.03", "1.04", "1.05", "1.09"]
    assert "ĐV U1: 5 tin; quá tải 1 lần" in page.content.decode()
    assert "1 tin chờ, không có giờ." in text_of(page)
    only = made.get("msel_timeline", unit="U2")
    assert "ĐV U1: " not in only.content.decode()


def test_a_timeline_too_full_to_read_shows_the_load_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exercise.screens.desk.timeline.MOST_BARS", 3)
    made = Desk([entry(f"1.{n:02}", n, ["U1", "U2"]) for n in range(1, 4)])
    page = made.get("msel_timeline")
    assert "Quá nhiều tin để vẽ từng tin" in text_of(page)
    assert 'class="ev"' not in page.content.decode()
    assert "ĐV U1: 3 tin" in page.content.decode()
    assert 'class="ev"' in made.get("msel_timeline", unit="U1").content.decode()


def test_a_mandatory_inject_without_a_deadline_is_refused_beside_the_tick(desk: Desk) -> None:
    answer = desk.save("1.03", desk.seen("1.03") | {"mandatory": "on", "complete": ""})
    assert answer.status_code == 409
    assert 'id="mandatory-err"' in answer.content.decode()
