"""One drill beside earlier ones: which, with what figures, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exercise.conduct import create_exercise
from exercise.models import Exercise
from exercise.review.compare import Comparison, alike, compare, latest_run
from scenarios.models import Objective, Scenario
from scenarios.versions import approve, clone, new_version, submit
from tests.factories import Drill, entry, make_drill, make_scenario
from tests.screens.test_who_may_what import as_
from units.models import Unit, User
from units.text import Text

pytestmark = pytest.mark.django_db

DAY_MIN = 24 * 60
INJECTS = [
    entry("1.01", 5, ["U1", "U2"], complete_within_s=7200),
    entry("1.02", 6, ["U1", "U2"], complete_within_s=7200),
]


@pytest.fixture
def scenario() -> Scenario:
    made = make_scenario(2, INJECTS)
    for code, title in (("MT1", "Chỉ huy"), ("MT2", "Bảo đảm")):
        Objective.objects.create(scenario=made, code=code, title=Text(title))
    for number, code in (("1.01", "MT1"), ("1.02", "MT2")):
        made.msel.get(number=number).objectives.set(Objective.objects.filter(code=code))
    return made


def run(
    scenario: Scenario,
    *,
    day: int,
    after_min: dict[str, Sequence[int]],
    ratings: dict[str, str] | None = None,
) -> Exercise:
    """A drill on that day in which the units acknowledge 1.01 and 1.02 after so many minutes and
    complete each ten minutes later; then U1 is rated.
    """
    drill = Drill(create_exercise(scenario, code=f"dt-{scenario.code}-{day}"))
    drill.later(day * DAY_MIN).do("start")
    drill.later(5).sweep()
    drill.later(1).sweep()
    acts = []
    for unit, minutes in after_min.items():
        for number, after, since in zip(("1.01", "1.02"), minutes, (1, 0), strict=False):
            acts.append((after - since, "acknowledge", unit, number))
            acts.append((after - since + 10, "complete", unit, number))
    began = drill.now
    for minute, command, unit, number in sorted(acts):
        drill.now = began + minute * 60_000_000
        tasking = drill.tasking(number, unit).pk
        drill.do(command, drill.actor("lead", unit), tasking_id=tasking)
    for number, rating in (ratings or {}).items():
        evaluator = drill.actor("evaluator", "U1")
        drill.do("rate", evaluator, tasking_id=drill.tasking(number, "U1").pk, rating=rating)
    drill.do("end")
    return drill.fresh()


def begun(scenario: Scenario, *, day: int, rehearsal: bool = False) -> Exercise:
    """A drill that has only begun."""
    drill = Drill(create_exercise(scenario, code=f"dt-{scenario.code}-{day}"))
    drill.later(day * DAY_MIN).do("start")
    Exercise.objects.filter(pk=drill.exercise.pk).update(rehearsal=rehearsal)
    return drill.fresh()


@pytest.fixture
def two(scenario: Scenario) -> list[Exercise]:
    first = run(
        scenario,
        day=0,
        after_min={"U1": (4, 8), "U2": (10, 10)},
        ratings={"1.01": "P", "1.02": "M"},
    )
    second = run(
        scenario,
        day=100,
        after_min={"U1": (2, 2), "U2": (12, 16)},
        ratings={"1.01": "S", "1.02": "S"},
    )
    return [first, second]


# ── which ───────────────────────────────────────────────────────────────────────────────────────
def test_beside_a_drill_stand_earlier_ones_of_its_scenario_and_what_that_was_copied_from(
    scenario: Scenario,
) -> None:
    planner = User.objects.create_user("soan", name="Soạn", may_plan=True)
    later = new_version(scenario, planner)
    submit(later.pk, planner)
    approve(later.pk, User.objects.create_user("duyet", name="Duyệt", may_plan=True))
    copy = clone(scenario, "ban-sao", planner)
    Scenario.objects.filter(pk=copy.pk).update(status="approved")
    copy.refresh_from_db()
    third, first, other = (
        begun(one, day=day)
        for one, day in ((Scenario.objects.get(pk=later.pk), 20), (scenario, 10), (copy, 30))
    )
    begun(make_scenario(2, INJECTS), day=5)
    create_exercise(scenario)
    rehearsed = begun(scenario, day=15, rehearsal=True)
    assert alike(third) == [first, third]
    assert alike(first) == [first]
    assert alike(other) == [first, third, other]
    assert alike(rehearsed) == [rehearsed]
    assert latest_run(scenario.code) == third


def test_with_a_unit_stand_its_drills_of_every_scenario(scenario: Scenario) -> None:
    other = begun(make_scenario(["U1"]), day=3)
    here = begun(scenario, day=9)
    assert alike(here, Unit.objects.get(code="U1")) == [other, here]
    assert alike(here, Unit.objects.get(code="U2")) == [here]


def test_no_more_stand_side_by_side_than_can_be_read(scenario: Scenario) -> None:
    drills = [begun(scenario, day=day) for day in range(8)]
    assert alike(drills[-1]) == drills[2:]


def test_a_drill_that_has_not_begun_is_compared_with_nothing(scenario: Scenario) -> None:
    begun(scenario, day=0)
    assert alike(create_exercise(scenario)) == []


# ── figures ─────────────────────────────────────────────────────────────────────────────────────
def test_times_are_those_computed_by_hand(two: list[Exercise]) -> None:
    """Of 4, 8, 10, 10 and of 2, 2, 12, 16 minutes; completion ten minutes after each."""
    found = compare(two)
    told = {
        trend.key: [
            (bar.spread.n, bar.q1 and bar.q1.words, bar.median and bar.median.words)
            for bar in trend.bars
        ]
        for trend in found.trends
    }
    assert told == {
        "acknowledgement": [(4, "7:00", "9:00"), (4, "2:00", "7:00")],
        "completion": [(4, "17:00", "19:00"), (4, "12:00", "17:00")],
    }
    units = {row.name: row for row in found.units[0].rows}
    first, second = units["ĐV U1"], units["ĐV U2"]
    assert first.cells == (("6:00", 2), ("2:00", 2))
    assert second.cells == (("10:00", 2), ("14:00", 2))
    assert (first.change, first.difference) == ("faster", "−4:00")
    assert (second.change, second.difference) == ("slower", "+4:00")


def test_places_lie_on_a_square_root_axis_in_order(two: list[Exercise]) -> None:
    for trend in compare(two).trends:
        ticks = [tick.at for tick in trend.ticks]
        assert (ticks[0], ticks[-1]) == (0.0, 100.0)
        assert ticks == sorted(ticks)
        for bar in trend.bars:
            assert bar.q1
            assert bar.median
            assert bar.q3
            assert 0 <= bar.q1.at <= bar.median.at <= bar.q3.at <= 100
            assert bar.width == pytest.approx(bar.q3.at - bar.q1.at)
    tick = next(tick for tick in compare(two).trends[0].ticks if tick.words == "5")
    assert tick.at == pytest.approx(100 * (5 / 20) ** 0.5)


def test_each_chart_is_told_in_a_sentence(two: list[Exercise]) -> None:
    found = compare(two)
    first = two[0].code
    assert [trend.finding for trend in found.trends] == [
        f"Trung vị xác nhận lần này là 7 phút; nhanh hơn {first} 2 phút.",
        f"Trung vị hoàn thành lần này là 17 phút; nhanh hơn {first} 2 phút.",
    ]
    assert found.units[0].finding == (
        "1/2 đơn vị xác nhận nhanh hơn lần trước; chậm đi nhiều nhất: ĐV U2, 4 phút."
    )
    assert found.objectives.finding == (
        "1/2 mục tiêu được đánh giá cao hơn lần trước; kém đi: MT1 Chỉ huy."
    )


def test_ratings_per_objective_stand_drill_by_drill(two: list[Exercise]) -> None:
    rows = [(row.code, row.ratings, row.change) for row in compare(two).objectives.rows]
    assert rows == [("MT1", ("P", "S"), "worse"), ("MT2", ("M", "S"), "better")]


def test_of_one_unit_only_its_own_is_told(two: list[Exercise]) -> None:
    found = compare(two, Unit.objects.get(code="U2"))
    assert [bar.median and bar.median.words for bar in found.trends[0].bars] == ["10:00", "14:00"]
    assert found.units == ()
    assert {row.ratings for row in found.objectives.rows} == {("", "")}


def test_the_first_drill_says_that_there_is_none_before_it(scenario: Scenario) -> None:
    found = compare([run(scenario, day=0, after_min={"U1": (4, 4)})])
    assert found.trends[0].finding == (
        "Trung vị xác nhận lần này là 4 phút; chưa có lần trước để so."
    )
    assert found.units[0].finding == "Chưa đơn vị nào có lần trước để so."
    assert found.objectives.finding == "Lần này chưa có mục tiêu nào được đánh giá."


def test_a_drill_in_which_nobody_answered_has_no_bar(scenario: Scenario) -> None:
    first = run(scenario, day=0, after_min={"U1": (4, 4)})
    silent = run(scenario, day=3, after_min={})
    found = compare([first, silent])
    assert [bar.median is None for bar in found.trends[0].bars] == [False, True]
    assert found.trends[0].finding == "Lần này chưa có số liệu xác nhận."


def test_nearly_the_same_is_called_the_same_and_three_have_a_first(scenario: Scenario) -> None:
    drills = [
        run(scenario, day=day, after_min={"U1": minutes})
        for day, minutes in enumerate(((6, 6), (9, 9), (9, 9)))
    ]
    assert compare(drills).trends[0].finding == (
        f"Trung vị xác nhận lần này là 9 phút; ngang với {drills[1].code}."
    )
    assert (
        compare([drills[1], drills[2], drills[0]])
        .trends[0]
        .finding.endswith("nhanh nhất trong 3 lần.")
    )


def test_what_is_known_of_a_drill_is_not_read_again(two: list[Exercise]) -> None:
    known = compare(two)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        again = compare(two)
    assert again == known
    assert len(queries) == 0


# ── the pages ───────────────────────────────────────────────────────────────────────────────────
def page(user: User, name: str, *args: Any, **data: str) -> Comparison | None:
    answer = as_(user).get(reverse(name, args=args), data)
    assert answer.status_code == 200
    found: Comparison | None = answer.context["comparison"]
    return found


def test_control_and_planners_see_the_same(two: list[Exercise]) -> None:
    drill = Drill(two[1])
    planner = User.objects.create_user("soan", name="Soạn", may_plan=True)
    own = page(drill.user("controller"), "compare", drill.exercise.code)
    assert own is not None
    assert [one.here for one in own.drills] == [False, True]
    code = drill.exercise.scenario.code
    assert page(planner, "scenario_trend", code, 1) == own
    of_unit = page(planner, "scenario_trend", code, 1, unit="U2")
    assert of_unit is not None
    assert of_unit.units == ()


def test_a_unit_that_is_not_of_the_drill_is_left_out_of_account(two: list[Exercise]) -> None:
    drill = Drill(two[1])
    make_drill(["ELSEWHERE"])
    found = page(drill.user("director"), "compare", drill.exercise.code, unit="ELSEWHERE")
    assert found is not None
    assert found.units


def test_before_the_first_drill_there_is_nothing_to_show(scenario: Scenario) -> None:
    planner = User.objects.create_user("soan", name="Soạn", may_plan=True)
    assert page(planner, "scenario_trend", scenario.code, 1) is None
    drill = Drill(create_exercise(scenario))
    assert page(drill.user("director"), "compare", drill.exercise.code) is None
