"""What a written time can turn out to be, and the refusal of one that is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

MINUTE, HOUR, DAY = 60, 3600, 86400

YEARS = (1990, 2200)
"""The years in which a drill is held."""

FARTHEST_S = 400 * DAY
"""No preparation begins earlier before a drill, and no drill lasts as long."""


@dataclass(frozen=True, slots=True)
class Offset:
    """Seconds of the drill's calendar since something; negative: before it.

    Attributes:
        inject: the number of the inject it counts from, as written, for the base ``inject``.
        phase: the phase it counts from, as written, for the base ``phase``; "" is the row's own.
    """

    seconds: int
    base: Literal["start", "phase", "inject"] = "start"
    inject: str = ""
    phase: str = ""


@dataclass(frozen=True, slots=True)
class OnDay:
    """A day of the exercise and a second of that day; ``None``: only the day is written.

    Day 1 is the date of the start, 0 the day before it, and so on: ``J-60`` is day -59.
    """

    day: int
    second: int | None = None


@dataclass(frozen=True, slots=True)
class OnDate:
    """A date of the calendar, naive in the zone of the scenario or aware.

    Attributes:
        dated_only: no time of day is written; the moment is that date's midnight.
        year_known: the year is written; without it the moment's is 2000, which means nothing.
    """

    moment: datetime
    dated_only: bool = False
    year_known: bool = True


@dataclass(frozen=True, slots=True)
class OfDay:
    """A time of day without a day, in seconds since midnight; 86400 is ``24:00``."""

    second: int


Spelled = Offset | OnDay | OnDate | OfDay


class BadTime(ValueError):
    """A cell that cannot be read as a time.

    Attributes:
        code: ``empty``, ``not_a_time``, ``no_such_hour``, ``no_such_date``, ``ambiguous``,
            ``range``, ``too_far``, ``not_a_span``; when it is placed also ``no_phase``,
            ``unknown_inject``, ``not_a_day``.
        message: a sentence for the planner, in their language.
        hint: what to write instead.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.code, self.message, self.hint = code, message, hint
