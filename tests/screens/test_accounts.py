"""The administrator's pages: everybody's sessions and second factors, and the book of sign-ins."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.authenticator import Authenticator
from tests.factories import Drill, make_drill
from units import second_factor
from units.audit import event, prune_events
from units.models import AccountEvent, EventKind, OpenSession, SignInLink, User

pytestmark = pytest.mark.django_db
PASSWORD = "mưa phùn gió bấc 7"
MOST_QUERIES = 12


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Authenticator:
    return Authenticator(monkeypatch)


@pytest.fixture
def person() -> User:
    return User.objects.create_user("hanh.nt", password=PASSWORD, name="Nguyễn Thị Hạnh")


@pytest.fixture
def admin() -> Client:
    user = User.objects.create_superuser("admin", password=PASSWORD, name="Quản trị")
    return sign_in(user)


def sign_in(person: User) -> Client:
    client = Client()
    data = {"form": "account", "username": person.username, "password": PASSWORD}
    client.post("/", data)
    return client


def inside(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def text(response: Any) -> str:
    return response.content.decode()


def kinds(account: str) -> list[str]:
    """What the book says of an account, in order."""
    found = AccountEvent.objects.filter(account=account).order_by("pk")
    return list(found.values_list("kind", flat=True))


# ── accounts ────────────────────────────────────────────────────────────────────────────────────
def test_an_account_is_found_and_shown(admin: Client, person: User) -> None:
    sign_in(person)
    page = text(admin.get("/accounts/", {"q": "hạnh"}))
    assert f'href="/accounts/{person.pk}/"' in page
    assert "admin</a>" not in page
    assert "Nguyễn Thị Hạnh" in text(admin.get(f"/accounts/{person.pk}/"))
    assert admin.get("/accounts/999999/").status_code == 404


def test_a_session_that_has_run_out_is_not_counted_as_open(admin: Client, person: User) -> None:
    old, _new = sign_in(person), sign_in(person)
    Session.objects.filter(session_key=old.session.session_key).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    page = text(admin.get("/accounts/", {"q": "hanh"}))
    assert re.findall(r'<td class="r">(\d+)</td>', page) == ["1"]


def test_a_person_is_signed_out_everywhere(admin: Client, person: User) -> None:
    clients = [sign_in(person), sign_in(person)]
    admin.post(f"/accounts/{person.pk}/end-sessions/")
    assert not any(inside(client) for client in clients)
    assert inside(admin)
    line = AccountEvent.objects.get(kind="session_ended")
    assert (line.account, line.by_account, line.detail) == ("hanh.nt", "admin", {"sessions": 2})


def test_a_lost_second_factor_is_reset(admin: Client, person: User, phone: Authenticator) -> None:
    there = sign_in(person)
    phone.enrol(person)
    admin.post(f"/accounts/{person.pk}/reset-second-factor/")
    assert second_factor.device_of(person) is None
    assert not inside(there)
    assert inside(sign_in(person))
    line = AccountEvent.objects.get(kind="factor_reset")
    assert (line.account, line.by_account) == ("hanh.nt", "admin")


def test_an_administrator_does_not_reset_their_own(admin: Client, phone: Authenticator) -> None:
    user = User.objects.get(username="admin")
    phone.enrol(user)
    admin.post(f"/accounts/{user.pk}/reset-second-factor/")
    assert second_factor.device_of(user) is not None


def test_the_last_administrator_is_helped_on_the_command_line(
    phone: Authenticator, capsys: Any
) -> None:
    user = User.objects.create_superuser("admin", password=PASSWORD)
    there = sign_in(user)
    phone.enrol(user)
    call_command("reset_second_factor", "admin")
    assert "1 sessions ended" in capsys.readouterr().out
    assert second_factor.device_of(user) is None
    assert not inside(there)
    assert "factor_reset" in kinds("admin")
    for account in ("admin", "nobody"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", account)


def test_a_disabled_account_is_out_at_once_and_in_again_when_enabled(
    admin: Client, person: User
) -> None:
    there = sign_in(person)
    _link, token, _code = SignInLink.issue(person, uses=3)
    admin.post(f"/accounts/{person.pk}/active/", {"active": "0"})
    assert not inside(there)
    assert not OpenSession.objects.filter(user=person).exists()
    assert not inside(sign_in(person))
    admin.post(f"/accounts/{person.pk}/active/", {"active": "1"})
    assert inside(sign_in(person))
    assert Client().post(f"/go/{token}/").status_code == 410, "its slips stay revoked"
    assert [kind for kind in kinds("hanh.nt") if kind.startswith("account_")] == [
        "account_disabled",
        "account_enabled",
    ]


def test_planning_is_given_and_taken_on_the_book(admin: Client, person: User) -> None:
    assert not person.is_planner
    page = f"/accounts/{person.pk}/"
    for pressed, may_plan in (("1", True), ("1", True), ("0", False)):
        admin.post(f"{page}planning/", {"may_plan": pressed})
        person.refresh_from_db()
        assert person.is_planner is may_plan
        shown = text(admin.get(page))
        assert f'name="may_plan" value="{int(not may_plan)}"' in shown
    planning = [kind for kind in kinds("hanh.nt") if kind.startswith("planning_")]
    assert planning == ["planning_given", "planning_taken"]
    line = AccountEvent.objects.get(kind=EventKind.PLANNING_GIVEN)
    assert (line.account, line.by_account) == ("hanh.nt", "admin")


def test_only_an_administrator_gives_planning(person: User) -> None:
    own = sign_in(person)
    assert own.post(f"/accounts/{person.pk}/planning/", {"may_plan": "1"}).status_code == 403
    person.refresh_from_db()
    assert not person.may_plan


def test_an_administrator_plans_without_being_told_to_unless_disabled(admin: Client) -> None:
    user = User.objects.get(username="admin")
    assert user.is_planner
    assert "/planning/" not in text(admin.get(f"/accounts/{user.pk}/"))
    user.is_active = False
    assert not user.is_planner


def test_an_administrator_does_not_shut_themselves_out(admin: Client) -> None:
    user = User.objects.get(username="admin")
    admin.post(f"/accounts/{user.pk}/active/", {"active": "0"})
    assert inside(admin)


# ── what is written ─────────────────────────────────────────────────────────────────────────────
def test_signing_in_and_out_is_written_with_how_and_from_where(person: User) -> None:
    client = Client(HTTP_USER_AGENT="Firefox on Linux\x07", REMOTE_ADDR="10.0.0.9")
    data = {"form": "account", "username": "hanh.nt", "password": "sai"}
    client.post("/", data)
    client.post("/", data | {"password": PASSWORD})
    client.post("/sign-out/")
    client.post("/", {"form": "code", "code": SignInLink.issue(person)[2]})
    found = AccountEvent.objects.order_by("pk")
    assert [(line.kind, line.how) for line in found] == [
        ("refused", "password"),
        ("signed_in", "password"),
        ("signed_out", ""),
        ("signed_in", "code"),
    ]
    assert {line.account for line in found} == {"hanh.nt"}
    assert {line.ip for line in found} == {"10.0.0.9"}
    assert {line.agent for line in found} == {"Firefox on Linux"}


def test_both_steps_are_written(person: User, phone: Authenticator) -> None:
    phone.enrol(person)
    client = sign_in(person)
    client.post("/second-step/", {"code": phone.wrong()})
    assert kinds("hanh.nt") == ["first_step", "second_refused"]


def test_the_book_holds_no_secret(person: User, phone: Authenticator) -> None:
    """Neither of what was right nor of what was typed wrong, nor a password typed as a name."""
    recovery = phone.enrol(person)
    _link, token, code = SignInLink.issue(person)
    client = Client()
    secret_name = "mật-khẩu-gõ-nhầm-ô"
    client.post("/", {"form": "account", "username": secret_name, "password": "sai-mật-khẩu"})
    client.post("/", {"form": "code", "code": "ABCD-2345"})
    client.post("/", {"form": "code", "code": code})
    client.post("/second-step/", {"code": phone.wrong()})
    client.post("/second-step/", {"recovery": recovery[0]})
    Client().post(f"/go/{token}/")
    sign_in(person)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{AccountEvent._meta.db_table}"')
        kept = repr(cursor.fetchall())
    secrets = (
        *(secret_name, "sai-mật-khẩu", PASSWORD, "ABCD", "2345", code, token),
        *(phone.wrong(), recovery[0], phone.key, recovery[0].replace("-", "")),
    )
    for secret in secrets:
        assert secret not in kept, secret
    assert "mậ… (18)" in kept


def test_axes_keeps_no_secret_of_the_new_forms(person: User, phone: Authenticator) -> None:
    client = sign_in(person)
    phone.enrol(person)
    client.post("/account/password/", {"password": "sai 1", "new": "tân-1", "again": "tân-2"})
    client.post(
        "/account/password/", {"password": "sai 1", "new": "tân-đủ-dài-1", "again": "tân-đủ-dài-1"}
    )
    client.post(
        "/account/second-factor/change/",
        {"do": "remove", "password": PASSWORD, "code": phone.wrong()},
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM axes_accessattempt")
        kept = repr(cursor.fetchall())
    assert "hanh.nt" in kept
    for secret in ("sai 1", "tân-đủ-dài-1", PASSWORD, phone.wrong()):
        assert secret not in kept, secret


def test_a_guessing_machine_does_not_fill_the_book(person: User) -> None:
    data = {"form": "account", "username": "hanh.nt", "password": "sai"}
    for _n in range(15):
        Client().post("/", data)
        Client().post("/go/nonsense/")
    assert AccountEvent.objects.filter(how="password").count() == 5
    assert AccountEvent.objects.filter(kind="locked").count() == 1
    assert AccountEvent.objects.filter(how="link").count() == 1


def test_a_machine_that_makes_up_names_does_not_fill_the_book_either(person: User) -> None:
    """What is in the book cannot be deleted for thirty days."""
    for n in range(25):
        data = {"form": "account", "username": f"{n}nobody", "password": "sai"}
        Client().post("/", data, REMOTE_ADDR="192.0.2.7")
    assert AccountEvent.objects.filter(kind="refused").count() == 10
    data = {"form": "account", "username": "hanh.nt", "password": "sai"}
    Client().post("/", data, REMOTE_ADDR="192.0.2.7")
    Client().post("/", data | {"username": "nobody"}, REMOTE_ADDR="192.0.2.8")
    assert AccountEvent.objects.filter(kind="refused").count() == 12


@pytest.fixture
def drill() -> Drill:
    return make_drill()


def test_slips_and_roles_are_written_with_who_gave_them(drill: Drill) -> None:
    director = drill.user("director")
    client = Client()
    client.force_login(director)
    base = f"/x/{drill.exercise.code}/people/"
    client.post(f"{base}add/", {"name": "Trần Văn Đạt", "role": "observer", "username": "dat"})
    part = drill.exercise.participants.get(user__username="dat")
    client.post(f"{base}{part.pk}/link/")
    client.post(f"{base}{part.pk}/link/")
    client.post(f"{base}{part.pk}/remove/")
    assert kinds("dat") == [
        *("account_made", "role_given", "link_issued"),
        *("link_revoked", "link_issued", "role_removed"),
    ]
    lines = AccountEvent.objects.filter(account="dat")
    assert {line.by_account for line in lines} == {director.username}
    given = lines.get(kind="role_given")
    assert given.detail == {"exercise": drill.exercise.code, "role": "observer"}


def test_a_new_run_writes_the_roles_it_gives(drill: Drill) -> None:
    client = Client()
    client.force_login(drill.user("director"))
    seen = {"scenario": drill.exercise.scenario_id, "after": drill.exercise.pk}
    client.post("/new-run/", seen)
    written = AccountEvent.objects.filter(kind="role_given", detail__exercise__endswith="-2")
    assert written.count() == drill.exercise.participants.count()


# ── append-only, and no longer than it must be kept ─────────────────────────────────────────────
def old_line(days: int) -> AccountEvent:
    line = event(EventKind.SIGNED_IN, None, account="ai")
    line.at = timezone.now() - timedelta(days=days)
    line.save()
    return line


def test_no_line_changes_and_no_young_one_goes() -> None:
    line = old_line(29)
    for change in (
        lambda: AccountEvent.objects.update(account="khác"),
        lambda: AccountEvent.objects.filter(pk=line.pk).delete(),
        line.save,
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert AccountEvent.objects.filter(pk=line.pk).count() == 1


@pytest.mark.parametrize(("kept_days", "gone"), [(180, [181, 400]), (1, [32, 181, 400])])
def test_old_lines_go_after_the_days_the_install_says(
    settings: Any, kept_days: int, gone: list[int]
) -> None:
    settings.SIGN_IN_LOG_DAYS = kept_days
    lines = {days: old_line(days).pk for days in (1, 29, 30, 32, 181, 400)}
    assert prune_events() == len(gone)
    left = set(AccountEvent.objects.values_list("pk", flat=True))
    assert left == {pk for days, pk in lines.items() if days not in gone}


def test_an_account_that_is_deleted_takes_nothing_out_of_the_book(person: User) -> None:
    sign_in(person)
    OpenSession.objects.all().delete()
    person.delete()
    assert kinds("hanh.nt") == ["signed_in"]


# ── reading it ──────────────────────────────────────────────────────────────────────────────────
def test_it_is_filtered_by_person_and_result(admin: Client, person: User) -> None:
    Client().post("/", {"form": "account", "username": "hanh.nt", "password": "sai"})
    sign_in(person)
    bad = "Đăng nhập không được"
    for query, wanted in (
        ({"account": "hanh"}, (True, 2)),
        ({"account": "hanh", "result": "good"}, (False, 1)),
        ({"account": "hanh", "result": "refused"}, (True, 1)),
        ({"account": "hanh", "result": "changed"}, (False, 0)),
        ({"account": "khong-co"}, (False, 0)),
    ):
        page = text(admin.get("/accounts/sign-ins/", query))
        assert (bad in page, page.count("<td>hanh.nt</td>")) == wanted, query


def test_it_is_paged_and_costs_few_queries(admin: Client) -> None:
    AccountEvent.objects.bulk_create(
        event(EventKind.REFUSED, None, account=f"người {n}") for n in range(450)
    )
    for path in ("/accounts/sign-ins/?page=2", "/accounts/sign-ins/?page=99999", "/accounts/"):
        with CaptureQueriesContext(connection) as queries:
            answer = admin.get(path)
        assert answer.status_code == 200
        assert len(queries) <= MOST_QUERIES
        assert len(answer.content) < 200_000
    assert "2 / 5" in text(admin.get("/accounts/sign-ins/?page=2"))


def test_many_accounts_and_sessions_cost_no_more_queries(admin: Client, person: User) -> None:
    for n in range(60):
        User.objects.create(username=f"u{n}", name=f"Người {n}")
    for _n in range(8):
        sign_in(person)
    for path in ("/accounts/", f"/accounts/{person.pk}/", "/account/"):
        with CaptureQueriesContext(connection) as queries:
            assert admin.get(path).status_code == 200
        assert len(queries) <= MOST_QUERIES, path


@pytest.mark.parametrize("evil", ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_the_spreadsheet_runs_nothing(admin: Client, evil: str) -> None:
    AccountEvent(at=timezone.now(), kind="refused", account=evil, agent=evil).save()
    answer = admin.get("/accounts/sign-ins.csv", {"result": "refused"})
    assert answer["Content-Disposition"] == 'attachment; filename="sign-ins.csv"'
    raw = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(raw, newline="")))
    assert [(row["account"], row["agent"]) for row in rows] == [(f"'{evil}", f"'{evil}")]


@pytest.mark.parametrize("odd", ["\x00", "9" * 400, "%_%", "' OR 1=1 --", "\ud83d"])
def test_odd_filters_are_answered(admin: Client, odd: str) -> None:
    odd = odd.encode("utf-8", "replace").decode()
    for path in ("/accounts/sign-ins/", "/accounts/"):
        query = {"account": odd, "result": odd, "page": odd, "q": odd}
        assert admin.get(path, query).status_code == 200
