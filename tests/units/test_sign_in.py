"""Signing in by code, link and password: what is good, how long, and how often one may err."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.db import connection
from django.test import Client
from django.utils import timezone

from units.models import CODE_ALPHABET, SignInLink, User

pytestmark = pytest.mark.django_db
PASSWORD = "mưa phùn gió bấc 7"


@pytest.fixture
def person() -> User:
    return User.objects.create_user("hanh.nt", password=PASSWORD, name="Nguyễn Thị Hạnh")


def by_code(client: Client, code: str, **extra: Any) -> Any:
    return client.post("/", {"form": "code", "code": code}, **extra)


def by_password(client: Client, password: str, username: str = "hanh.nt", **extra: Any) -> Any:
    data = {"form": "account", "username": username, "password": password}
    return client.post("/", data, **extra)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# ── one person, once ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "spelt",
    [
        lambda code: code,
        str.lower,
        lambda code: f"ktat-{code}",
        lambda code: f" KTAT–{code.replace('-', ' ')} ",
        lambda code: code.replace("-", ""),
    ],
)
def test_a_code_is_read_however_it_is_spelt(
    client: Client, person: User, spelt: Callable[[str], str]
) -> None:
    _link, _token, code = SignInLink.issue(person)
    response = by_code(client, spelt(code))
    assert (response.status_code, response["Location"]) == (302, "/home/")
    assert client.session["_auth_user_id"] == str(person.pk)


def test_looking_at_a_link_uses_nothing_up_and_pressing_its_button_does(
    client: Client, person: User
) -> None:
    link, token, _code = SignInLink.issue(person)
    page = client.get(f"/go/{token}/")
    assert page.status_code == 200
    assert "Hạnh" not in page.content.decode()
    assert not signed_in(client)
    link.refresh_from_db()
    assert link.uses_left == 1
    assert client.post(f"/go/{token}/")["Location"] == "/home/"
    assert signed_in(client)


def test_a_link_looks_the_same_whether_it_is_good_or_not(client: Client, person: User) -> None:
    _link, token, _code = SignInLink.issue(person)
    good, bad = (client.get(f"/go/{which}/") for which in (token, "nonsense"))
    assert good.status_code == bad.status_code == 200
    once = re.compile(r'nonce="[^"]+"|value="\w{64}"|X-CSRFToken": "\w+"')
    assert once.sub("", good.content.decode()) == once.sub(
        "", bad.content.decode().replace("nonsense", token)
    )


def test_a_link_signs_in_once(person: User) -> None:
    _link, token, code = SignInLink.issue(person)
    first, second, third = Client(), Client(), Client()
    first.post(f"/go/{token}/")
    refused = second.post(f"/go/{token}/")
    assert refused.status_code == 410
    assert "đã dùng hoặc hết hạn" in refused.content.decode()
    assert by_code(third, code).status_code == 422  # the code of the same slip is used up with it
    assert [signed_in(who) for who in (first, second, third)] == [True, False, False]


def test_of_two_people_with_one_link_the_faster_gets_in(person: User) -> None:
    _link, token, _code = SignInLink.issue(person)
    other: list[User | None] = []

    def other_is_faster(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # Whatever was read before, the other one's turn comes right before our UPDATE.
        if sql.startswith("UPDATE") and not other:
            other.append(None)
            other[0] = SignInLink.redeem_token(token)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(other_is_faster):
        mine = SignInLink.redeem_token(token)
    assert (mine, other) == (None, [person])


def test_an_expired_link_signs_nobody_in(client: Client, person: User) -> None:
    link, token, code = SignInLink.issue(person, valid_for=timedelta(hours=1))
    SignInLink.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.post(f"/go/{token}/").status_code == 410
    assert by_code(client, code).status_code == 422
    assert not signed_in(client)


def test_a_person_who_was_deactivated_is_let_in_by_nothing(client: Client, person: User) -> None:
    _link, token, code = SignInLink.issue(person, uses=5)
    person.is_active = False
    person.save()
    client.post(f"/go/{token}/")
    by_code(client, code)
    by_password(client, PASSWORD)
    assert not signed_in(client)


def test_the_session_changes_its_key_when_somebody_signs_in(client: Client, person: User) -> None:
    session = client.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    _link, token, _code = SignInLink.issue(person)
    client.post(f"/go/{token}/")
    assert client.session.session_key != before


# ── what is kept ────────────────────────────────────────────────────────────────────────────────
def test_the_database_holds_neither_token_nor_code(client: Client, person: User) -> None:
    _link, token, code = SignInLink.issue(person, uses=3)
    letters = code.replace("-", "")
    wrong = "".join(CODE_ALPHABET[-1 - CODE_ALPHABET.index(letter)] for letter in letters)
    by_code(client, wrong)
    by_password(client, "sai-mật-khẩu")
    by_code(client, code)
    client.post(f"/go/{token}/")
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        kept = ""
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            kept += repr(cursor.fetchall())
    assert SignInLink.objects.get().token_digest in kept
    for secret in (token, code, letters, wrong, "sai-mật-khẩu"):
        assert secret not in kept
    assert not AccessLog.objects.exists()  # it would keep the address /go/<token>/


# ── errors and their number ─────────────────────────────────────────────────────────────────────
def test_a_wrong_password_says_how_many_tries_are_left(client: Client, person: User) -> None:
    response = by_password(client, "sai")
    assert response.status_code == 422
    page = response.content.decode()
    assert "Sai mật khẩu. Còn 4 lần thử." in page
    assert 'value="hanh.nt"' in page
    assert "Còn 3 lần thử." in by_password(client, "sai").content.decode()


def test_an_account_that_is_not_there_is_refused_in_the_same_words(client: Client) -> None:
    User.objects.create_user("someone", password=PASSWORD)
    response = by_password(client, "sai", username="nobody")
    assert "Sai mật khẩu. Còn 4 lần thử." in response.content.decode()


def test_the_sixth_password_is_not_tried_even_if_right(client: Client, person: User) -> None:
    answers = [by_password(client, f"sai {n}") for n in range(5)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 429]
    sixth = by_password(client, PASSWORD)
    assert sixth.status_code == 429
    assert "Đã thử sai quá nhiều lần. Thử lại sau 15 phút." in sixth.content.decode()
    assert not signed_in(client)


def test_a_lock_ends_when_it_was_said_to_whatever_is_tried_meanwhile(
    client: Client, person: User
) -> None:
    for n in range(5):
        by_password(client, f"sai {n}")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=12, seconds=30))
    assert "sau 3 phút" in by_password(client, "sai").content.decode()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert by_password(client, PASSWORD).status_code == 302


def test_a_locked_account_is_open_from_another_address_and_other_accounts_from_here(
    person: User,
) -> None:
    User.objects.create_user("binh.tv", password=PASSWORD)
    for n in range(5):
        by_password(Client(), f"sai {n}")
    assert by_password(Client(), PASSWORD, REMOTE_ADDR="10.0.0.9").status_code == 302
    assert by_password(Client(), PASSWORD, username="binh.tv").status_code == 302


def test_wrong_codes_are_counted_by_address(person: User) -> None:
    _link, _token, code = SignInLink.issue(person)
    answers = [by_code(Client(), f"AAAA-AA{n:02d}") for n in range(22, 42)]
    assert [answer.status_code for answer in answers] == [422] * 19 + [429]
    assert "Còn 19 lần thử." in answers[0].content.decode()
    next_one = by_code(Client(), code)
    assert next_one.status_code == 429
    assert "Thử lại sau 15 phút." in next_one.content.decode()
    assert by_code(Client(), code, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_locked_codes_leave_passwords_and_links_open(client: Client, person: User) -> None:
    for letter in "BCDEF":
        by_code(client, f"AAAA-AAA{letter}")
    _link, token, _code = SignInLink.issue(person)
    assert by_password(Client(), PASSWORD).status_code == 302
    assert Client().post(f"/go/{token}/").status_code == 302


def test_a_good_code_forgives_the_typing_errors_before_it(person: User) -> None:
    _link, _token, code = SignInLink.issue(person)
    for letter in "BCDE":
        by_code(Client(), f"AAAA-AAA{letter}")
    assert by_code(Client(), code).status_code == 302
    assert "Còn 19 lần thử." in by_code(Client(), "AAAA-AAAB").content.decode()


def test_scanning_used_links_locks_nobody_out(person: User) -> None:
    for _time in range(8):
        assert Client().post("/go/used-long-ago/").status_code == 410
    _link, token, _code = SignInLink.issue(person)
    assert Client().post(f"/go/{token}/").status_code == 302
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize("code", ["", "   ", "x" * 61, "A\0B", "–", "Đ" * 8])
def test_odd_codes_are_answered_with_the_page(client: Client, person: User, code: str) -> None:
    assert by_code(client, code).status_code == 422
