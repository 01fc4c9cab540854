"""Signing in by a printed code, a link or a second step, through Django's ``authenticate``.

Going through it is what makes django-axes count wrong codes as it counts wrong passwords.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from units import second_factor
from units.models import SignInLink, User

CODE_GUESSES = "(code)"
"""Under this name an address's wrong codes are counted. No account can be called so."""

TRIES_BY_PASSWORD, TRIES_BY_CODE, TRIES_BY_SECOND_FACTOR = 5, 20, 5


class CodeBackend(ModelBackend):
    """Redeems the code printed on a slip."""

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, sign_in_code: str
    ) -> User | None:
        return SignInLink.redeem_code(sign_in_code)


class TokenBackend(ModelBackend):
    """Redeems the token of a link or of its QR code."""

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, sign_in_token: str
    ) -> User | None:
        return SignInLink.redeem_token(sign_in_token)


class SecondFactorBackend(ModelBackend):
    """Proves the second factor of an account whose first step was passed.

    ``request.second_factor_by`` says afterwards whether it was an app's code or a recovery code.
    """

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest, second_factor_of: str, second_step_code: str
    ) -> User | None:
        user = User.objects.filter(username=second_factor_of, is_active=True).first()
        proven = second_factor.verify(user, second_step_code) if user is not None else None
        request.second_factor_by = proven  # type: ignore[attr-defined]
        return user if proven else None


def second_step_of(username: str) -> str:
    """Under this name the wrong codes of a second step are counted. No account can be called so."""
    return f"(2) {username}"


def counted_as(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """For axes: whose failures these are. A wrong code belongs to nobody, so its address counts."""
    if credentials is None:
        return request.POST.get("username")
    if "second_factor_of" in credentials:
        return second_step_of(credentials["second_factor_of"])
    return CODE_GUESSES if "sign_in_code" in credentials else credentials.get("username")


def tries_allowed(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    """For axes: more for codes, because a whole building types them behind one address.

    Twenty tries in a quarter of an hour at one of 31^8 codes guess nothing.
    """
    counted = counted_as(request, credentials) or ""
    if counted == CODE_GUESSES:
        return TRIES_BY_CODE
    return TRIES_BY_SECOND_FACTOR if counted.startswith("(2) ") else TRIES_BY_PASSWORD


def is_by_link(request: HttpRequest, credentials: dict[str, Any] | None) -> bool:
    """For axes: links are not counted.

    Nobody guesses 192 bits, and people who scan a used QR code again must not lock out the
    building they share an address with.
    """
    return credentials is not None and "sign_in_token" in credentials
