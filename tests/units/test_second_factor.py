"""Six digits and recovery codes: which are good, how often, how far the clocks may differ."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.authenticator import Authenticator, forget_the_wait
from units import second_factor
from units.models import RecoveryCode, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Authenticator:
    return Authenticator(monkeypatch)


@pytest.fixture
def person() -> User:
    return User.objects.create_user("hanh.nt", name="Nguyễn Thị Hạnh")


def test_a_key_is_enrolled_only_by_its_own_code(person: User, phone: Authenticator) -> None:
    phone.key = second_factor.new_key()
    for wrong in (phone.wrong(), "", "12345", "1234567", "abcdef", "٣٣٣٣٣٣", phone.code(5)):
        assert second_factor.enrol(person, phone.key, wrong) is None
    assert second_factor.device_of(person) is None
    assert second_factor.codes_left(person) == 0
    assert second_factor.enrol(person, phone.key, phone.code())
    assert second_factor.codes_left(person) == 10


def test_the_code_that_enrolled_does_not_sign_in(person: User, phone: Authenticator) -> None:
    phone.key = second_factor.new_key()
    second_factor.enrol(person, phone.key, phone.code())
    assert second_factor.verify(person, phone.code()) is None


def test_a_code_is_good_once(person: User, phone: Authenticator) -> None:
    phone.enrol(person)
    code = phone.code()
    assert second_factor.verify(person, code) == "totp"
    assert second_factor.verify(person, code) is None
    forget_the_wait(person)
    phone.later()
    assert second_factor.verify(person, code) is None, "still within the tolerance"
    forget_the_wait(person)
    assert second_factor.verify(person, phone.code()) == "totp"


@pytest.mark.parametrize(
    ("steps", "good"), [(-3, False), (-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_the_clocks_may_differ_by_one_step(
    person: User, phone: Authenticator, steps: int, good: bool
) -> None:
    phone.enrol(person)
    phone.later(10)
    assert (second_factor.verify(person, phone.code(steps)) == "totp") is good


def test_a_clock_that_was_a_step_off_gains_no_further_step(
    person: User, phone: Authenticator
) -> None:
    phone.enrol(person)
    phone.later(10)
    assert second_factor.verify(person, phone.code(1))
    phone.later(10)
    assert second_factor.verify(person, phone.code(2)) is None


def test_each_wrong_code_doubles_the_wait_whatever_address_it_comes_from(
    person: User, phone: Authenticator
) -> None:
    codes = phone.enrol(person)
    waits = []
    for wrong in (phone.wrong(), "AAAA-BBBB-CCCC-DDDD", codes[0][:-1], phone.wrong()):
        forget_the_wait(person)
        assert second_factor.verify(person, wrong) is None
        waits.append(second_factor.wait_s(person))
    assert waits == [1, 2, 4, 8]
    assert second_factor.verify(person, phone.code()) is None, "not looked at"
    assert second_factor.verify(person, codes[0]) is None, "not looked at"
    assert second_factor.codes_left(person) == 10
    forget_the_wait(person)
    assert second_factor.verify(person, phone.code()) == "totp"
    assert second_factor.wait_s(person) == 0


@pytest.mark.parametrize("kind", ["totp", "recovery"])
def test_the_wait_ends_within_twenty_minutes_however_often_somebody_else_errs(
    person: User, phone: Authenticator, kind: str
) -> None:
    phone.enrol(person)
    for _n in range(15):
        forget_the_wait(person)
        second_factor.verify(person, phone.wrong() if kind == "totp" else "AAAA-BBBB-CCCC-DDDD")
    assert second_factor.wait_s(person) == 1024


@pytest.mark.parametrize(
    "spelt", [str, str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "]
)
def test_a_recovery_code_is_good_once_however_it_is_spelt(
    person: User, phone: Authenticator, spelt: Any
) -> None:
    codes = phone.enrol(person)
    assert len(set(codes)) == 10
    assert second_factor.verify(person, spelt(codes[3])) == "recovery"
    assert second_factor.verify(person, codes[3]) is None
    assert second_factor.codes_left(person) == 9


def test_new_recovery_codes_replace_the_old_ones(person: User, phone: Authenticator) -> None:
    old = phone.enrol(person)
    new = second_factor.renew_codes(person)
    assert second_factor.verify(person, old[0]) is None
    forget_the_wait(person)
    assert second_factor.verify(person, new[0]) == "recovery"


def test_another_persons_codes_are_not_ones_own(person: User, phone: Authenticator) -> None:
    other = User.objects.create_user("binh.tv")
    theirs = phone.enrol(other)
    their_digits = phone.code()
    Authenticator.enrol(phone, person)
    assert second_factor.verify(person, theirs[0]) is None
    forget_the_wait(person)
    assert second_factor.verify(person, their_digits) is None


def test_the_database_holds_no_recovery_code(person: User, phone: Authenticator) -> None:
    codes = phone.enrol(person)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{RecoveryCode._meta.db_table}"')
        kept = repr(cursor.fetchall())
    for code in codes:
        assert code not in kept
        assert code.replace("-", "") not in kept


def test_nobody_has_two_devices(person: User, phone: Authenticator) -> None:
    phone.enrol(person)
    first = phone.key
    phone.enrol(person)
    assert [device.key for device in TOTPDevice.objects.filter(user=person)] == [phone.key]
    assert first != phone.key


@pytest.mark.parametrize("which", ["recovery", "totp"])
def test_of_two_who_type_one_code_at_once_one_gets_in(
    person: User, phone: Authenticator, which: str
) -> None:
    codes = phone.enrol(person)
    code = codes[0] if which == "recovery" else phone.code()
    other: list[str | None] = []

    def other_is_faster(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # Whatever was read before, the other one's turn comes right before the first look.
        if sql.startswith("SELECT") and "otp_totp" in sql and not other:
            other.append(None)
            other[0] = second_factor.verify(person, code)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(other_is_faster):
        mine = second_factor.verify(person, code)
    assert (mine, other) == (None, [which])


def test_a_recovery_code_is_spent_by_one_of_two_who_have_both_read_it(
    person: User, phone: Authenticator
) -> None:
    codes = phone.enrol(person)
    other: list[str | None] = []

    def other_is_faster(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and "recoverycode" in sql and not other:
            other.append(None)
            other[0] = second_factor.verify(person, codes[0])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(other_is_faster):
        mine = second_factor.verify(person, codes[0])
    assert (mine, other) == (None, ["recovery"])


def test_the_address_in_the_qr_code_names_the_account_and_the_site(person: User) -> None:
    address = second_factor.key_address(person, "00" * 20)
    assert address.startswith("otpauth://totp/")
    assert "hanh.nt" in address
    assert "secret=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" in address
    assert "issuer=" in address
