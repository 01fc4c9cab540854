"""Signed tokens that open a stream: which exercise, which audience, whose, for how long."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from django.core.signing import BadSignature, TimestampSigner

MAX_AGE_S = 3600
"""A page that joins again after that asks for its live part first, and is given a new one then, if
its viewer still has the right.
"""

_SHAPE = re.compile(
    r"(?P<exercise>\d{1,18}):(?P<name>[\w-]+\.[a-z]{2}):(?P<stamp>[0-9a-f]*):(?P<holder>\d*)", re.A
)


class BadToken(Exception):
    """The token was not made here, is too old, or is for another exercise."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who a token speaks for, such as ``unit-VP.en``; the stamp of the link it came by; and the
    participant who holds it, nobody on a board that was opened by its link.
    """

    name: str
    stamp: str = ""
    holder: str = ""


def stamp_of(secret: str) -> str:
    """A short mark of a share link's secret; tells two links apart and gives neither away."""
    return hashlib.sha256(f"live:{secret}".encode()).hexdigest()[:12] if secret else ""


def issue(
    exercise_id: int, audience: str, *, secret: str = "", participant_id: int | None = None
) -> str:
    """Make a token for one audience; ``secret`` is the share link's, where one led to the page."""
    holder = "" if participant_id is None else participant_id
    return TimestampSigner(salt="live").sign(
        f"{exercise_id}:{audience}:{stamp_of(secret)}:{holder}"
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
    return Audience(found["name"], found["stamp"], found["holder"])
