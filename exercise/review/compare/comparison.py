"""Drills side by side as a page draws them: words in the active language, places in per cent.

A time is compared by its median, and a unit or objective with the last drill before this one in
which it has anything to compare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from exercise.models import Exercise
from exercise.review.compare.figures import Figures, Rated, Times, figures_of
from exercise.review.facts import Spread
from exercise.review.report.axes import minute_ticks
from exercise.review.report.words import length, minutes, names, number, sentence
from units.models import Unit

BEST_FIRST = "PSMU"
EQUAL_US = 30_000_000
"""Medians that differ by less are called equal: nobody works to the half minute."""

TimesOf = Callable[[Figures], Times | None]
SpreadOf = Callable[[Times], Spread]


@dataclass(frozen=True, slots=True)
class Drill:
    """One column: a drill by its code and the day it began; ``here`` is the one compared."""

    code: str
    day: date
    here: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A mark of an axis, or a value on it: per cent of the axis, and in words."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One drill's spread: quartiles and median on the axis; ``None`` where nothing was measured."""

    drill: Drill
    spread: Spread
    q1: Place | None
    median: Place | None
    q3: Place | None

    @property
    def width(self) -> float:
        """From quartile to quartile, per cent."""
        return self.q3.at - self.q1.at if self.q1 and self.q3 else 0.0


@dataclass(frozen=True, slots=True)
class Trend:
    """One kind of time over the drills, on a square-root axis in minutes of exercise time."""

    key: str
    title: str
    finding: str
    ticks: tuple[Place, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit's medians over the drills, ``(words, n)`` of each; on the axis the earlier drill and
    this one. ``change``: ``faster``, ``slower``, ``equal``; empty where one of them is missing.
    """

    name: str
    cells: tuple[tuple[str, int], ...]
    before: Place | None
    now: Place | None
    change: str
    difference: str


@dataclass(frozen=True, slots=True)
class UnitTrend:
    """The same per unit."""

    key: str
    title: str
    finding: str
    ticks: tuple[Place, ...]
    rows: tuple[UnitRow, ...]


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """One objective's rating in each drill; empty: not rated."""

    code: str
    title: str
    ratings: tuple[str, ...]
    change: str


@dataclass(frozen=True, slots=True)
class ObjectiveTrend:
    """Ratings per objective per drill."""

    finding: str
    rows: tuple[ObjectiveRow, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything, the earliest drill first. ``choices``: codes and names of the units of the last
    one, each of which can be looked at alone.
    """

    drills: tuple[Drill, ...]
    choices: tuple[tuple[str, str], ...]
    trends: tuple[Trend, ...]
    units: tuple[UnitTrend, ...]
    objectives: ObjectiveTrend


def compare(exercises: Sequence[Exercise], unit: Unit | None = None) -> Comparison:
    """These drills side by side; the last one is the one that is compared with the others.

    Args:
        unit: only of this unit: its times, and the ratings that it was given.
    """
    figures = [figures_of(one) for one in exercises]
    drills = tuple(
        Drill(one.code, one.day, here=place == len(figures)) for place, one in enumerate(figures, 1)
    )
    kinds: tuple[tuple[str, str, str, SpreadOf], ...] = (
        (
            "acknowledgement",
            pgettext("time", "Xác nhận"),
            pgettext("time to", "xác nhận"),
            lambda times: times.acknowledgement,
        ),
        (
            "completion",
            pgettext("time", "Hoàn thành"),
            pgettext("time to", "hoàn thành"),
            lambda times: times.completion,
        ),
    )
    of: TimesOf = (lambda one: one.by_unit.get(unit.code)) if unit else (lambda one: one.times)
    return Comparison(
        drills=drills,
        choices=tuple((code, str(name)) for code, name in figures[-1].units.items()),
        trends=tuple(
            _trend(key, title, verb, [_spread(of(one), pick) for one in figures], drills)
            for key, title, verb, pick in kinds
        ),
        units=()
        if unit
        else tuple(
            _unit_trend(key, title, verb, figures, pick) for key, title, verb, pick in kinds
        ),
        objectives=_objective_trend(figures, unit),
    )


def _spread(times: Times | None, pick: SpreadOf) -> Spread:
    return Spread() if times is None else pick(times)


# ── times over all ──────────────────────────────────────────────────────────────────────────────
class _Axis:
    """A square-root axis that holds these lengths."""

    def __init__(self, lengths_us: Sequence[int]) -> None:
        ticks = minute_ticks(max(lengths_us, default=0))
        self._to_us = ticks[-1].at_us
        self.ticks = tuple(Place(self._at(tick.at_us), tick.label) for tick in ticks)

    def _at(self, length_us: int) -> float:
        return 100 * sqrt(length_us / self._to_us)

    def place(self, length_us: int | None) -> Place | None:
        return None if length_us is None else Place(self._at(length_us), length(length_us))


def _trend(
    key: str, title: str, verb: str, spreads: Sequence[Spread], drills: Sequence[Drill]
) -> Trend:
    axis = _Axis([one.q3_us or 0 for one in spreads])
    bars = tuple(
        Bar(drill, one, axis.place(one.q1_us), axis.place(one.median_us), axis.place(one.q3_us))
        for drill, one in zip(drills, spreads, strict=True)
    )
    return Trend(key, title, _told(verb, bars), axis.ticks, bars)


def _told(verb: str, bars: Sequence[Bar]) -> str:
    known = [bar for bar in bars if bar.spread.median_us is not None]
    if not known or not known[-1].drill.here:
        return sentence([_("lần này chưa có số liệu %(verb)s") % {"verb": verb}])
    here = known[-1]
    now_us = here.spread.median_us or 0
    first = _("trung vị %(verb)s lần này là %(now)s") % {
        "verb": verb,
        "now": minutes(now_us),
    }
    if len(known) < 2:
        return sentence([first, _("chưa có lần trước để so")])
    before = known[-2]
    before_us = before.spread.median_us or 0
    return sentence([first, _against(now_us - before_us, before), _of_all(now_us, known)])


def _against(difference_us: int, before: Bar) -> str:
    said = {"by": minutes(difference_us), "drill": before.drill.code}
    if abs(difference_us) < EQUAL_US:
        return _("ngang với %(drill)s") % said
    if difference_us < 0:
        return _("nhanh hơn %(drill)s %(by)s") % said
    return _("chậm hơn %(drill)s %(by)s") % said


def _of_all(now_us: int, known: Sequence[Bar]) -> str:
    """Where this drill stands among three or more."""
    if len(known) < 3:
        return ""
    others = [bar.spread.median_us or 0 for bar in known[:-1]]
    count = {"count": number(len(known))}
    if now_us < min(others):
        return _("nhanh nhất trong %(count)s lần") % count
    return _("chậm nhất trong %(count)s lần") % count if now_us > max(others) else ""


# ── times per unit ──────────────────────────────────────────────────────────────────────────────
def _unit_trend(
    key: str, title: str, verb: str, figures: Sequence[Figures], pick: SpreadOf
) -> UnitTrend:
    """The units of this drill, in its order."""
    here = figures[-1]
    spreads = {
        code: [_spread(one.by_unit.get(code), pick) for one in figures] for code in here.units
    }
    pairs = {code: _pair(found) for code, found in spreads.items()}
    axis = _Axis([us for pair in pairs.values() for us in pair if us is not None])
    rows = tuple(
        _unit_row(str(name), spreads[code], pairs[code], axis) for code, name in here.units.items()
    )
    return UnitTrend(key, title, _units_told(verb, here, pairs), axis.ticks, rows)


def _pair(spreads: Sequence[Spread]) -> tuple[int | None, int | None]:
    """The median of the last drill before this one that has any, and of this one."""
    earlier = [one.median_us for one in spreads[:-1] if one.median_us is not None]
    return (earlier[-1] if earlier else None), spreads[-1].median_us


def _change(pair: tuple[int | None, int | None]) -> str:
    before_us, now_us = pair
    if before_us is None or now_us is None:
        return ""
    if abs(now_us - before_us) < EQUAL_US:
        return "equal"
    return "faster" if now_us < before_us else "slower"


def _unit_row(
    name: str, spreads: Sequence[Spread], pair: tuple[int | None, int | None], axis: _Axis
) -> UnitRow:
    before_us, now_us = pair
    change = _change(pair)
    by_us = (now_us or 0) - (before_us or 0)
    sign = {"faster": "\N{MINUS SIGN}", "slower": "+"}.get(change, "")
    return UnitRow(
        name=name,
        cells=tuple((length(one.median_us), one.n) for one in spreads),
        before=axis.place(before_us),
        now=axis.place(now_us),
        change=change,
        difference=f"{sign}{length(by_us)}" if sign else "0" if change else "",
    )


def _units_told(verb: str, here: Figures, pairs: dict[str, tuple[int | None, int | None]]) -> str:
    changes = {code: _change(pair) for code, pair in pairs.items()}
    compared = [code for code, change in changes.items() if change]
    if not compared:
        return sentence([_("chưa đơn vị nào có lần trước để so")])
    faster = sum(changes[code] == "faster" for code in compared)
    first = ngettext(
        "%(faster)s/%(count)s đơn vị %(verb)s nhanh hơn lần trước",
        "%(faster)s/%(count)s đơn vị %(verb)s nhanh hơn lần trước",
        len(compared),
    ) % {"faster": number(faster), "count": number(len(compared)), "verb": verb}
    worst = max(compared, key=lambda code: (pairs[code][1] or 0) - (pairs[code][0] or 0))
    if changes[worst] != "slower":
        return sentence([first])
    by_us = (pairs[worst][1] or 0) - (pairs[worst][0] or 0)
    last = _("chậm đi nhiều nhất: %(unit)s, %(by)s") % {
        "unit": str(here.units[worst]),
        "by": minutes(by_us),
    }
    return sentence([first, last])


# ── objectives ──────────────────────────────────────────────────────────────────────────────────
def _objective_trend(figures: Sequence[Figures], unit: Unit | None) -> ObjectiveTrend:
    """The objectives of this drill. Scenarios of different codes may call different things MT1:
    with the code, the Vietnamese title has to be the same where a unit's drills are compared.
    """
    rows = []
    for one in figures[-1].objectives:
        ratings = tuple(_rating(drill, one, unit) for drill in figures)
        rows.append(ObjectiveRow(one.code, str(one.title), ratings, _rating_change(ratings)))
    return ObjectiveTrend(_objectives_told(rows), tuple(rows))


def _rating(drill: Figures, wanted: Rated, unit: Unit | None) -> str:
    for one in drill.objectives:
        if one.code == wanted.code and (unit is None or one.title.vi == wanted.title.vi):
            return one.rating if unit is None else one.by_unit.get(unit.code, "")
    return ""


def _rating_change(ratings: Sequence[str]) -> str:
    earlier = [rating for rating in ratings[:-1] if rating]
    if not earlier or not ratings[-1]:
        return ""
    by = BEST_FIRST.index(ratings[-1]) - BEST_FIRST.index(earlier[-1])
    return "equal" if not by else "better" if by < 0 else "worse"


def _objectives_told(rows: Sequence[ObjectiveRow]) -> str:
    if not any(row.ratings[-1] for row in rows):
        return sentence([_("lần này chưa có mục tiêu nào được đánh giá")])
    compared = [row for row in rows if row.change]
    if not compared:
        return sentence([_("chưa mục tiêu nào được đánh giá ở lần trước để so")])
    better = [row for row in compared if row.change == "better"]
    worse = [row for row in compared if row.change == "worse"]
    first = ngettext(
        "%(better)s/%(count)s mục tiêu được đánh giá cao hơn lần trước",
        "%(better)s/%(count)s mục tiêu được đánh giá cao hơn lần trước",
        len(compared),
    ) % {"better": number(len(better)), "count": number(len(compared))}
    if not worse:
        return sentence([first, _("không mục tiêu nào kém đi")])
    titles = names([f"{row.code} {row.title}" for row in worse])
    return sentence([first, _("kém đi: %(titles)s") % {"titles": titles}])
