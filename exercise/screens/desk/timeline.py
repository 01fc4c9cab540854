"""The MSEL as a timeline: a lane for each unit, a bar for each inject from its time to its
deadline, and how much each unit gets in a quarter of an hour.

Drawn as the console draws its own (``exercise.situation.timeline``), on the same axis.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.frame import VERSION, frame
from exercise.screens.desk.lists import NUMBERS, Lists
from exercise.screens.desk.moments import moment_words, time_words
from exercise.screens.desk.narrowing import Wanted, find
from exercise.situation.timeline import ROW_PX, SHORTEST_US, Axis, Off, Scale, Tick
from scenarios.calendar import HOUR_US, SECOND_US
from scenarios.checks import BIN_US, MOST_PER_BIN
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
    """Injects of one unit in a quarter of an hour; ``over``: more than it can take in."""

    x: float
    width: float
    count: int
    over: bool


@dataclass(frozen=True)
class Lane:
    """One unit's injects."""

    unit: Unit
    bars: list[Bar]
    heat: list[Heat]
    rows: int
    count: int

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
        over = sum(1 for one in self.heat if one.over)
        said = _("%(unit)s: %(count)d tin") % {"unit": self.unit, "count": self.count}
        return said + (_("; quá tải %d lần") % over if over else "")


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


def _lanes(lists: Lists, scale: Scale, pks: set[int], only: str) -> tuple[list[Lane], bool]:
    """The lanes; and whether they have bars, or are so full that only their heat is drawn."""
    scenario = lists.scenario
    entries = MselEntry.objects.filter(scenario=scenario, planned_us__isnull=False).order_by()
    timed = {row["pk"]: row for row in entries.values(*COLUMNS) if row["pk"] in pks}
    by_unit: dict[int, list[dict[str, Any]]] = {}
    pairs = MselEntry.addressees.through.objects.filter(mselentry__scenario=scenario)
    for pk, unit_id in pairs.values_list("mselentry_id", "unit_id"):
        if pk in timed:
            by_unit.setdefault(unit_id, []).append(timed[pk])
    units = [unit for unit in lists.units.values() if not only or unit.code == only]
    taking = lists.participants
    shown = [unit for unit in units if unit.pk in taking or unit.pk in by_unit]
    drawn = sum(len(by_unit.get(unit.pk, ())) for unit in shown) <= MOST_BARS
    make = _lane if drawn else _heat_alone
    return [make(unit, by_unit.get(unit.pk, []), lists, scale) for unit in shown], drawn


def _heat_alone(unit: Unit, rows: list[dict[str, Any]], lists: Lists, scale: Scale) -> Lane:
    return Lane(unit, [], _heat(rows, scale), 1, len(rows))


def _lane(unit: Unit, rows: list[dict[str, Any]], lists: Lists, scale: Scale) -> Lane:
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
    return Lane(unit, bars, _heat(rows, scale), max(1, len(ends)), len(rows))


def _end_us(row: dict[str, Any], scale: Scale) -> int:
    """The deadline on the calendar; a stand-down in between is not worked in."""
    length_s = row["complete_within_s"] or row["acknowledge_within_s"] or 0
    play_us = scale.calendar.place_us(row["planned_us"]) + length_s * SECOND_US
    return scale.calendar.to_calendar_us(play_us, before_break=True)


def _heat(rows: list[dict[str, Any]], scale: Scale) -> list[Heat]:
    """The same quarters as the check's (``scenarios.checks.load``): of play, so that a stand-down
    is in none.
    """
    calendar = scale.calendar
    counts = Counter(calendar.place_us(row["planned_us"]) // BIN_US for row in rows)
    made = []
    for at, count in sorted(counts.items()):
        x = scale.x(calendar.to_calendar_us(at * BIN_US))
        end = scale.x(calendar.to_calendar_us((at + 1) * BIN_US, before_break=True))
        made.append(Heat(x, end - x, count, count > MOST_PER_BIN))
    return made


urlpatterns = [path(f"{VERSION}timeline/", timeline, name="msel_timeline")]
