"""The second factor: six digits from an authenticator app (RFC 6238), and ten recovery codes.

Both are counted together, whichever is typed: on the account's own device by django-otp (a wait
that doubles with each wrong one, from whatever address), and by axes (five from one address).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from base64 import b32encode

from django.db import transaction
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from units.models import CODE_ALPHABET, RecoveryCode, User

RECOVERY_CODES = 10
RECOVERY_LENGTH = 16
_DIGITS = re.compile(r"\d{6}", re.A)
MOST_COUNTED = 11
"""Wrong codes that lengthen the wait: it ends at 1,024 s."""
TOTP_CODE, RECOVERY_CODE = "totp", "recovery"


def device_of(user: User) -> TOTPDevice | None:
    """What the person has enrolled."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def codes_left(user: User) -> int:
    """How many recovery codes are unused."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


# ── enrolling ───────────────────────────────────────────────────────────────────────────────────
def new_key() -> str:
    """A fresh secret of 160 bits, in hex."""
    return str(random_hex(20))


def key_address(user: User, key: str) -> str:
    """What the QR code says to an authenticator app."""
    return str(TOTPDevice(user=user, key=key).config_url)


def key_in_groups(key: str) -> str:
    """The secret as it is typed where no camera is at hand."""
    letters = b32encode(bytes.fromhex(key)).decode().rstrip("=")
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


@transaction.atomic
def enrol(user: User, key: str, code: str, *, instead: bool = False) -> list[str] | None:
    """Take ``key`` as the person's second factor if ``code`` is its code.

    Args:
        instead: in place of the one there is. Without it, of two who enrol at once the second has
            come too late.

    Returns:
        Fresh recovery codes, to be shown this once; ``None`` when the code is wrong, or too late.
    """
    digits = _plain(code)
    if not _DIGITS.fullmatch(digits):
        return None
    User.objects.select_for_update().get(pk=user.pk)  # one enrolment after the other
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time()
    if not totp.verify(int(digits), tolerance=1):
        return None
    there = TOTPDevice.objects.filter(user=user)
    if not instead and there.filter(confirmed=True).exists():
        return None
    there.delete()
    # The code that enrolled must not sign in as well.
    TOTPDevice.objects.create(user=user, name="totp", key=key, confirmed=True, last_t=totp.t())
    return renew_codes(user)


@transaction.atomic
def renew_codes(user: User) -> list[str]:
    """Ten new recovery codes in place of the old ones, to be shown this once."""
    RecoveryCode.objects.filter(user=user).delete()
    codes = [
        "".join(secrets.choice(CODE_ALPHABET) for _place in range(RECOVERY_LENGTH))
        for _code in range(RECOVERY_CODES)
    ]
    salts = [secrets.token_hex(16) for _code in codes]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, salt=salt, digest=_digest(salt, code))
        for salt, code in zip(salts, codes, strict=True)
    )
    return ["-".join(re.findall("....", code)) for code in codes]


def _digest(salt: str, code: str) -> str:
    return hashlib.sha256(f"{salt}{code}".encode()).hexdigest()


@transaction.atomic
def remove(user: User) -> bool:
    """Take the second factor away; tells whether there was one."""
    RecoveryCode.objects.filter(user=user).delete()
    return TOTPDevice.objects.filter(user=user).delete()[0] > 0


# ── proving ─────────────────────────────────────────────────────────────────────────────────────
def wait_s(user: User) -> int:
    """For how many seconds no code is looked at, because of the wrong ones before."""
    found = device_of(user)
    allowed, why = found.verify_is_allowed() if found is not None else (True, None)
    if allowed or not why:
        return 0
    return max(1, -(-int((why["locked_until"] - timezone.now()).total_seconds() * 1000) // 1000))


@transaction.atomic
def verify(user: User, code: str) -> str | None:
    """Which kind of code this was, ``None`` if it is wrong, used, or not to be looked at yet.

    1. Lock the device, so that of two people with one code one gets in.
    2. Six digits are the app's: of this step, the one before or after, and never twice.
    3. Anything else is a recovery code: used up by being right, counted when wrong.
    """
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
    if device is None or not device.verify_is_allowed()[0]:
        return None
    typed = _plain(code)
    if _DIGITS.fullmatch(typed):
        if device.verify_token(typed):
            return TOTP_CODE
    elif _spend(user, typed):
        device.throttle_reset()
        return RECOVERY_CODE
    else:
        device.throttle_increment(commit=False)
    # Who has learnt the password alone must not shut the person out for days.
    device.throttling_failure_count = min(device.throttling_failure_count, MOST_COUNTED)
    device.save()
    return None


def _spend(user: User, typed: str) -> bool:
    for row in RecoveryCode.objects.filter(user=user, used_at=None):
        if secrets.compare_digest(row.digest, _digest(row.salt, typed)):
            # The conditional UPDATE decides who was first.
            unused = RecoveryCode.objects.filter(pk=row.pk, used_at=None)
            return unused.update(used_at=timezone.now()) == 1
    return False


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isascii() and letter.isalnum())
