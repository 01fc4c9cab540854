"""The link by which observers look back on an exercise that is over: signed, and it runs out.

It carries all that it is good for and is kept nowhere. It ends with the board's share link, too:
who takes that one back takes these back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core import signing

from exercise.clock import wall_us
from exercise.live.tokens import stamp_of
from exercise.models import Exercise, Status

SALT = "replay"
DAY_US = 24 * 3600 * 1_000_000
GOOD_FOR_DAYS = 7
OVER = (Status.ENDED, Status.CLOSED)


class RunOut(Exception):
    """The link was good once."""


class NotALink(Exception):
    """It was not made here, or is of no exercise that is over, or was taken back."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link's token and until when (wall µs) it is good."""

    token: str
    until_wall_us: int


def make(exercise: Exercise) -> Link:
    """A link for an exercise that is over; the same one for a whole day."""
    until = (wall_us() // DAY_US + 1 + GOOD_FOR_DAYS) * DAY_US
    held = [exercise.pk, stamp_of(exercise.board_token), until]
    return Link(signing.dumps(held, salt=SALT), until)


def read(token: str) -> Exercise:
    """The exercise a link leads to.

    Raises:
        RunOut: its time is over.
        NotALink: it leads nowhere.
    """
    try:
        held: Any = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise NotALink from None
    exercise_id, stamp, until = held
    exercise = Exercise.objects.filter(pk=exercise_id, status__in=OVER).first()
    if exercise is None or stamp != stamp_of(exercise.board_token):
        raise NotALink
    if wall_us() >= until:
        raise RunOut
    return exercise
