"""An authenticator app: the six digits of a moment, with the moment held still."""

from __future__ import annotations

from base64 import b32decode
from types import SimpleNamespace

import pytest
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp import models as otp_models
from django_otp.plugins.otp_totp.models import TOTPDevice

from units import second_factor
from units.models import User

NOON_S = 1_800_000_000
STEP_S = 30


class Authenticator:
    """Somebody's telephone. Its clock stands still until it is told to move."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = NOON_S
        clock = SimpleNamespace(time=lambda: self.now_s)
        monkeypatch.setattr(otp_models, "time", clock)
        monkeypatch.setattr(second_factor, "time", clock)
        self.key = ""

    def scan(self, shown: str) -> None:
        """Take the key as the page shows it, in groups of four letters."""
        letters = shown.replace(" ", "")
        self.key = b32decode(letters + "=" * (-len(letters) % 8)).hex()

    def code(self, steps: int = 0) -> str:
        """The digits now, or so many steps of thirty seconds away."""
        totp = TOTP(bytes.fromhex(self.key))
        totp.time = self.now_s + steps * STEP_S
        return f"{totp.token():06d}"

    def wrong(self) -> str:
        """Digits that are none of those near now."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(f"{n:06d}" for n in range(10) if f"{n:06d}" not in near)

    def later(self, steps: int = 1) -> None:
        self.now_s += steps * STEP_S

    def enrol(self, user: User) -> list[str]:
        """Have it enrolled, and let the code that did so pass."""
        self.key = second_factor.new_key()
        codes = second_factor.enrol(user, self.key, self.code(), instead=True)
        assert codes is not None
        self.later()
        return codes


def forget_the_wait(user: User) -> None:
    """As if the wait after a wrong code were over."""
    TOTPDevice.objects.filter(user=user).update(throttling_failure_timestamp=None)
