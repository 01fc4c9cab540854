"""Where the marks of the drawings stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exercise.review import charts
from exercise.review.facts import Spread
from exercise.review.report.axes import minute_ticks
from exercise.review.report.values import (
    AcknowledgementSection,
    Mark,
    PhaseRow,
    PlanSection,
    Point,
    Strip,
    Tick,
    UnitName,
)
from scenarios.calendar import HOUR_US, MINUTE_US

UNIT = UnitName("U1", "ĐV 1", "Đơn vị 1")


def section(*minutes, limit=10, over=()):
    points = tuple(
        Point(f"1.{n:02}", "Tin", round(m * MINUTE_US), m in over, n + 1)
        for n, m in enumerate(minutes)
    )
    spread = Spread.of(point.after_us for point in points)
    ticks = minute_ticks(max([spread.max_us or 0, limit * MINUTE_US]))
    strips = (Strip(UNIT, points, spread, 0),)
    return AcknowledgementSection("", "", limit * MINUTE_US, ticks[-1].at_us, ticks, strips)


def phase(**fields):
    plain = {
        "phase": "transition",
        "number": 1,
        "title": "Giai đoạn 1: Chuyển sang thời chiến",
        "planned_start_us": 0,
        "planned_end_us": 4 * HOUR_US,
        "started_us": 0,
        "ended_us": 5 * HOUR_US,
        "started_seq": 1,
        "ended_seq": 9,
        "difference_us": HOUR_US,
        "wall_length_us": None,
        "released": 0,
        "on_time": 0,
        "late": 0,
        "override_reason": "",
        "unmet": (),
        "marks": (),
        "finding": "",
    }
    return PhaseRow(**(plain | fields))


def plan(*rows, ticks=()):
    found = PlanSection("", "", 0, 10 * HOUR_US, tuple(ticks), rows)
    return charts.plan_chart(found, 6 * HOUR_US, lambda us: f"{us}")


def test_a_quarter_of_the_time_is_half_the_way():
    chart = charts.strip_chart(section(5, 20))
    quarter, whole = (float(mark.x) for mark in chart.strips[0].marks)
    assert whole == charts.STRIP_RIGHT
    assert quarter - charts.STRIP_LEFT == pytest.approx((whole - charts.STRIP_LEFT) / 2, abs=0.1)


def test_the_median_is_a_bar_and_the_range_goes_from_the_first_to_the_last():
    (strip,) = charts.strip_chart(section(1, 4, 9)).strips
    first, median, last = (mark.x for mark in strip.marks)
    assert (strip.range, strip.median) == ((first, last), median)
    assert strip.told == "4:00 (3)"


def test_a_unit_that_never_acknowledged_has_an_empty_line():
    (strip,) = charts.strip_chart(section()).strips
    assert (strip.marks, strip.range, strip.median, strip.told) == ((), None, "", "– (0)")


def test_past_the_limit_is_a_triangle_and_says_so():
    (strip,) = charts.strip_chart(section(4, 12, over=(12,))).strips
    assert [mark.over for mark in strip.marks] == [False, True]
    assert strip.marks[1].words == "1.01 Tin · ĐV 1 · 12:00 · quá hạn"


@given(st.lists(st.tuples(st.integers(0, 90), st.booleans()), min_size=41, max_size=300))
def test_of_very_many_no_two_marks_of_a_kind_overlap_and_none_is_lost(given_):
    points = tuple(
        Point(f"{n}", "Tin", minutes * MINUTE_US, over, n + 1)
        for n, (minutes, over) in enumerate(given_)
    )
    strips = (Strip(UNIT, points, Spread.of(p.after_us for p in points), 0),)
    chart = charts.strip_chart(AcknowledgementSection("", "", None, 90 * MINUTE_US, (), strips))
    for over in (False, True):
        marks = [mark for mark in chart.strips[0].marks if mark.over is over]
        own = [minutes for minutes, is_over in given_ if is_over is over]
        assert bool(marks) == bool(own)
        counted = sum(
            int(mark.words.split(" tin: ")[0]) if " tin: " in mark.words else 1 for mark in marks
        )
        assert counted == len(own)


def test_a_phase_is_a_pair_of_bars_on_one_axis():
    (bar,) = plan(phase()).bars
    assert bar.planned.x == bar.actual.x == "190"
    assert float(bar.planned.width) == pytest.approx(780 * 0.4, abs=0.1)
    assert float(bar.actual.width) == pytest.approx(780 * 0.5, abs=0.1)
    assert (bar.label, bar.difference) == ("1. Chuyển sang thời chiến", "+1 giờ")


def test_a_phase_under_way_reaches_until_now_and_one_to_come_is_planned_alone():
    going_on = phase(ended_us=None, difference_us=None)
    to_come = phase(number=2, started_us=None, ended_us=None, difference_us=None)
    first, second = plan(going_on, to_come).bars
    assert float(first.actual.width) == pytest.approx(780 * 0.6, abs=0.1)
    assert (first.difference, second.actual, second.counts) == ("", None, "chưa bắt đầu")


def test_injects_are_marks_at_their_moment():
    marks = (
        Mark("1.01", "Báo động", HOUR_US, False, 5),
        Mark("1.02", "Sơ tán", 2 * HOUR_US, True, 7),
    )
    (bar,) = plan(phase(marks=marks, released=2, on_time=1, late=1)).bars
    assert [(mark.x, mark.over, mark.seq) for mark in bar.marks] == [
        ("268", False, 5),
        ("346", True, 7),
    ]
    assert bar.counts == "2 tin · 1 đúng hạn · 1 trễ"
    assert bar.marks[1].words == f"1.02 Sơ tán · {2 * HOUR_US} · trễ"


def test_of_two_close_lines_one_has_no_label():
    ticks = [Tick(0, "07:00"), Tick(HOUR_US // 4, "11:30"), Tick(5 * HOUR_US, "13:00")]
    assert [line.label for line in plan(phase(), ticks=ticks).grid] == ["07:00", "", "13:00"]
