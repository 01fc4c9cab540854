"""How passwords are kept: the product's own settings, not the fast ones of the tests."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher, identify_hasher
from django.test import override_settings

from exercise import settings as product


@override_settings(PASSWORD_HASHERS=product.PASSWORD_HASHERS)
def test_passwords_are_hashed_with_argon2id_above_the_owasp_minimum() -> None:
    hasher = get_hasher()
    assert isinstance(hasher, Argon2PasswordHasher)
    parameters = hasher.params()
    assert parameters.type.name == "ID"
    assert parameters.memory_cost >= 19 * 1024  # KiB
    assert parameters.time_cost >= 2
    assert parameters.hash_len >= 32
    assert parameters.salt_len >= 16


@override_settings(PASSWORD_HASHERS=product.PASSWORD_HASHERS)
def test_an_encoded_password_is_one_of_them() -> None:
    encoded = get_hasher().encode("mưa phùn gió bấc 7", "m\u1ed9t-hạt-muối-dài")
    assert encoded.startswith("argon2$argon2id$")
    assert identify_hasher(encoded).algorithm == "argon2"
