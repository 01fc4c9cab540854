"""The drill's calendar: play time ⇄ the date and time of day that people read. Pure, no Django
models.

Play time is microseconds since the exercise's time zero with the planned stand-downs cut out, so
that spacing and deadlines are plain addition: a stand-down has no length on this axis, only a
place. The calendar puts the stand-downs back: ``N1 11:30`` and ``N1 13:00`` on both sides of a
lunch break are one moment of play, read as the end of the break.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US


class InStandDown(ValueError):
    """A calendar time at which nothing is played has no play time."""


@dataclass(frozen=True, slots=True)
class StandDownSpan:
    """A planned break in calendar microseconds since time zero, ``from`` included, ``to`` not."""

    from_us: int
    to_us: int

    @property
    def length_us(self) -> int:
        return self.to_us - self.from_us


@dataclass(frozen=True)
class DrillCalendar:
    """Calendar of one drill: its time zero (aware) and its stand-downs in order, not
    overlapping.
    """

    zero: datetime
    stand_downs: tuple[StandDownSpan, ...] = ()

    @classmethod
    def of(cls, zero: datetime, spans: Iterable[tuple[int, int]]) -> DrillCalendar:
        """Build from (from_us, to_us) pairs in any order."""
        return cls(zero, tuple(StandDownSpan(*span) for span in sorted(spans)))

    @cached_property
    def breaks(self) -> tuple[tuple[int, int], ...]:
        """(place on the play axis, length), both µs: what the browser needs to show a calendar."""
        cut, found = 0, []
        for span in self.stand_downs:
            found.append((span.from_us - cut, span.length_us))
            cut += span.length_us
        return tuple(found)

    def to_play_us(self, calendar_us: int) -> int:
        """Play time of a calendar offset.

        Raises:
            InStandDown: the offset lies in a stand-down (its beginning included).
        """
        cut = 0
        for span in self.stand_downs:
            if calendar_us < span.from_us:
                break
            if calendar_us < span.to_us:
                raise InStandDown(calendar_us)
            cut += span.length_us
        return calendar_us - cut

    def place_us(self, calendar_us: int) -> int:
        """Play time of any calendar offset; all of a stand-down is one place."""
        for span in self.stand_downs:
            if span.from_us <= calendar_us < span.to_us:
                calendar_us = span.to_us
        return self.to_play_us(calendar_us)

    def to_calendar_us(self, play_us: int, *, before_break: bool = False) -> int:
        """Calendar offset of a play time; at a stand-down's place its end, or its beginning."""
        calendar_us = play_us
        for place, length in self.breaks:
            if play_us > place or (play_us == place and not before_break):
                calendar_us += length
        return calendar_us

    def moment(self, play_us: int, *, before_break: bool = False) -> datetime:
        """The local date and time people read at this play time."""
        calendar_us = self.to_calendar_us(play_us, before_break=before_break)
        return self.zero + timedelta(microseconds=calendar_us)

    def day(self, moment: datetime) -> int:
        """Number of the exercise day, from 1."""
        return (moment.date() - self.zero.date()).days + 1

    def label(self, play_us: int, *, language: str = "vi", before_break: bool = False) -> str:
        """``N1 10:42`` in Vietnamese, ``D1 10:42`` in English."""
        moment = self.moment(play_us, before_break=before_break)
        letter = "D" if language.startswith("en") else "N"
        return f"{letter}{self.day(moment)} {moment:%H:%M}"
