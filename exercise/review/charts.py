"""Where the marks of the report's two drawings stand: plan against actual, and the strip plot.

Pure: sections of a report in, numbers and words for the SVG templates out. Lengths are in the
drawing's own units; what stands closer than a mark is wide is drawn as one and says how many it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple, Protocol, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercise.review.report.values import AcknowledgementSection, PhaseRow, PlanSection, Strip
from exercise.review.report.words import difference, length, minutes, number
from exercise.templatetags.drill import unnumbered

NAMED = 4
"""A mark that is many names so many."""


class Grid(NamedTuple):
    """A line of the grid, its label under it."""

    x: str
    label: str


class Drawn(NamedTuple):
    """A mark: where, which shape (``over``: a triangle), what it is in words, which moment."""

    x: str
    over: bool
    words: str
    seq: int


class _Marked(Protocol):
    @property
    def number(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def seq(self) -> int: ...


M = TypeVar("M", bound=_Marked)


def _at(value: float) -> str:
    """A length as an SVG attribute wants it, whatever the language."""
    return f"{value:.1f}".removesuffix(".0")


def clipped(text: str, most: int) -> str:
    """A label that must fit a drawing."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _marks(
    of: Sequence[M],
    place: Callable[[M], float],
    over: Callable[[M], bool],
    words: Callable[[M], str],
    apart: float,
) -> tuple[Drawn, ...]:
    """Marks at least ``apart`` from one another; those over their limit are merged apart from
    the rest, so that none is hidden, and stand on top.
    """
    found: list[Drawn] = []
    for wanted in (False, True):
        group: list[M] = []
        begun = 0.0
        for one in sorted((one for one in of if over(one) is wanted), key=place):
            if group and place(one) - begun >= apart:
                found.append(_merged(group, place, words, wanted))
                group = []
            if not group:
                begun = place(one)
            group.append(one)
        if group:
            found.append(_merged(group, place, words, wanted))
    return tuple(found)


def _merged(
    group: list[M], place: Callable[[M], float], words: Callable[[M], str], over: bool
) -> Drawn:
    middle = group[len(group) // 2]
    if len(group) == 1:
        said = words(middle)
    else:
        named = ", ".join(one.number for one in group[:NAMED])
        said = ngettext("%(count)s tin: %(numbers)s", "%(count)s tin: %(numbers)s", len(group)) % {
            "count": number(len(group)),
            "numbers": named + ("…" if len(group) > NAMED else ""),
        }
    return Drawn(_at(place(middle)), over, said, middle.seq)


# ── plan against actual ─────────────────────────────────────────────────────────────────────────
PLAN_WIDTH, PLAN_LEFT, PLAN_RIGHT = 1060, 190, 970
PLAN_ROW, PLAN_TOP = 47, 14
TICKS_APART, MANY_MARKS = 4.0, 120
LABELS_APART = 56.0
PLAN_LABEL, STRIP_LABEL = 28, 18
"""Characters for which there is room."""


class Bar(NamedTuple):
    """A rectangle's two attributes."""

    x: str
    width: str


@dataclass(frozen=True, slots=True)
class PhaseBar:
    """One phase's pair of bars, ``y`` from the top; ``actual`` is none where it never began."""

    y: int
    label: str
    title: str
    counts: str
    planned: Bar
    actual: Bar | None
    marks: tuple[Drawn, ...]
    difference: str


@dataclass(frozen=True, slots=True)
class PlanChart:
    """The drawing of plan against actual."""

    width: int
    height: int
    foot: int
    grid: tuple[Grid, ...]
    bars: tuple[PhaseBar, ...]


def plan_chart(section: PlanSection, now_us: int, stamp: Callable[[int], str]) -> PlanChart:
    """The drawing.

    Args:
        now_us: exercise time up to which a phase under way is drawn.
        stamp: exercise time as people read it.
    """
    span = max(1, section.axis_to_us - section.axis_from_us)

    def x(at_us: int) -> float:
        inside = min(max(at_us, section.axis_from_us), section.axis_to_us)
        share = (inside - section.axis_from_us) / span
        return PLAN_LEFT + share * (PLAN_RIGHT - PLAN_LEFT)

    foot = PLAN_TOP + PLAN_ROW * len(section.phases)
    return PlanChart(
        width=PLAN_WIDTH,
        height=foot + 22,
        foot=foot - 4,
        grid=_grid([(x(tick.at_us), tick.label) for tick in section.ticks]),
        bars=tuple(
            _bar(row, PLAN_TOP + PLAN_ROW * place, x, now_us, stamp)
            for place, row in enumerate(section.phases)
        ),
    )


def _grid(lines: Sequence[tuple[float, str]]) -> tuple[Grid, ...]:
    """Lines with their labels: of two close ones, as around a stand-down, one has none."""
    found: list[Grid] = []
    labelled = -LABELS_APART
    for place, label in lines:
        if place - labelled < LABELS_APART:
            label = ""
        else:
            labelled = place
        found.append(Grid(_at(place), label))
    return tuple(found)


def _bar(
    row: PhaseRow, y: int, x: Callable[[int], float], now_us: int, stamp: Callable[[int], str]
) -> PhaseBar:
    actual = None
    if row.started_us is not None:
        ended_us = row.ended_us if row.ended_us is not None else max(now_us, row.started_us)
        actual = _between(x(row.started_us), x(ended_us))
    return PhaseBar(
        y=y,
        label=clipped(f"{row.number}. {unnumbered(row.title)}", PLAN_LABEL),
        title=row.title,
        counts=_counts(row),
        planned=_between(x(row.planned_start_us), x(row.planned_end_us)),
        actual=actual,
        marks=_marks(
            row.marks,
            lambda mark: x(mark.at_us),
            lambda mark: mark.late,
            lambda mark: " · ".join(
                part
                for part in (
                    f"{mark.number} {mark.title}",
                    stamp(mark.at_us),
                    _("trễ") if mark.late else "",
                )
                if part
            ),
            TICKS_APART if len(row.marks) > MANY_MARKS else 0.0001,
        ),
        difference=difference(row.difference_us),
    )


def _between(first: float, last: float) -> Bar:
    return Bar(_at(first), _at(max(1.0, last - first)))


def _counts(row: PhaseRow) -> str:
    if row.started_us is None:
        return _("chưa bắt đầu")
    released = ngettext("%(count)s tin", "%(count)s tin", row.released) % {
        "count": number(row.released)
    }
    return " · ".join(
        (
            released,
            _("%(count)s đúng hạn") % {"count": number(row.on_time)},
            _("%(count)s trễ") % {"count": number(row.late)},
        )
    )


# ── the strip plot ──────────────────────────────────────────────────────────────────────────────
STRIP_WIDTH, STRIP_LEFT, STRIP_RIGHT = 560, 118, 472
STRIP_ROW, STRIP_TOP = 24, 18
POINTS_APART, MANY_POINTS = 5.0, 40


@dataclass(frozen=True, slots=True)
class UnitStrip:
    """One unit's line: the range from the shortest to the longest, the marks, the median."""

    y: int
    label: str
    title: str
    range: tuple[str, str] | None
    marks: tuple[Drawn, ...]
    median: str
    told: str


@dataclass(frozen=True, slots=True)
class StripChart:
    """The strip plot, on a square-root axis of minutes; ``limit`` is empty where there is none."""

    width: int
    height: int
    foot: int
    grid: tuple[Grid, ...]
    limit: str
    limit_label: str
    limit_anchor: str
    strips: tuple[UnitStrip, ...]


def strip_chart(section: AcknowledgementSection) -> StripChart:
    """The drawing."""
    axis_us = max(1, section.axis_to_us)

    def x(after_us: int) -> float:
        share = sqrt(min(max(after_us, 0), axis_us) / axis_us)
        return STRIP_LEFT + share * (STRIP_RIGHT - STRIP_LEFT)

    foot = STRIP_TOP + STRIP_ROW * len(section.strips) - 10
    limit = "" if section.limit_us is None else _at(x(section.limit_us))
    return StripChart(
        width=STRIP_WIDTH,
        height=foot + 28,
        foot=foot,
        grid=tuple(Grid(_at(x(tick.at_us)), tick.label) for tick in section.ticks),
        limit=limit,
        limit_label=_("hạn %(limit)s") % {"limit": minutes(section.limit_us or 0)},
        limit_anchor="end" if limit and float(limit) > STRIP_WIDTH / 2 else "start",
        strips=tuple(
            _strip(strip, STRIP_TOP + STRIP_ROW * place, x)
            for place, strip in enumerate(section.strips)
        ),
    )


def _strip(strip: Strip, y: int, x: Callable[[int], float]) -> UnitStrip:
    spread = strip.spread
    reach = None
    if spread.min_us is not None and spread.max_us is not None:
        reach = (_at(x(spread.min_us)), _at(x(spread.max_us)))
    return UnitStrip(
        y=y,
        label=clipped(strip.unit.short, STRIP_LABEL),
        title=strip.unit.name,
        range=reach,
        marks=_marks(
            strip.points,
            lambda point: x(point.after_us),
            lambda point: point.over,
            lambda point: " · ".join(
                part
                for part in (
                    f"{point.number} {point.title}",
                    strip.unit.short,
                    length(point.after_us),
                    _("quá hạn") if point.over else "",
                )
                if part
            ),
            POINTS_APART if len(strip.points) > MANY_POINTS else 0.0001,
        ),
        median="" if spread.median_us is None else _at(x(spread.median_us)),
        told=f"{length(spread.median_us)} ({number(spread.n)})",
    )
