"""The MSEL as a timeline: a lane for each unit, a bar for each inject from its time to its
deadline, and how much each unit gets in a quarter of an hour.

Drawn as the console draws its own (``exercise.situation.timeline``), on the same axis.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.frame import VERSION, frame
from exercise.screens.desk.heat import too_much
from exercise.screens.desk.lists import NUMBERS, Lists
from exercise.screens.desk.moments import moment_words, time_words
from exercise.screens.desk.narrowing import Wanted, find
from exercise.situation.timeline import ROW_PX, SHORTEST_US, Axis, Off, Scale, Tick
from scenarios.calendar import HOUR_US, SECOND_US
from scenarios.checks import BIN_US, MOST_PER_BIN, Load, load_of
from scenarios.choices import ReleaseMode
from scenarios.models import MselEntry
from units.models import Unit
from units.text import Text

HEAT_PX = 8
MOST_BARS = 4000
"""Of more only the heat is drawn: nobody can read them, and the page would be too heavy."""
MOST_TICKS = 72
"""So many hours are marked one by one; of longer drills every so many hours."""


@dataclass(frozen=True)
class Bar:
    """One inject in one lane; ``x`` and ``width`` in per cent, ``y`` in px."""

    pk: int
    number: str
    words: str
    glyph: str
    x: float
    width: float
    y: int


@dataclass(frozen=True, slots=True)
class Heat:
    """Injects of one unit in a quarter of an hour; ``over``: part of more than it can take in."""

    x: float
    width: float
    count: int
    over: bool
    words: str


@dataclass(frozen=True)
class Lane:
    """One unit's injects."""

    unit: Unit
    bars: list[Bar]
    heat: list[Heat]
    rows: int
    count: int
    over: int
    """So often it gets too much."""

    @property
    def height(self) -> int:
        """px, with the row of the heat below the bars."""
        return self.rows * ROW_PX + HEAT_PX + 4

    @property
    def heat_y(self) -> int:
        """Where the row of the heat begins, px."""
        return self.rows * ROW_PX + 2

    @property
    def words(self) -> str:
        """What the lane shows, for those who do not see it."""
        said = _("%(unit)s: %(count)d tin") % {"unit": self.unit, "count": self.count}
        return said + (_("; quá tải %d lần") % self.over if self.over else "")


@require_safe
@planner("msel_timeline")
def timeline(request: PlannerRequest) -> HttpResponse:
    """The whole drill by units, with the same filters as the table."""
    lists = Lists(request.scenario)
    wanted = Wanted.of(request.GET, lists)
    found = find(lists, wanted)
    pks = {one.pk for one in found.injects if one.planned_us is not None}
    axis = _axis(lists, [one.planned_us for one in found.injects if one.planned_us is not None])
    lanes, drawn = _lanes(lists, axis.scale, pks, wanted.unit)
    context = {
        "lists": lists,
        "wanted": wanted,
        "found": found,
        "shown": len(found.injects),
        "standby": len(found.injects) - len(pks),
        "scale": axis,
        "lanes": lanes,
        "too_many": not drawn,
        "most": MOST_PER_BIN,
    }
    return render(request, "desk/timeline.html", frame(request, "msel") | context)


def _axis(lists: Lists, times_us: Iterable[int]) -> Axis:
    plans = list(lists.phases.values())
    times = list(times_us)
    # Whole hours of the day; time zero may lie between them.
    odd_us = (lists.zero.minute * 60 + lists.zero.second) * SECOND_US
    first = min([plan.starts_us for plan in plans] + times, default=0) + odd_us
    last = max([plan.ends_us for plan in plans] + times, default=HOUR_US) + odd_us
    from_us = first // HOUR_US * HOUR_US - odd_us
    hours = max(1, -(-(last - odd_us - from_us) // HOUR_US))
    scale = Scale(from_us, from_us + hours * HOUR_US, lists.scenario.calendar())
    step = -(-hours // MOST_TICKS)
    starts = {plan.starts_us: str(NUMBERS[phase]) for phase, plan in lists.phases.items()}
    marks = {from_us + hour * HOUR_US for hour in range(0, hours, step)} | set(starts)
    ticks = [
        Tick(scale.x(us), time_words(us, lists.zero), starts.get(us, "")) for us in sorted(marks)
    ]
    offs = [
        Off(scale.x(span.from_us), span.length_us * 100 / scale.length_us)
        for span in scale.calendar.stand_downs
    ]
    return Axis(scale, tuple(ticks), tuple(offs))


COLUMNS = (
    *("pk", "number", "title", "planned_us", "release"),
    *("acknowledge_within_s", "complete_within_s"),
)


Row = dict[str, Any]


def _lanes(lists: Lists, scale: Scale, pks: set[int], only: str) -> tuple[list[Lane], bool]:
    """The lanes; and whether they have bars, or are so full that only their heat is drawn. The heat
    is that of the whole plan: what else a unit gets counts, whether it is shown or not.
    """
    scenario = lists.scenario
    entries = MselEntry.objects.filter(scenario=scenario, planned_us__isnull=False).order_by()
    timed = {row["pk"]: row for row in entries.values(*COLUMNS)}
    every: dict[int, list[Row]] = {}
    wanted: dict[int, list[Row]] = {}
    pairs = MselEntry.addressees.through.objects.filter(mselentry__scenario=scenario)
    for pk, unit_id in pairs.values_list("mselentry_id", "unit_id"):
        if pk in timed:
            every.setdefault(unit_id, []).append(timed[pk])
        if pk in pks:
            wanted.setdefault(unit_id, []).append(timed[pk])
    units = [unit for unit in lists.units.values() if not only or unit.code == only]
    taking = lists.participants
    shown = [unit for unit in units if unit.pk in taking or unit.pk in wanted]
    drawn = sum(len(wanted.get(unit.pk, ())) for unit in shown) <= MOST_BARS
    lanes = []
    for unit in shown:
        rows = wanted.get(unit.pk, [])
        bars, depth = _bars(rows, lists, scale) if drawn else ([], 1)
        load = _load(every.get(unit.pk, []) if unit.pk in taking else [], scale)
        heat = _heat(load, lists, scale)
        lanes.append(Lane(unit, bars, heat, depth, len(rows), len(load.overloads)))
    return lanes, drawn


def _bars(rows: list[Row], lists: Lists, scale: Scale) -> tuple[list[Bar], int]:
    """The bars of a lane, in so many rows that none covers another."""
    rows = sorted(rows, key=lambda row: (row["planned_us"], row["number"]))
    ends: list[int] = []
    bars = []
    for row in rows:
        start = row["planned_us"]
        end = max(_end_us(row, scale), start + SHORTEST_US)
        place = next((n for n, busy in enumerate(ends) if busy <= start), len(ends))
        if place == len(ends):
            ends.append(end)
        ends[place] = end
        x = scale.x(start)
        glyph = "held" if row["release"] == ReleaseMode.MANUAL else "plan"
        words = f"{row['number']} {moment_words(start, lists.zero)} {Text.of(row['title'])}"
        width = min(scale.x(end), 100) - x
        bars.append(Bar(row["pk"], row["number"], words, glyph, x, width, place * ROW_PX + 2))
    return bars, max(1, len(ends))


def _end_us(row: Row, scale: Scale) -> int:
    """The deadline on the calendar; a stand-down in between is not worked in."""
    length_s = row["complete_within_s"] or row["acknowledge_within_s"] or 0
    play_us = scale.calendar.place_us(row["planned_us"]) + length_s * SECOND_US
    return scale.calendar.to_calendar_us(play_us, before_break=True)


def _load(rows: list[Row], scale: Scale) -> Load:
    """What the check counts too: by play, so that a stand-down is in no quarter, from the start."""
    times = sorted(scale.calendar.place_us(row["planned_us"]) for row in rows)
    return load_of([us for us in times if us >= 0])


def _heat(load: Load, lists: Lists, scale: Scale) -> list[Heat]:
    calendar = scale.calendar
    made = []
    for at, count in sorted(load.counts.items()):
        x = scale.x(calendar.to_calendar_us(at * BIN_US))
        if x >= 100:  # beyond the phases and all that is shown
            break
        end = scale.x(calendar.to_calendar_us((at + 1) * BIN_US, before_break=True))
        words, over = ngettext("%(n)d tin", "%(n)d tin", count) % {"n": count}, load.overload_in(at)
        if over:
            ends = [calendar.to_calendar_us(us) for us in (over.from_us, over.to_us)]
            words += too_much(over.most, *(moment_words(us, lists.zero) for us in ends))
        made.append(Heat(x, min(end, 100) - x, count, over is not None, words))
    return made


urlpatterns = [path(f"{VERSION}timeline/", timeline, name="msel_timeline")]
