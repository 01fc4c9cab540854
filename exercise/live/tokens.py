"""Signed tokens that open a stream: which exercise, which audience, whose, for how long."""

from __future__ import annotations

import hashlib
import math
import random
import re
import time
from dataclasses import dataclass, field

from django.core.signing import BadSignature, TimestampSigner, b62_decode

MAX_AGE_S = 3600
"""A page that joins again after that asks for its live part first, and is given a new one then, if
its viewer still has the right.
"""
RENEWED_WITHIN_S = 600
"""A stream that is open outlives its token by up to this: not all pages may ask anew at once."""

_SHAPE = re.compile(
    r"(?P<exercise>\d{1,18}):(?P<name>[\w-]+\.[a-z]{2}):(?P<stamp>[0-9a-f]*):(?P<holder>\d*)"
    # A page opened before sessions were known here has none.
    r"(?::(?P<session>(?:s\d+)?))?(?::(?P<until>\d{1,12}))?",
    re.A,
)


class BadToken(Exception):
    """The token was not made here, is too old, or is for another exercise."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who a token speaks for, such as ``unit-VP.en``; the stamp of the link it came by; the
    participant who holds it and the session they are signed in by, nobody and none on a board that
    was opened by its link.
    """

    name: str
    stamp: str = ""
    holder: str = ""
    session: str = ""
    ends_s: float = field(default=math.inf, compare=False)
    """When (wall s) a stream opened with it is ended: its page must ask whether it still may."""


def session_holder(session_id: int | None) -> str:
    """An open session as a holder; told apart from a participant, who is a bare number."""
    return "" if session_id is None else f"s{session_id}"


def stamp_of(secret: str) -> str:
    """A short mark of a share link's secret; tells two links apart and gives neither away."""
    return hashlib.sha256(f"live:{secret}".encode()).hexdigest()[:12] if secret else ""


def issue(
    exercise_id: int,
    audience: str,
    *,
    secret: str = "",
    until_s: int | None = None,
    participant_id: int | None = None,
    session_id: int | None = None,
) -> str:
    """Make a token for one audience; ``secret`` is the share link's, where one led to the page, and
    ``until_s`` the wall second at which that link runs out.
    """
    holder = "" if participant_id is None else participant_id
    until = "" if until_s is None else f":{until_s}"
    return TimestampSigner(salt="live").sign(
        f"{exercise_id}:{audience}:{stamp_of(secret)}:{holder}:{session_holder(session_id)}{until}"
    )


def read(token: str, exercise_id: int) -> Audience:
    """Read a token.

    Raises:
        BadToken: it is not to be trusted for this exercise.
    """
    try:
        signed = TimestampSigner(salt="live").unsign(token, max_age=MAX_AGE_S)
    except BadSignature as error:  # SignatureExpired is one
        raise BadToken(str(error)) from error
    found = _SHAPE.fullmatch(signed)
    if found is None or int(found["exercise"]) != exercise_id:
        raise BadToken("for another exercise")
    now_s = time.time()
    until_s = math.inf if found["until"] is None else int(found["until"])
    if now_s >= until_s:
        raise BadToken("the link has run out")
    aged_s = _issued_s(token) + MAX_AGE_S + random.uniform(0, RENEWED_WITHIN_S)
    return Audience(
        name=found["name"],
        stamp=found["stamp"],
        holder=found["holder"],
        session=found["session"] or "",
        ends_s=min(aged_s, until_s),
    )


def _issued_s(token: str) -> int:
    """When a token was made whose signature is known to be good."""
    return b62_decode(token.rsplit(":", 2)[1])
