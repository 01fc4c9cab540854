"""Between password and code nobody is signed in; whoever has enrolled is asked on every way in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from exercise.models import Participant
from tests.authenticator import Authenticator, forget_the_wait
from tests.factories import Drill, make_drill
from tests.screens.test_who_may_what import METHODS, SAFE, Scene, addresses
from units import second_factor
from units.models import AccountEvent, OpenSession, SignInLink, User

pytestmark = pytest.mark.django_db
PASSWORD = "mưa phùn gió bấc 7"
STEP, ENROL = "/second-step/", "/second-step/enrol/"


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Authenticator:
    return Authenticator(monkeypatch)


@pytest.fixture
def person() -> User:
    return User.objects.create_user("hanh.nt", password=PASSWORD, name="Nguyễn Thị Hạnh")


def text(response: Any) -> str:
    return response.content.decode()


def by_password(client: Client, user: User, **extra: Any) -> Any:
    data = {"form": "account", "username": user.username, "password": PASSWORD}
    return client.post("/", data | extra)


def by_code(client: Client, user: User) -> Any:
    return client.post("/", {"form": "code", "code": SignInLink.issue(user)[2]})


def by_link(client: Client, user: User) -> Any:
    return client.post(f"/go/{SignInLink.issue(user)[1]}/")


WAYS_IN = [by_password, by_code, by_link]


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# ── who is asked ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("way", WAYS_IN)
def test_whoever_has_enrolled_is_asked_on_every_way_in(
    person: User, phone: Authenticator, way: Any
) -> None:
    phone.enrol(person)
    client = Client()
    assert way(client, person)["Location"] == STEP
    assert not signed_in(client)
    assert client.post(STEP, {"code": phone.code()})["Location"] == "/home/"
    assert client.session["_auth_user_id"] == str(person.pk)
    assert OpenSession.objects.get(user=person).second_factor


@pytest.mark.parametrize("way", WAYS_IN)
def test_whoever_has_not_is_let_in(person: User, way: Any) -> None:
    client = Client()
    assert way(client, person)["Location"] == "/home/"
    assert signed_in(client)
    assert not OpenSession.objects.get(user=person).second_factor


def test_an_install_can_switch_it_off(person: User, phone: Authenticator, settings: Any) -> None:
    phone.enrol(person)
    settings.SECOND_FACTOR = "off"
    assert by_password(Client(), person)["Location"] == "/home/"
    client = Client()
    client.force_login(person)
    assert "Xác thực hai bước" not in text(client.get("/account/"))
    assert client.get("/account/second-factor/")["Location"] == "/account/"


def test_one_comes_out_where_one_wanted_to_go(person: User, phone: Authenticator) -> None:
    phone.enrol(person)
    client = Client()
    by_password(client, person, next="/account/")
    assert client.post(STEP, {"code": phone.code()})["Location"] == "/account/"


def test_a_recovery_code_does_as_well_and_is_written_down(
    person: User, phone: Authenticator
) -> None:
    codes = phone.enrol(person)
    client = Client()
    by_password(client, person)
    assert client.post(STEP, {"recovery": codes[0]})["Location"] == "/home/"
    assert AccountEvent.objects.get(kind="recovery_used").detail == {"left": 9}
    again = Client()
    by_password(again, person)
    refused = again.post(STEP, {"recovery": codes[0]})
    assert refused.status_code == 422
    assert 'id="recovery-err"' in text(refused)


# ── nobody is signed in between the steps ───────────────────────────────────────────────────────
def test_between_the_steps_every_address_answers_as_to_a_stranger(
    phone: Authenticator,
) -> None:
    scene = Scene()
    director = scene.users["director"]
    assert director is not None
    director.is_superuser = True
    director.set_password(PASSWORD)
    director.save()
    phone.enrol(director)
    halfway = Client()
    assert by_password(halfway, director)["Location"] == STEP
    tried = 0
    for name in addresses():
        if name in {"second_step", "second_step_enrol"}:
            continue
        path = scene.path(name)
        for method in METHODS.get(name, SAFE):
            tried += 1
            with scene.drill.at_now():
                theirs = halfway.generic(method, path)
                strangers = Client().generic(method, path)
            what = (name, method)
            assert theirs.status_code == strangers.status_code, what
            assert theirs.headers.get("Location") == strangers.headers.get("Location"), what
            if not theirs.streaming:
                assert escape(director.name) not in text(theirs), what
                assert escape(director.username) not in text(theirs), what
            assert not signed_in(halfway), what
            if not halfway.session.get("second_step"):
                by_password(halfway, director)  # signing out forgot it, as it should
    assert tried > 60


def test_the_second_step_is_nobodys_without_the_first(client: Client, person: User) -> None:
    for path in (STEP, ENROL):
        assert client.get(path)["Location"] == "/"
        assert client.post(path, {"code": "123456"})["Location"] == "/"


def test_the_key_of_the_session_changes_at_both_steps(
    client: Client, person: User, phone: Authenticator
) -> None:
    phone.enrol(person)
    session = client.session
    session["planted"] = "1"
    session.save()
    keys = [session.session_key]
    by_password(client, person)
    keys.append(client.session.session_key)
    client.post(STEP, {"code": phone.code()})
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3
    assert "planted" not in client.session
    assert "second_step" not in client.session


def test_who_waits_too_long_begins_again(
    client: Client, person: User, phone: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.enrol(person)
    by_password(client, person)
    session = client.session
    session["second_step"] |= {"since_s": session["second_step"]["since_s"] - 601}
    session.save()
    assert client.post(STEP, {"code": phone.code()})["Location"] == "/"
    assert not signed_in(client)


@pytest.mark.parametrize("what", ["password", "disabled"])
def test_a_step_begun_with_what_no_longer_counts_leads_nowhere(
    client: Client, person: User, phone: Authenticator, what: str
) -> None:
    phone.enrol(person)
    by_password(client, person)
    if what == "password":
        person.set_password("một mật khẩu khác 99")
    else:
        person.is_active = False
    person.save()
    assert client.post(STEP, {"code": phone.code()})["Location"] == "/"
    assert not signed_in(client)


def test_a_link_pressed_on_anothers_device_signs_the_other_out_at_once(
    person: User, phone: Authenticator
) -> None:
    phone.enrol(person)
    other = User.objects.create_user("binh.tv", password=PASSWORD)
    client = Client()
    by_password(client, other)
    by_link(client, person)
    assert not signed_in(client)
    assert not OpenSession.objects.filter(user=other).exists()


# ── how often one may err ───────────────────────────────────────────────────────────────────────
def test_the_sixth_code_is_not_looked_at_even_if_right(
    client: Client, person: User, phone: Authenticator
) -> None:
    codes = phone.enrol(person)
    by_password(client, person)
    answers = []
    for typed in (phone.wrong(), "AAAA-BBBB-CCCC", phone.wrong(), phone.wrong(), phone.wrong()):
        forget_the_wait(person)
        field = "code" if typed.isdigit() else "recovery"
        answers.append(client.post(STEP, {field: typed}))
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 429]
    assert "Mã không đúng hoặc đã dùng. Còn 4 lần thử." in text(answers[0])
    for right in ({"code": phone.code()}, {"recovery": codes[0]}):
        forget_the_wait(person)
        refused = client.post(STEP, right)
        assert refused.status_code == 429
        assert "Đã thử sai quá nhiều lần." in text(refused)
    # Beginning again does not help: it is the account and the address that are counted.
    again = Client()
    by_password(again, person)
    forget_the_wait(person)
    assert again.post(STEP, {"code": phone.code()}).status_code == 429
    assert not signed_in(client)
    assert second_factor.codes_left(person) == 10


def test_another_address_waits_for_the_wrong_codes_of_the_first(
    client: Client, person: User, phone: Authenticator
) -> None:
    phone.enrol(person)
    by_password(client, person)
    client.post(STEP, {"code": phone.wrong()})
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    by_password(elsewhere, person)
    soon = elsewhere.post(STEP, {"code": phone.code()})
    assert soon.status_code == 429
    assert "Chờ 1 giây rồi thử lại." in text(soon)
    forget_the_wait(person)
    assert elsewhere.post(STEP, {"code": phone.code()}).status_code == 302


def test_a_right_code_forgives_the_wrong_ones_before_it(
    client: Client, person: User, phone: Authenticator
) -> None:
    phone.enrol(person)
    by_password(client, person)
    for _time in range(4):
        forget_the_wait(person)
        client.post(STEP, {"code": phone.wrong()})
    forget_the_wait(person)
    client.post(STEP, {"code": phone.code()})
    phone.later()
    again = Client()
    by_password(again, person)
    assert "Còn 4 lần thử." in text(again.post(STEP, {"code": phone.wrong()}))


def test_wrong_passwords_say_the_same_whether_a_second_factor_is_there(
    person: User, phone: Authenticator
) -> None:
    phone.enrol(person)
    plain = User.objects.create_user("binh.tv", password=PASSWORD)
    data = {"form": "account", "password": "sai"}
    pages = {
        re.sub(
            r'nonce="[^"]+"|value="[^"]+"|X-CSRFToken": "\w+"',
            "",
            text(Client().post("/", data | {"username": name})),
        )
        for name in (person.username, plain.username, "khong.co")
    }
    assert len(pages) == 1


@pytest.mark.parametrize("code", ["", " ", "x" * 41, "A\0B", "٣٣٣٣٣٣", "1e5", "-12345", "9" * 40])
def test_odd_codes_are_answered_with_the_page(
    client: Client, person: User, phone: Authenticator, code: str
) -> None:
    phone.enrol(person)
    by_password(client, person)
    for field in ("code", "recovery"):
        forget_the_wait(person)
        assert client.post(STEP, {field: code}).status_code == 422


# ── where it is required ────────────────────────────────────────────────────────────────────────
@pytest.fixture
def drill(settings: Any) -> Drill:
    settings.SECOND_FACTOR = "required"
    return make_drill()


@pytest.mark.parametrize("way", [by_code, by_link])
@pytest.mark.parametrize(
    ("role", "asked"),
    [
        ("director", True),
        ("controller", False),
        ("lead", False),
        ("evaluator", False),
        ("observer", False),
    ],
)
def test_directors_must_enrol_before_they_are_in(
    drill: Drill, way: Any, role: str, asked: bool
) -> None:
    client = Client()
    where = way(client, drill.user(role))["Location"]
    assert where == (ENROL if asked else "/home/")
    assert signed_in(client) is not asked


def test_the_director_of_a_rehearsal_need_not(drill: Drill) -> None:
    drill.exercise.rehearsal = True
    drill.exercise.save(update_fields=["rehearsal"])
    client = Client()
    assert by_link(client, drill.user("director"))["Location"] == "/home/"
    assert client.get(f"/x/{drill.exercise.code}/people/").status_code == 200


def test_enrolling_shows_the_codes_once_and_leads_on(drill: Drill, phone: Authenticator) -> None:
    user, client = drill.user("director"), Client()
    by_link(client, user)
    page = text(client.get(ENROL))
    assert '<svg width="180"' in page
    phone.scan(re.search(r'translate="no">([A-Z2-7 ]+)<', page)[1])  # type: ignore[index]
    assert phone.key in repr(dict(client.session)), "the same key until it is confirmed"
    wrong = client.post(ENROL, {"code": phone.wrong()})
    assert wrong.status_code == 422
    assert not signed_in(client)
    done = client.post(ENROL, {"code": phone.code()})
    assert done.status_code == 200
    assert "no-store" in done["Cache-Control"]
    codes = re.findall(r'<li class="code">([\w-]+)</li>', text(done))
    assert len(codes) == 10
    assert signed_in(client)
    assert client.get(f"/x/{drill.exercise.code}/people/").status_code == 200
    assert client.get(ENROL)["Location"] == "/"
    other = Client()
    by_link(other, user)
    assert other.post(STEP, {"recovery": codes[9]})["Location"] == "/home/"


def test_the_first_administrator_enrols_as_the_very_first_thing(
    settings: Any, client: Client
) -> None:
    settings.SECOND_FACTOR = "required"
    data = {"name": "Lê Văn Bình", "username": "binh.lv", "password": PASSWORD, "again": PASSWORD}
    assert client.post("/setup/", data)["Location"] == ENROL
    assert not signed_in(client)


def test_an_enrolled_person_cannot_be_enrolled_anew_by_password_alone(
    drill: Drill, phone: Authenticator
) -> None:
    """The step for enrolling was begun; meanwhile the person has enrolled elsewhere."""
    user, client = drill.user("director"), Client()
    by_link(client, user)
    client.get(ENROL)
    key = client.session["new_second_factor"]
    phone.enrol(user)
    mine = phone.key
    phone.key = key
    assert client.post(ENROL, {"code": phone.code()})["Location"] == "/"
    assert not signed_in(client)
    device = second_factor.device_of(user)
    assert device is not None
    assert device.key == mine


def test_who_becomes_director_while_signed_in_enrols_before_going_on(
    drill: Drill, phone: Authenticator
) -> None:
    user = drill.user("observer")
    client = Client()
    by_link(client, user)
    page = f"/x/{drill.exercise.code}/console/"
    Participant.objects.filter(exercise=drill.exercise, user=user).update(role="director")
    assert client.get(page)["Location"] == "/account/second-factor/"
    do = f"/x/{drill.exercise.code}/do/start/"
    assert client.post(do)["Location"] == "/account/second-factor/"
    assert drill.fresh().status == "planned"
    client.get("/account/second-factor/")
    phone.key = client.session["new_second_factor"]
    assert client.post("/account/second-factor/", {"code": phone.code()}).status_code == 200
    assert client.get(page).status_code == 200


def test_a_director_without_one_makes_no_new_run_either(drill: Drill, settings: Any) -> None:
    settings.SECOND_FACTOR = "offered"
    client = Client()
    by_link(client, drill.user("director"))
    settings.SECOND_FACTOR = "required"
    seen = {"scenario": drill.exercise.scenario_id, "after": drill.exercise.pk}
    assert client.post("/new-run/", seen)["Location"] == "/account/second-factor/"
    assert type(drill.exercise).objects.count() == 1


def test_a_command_sent_by_a_page_that_must_enrol_first_is_refused_in_words(
    drill: Drill, settings: Any
) -> None:
    """The browser would follow a redirect and take the page it finds for a command well done."""
    settings.SECOND_FACTOR = "offered"
    client = Client()
    by_link(client, drill.user("director"))
    settings.SECOND_FACTOR = "required"
    do = f"/x/{drill.exercise.code}/do/start/"
    answer = client.post(do, headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert 'id="toasts" hx-swap-oob' in text(answer)
    assert "xác thực hai bước" in text(answer)
    assert drill.fresh().status == "planned"


def test_an_administrators_session_from_before_is_held_up(settings: Any) -> None:
    admin = User.objects.create_superuser("admin", password=PASSWORD)
    client = Client()
    by_password(client, admin)
    assert client.get("/accounts/").status_code == 200
    settings.SECOND_FACTOR = "required"
    for path in ("/accounts/", "/accounts/sign-ins/", "/accounts/sign-ins.csv", "/home/"):
        assert client.get(path)["Location"] == "/account/second-factor/", path
    for path in ("/load-sample/", "/new-run/"):
        assert client.post(path)["Location"] == "/account/second-factor/", path


def test_an_administrator_is_held_up_in_exercises_too_whatever_their_role(
    drill: Drill, settings: Any
) -> None:
    """Even the director of a rehearsal makes links, an administrator's reach everybody."""
    settings.SECOND_FACTOR = "offered"
    drill.exercise.rehearsal = True
    drill.exercise.save(update_fields=["rehearsal"])
    client = Client()
    by_link(client, drill.user("director"))
    page = f"/x/{drill.exercise.code}/people/"
    settings.SECOND_FACTOR = "required"
    assert client.get(page).status_code == 200
    User.objects.filter(pk=drill.user("director").pk).update(is_superuser=True)
    assert client.get(page)["Location"] == "/account/second-factor/"


def test_a_session_from_when_it_was_off_takes_the_second_step(
    settings: Any, phone: Authenticator
) -> None:
    admin = User.objects.create_superuser("admin", password=PASSWORD)
    phone.enrol(admin)
    settings.SECOND_FACTOR = "off"
    client = Client()
    by_password(client, admin)
    settings.SECOND_FACTOR = "required"
    assert client.get("/accounts/")["Location"] == "/account/second-factor/"
    assert client.get("/account/second-factor/")["Location"] == STEP
    assert not signed_in(client)
    client.post(STEP, {"code": phone.code()})
    assert client.get("/accounts/").status_code == 200
