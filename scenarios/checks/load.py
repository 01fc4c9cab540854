"""How much each unit gets and when: too much at once, nothing for too long; the heat map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from scenarios.calendar import MINUTE_US, SECOND_US
from scenarios.checks.finding import Finding, Kind, Place, finding, inject, listed
from scenarios.checks.plan import Plan, spelled
from scenarios.phases import PLAYED
from scenarios.reading.document import Document
from scenarios.reading.moments import DAY_US, LAST_DAY

BIN_US = 15 * MINUTE_US
"""Length of one bin of the heat map, and of the window in which too much is too much."""

MOST_PER_BIN = 3
"""What a unit can take in within 15 minutes. To open an inject, acknowledge it, share it out and
report takes a lead about five minutes; the usual time to acknowledge is five to ten."""

SILENCE_US = 90 * MINUTE_US
"""Of play without an inject and without a running deadline. After that people turn to their own
work, and are late for what comes next; shorter gaps are needed for rest and for what runs late."""


class Overload(NamedTuple):
    """A stretch of play in which every inject belongs to some 15 minutes with too many.

    Attributes:
        first, last: of its injects, by their places among the unit's.
        from_us, to_us: when these come, play µs.
        most: so many come within 15 minutes at its worst.
    """

    first: int
    last: int
    from_us: int
    to_us: int
    most: int


class Load(NamedTuple):
    """What one unit gets, by 15 minutes of play: bin ``n`` is from ``n * BIN_US`` of play on;
    stand-downs have no bins.

    Attributes:
        counts: injects by bin; bins without any are left out.
        overloads: the stretches with too many, wherever they begin, in order.
    """

    counts: dict[int, int]
    overloads: list[Overload]

    def overload_in(self, place: int) -> Overload | None:
        """The worst of the overloads that have an inject in a bin; none where it has none."""
        return max(
            (
                one
                for one in self.overloads
                if one.from_us // BIN_US <= place <= one.to_us // BIN_US and place in self.counts
            ),
            key=lambda one: one.most,
            default=None,
        )


def load_of(times: Sequence[int]) -> Load:
    """What a unit gets whose injects come at these times of play, in order. The one definition of
    too much: of the finding, of the heat map, and of the red in the timeline.
    """
    return Load(dict(Counter(us // BIN_US for us in times)), list(_overloads(times)))


def _overloads(times: Sequence[int]) -> Iterator[Overload]:
    stretches: list[tuple[int, int]] = []
    for first, (us, later_us) in enumerate(zip(times, times[MOST_PER_BIN:], strict=False)):
        if later_us - us >= BIN_US:
            continue
        if stretches and first <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], first + MOST_PER_BIN)
        else:
            stretches.append((first, first + MOST_PER_BIN))
    for first, last in stretches:
        most = _most_in_a_bin(times[first : last + 1])
        yield Overload(first, last, times[first], times[last], most)


def load(document: Document) -> tuple[int, dict[str, Load]]:
    """How many bins the heat map has, and the load of every participating unit, in the order of the
    document.

    The bins reach to the end of the last phase or the last inject, at most 60 days. Standby injects
    have no time and are left out, as is what lies before the start.
    """
    plan = Plan(document)
    last_us = max((timed[-1][0] for timed in plan.received.values() if timed), default=-1)
    bins = max(-(-plan.end_us // BIN_US), last_us // BIN_US + 1)
    bins = max(0, min(bins, LAST_DAY * DAY_US // BIN_US))
    return bins, {
        code: load_of([us for us, _number in timed if us < bins * BIN_US])
        for code, timed in plan.received.items()
    }


def check_load(plan: Plan) -> Iterator[Finding]:
    """Overload, silence, injects of one minute, units that get nothing, unit by unit."""
    addressed = {code for entry in plan.document.msel for code in set(entry.addressees)}
    crowds: dict[tuple[str, ...], list[str]] = {}
    axis = _Axis(plan)
    at_work = _at_work(plan, axis)
    for code, timed in plan.received.items():
        if code not in addressed:
            yield finding(
                "unit_without_injects",
                Place(Kind.UNIT, code),
                _("Đơn vị tham gia nhưng không nhận tình huống nào."),
                _("Giao tình huống cho đơn vị, hoặc ghi đơn vị không tham gia."),
            )
            continue
        yield from _overload(plan, code, timed)
        yield from _silence(plan, code, timed, axis, at_work)
        for numbers in _same_minute(timed):
            crowds.setdefault(numbers, []).append(code)
    for numbers, codes in crowds.items():
        at_us = plan.play_us[numbers[0]]
        told = {"numbers": listed(numbers), "units": listed(codes), "at": plan.label(at_us)}
        yield finding(
            "same_minute",
            inject(numbers[-1], "planned_us", at_us=at_us),
            _("Cùng phút %(at)s: %(numbers)s, cùng gửi %(units)s.") % told,
            _("Giãn ra vài phút, trừ khi muốn thử việc xử lý đồng thời."),
        )


def _overload(plan: Plan, code: str, timed: list[tuple[int, str]]) -> Iterator[Finding]:
    for one in load_of([us for us, _number in timed]).overloads:
        told = {
            "count": one.most,
            "begin": plan.label(one.from_us),
            "end": plan.label(one.to_us),
            "numbers": listed([number for _us, number in timed[one.first : one.last + 1]]),
        }
        yield finding(
            "overload",
            Place(Kind.UNIT, code, at_us=one.from_us),
            _("Có %(count)d tình huống trong 15 phút, %(begin)s – %(end)s: %(numbers)s.") % told,
            _("Giãn giờ phát hoặc giao bớt cho đơn vị khác: nhiều nhất %(most)d trong 15 phút.")
            % {"most": MOST_PER_BIN},
        )


def _most_in_a_bin(times: Sequence[int]) -> int:
    most = 0
    for first, us in enumerate(times):
        while first + most < len(times) and times[first + most] - us < BIN_US:
            most += 1
    return most


def _same_minute(timed: list[tuple[int, str]]) -> Iterator[tuple[str, ...]]:
    minutes = [us // MINUTE_US for us, _number in timed]
    here = 0
    for before, minute in enumerate(minutes[1:]):
        if minutes[before] == minute:
            continue
        if before > here:
            yield tuple([number for _us, number in timed[here : before + 1]])
        here = before + 1
    if len(timed) - here > 1:
        yield tuple([number for _us, number in timed[here:]])


class _Axis:
    """Time in which a phase is played: play time with what lies between the phases cut out."""

    def __init__(self, plan: Plan) -> None:
        self.windows: list[tuple[int, int, int]] = []  # begin, end, played before
        played = 0
        for phase in PLAYED:
            if phase not in plan.windows:
                continue
            begin, end = plan.windows[phase]
            if self.windows:
                begin = max(begin, self.windows[-1][1])
            if begin < end:
                self.windows.append((begin, end, played))
                played += end - begin
        self.length_us = played

    def of(self, play_us: int) -> int:
        """Time played until then."""
        for begin, end, before in reversed(self.windows):
            if play_us >= begin:
                return before + min(play_us, end) - begin
        return 0

    def play_us(self, played_us: int, *, end: bool = False) -> int:
        """The reverse; where two phases meet, the beginning of the later or the end of the
        earlier.
        """
        for begin, stop, before in self.windows:
            if played_us - before < stop - begin or (end and played_us - before == stop - begin):
                return begin + played_us - before
        return self.windows[-1][1] if self.windows else 0


def _at_work(plan: Plan, axis: _Axis) -> dict[str, tuple[int, int]]:
    """From when to when each inject keeps its units at work, as time played: to its deadline."""
    found = {}
    for number, us in plan.play_us.items():
        work_us = (plan.entries[number].complete_within_s or 0) * SECOND_US
        found[number] = (axis.of(us), axis.of(us + work_us))
    return found


def _silence(
    plan: Plan,
    code: str,
    timed: list[tuple[int, str]],
    axis: _Axis,
    at_work: dict[str, tuple[int, int]],
) -> Iterator[Finding]:
    """Stretches in which nothing comes and no deadline runs."""
    idle: list[tuple[int, int]] = []
    since = 0
    for _us, number in timed:
        begins, ends = at_work[number]
        if begins - since >= SILENCE_US:
            idle.append((since, begins))
        if ends > since:
            since = ends
    if axis.length_us - since >= SILENCE_US:
        idle.append((since, axis.length_us))
    for begins, ends in idle:
        begin_us = axis.play_us(begins)
        told = {
            "length": spelled(ends - begins),
            "begin": plan.label(begin_us),
            "end": plan.label(axis.play_us(ends, end=True), before_break=True),
        }
        yield finding(
            "silence",
            Place(Kind.UNIT, code, at_us=begin_us),
            _("Không có việc gì trong %(length)s, không kể tạm nghỉ: %(begin)s – %(end)s.") % told,
            _("Thêm hoặc dời tình huống vào khoảng này, hoặc chuẩn bị tình huống dự phòng."),
        )
