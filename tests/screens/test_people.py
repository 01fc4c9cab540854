"""The people page of an exercise: who sees it, whom it adds, removes and gives links to."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from exercise.models import Participant
from exercise.screens.people_forms import username_for
from tests.factories import Drill, make_drill
from units.models import SignInLink, User

pytestmark = pytest.mark.django_db
PASSWORD = "mưa phùn gió bấc 7"


@pytest.fixture
def drill() -> Drill:
    return make_drill()


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return response.content.decode()


def at(drill: Drill, rest: str = "") -> str:
    return f"/x/{drill.exercise.code}/people/{rest}"


def add(drill: Drill, by: User | None = None, **data: Any) -> Any:
    defaults = {"name": "Trần Văn Đạt", "role": "observer", "unit": "", "username": ""}
    return as_(by or drill.user("director")).post(at(drill, "add/"), defaults | data)


def unit_id(drill: Drill, code: str) -> int:
    return drill.posture(code).unit_id


# ── who ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("role", ["controller", "lead", "staff", "evaluator", "observer"])
def test_people_are_the_directors_business_alone(drill: Drill, role: str) -> None:
    client, part = as_(drill.user(role)), drill.participant("staff", "U2")
    assert client.get(at(drill)).status_code == 403
    for action in ("add/", "slips/", f"{part.pk}/link/", f"{part.pk}/remove/"):
        assert client.post(at(drill, action), {"all": "1"}).status_code == 403
    assert Participant.objects.filter(pk=part.pk).exists()
    assert not SignInLink.objects.exists()


def test_a_director_of_another_exercise_finds_nothing_here(drill: Drill) -> None:
    other, part = make_drill(), drill.participant("staff", "U2")
    client = as_(other.user("director"))
    assert client.get(at(drill)).status_code == 404
    for action in ("link", "remove"):
        assert client.post(at(drill, f"{part.pk}/{action}/")).status_code == 404
        assert client.post(at(other, f"{part.pk}/{action}/")).status_code == 404
    client.post(at(other, "slips/"), {"participant": [part.pk]})
    assert not SignInLink.objects.exists()


def test_everybody_is_listed_under_their_unit(drill: Drill) -> None:
    page = text(as_(drill.user("director")).get(at(drill)))
    for part in drill.exercise.participants.select_related("user"):
        assert escape(part.user.name) in page
    first, second = page.index("Đơn vị U1</th>"), page.index("Đơn vị U2</th>")
    assert first < page.index(drill.user("lead", "U1").name) < second
    assert page.index(drill.user("lead", "U2").name) > second
    assert " style=" not in page


# ── adding and removing ─────────────────────────────────────────────────────────────────────────
def test_a_person_is_added_with_an_account_made_from_the_name(drill: Drill) -> None:
    response = add(drill, role="staff", unit=unit_id(drill, "U2"))
    assert response["Location"] == at(drill)
    part = drill.exercise.participants.get(user__username="dat.tv")
    assert (part.role, part.unit.code, part.user.name) == ("staff", "U2", "Trần Văn Đạt")
    assert not part.user.has_usable_password()
    assert not part.user.is_staff


@pytest.mark.parametrize(
    ("name", "username"),
    [
        ("Nguyễn Thị Hạnh", "hanh.nt"),
        ("Đỗ Đức", "duc.d"),
        ("Bình", "binh"),
        ("王伟", "nguoi"),
        ("O'Neill  Anne-Marie", "marie.ona"),
    ],
)
def test_account_names_are_plain_and_free(name: str, username: str) -> None:
    assert username_for(name) == username
    User.objects.create(username=username)
    assert username_for(name) == f"{username}2"


def test_a_password_is_checked_and_works(drill: Drill) -> None:
    assert add(drill, password="123").status_code == 422
    add(drill, username="dat", password=PASSWORD)
    data = {"form": "account", "username": "dat", "password": PASSWORD}
    assert Client().post("/", data)["Location"] == "/home/"


def test_an_account_that_exists_is_taken_as_it_is(drill: Drill) -> None:
    known = User.objects.create_user("known", password=PASSWORD, name="Tên cũ")
    refused = add(drill, username="known", password="mật khẩu mới 99")
    assert refused.status_code == 422
    add(drill, username="known", name="Tên khác")
    part = drill.exercise.participants.get(user=known)
    assert (part.role, part.user.name) == ("observer", "Tên cũ")
    assert part.user.check_password(PASSWORD)
    assert "đã có trong cuộc diễn tập" in text(add(drill, username="known"))


@pytest.mark.parametrize(
    "data",
    [
        {"name": ""},
        {"role": "staff"},
        {"role": "emperor"},
        {"unit": "0"},
        {"unit": "x"},
        {"username": "có dấu cách"},
    ],
)
def test_a_person_who_cannot_be_added_is_explained(drill: Drill, data: dict[str, str]) -> None:
    before = User.objects.count()
    response = add(drill, **data)
    assert response.status_code == 422
    assert 'aria-invalid="true"' in text(response)
    assert User.objects.count() == before


def test_a_unit_of_another_exercise_cannot_be_given(drill: Drill) -> None:
    other = make_drill(["Z9"])
    assert add(drill, role="staff", unit=unit_id(other, "Z9")).status_code == 422


def test_who_is_removed_is_out_at_the_next_page_and_keeps_the_account(drill: Drill) -> None:
    part = drill.participant("staff", "U2")
    theirs, address = as_(part.user), f"/x/{drill.exercise.code}/"
    assert theirs.get(address).status_code == 302
    as_(drill.user("director")).post(at(drill, f"{part.pk}/remove/"))
    assert theirs.get(address).status_code == 404
    assert User.objects.filter(pk=part.user_id).exists()


def test_a_director_always_remains(drill: Drill) -> None:
    me = drill.participant("director")
    as_(me.user).post(at(drill, f"{me.pk}/remove/"))
    assert Participant.objects.filter(pk=me.pk).exists()


# ── links and slips ─────────────────────────────────────────────────────────────────────────────
def link_of(drill: Drill, part: Participant, by: User | None = None) -> Any:
    return as_(by or drill.user("director")).post(at(drill, f"{part.pk}/link/"))


def test_a_link_and_its_code_are_shown_once_and_sign_that_person_in(drill: Drill) -> None:
    part = drill.participant("lead", "U2")
    shown = link_of(drill, part)
    assert "no-store" in shown["Cache-Control"]
    page = text(shown)
    address = re.search(r'value="http://testserver(/go/[^"]+)"', page)
    assert address
    assert "<svg" in page
    assert re.search(r"U2-[2-9A-Z]{4}-[2-9A-Z]{4}", page)
    assert " style=" not in page
    client = Client()
    client.post(address[1])
    assert client.session["_auth_user_id"] == str(part.user_id)
    assert as_(drill.user("director")).get(at(drill, f"{part.pk}/link/")).status_code == 405


def test_a_new_link_ends_the_unused_one_before_it(drill: Drill) -> None:
    part = drill.participant("lead", "U2")
    _link, lost, _code = SignInLink.issue(part.user)
    link_of(drill, part)
    assert Client().post(f"/go/{lost}/").status_code == 410


def test_slips_are_printed_for_the_chosen_and_for_nobody_else(drill: Drill) -> None:
    chosen = [drill.participant("lead", "U1"), drill.participant("staff", "U3")]
    response = as_(drill.user("director")).post(
        at(drill, "slips/"), {"participant": [part.pk for part in chosen]}
    )
    page = text(response)
    assert page.count('class="slip"') == 2
    assert page.count("DIỄN TẬP – KHÔNG PHẢI TÌNH HUỐNG THẬT") == 2
    assert "http://testserver/code/" in page
    assert "no-store" in response["Cache-Control"]
    assert {link.user_id for link in SignInLink.objects.all()} == {p.user_id for p in chosen}


def test_slips_for_everybody_are_one_each(drill: Drill) -> None:
    page = text(as_(drill.user("director")).post(at(drill, "slips/"), {"all": "1"}))
    assert page.count('class="slip"') == drill.exercise.participants.count()


def test_without_a_choice_there_is_no_sheet(drill: Drill) -> None:
    client = as_(drill.user("director"))
    assert client.post(at(drill, "slips/"), {"participant": ["x"]})["Location"] == at(drill)
    assert not SignInLink.objects.exists()


def test_a_director_cannot_become_the_administrator_by_a_link(drill: Drill) -> None:
    admin = User.objects.create_superuser("admin", password=PASSWORD)
    part = Participant.objects.create(exercise=drill.exercise, user=admin, role="observer")
    assert link_of(drill, part).status_code == 403
    as_(drill.user("director")).post(at(drill, "slips/"), {"all": "1"})
    assert not SignInLink.objects.filter(user=admin).exists()
    Participant.objects.filter(pk=part.pk).update(role="director")
    assert link_of(drill, part, by=admin).status_code == 200


def test_a_director_gets_no_way_into_exercises_others_direct(drill: Drill) -> None:
    other = make_drill()
    guest = other.user("director")
    add(drill, username=guest.username)
    part = drill.exercise.participants.get(user=guest)
    assert link_of(drill, part).status_code == 403
    other.exercise.participants.update(role="observer")
    Participant.objects.create(
        exercise=other.exercise, user=drill.user("director"), role="director"
    )
    assert link_of(drill, part).status_code == 200


def test_the_board_link_is_shown_and_can_be_changed(drill: Drill) -> None:
    client, token = as_(drill.user("director")), drill.exercise.board_token
    assert f"http://testserver/board/{token}/" in text(client.get(at(drill)))
    drill.do("start")
    client.post(f"/x/{drill.exercise.code}/do/revoke_board_link/", {"next": at(drill)})
    page = text(client.get(at(drill)))
    assert token not in page
    assert drill.fresh().board_token in page


@pytest.mark.parametrize(("host", "warned"), [("127.0.0.1:8000", True), ("testserver", False)])
def test_slips_that_no_phone_can_open_say_so(drill: Drill, host: str, warned: bool) -> None:
    client = as_(drill.user("director"))
    sheet = client.post(at(drill, "slips/"), {"all": "1"}, headers={"host": host})
    assert ("chỉ mở được trên chính máy chủ này" in text(sheet)) == warned
