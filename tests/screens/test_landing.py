"""The page everybody sees first, the first administrator, language, and the list of exercises."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from exercise.models import Exercise, Participant
from scenarios.models import Scenario
from scenarios.versions import new_version
from tests.factories import Drill, make_drill, make_scenario
from units.models import SignInLink, User

pytestmark = pytest.mark.django_db
PASSWORD = "mưa phùn gió bấc 7"
LANGUAGE = "django_language"


def administrator() -> User:
    return User.objects.create_superuser("admin", password=PASSWORD, name="Người quản trị")


def text(response: Any) -> str:
    return response.content.decode()


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# ── what anybody may see ────────────────────────────────────────────────────────────────────────
def test_the_running_exercise_is_shown_with_clock_and_phases() -> None:
    drill = make_drill(started=True)
    page = text(Client().get("/"))
    assert str(drill.exercise.title) in page
    assert 'data-clock="hm"' in page
    assert all(f"Giai đoạn {n}" in page for n in (1, 2, 3))
    assert "từ N1 11:00" in page


@pytest.mark.parametrize(
    "change", [{"status": "planned"}, {"status": "ended"}, {"rehearsal": True}]
)
def test_other_exercises_are_nobodys_business(change: dict[str, Any]) -> None:
    drill = make_drill(started=True)
    Exercise.objects.update(**change)
    assert str(drill.exercise.title) not in text(Client().get("/"))


def test_the_board_link_is_shown_only_where_the_install_says_so(settings: Any) -> None:
    token = make_drill(started=True).exercise.board_token
    assert token not in text(Client().get("/"))
    settings.PUBLIC_BOARD = True
    assert f'href="/board/{token}/"' in text(Client().get("/"))


def test_no_page_here_carries_inline_styles_or_handlers(settings: Any) -> None:
    make_drill(started=True)
    for path in ("/", "/code/", "/go/x/"):
        page = text(Client().get(path))
        assert " style=" not in page
        assert " onclick=" not in page


# ── in and out ──────────────────────────────────────────────────────────────────────────────────
def sign_in(client: Client, user: User, **data: str) -> Any:
    _link, _token, code = SignInLink.issue(user)
    return client.post("/", {"form": "code", "code": code, **data})


def test_after_signing_in_one_is_where_one_wanted_to_go() -> None:
    drill = make_drill()
    wanted = f"/x/{drill.exercise.code}/people/"
    asked = Client().get(wanted)
    assert asked["Location"] == f"/?next={wanted}"
    assert f'name="next" value="{wanted}"' in text(Client().get(asked["Location"]))
    assert sign_in(Client(), drill.user("director"), next=wanted)["Location"] == wanted


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
    ],
)
def test_nobody_is_sent_to_another_site(evil: str) -> None:
    drill = make_drill()
    user = drill.user("director")
    assert f'name="next" value="{evil}"' not in text(Client().get("/", {"next": evil}))
    assert sign_in(Client(), user, next=evil)["Location"] == "/home/"
    client = as_(user)
    assert client.get("/", {"next": evil})["Location"] == "/home/"
    assert client.post("/language/", {"language": "en", "next": evil})["Location"] == "/"


def test_signing_out_takes_a_post() -> None:
    client = as_(make_drill().user("director"))
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/"
    assert client.get("/home/")["Location"] == "/?next=/home/"


def test_the_first_visitor_makes_the_administrator_and_nobody_after_them() -> None:
    client = Client()
    assert client.get("/")["Location"] == "/setup/"
    data = {"name": "Lê Văn Bình", "username": "binh.lv", "password": PASSWORD, "again": PASSWORD}
    assert client.get("/setup/").status_code == 200
    assert client.post("/setup/", data)["Location"] == "/home/"
    user = User.objects.get()
    assert user.is_superuser
    assert user.is_staff
    assert client.session["_auth_user_id"] == str(user.pk)
    second = Client()
    for answer in (
        second.get("/setup/"),
        second.post("/setup/", data | {"username": "second"}),
    ):
        assert answer["Location"] == "/"
    assert User.objects.count() == 1


def test_of_two_first_visitors_one_becomes_administrator() -> None:
    others: list[User] = []

    def another_is_made(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # The form is being checked: this request has already seen that there is nobody.
        if '"units_user"."username" =' in sql and not others:
            others.append(User(username="admin", name="Người nhanh hơn"))
            others[0].save()
        return execute(sql, params, many, context)

    data = {"name": "Lê Văn Bình", "username": "binh.lv", "password": PASSWORD, "again": PASSWORD}
    with connection.execute_wrapper(another_is_made):
        assert Client().post("/setup/", data)["Location"] == "/"
    assert list(User.objects.all()) == others


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"again": "khác"}, "Hai lần nhập không giống nhau."),
        ({"password": "12345", "again": "12345"}, "Mật khẩu quá ngắn, cần ít nhất 12 ký tự."),
        ({"password": "binh.lv.binh", "again": "binh.lv.binh"}, 'id="password-err"'),
        ({"username": "có dấu cách"}, 'id="username-err"'),
        ({"name": ""}, 'id="name-err"'),
    ],
)
def test_a_bad_first_account_is_explained(change: dict[str, str], words: str) -> None:
    data = {"name": "Lê Văn Bình", "username": "binh.lv", "password": PASSWORD, "again": PASSWORD}
    response = Client().post("/setup/", data | change)
    assert response.status_code == 422
    assert words in text(response)
    assert not User.objects.exists()


# ── language ────────────────────────────────────────────────────────────────────────────────────
def test_who_has_a_language_gets_it_when_signing_in() -> None:
    user = make_drill().user("director")
    user.language = "en"
    user.save()
    client = Client()
    sign_in(client, user)
    assert client.cookies[LANGUAGE].value == "en"


def test_a_language_chosen_before_signing_in_is_kept_for_the_person() -> None:
    user = make_drill().user("director")
    client = Client()
    client.post("/language/", {"language": "en", "next": "/"})
    sign_in(client, user)
    user.refresh_from_db()
    assert (user.language, client.cookies[LANGUAGE].value) == ("en", "en")


def test_the_switch_changes_page_and_account_and_signing_out_forgets_it() -> None:
    user = make_drill().user("director")
    client = as_(user)
    assert client.post("/language/", {"language": "en", "next": "/home/"})["Location"] == "/home/"
    user.refresh_from_db()
    assert user.language == "en"
    client.post("/sign-out/")
    assert client.cookies[LANGUAGE].value == ""


def test_an_unknown_language_changes_nothing() -> None:
    client = Client()
    client.post("/language/", {"language": "xx"})
    assert LANGUAGE not in client.cookies


# ── home ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("role", "where"),
    [
        ("director", "console"),
        ("controller", "console"),
        ("lead", "inbox"),
        ("staff", "inbox"),
        ("evaluator", "evaluate"),
        ("observer", "board"),
    ],
)
def test_one_exercise_is_entered_at_once_where_the_role_begins(role: str, where: str) -> None:
    from django.urls import reverse

    drill = make_drill()
    client, code = as_(drill.user(role)), drill.exercise.code
    assert client.get("/home/")["Location"] == reverse(where, args=[code])
    assert client.get(f"/x/{code}/")["Location"] == reverse(where, args=[code])


def test_an_outsider_does_not_learn_which_exercises_there_are() -> None:
    drill = make_drill()
    client = as_(User.objects.create_user("outsider"))
    assert client.get(f"/x/{drill.exercise.code}/").status_code == 404
    assert str(drill.exercise.title) not in text(client.get("/home/"))


def test_an_empty_install_offers_the_sample_and_loads_it() -> None:
    admin = administrator()
    client = as_(admin)
    page = text(client.get("/home/"))
    assert "Nạp diễn tập mẫu" in page
    response = client.post("/load-sample/")
    exercise = Exercise.objects.get()
    assert response["Location"] == f"/x/{exercise.code}/people/"
    assert exercise.participants.get(user=admin).role == "director"
    assert exercise.participants.count() == exercise.scenario.people.count() + 1
    assert "Nạp diễn tập mẫu" not in text(client.get("/home/"))


def test_only_the_administrator_loads_the_sample() -> None:
    assert as_(User.objects.create_user("someone")).post("/load-sample/").status_code == 403
    assert Client().post("/load-sample/").status_code == 302
    assert not Scenario.objects.exists()


def run_again(user: User, scenario: Scenario) -> Any:
    """Press the button that the list of exercises has for a scenario now."""
    newest = Exercise.objects.filter(scenario=scenario).first()
    seen = {"scenario": scenario.pk, "after": newest.pk if newest else ""}
    return as_(user).post("/new-run/", seen)


def roles(exercise: Exercise) -> set[tuple[int, str, int | None]]:
    return set(exercise.participants.values_list("user", "role", "unit"))


def test_a_new_run_takes_over_the_people_of_the_last_one() -> None:
    drill = make_drill()
    drill.participant("staff", "U2").delete()
    Participant.objects.create(
        exercise=drill.exercise, user=User.objects.create_user("late.comer"), role="observer"
    )
    response = run_again(drill.user("director"), drill.exercise.scenario)
    again = Exercise.objects.get(code=f"{drill.exercise.code}-2")
    assert response["Location"] == f"/x/{again.code}/people/"
    assert roles(again) == roles(drill.exercise)
    assert again.status == "planned"


def test_who_directs_nothing_of_a_scenario_makes_no_run_of_it() -> None:
    drill: Drill = make_drill()
    other = make_drill()
    for user in (drill.user("controller"), drill.user("lead"), other.user("director")):
        assert run_again(user, drill.exercise.scenario).status_code == 403
    assert Exercise.objects.count() == 2
    assert as_(administrator()).post("/new-run/", {"scenario": "nonsense"}).status_code == 404


def test_the_administrator_makes_the_first_run_of_a_scenario_that_was_loaded() -> None:
    scenario, admin = make_scenario(), administrator()
    scenario.refresh_from_db()
    assert str(scenario.title) in text(as_(admin).get("/home/"))
    run_again(admin, scenario)
    assert scenario.exercises.get().participants.get(user=admin).role == "director"
    assert scenario.exercises.get().participants.count() == scenario.people.count() + 1


def test_the_version_approved_last_is_offered_with_the_people_of_its_plan() -> None:
    drill = make_drill()
    director, old = drill.user("director"), drill.exercise.scenario
    admin = as_(administrator())
    Participant.objects.create(
        exercise=drill.exercise, user=User.objects.create_user("late.comer"), role="observer"
    )
    new = new_version(old, None)
    page = text(admin.get("/home/"))
    assert f'name="scenario" value="{old.pk}"' in page, "a draft is not offered"
    lead = drill.user("lead", "U3")
    new.people.filter(unit__code="U3").delete()
    new.participations.filter(unit__code="U3").delete()
    new.people.create(username="moi", name="Mới", role="controller")
    Scenario.objects.filter(pk=new.pk).update(status="approved", approved_at=timezone.now())
    page = text(admin.get("/home/"))
    assert f'name="scenario" value="{new.pk}"' in page
    assert f'name="scenario" value="{old.pk}"' not in page
    assert "phiên bản 2" in page
    seen = {"scenario": new.pk, "after": drill.exercise.pk}
    assert as_(director).post("/new-run/", {**seen, "scenario": old.pk}).status_code == 403
    as_(director).post("/new-run/", seen)
    again = Exercise.objects.get(code=f"{drill.exercise.code}-2")
    assert again.scenario == new
    here = set(again.participants.values_list("user__username", flat=True))
    assert {"moi", "late.comer", director.username} <= here
    assert lead.username not in here


def test_a_second_click_makes_no_second_run() -> None:
    drill = make_drill()
    client, scenario = as_(administrator()), drill.exercise.scenario
    seen = {"scenario": scenario.pk, "after": drill.exercise.pk}
    assert f'name="after" value="{drill.exercise.pk}"' in text(client.get("/home/"))
    client.post("/new-run/", seen)
    assert client.post("/new-run/", seen)["Location"] == "/home/"
    assert scenario.exercises.count() == 2


def test_the_sample_is_loaded_once_however_often_it_is_asked_for() -> None:
    client = as_(administrator())
    client.post("/load-sample/")
    client.post("/load-sample/")
    assert Exercise.objects.count() == 1


def test_several_exercises_are_listed_newest_first() -> None:
    drill = make_drill()
    user = drill.user("director")
    run_again(user, drill.exercise.scenario)
    page = text(as_(user).get("/home/"))
    first, second = (page.index(f'href="/x/{drill.exercise.code}{end}/"') for end in ("-2", ""))
    assert first < second
