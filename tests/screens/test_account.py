"""One's own account: sessions, second factor, password."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.authenticator import Authenticator, forget_the_wait
from tests.factories import make_drill
from units import second_factor, sessions
from units.models import AccountEvent, OpenSession, SignInLink, User

pytestmark = pytest.mark.django_db
PASSWORD = "mưa phùn gió bấc 7"
OTHER = "một mật khẩu khác 99"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)
CHANGE = "/account/second-factor/change/"


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Authenticator:
    return Authenticator(monkeypatch)


@pytest.fixture
def person() -> User:
    return User.objects.create_user("hanh.nt", password=PASSWORD, name="Nguyễn Thị Hạnh")


def text(response: Any) -> str:
    return response.content.decode()


def sign_in(person: User, password: str = PASSWORD, **extra: Any) -> Client:
    client = Client(**extra)
    data = {"form": "account", "username": person.username, "password": password}
    assert client.post("/", data).status_code == 302
    return client


def inside(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def row_of(client: Client) -> OpenSession:
    return OpenSession.objects.get(pk=client.session["open_session"])


# ── sessions ────────────────────────────────────────────────────────────────────────────────────
def test_open_sessions_are_told_in_plain_words(person: User) -> None:
    sign_in(person, HTTP_USER_AGENT=PHONE, REMOTE_ADDR="10.0.0.9")
    by_link = Client()
    by_link.post(f"/go/{SignInLink.issue(person)[1]}/")
    page = text(by_link.get("/account/"))
    assert "Chrome trên Android" in page
    assert "10.0.0.9" in page
    assert "bằng mật khẩu" in page
    assert "bằng liên kết hoặc mã QR" in page
    assert page.count("thiết bị này") == 1


def test_one_session_is_ended_and_the_others_go_on(person: User) -> None:
    here, there, third = (sign_in(person) for _n in range(3))
    answer = here.post(f"/account/sessions/{row_of(there).pk}/end/")
    assert answer["Location"] == "/account/"
    assert [inside(client) for client in (here, there, third)] == [True, False, True]
    assert AccountEvent.objects.filter(kind="session_ended", account="hanh.nt").count() == 1


def test_all_others_are_ended_at_once(person: User) -> None:
    here, *others = (sign_in(person) for _n in range(4))
    stranger = sign_in(User.objects.create_user("binh.tv", password=PASSWORD))
    here.post("/account/sessions/end/")
    assert inside(here)
    assert inside(stranger)
    assert not any(inside(client) for client in others)
    assert OpenSession.objects.filter(user=person).count() == 1


def test_nobody_ends_anothers_session(person: User) -> None:
    here = sign_in(person)
    other = sign_in(User.objects.create_user("binh.tv", password=PASSWORD))
    assert other.post(f"/account/sessions/{row_of(here).pk}/end/").status_code == 404
    assert inside(here)


def test_the_session_in_use_is_left_by_signing_out(person: User) -> None:
    here = sign_in(person)
    here.post(f"/account/sessions/{row_of(here).pk}/end/")
    assert inside(here)
    here.post("/sign-out/")
    assert not inside(here)
    assert not OpenSession.objects.exists()
    assert not Session.objects.filter(session_key=here.session.session_key).exists()


def test_sessions_are_ended_by_post_alone(person: User) -> None:
    here, there = sign_in(person), sign_in(person)
    assert here.get("/account/sessions/end/").status_code == 405
    assert here.get(f"/account/sessions/{row_of(there).pk}/end/").status_code == 405
    assert inside(there)


def test_that_a_session_is_in_use_is_written_every_five_minutes_at_most(
    person: User, django_assert_num_queries: Any
) -> None:
    here = sign_in(person)
    row = row_of(here)
    with django_assert_num_queries(2):  # the session and the person, nothing written
        here.get("/")
    long_ago = timezone.now() - timedelta(minutes=6)
    OpenSession.objects.filter(pk=row.pk).update(seen_at=long_ago)
    here.get("/")
    row.refresh_from_db()
    assert row.seen_at == long_ago, "this process wrote it a moment ago"
    sessions._seen_s.clear()
    here.get("/")
    row.refresh_from_db()
    assert row.seen_at > long_ago


def test_a_session_from_before_the_list_gets_its_row(person: User) -> None:
    client = Client()
    client.force_login(person)
    assert not OpenSession.objects.exists()
    assert "từ trước khi có danh sách này" in text(client.get("/account/"))
    assert OpenSession.objects.get().session_key == client.session.session_key


def test_a_session_from_before_the_list_is_ended_with_the_others_though_nobody_uses_it(
    person: User,
) -> None:
    here, lost, anonymous = sign_in(person), Client(), Client()
    lost.force_login(person)
    anonymous.get("/second-step/")
    call_command("prepare")
    call_command("prepare")
    assert text(here.get("/account/")).count("từ trước khi có danh sách này") == 1
    here.post("/account/sessions/end/")
    assert not inside(lost)
    assert OpenSession.objects.get() == row_of(here)


def test_expired_sessions_are_neither_shown_nor_kept(person: User, capsys: Any) -> None:
    here, old = sign_in(person), sign_in(person, REMOTE_ADDR="10.0.0.9")
    Session.objects.filter(session_key=old.session.session_key).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    assert "10.0.0.9" not in text(here.get("/account/"))
    call_command("prepare")
    assert "1 old sessions and sign-ins deleted" in capsys.readouterr().out
    assert OpenSession.objects.get() == row_of(here)
    assert Session.objects.count() == 1


def test_a_command_of_a_page_whose_session_has_ended_is_refused_in_words() -> None:
    """The browser would follow a redirect and take the page it finds for a command well done."""
    drill = make_drill(started=True)
    client = Client()
    client.force_login(drill.user("director"))
    client.get("/nowhere/")
    OpenSession.objects.get().delete()
    Session.objects.all().delete()
    do = f"/x/{drill.exercise.code}/do/pause/"
    answer = client.post(do, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert 'id="toasts" hx-swap-oob' in text(answer)
    assert "Phiên đăng nhập đã hết" in text(answer)
    assert client.post(do)["Location"].startswith("/?next=")
    live = f"/x/{drill.exercise.code}/console/live/"
    assert client.get(live, headers={"HX-Request": "true"}).status_code == 302
    assert drill.fresh().status == "running"


# ── the second factor ───────────────────────────────────────────────────────────────────────────
def enrol(client: Client, phone: Authenticator) -> list[str]:
    client.get("/account/second-factor/")
    phone.key = client.session["new_second_factor"]
    data = {"code": phone.code(), "password": PASSWORD}
    answer = client.post("/account/second-factor/", data)
    phone.later()
    return re.findall(r'<li class="code">([\w-]+)</li>', text(answer))


def prove(client: Client, do: str, code: str, password: str = PASSWORD) -> Any:
    return client.post(CHANGE, {"do": do, "code": code, "password": password})


def test_enrolling_shows_ten_codes_once_and_ends_the_other_sessions(
    person: User, phone: Authenticator
) -> None:
    here, there = sign_in(person), sign_in(person)
    codes = enrol(here, phone)
    assert len(codes) == 10
    page = text(here.get("/account/"))
    assert not any(code in page for code in codes)
    assert "Đang bật. Còn 10 mã khôi phục." in page
    assert not inside(there)
    assert AccountEvent.objects.filter(kind="factor_enrolled").count() == 1
    assert here.get("/account/second-factor/")["Location"] == "/account/"


def test_a_wrong_first_code_enrols_nothing(person: User, phone: Authenticator) -> None:
    here = sign_in(person)
    here.get("/account/second-factor/")
    phone.key = here.session["new_second_factor"]
    data = {"code": phone.wrong(), "password": PASSWORD}
    answer = here.post("/account/second-factor/", data)
    assert answer.status_code == 422
    assert "Mã không khớp." in text(answer)
    assert here.session["new_second_factor"] == phone.key
    assert second_factor.device_of(person) is None


def test_the_first_one_too_is_enrolled_by_who_knows_the_password(
    person: User, phone: Authenticator
) -> None:
    """A telephone left unlocked must not become somebody else's for good."""
    here, there = sign_in(person), sign_in(person)
    here.get("/account/second-factor/")
    phone.key = here.session["new_second_factor"]
    statuses = []
    for password in ("", "sai", "sai", "sai", "sai", "sai"):
        data = {"code": phone.code(), "password": password}
        statuses.append(here.post("/account/second-factor/", data).status_code)
    assert statuses == [422, 422, 422, 422, 422, 429]
    assert here.post("/account/second-factor/", {"code": phone.code()}).status_code == 422
    assert second_factor.device_of(person) is None
    assert inside(there)
    assert AccountEvent.objects.filter(kind="proof_refused", account="hanh.nt").count() == 4


def test_a_proof_begins_with_a_key_that_no_page_has_shown(
    person: User, phone: Authenticator
) -> None:
    here = sign_in(person)
    enrol(here, phone)
    prove(here, "replace", phone.code())
    here.get("/account/second-factor/")
    left_open = here.session["new_second_factor"]
    phone.later()
    prove(here, "replace", phone.code())
    here.get("/account/second-factor/")
    assert here.session["new_second_factor"] != left_open


def test_of_two_who_enrol_at_once_the_second_takes_nothing_over(
    person: User, phone: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were asked for their first code when there was no device yet."""
    here = sign_in(person)
    here.get("/account/second-factor/")
    phone.key = here.session["new_second_factor"]
    data = {"code": phone.code(), "password": PASSWORD}
    looked = second_factor.device_of
    mine = Authenticator(monkeypatch)

    def look_then_lose(user: User) -> Any:
        found = looked(user)
        monkeypatch.setattr(second_factor, "device_of", looked)
        mine.enrol(user)
        return found

    monkeypatch.setattr(second_factor, "device_of", look_then_lose)
    here.post("/account/second-factor/", data)
    device = second_factor.device_of(person)
    assert device is not None
    assert device.key == mine.key


@pytest.mark.parametrize("do", ["replace", "codes", "remove"])
@pytest.mark.parametrize("lacks", ["password", "code", "both"])
def test_password_and_code_are_both_wanted(
    person: User, phone: Authenticator, do: str, lacks: str
) -> None:
    here = sign_in(person)
    codes, key = enrol(here, phone), phone.key
    code = phone.wrong() if lacks in ("code", "both") else phone.code()
    password = "sai" if lacks in ("password", "both") else PASSWORD
    assert prove(here, do, code, password).status_code == 422
    forget_the_wait(person)
    for field in ({"recovery": codes[0]}, {"recovery": " "}, {"code": ""}, {}):
        answer = here.post(CHANGE, {"do": do, "password": PASSWORD} | field)
        assert answer.status_code == 422, field
    device = second_factor.device_of(person)
    assert device is not None
    assert device.key == key
    assert second_factor.codes_left(person) == 10
    assert here.get("/account/second-factor/")["Location"] == "/account/"
    assert AccountEvent.objects.filter(kind="proof_refused").exists()


def test_it_is_removed_by_both(person: User, phone: Authenticator) -> None:
    here = sign_in(person)
    enrol(here, phone)
    prove(here, "remove", phone.code())
    assert second_factor.device_of(person) is None
    assert second_factor.codes_left(person) == 0
    assert AccountEvent.objects.filter(kind="factor_removed").count() == 1
    assert inside(sign_in(person))


def test_a_session_whose_second_factor_was_removed_no_longer_counts_as_having_one(
    person: User, phone: Authenticator, settings: Any
) -> None:
    here = sign_in(person)
    enrol(here, phone)
    prove(here, "remove", phone.code())
    assert not row_of(here).second_factor
    settings.SECOND_FACTOR = "required"
    User.objects.filter(pk=person.pk).update(is_superuser=True)
    assert here.get("/accounts/")["Location"] == "/account/second-factor/"


def test_a_recovery_code_serves_to_change_the_telephone(person: User, phone: Authenticator) -> None:
    here = sign_in(person)
    codes, old = enrol(here, phone), phone.key
    answer = prove(here, "replace", codes[0])
    assert answer["Location"] == "/account/second-factor/"
    new_codes = enrol(here, phone)
    device = second_factor.device_of(person)
    assert device is not None
    assert device.key == phone.key != old
    assert not set(new_codes) & set(codes)
    assert here.get("/account/second-factor/")["Location"] == "/account/", "once"


def test_new_recovery_codes_are_shown_once(person: User, phone: Authenticator) -> None:
    here = sign_in(person)
    old = enrol(here, phone)
    answer = prove(here, "codes", phone.code())
    new = re.findall(r'<li class="code">([\w-]+)</li>', text(answer))
    assert len(new) == 10
    assert not set(new) & set(old)
    assert "no-store" in answer["Cache-Control"]


def test_where_it_is_required_it_cannot_be_removed(phone: Authenticator, settings: Any) -> None:
    admin = User.objects.create_superuser("admin", password=PASSWORD)
    here = sign_in(admin)
    enrol(here, phone)
    settings.SECOND_FACTOR = "required"
    assert 'value="remove"' not in text(here.get("/account/"))
    prove(here, "remove", phone.code())
    assert second_factor.device_of(admin) is not None


def test_proofs_are_counted_like_signing_in(person: User, phone: Authenticator) -> None:
    here = sign_in(person)
    enrol(here, phone)
    statuses = []
    for _n in range(6):
        forget_the_wait(person)
        statuses.append(prove(here, "remove", phone.wrong()).status_code)
    assert statuses == [422, 422, 422, 422, 429, 429]
    forget_the_wait(person)
    assert prove(here, "remove", phone.code()).status_code == 429
    assert second_factor.device_of(person) is not None


def test_refused_proofs_do_not_fill_the_book(person: User, phone: Authenticator) -> None:
    here = sign_in(person)
    enrol(here, phone)
    for _n in range(12):
        change(here, "sai", OTHER)
        prove(here, "remove", phone.wrong(), "sai")
    lines = AccountEvent.objects.filter(account="hanh.nt")
    assert lines.filter(kind="proof_refused").count() == 4
    assert lines.filter(kind="locked").count() == 1


def test_who_has_no_password_proves_by_code_alone(phone: Authenticator) -> None:
    person = User.objects.create_user("can.bo")
    client = Client()
    client.post(f"/go/{SignInLink.issue(person)[1]}/")
    enrol(client, phone)
    page = text(client.get("/account/"))
    assert 'name="password"' not in page
    assert "không có mật khẩu" in page
    assert client.post("/account/password/", {"new": OTHER, "again": OTHER}).status_code == 302
    person.refresh_from_db()
    assert not person.has_usable_password()
    client.post(CHANGE, {"do": "remove", "code": phone.code()})
    assert second_factor.device_of(person) is None


# ── the password ────────────────────────────────────────────────────────────────────────────────
def change(client: Client, password: str, new: str, again: str | None = None) -> Any:
    data = {"password": password, "new": new, "again": new if again is None else again}
    return client.post("/account/password/", data)


def test_a_new_password_ends_every_other_session(person: User) -> None:
    here, there = sign_in(person), sign_in(person)
    key = here.session.session_key
    assert change(here, PASSWORD, OTHER)["Location"] == "/account/"
    assert inside(here)
    assert not inside(there)
    assert here.session.session_key != key
    assert row_of(here).session_key == here.session.session_key
    assert OpenSession.objects.count() == 1
    person.refresh_from_db()
    assert person.check_password(OTHER)
    assert AccountEvent.objects.filter(kind="password_changed").count() == 1


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("sai", OTHER, OTHER, "Sai mật khẩu. Còn 4 lần thử."),
        ("", OTHER, OTHER, "Nhập mật khẩu."),
        (PASSWORD, "ngắn quá", "ngắn quá", "cần ít nhất 12 ký tự"),
        (PASSWORD, OTHER, "không giống", "Hai lần nhập không giống nhau."),
        (PASSWORD, PASSWORD, PASSWORD, "phải khác mật khẩu hiện nay"),
        (PASSWORD, "x7 " * 43, "x7 " * 43, 'id="new-err"'),
        (PASSWORD, "Nguyễn Thị Hạnh", "Nguyễn Thị Hạnh", 'id="new-err"'),
    ],
)
def test_a_password_that_cannot_be_taken_is_explained(
    person: User, old: str, new: str, again: str, words: str
) -> None:
    here, there = sign_in(person), sign_in(person)
    answer = change(here, old, new, again)
    assert answer.status_code == 422
    assert words in text(answer)
    assert inside(there)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_the_old_password_cannot_be_guessed_here_either(person: User) -> None:
    here = sign_in(person)
    statuses = [change(here, f"sai {n}", OTHER).status_code for n in range(5)]
    assert statuses == [422, 422, 422, 422, 429]
    assert change(here, PASSWORD, OTHER).status_code == 429
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
