"""The report: what it says of a drill, in which order, in which words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from exercise import conduct
from exercise.models import JournalEntry
from exercise.review.report import build_report, words
from exercise.review.report.axes import day_ticks, minute_ticks
from exercise.situation.improvement import today
from scenarios.calendar import HOUR_US, MINUTE_US, DrillCalendar
from scenarios.models import MselEntry, Objective
from tests.factories import MINUTE, ZERO, Drill, entry, make_drill, make_scenario
from units.models import Unit

pytestmark = pytest.mark.django_db

REASON = "Theo lệnh Ban Chỉ đạo"


@pytest.fixture
def drill():
    """Two units; U2 acknowledges late and leaves its work; a gate passed by decision; ENDEX."""
    both = ["U1", "U2"]
    drill = make_drill(
        2,
        [
            entry("1.01", 5, both, mandatory=True, complete_within_s=1800),
            entry("1.02", 10, both),
            entry("1.03", None, ["U1"]),
            entry("2.01", 250, ["U1"]),
        ],
        stand_downs=[(4, 5)],
        started=True,
    )
    for minute, command, unit, number in (
        (5, None, "", ""),
        (8, "acknowledge", "U1", "1.01"),
        (10, None, "", ""),
        (14, "acknowledge", "U1", "1.02"),
        (23, "acknowledge", "U2", "1.01"),
        (25, "complete", "U1", "1.01"),
        (40, None, "", ""),
    ):
        drill.now = drill.exercise.started_wall_us + minute * MINUTE
        if command is None:
            drill.sweep()
        else:
            of = drill.tasking(number, unit).pk
            drill.do(command, drill.actor("lead", unit), tasking_id=of)
    drill.do("skip", inject_id=drill.inject("1.03").pk)
    drill.later(200)
    drill.do("advance_phase", leaving="transition", override_reason=REASON)
    drill.later(20)
    drill.do("end")
    drill.fresh()
    return drill


def test_the_key_figures(drill):
    key = build_report(drill.exercise).key
    assert (key.total, key.released, key.skipped, key.waiting) == (4, 2, 1, 1)
    assert (key.on_time, key.on_time_percent) == (0, 0)
    assert (key.mandatory_in_time, key.mandatory) == (1, 2)
    assert key.acknowledgement.n == 3
    assert key.acknowledgement.median_us == 4 * MINUTE
    assert key.slowest is not None
    assert (key.slowest.unit.code, key.slowest.number) == ("U2", "1.01")
    assert key.slowest.after_us == 18 * MINUTE
    assert key.finding == (
        "Đã phát 2/4 tin; bỏ qua 1 tin; 0/2 (0\N{NO-BREAK SPACE}%) đúng hạn; "
        "thời gian xác nhận trung vị 4:00 theo giờ diễn tập (n = 3)."
    )


def test_plan_against_actual(drill):
    plan = build_report(drill.exercise).plan
    first, second, third = plan.phases
    assert (first.planned_end_us, first.ended_us) == (4 * HOUR_US, 4 * HOUR_US)
    assert (first.released, first.late, first.difference_us) == (2, 2, 0)
    assert [(mark.number, mark.at_us, mark.late) for mark in first.marks] == [
        ("1.01", 5 * MINUTE, True),
        ("1.02", 10 * MINUTE, True),
    ]
    # Planned from 5 to 8 by the calendar: the stand-down has no room on the axis.
    assert (second.planned_end_us, second.ended_us) == (7 * HOUR_US, 4 * HOUR_US + 20 * MINUTE)
    assert third.started_us is None
    assert (plan.axis_from_us, plan.axis_to_us) == (0, 11 * HOUR_US)
    assert plan.finding == (
        "Giai đoạn 1 kết thúc đúng kế hoạch (vượt cổng theo quyết định); "
        "giai đoạn 2 kết thúc sớm 2 giờ 40 phút; giai đoạn 3 không diễn ra."
    )


def test_the_strip_of_each_unit(drill):
    section = build_report(drill.exercise).acknowledgements
    assert section.limit_us == 10 * MINUTE
    strips = {strip.unit.code: strip for strip in section.strips}
    assert [(p.number, p.after_us, p.over) for p in strips["U1"].points] == [
        ("1.01", 3 * MINUTE, False),
        ("1.02", 4 * MINUTE, False),
    ]
    assert [(p.number, p.after_us, p.over) for p in strips["U2"].points] == [
        ("1.01", 18 * MINUTE, True)
    ]
    assert strips["U2"].unanswered == 1
    assert [tick.label for tick in section.ticks] == ["0", "1", "2", "5", "10", "20"]
    assert section.finding == (
        "1/2 đơn vị có trung vị trong hạn 10 phút theo giờ diễn tập; "
        "lâu nhất 18:00: ĐV U2, tin 1.01; 1 lượt phát chưa được xác nhận."
    )


def test_every_moment_leads_into_the_journal(drill):
    report = build_report(drill.exercise)
    kinds = dict(drill.exercise.journal.values_list("seq", "kind"))
    points = [point for strip in report.acknowledgements.strips for point in strip.points]
    assert {kinds[point.seq] for point in points} == {"tasking_acknowledged"}
    marks = [mark for row in report.plan.phases for mark in row.marks]
    assert {kinds[mark.seq] for mark in marks} == {"inject_released"}
    assert kinds[report.key.slowest.seq] == "tasking_acknowledged"
    assert kinds[report.plan.phases[0].ended_seq] == "phase_ended"
    assert [kinds.get(row.seq) for row in report.injects.rows] == [
        "inject_released",
        "inject_released",
        "inject_skipped",
        None,
    ]


# ── what evaluators said ────────────────────────────────────────────────────────────────────────
@pytest.fixture
def rated():
    scenario = make_scenario(2, [entry("1.01", 5, ["U1", "U2"]), entry("1.02", 6, ["U1"])])
    for order, (code, numbers) in enumerate({"MT1": ["1.01"], "MT2": ["1.01", "1.02"]}.items()):
        objective = Objective.objects.create(
            scenario=scenario, code=code, title={"vi": f"Mục tiêu {code}"}, order=order
        )
        for one in MselEntry.objects.filter(scenario=scenario, number__in=numbers):
            one.objectives.add(objective)
    drill = Drill(conduct.create_exercise(scenario))
    drill.do("start")
    drill.later(5).sweep()
    drill.later(1).sweep()
    return drill


def rate(drill, number, unit, rating, *, who="evaluator", note=""):
    """A rating by the drill's evaluator, or by another one whom a director's account stands for."""
    user = drill.user("evaluator" if who == "evaluator" else "director")
    by = conduct.Actor(f"Người {who}", "evaluator", user.pk)
    of = drill.tasking(number, unit).pk
    drill.do("rate", by, tasking_id=of, rating=rating, note=note)


def cells(report):
    return {
        (row.code, cell.unit.code): cell.rating + ("≠" if cell.disagreement else "")
        for row in report.objectives.rows
        for cell in row.cells
        if cell.rating
    }


def test_an_objective_has_the_worst_rating_of_what_was_done_under_it(rated):
    rate(rated, "1.01", "U1", "M")
    rate(rated, "1.01", "U1", "S")  # thought better of it
    rate(rated, "1.02", "U1", "U", note="Không có người trực")
    rate(rated, "1.01", "U2", "P")
    report = build_report(rated.fresh())
    assert cells(report) == {
        ("MT1", "U1"): "S",
        ("MT1", "U2"): "P",
        ("MT2", "U1"): "U",
        ("MT2", "U2"): "P",
    }
    assert [row.rating for row in report.objectives.rows] == ["S", "U"]
    assert (report.key.objectives_met, report.key.objectives_rated) == (1, 2)
    assert report.objectives.finding == (
        "1/2 mục tiêu được đánh giá đạt mức P hoặc S; còn vướng mắc ở MT2 Mục tiêu MT2."
    )
    (row,) = report.observations.rows
    assert (row.what, row.text, row.rating, row.objectives) == (
        "note",
        "Không có người trực",
        "U",
        ("MT2",),
    )


def test_what_is_said_of_an_objective_itself_outweighs_what_was_done_under_it(rated):
    rated.exercise.injects.filter(number="1.01").update(expected_actions=["Họp", "Báo cáo"])
    evaluator = rated.actor("evaluator")
    of = rated.tasking("1.01", "U1").pk
    rated.do("rate_action", evaluator, tasking_id=of, action=1, rating="P")
    rated.do("rate_action", evaluator, tasking_id=of, action=2, rating="M")
    assert cells(build_report(rated.fresh())) == {("MT1", "U1"): "M", ("MT2", "U1"): "M"}
    rated.do("rate_objective", evaluator, unit_code="U1", objective="MT1", rating="S")
    report = build_report(rated.fresh())
    assert cells(report) == {("MT1", "U1"): "S", ("MT2", "U1"): "M"}
    kinds = dict(rated.exercise.journal.values_list("seq", "kind"))
    assert [kinds[row.cells[0].seq] for row in report.objectives.rows] == [
        "objective_rated",
        "action_rated",
    ]
    judged = report.objectives.rows[0].cells[0].judgements
    assert [(one.of, one.action, one.rating) for one in judged] == [
        ("objective", "", "S"),
        ("action", "1", "P"),
        ("action", "2", "M"),
    ]


def test_observations_stand_with_what_is_to_be_improved_first(rated):
    evaluator, of = rated.actor("evaluator"), rated.tasking("1.02", "U1").pk
    rated.do("rate", evaluator, tasking_id=of, rating="M")
    for kind, text, about in (
        ("strength", "Báo cáo rõ ràng", {"unit_code": "U1"}),
        ("observation", "Mất điện 10 phút", {"place": "Căn cứ"}),
        ("improvement", "Không có người trực", {"tasking_id": of}),
    ):
        rated.do("record_finding", evaluator, kind=kind, text=text, **about)
    section = build_report(rated.fresh()).observations
    assert [(row.what, row.text, row.number, row.rating) for row in section.rows] == [
        ("improvement", "Không có người trực", "1.02", "M"),
        ("strength", "Báo cáo rõ ràng", "", ""),
        ("observation", "Mất điện 10 phút", "", ""),
    ]
    assert section.rows[0].objectives == ("MT2",)
    assert section.rows[2].place == "Căn cứ"
    assert section.finding == "1 ưu điểm, 1 hạn chế, 1 nhận xét khác."


def test_two_evaluators_who_differ_are_both_kept_and_said_to_differ(rated):
    rate(rated, "1.02", "U1", "P")
    rate(rated, "1.02", "U1", "M", who="other")
    report = build_report(rated.fresh())
    assert cells(report) == {("MT2", "U1"): "M≠"}
    (cell,) = [cell for cell in report.objectives.rows[1].cells if cell.rating]
    assert sorted(one.rating for one in cell.judgements) == ["M", "P"]
    assert "1 ô có đánh giá khác nhau" in report.objectives.finding


def test_the_improvement_plan_leads_back_to_the_observation(drill):
    assert build_report(drill.exercise).improvement.finding == "Chưa có biện pháp khắc phục nào."
    words_ = {"finding": "Nhận tin sau 18 phút", "measure": "Thử chuông trước diễn tập"}
    about = {"unit_code": "U2", "objective": "", "inject_number": "1.01"}
    with drill.at_now():
        due = today() + timedelta(days=30)
    for owner, source in (("U2", 9), ("U1", None)):
        drill.do("add_action", owner_code=owner, due=due, source_seq=source, **words_, **about)
    section = build_report(drill.exercise).improvement
    assert [(row.label, row.owner.code, row.observation_seq) for row in section.rows] == [
        ("BP 1", "U2", 9),
        ("BP 2", "U1", None),
    ]
    first = section.rows[0]
    assert (first.finding, first.measure) == tuple(words_.values())
    assert (first.due, first.state, first.number) == (due, "open", "1.01")
    assert section.finding == "2 biện pháp khắc phục, 2 chưa khép lại."


# ── a journal that somebody wrote past ──────────────────────────────────────────────────────────
@pytest.fixture
def unprotected(drill):
    on = " ON exercise_journalentry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for what in ("update", "delete"):
            cursor.execute(f"DROP TRIGGER journal_no_{what}{on}")
    return drill


@pytest.mark.parametrize(
    "changed",
    [
        {"data": {"after_us": 1}},
        {"data": {"to": "U1", "true_us": "ba phút", "title": 7, "phase": [], "shift_us": None}},
        {"data": []},
        {"unit_code": "XYZ", "inject_number": "9.99"},
        {"exercise_us": -(10**15), "wall_us": -(10**15)},
        {"kind": "posture_returned"},
        {"kind": "tasking_returned"},
        {"kind": "outage_recovered"},
        {"kind": "inject_released"},
        {"kind": "phase_ended"},
        {"kind": "objective_rated", "data": {"rating": "P", "objective": "KHÔNG"}},
        {"kind": "observation_recorded", "data": {"what": [], "text": None}},
    ],
    ids=lambda changed: ",".join(map(str, changed.values())),
)
def test_a_tampered_journal_is_said_first_whatever_was_written_into_it(unprotected, changed):
    for seq in (1, 2, 6, 9, 12):
        point = unprotected.exercise.journal.get(seq=seq)
        JournalEntry.objects.filter(pk=point.pk).update(**changed)
        report = build_report(unprotected.exercise)
        assert (report.head.verified, report.head.broken_seq) == (False, seq)
        assert report.findings[0] == report.head.warning
        assert f"mục {seq} (nội dung đã bị sửa)" in report.head.warning
        restored = {name: getattr(point, name) for name in changed}
        JournalEntry.objects.filter(pk=point.pk).update(**restored)
    assert build_report(unprotected.exercise).head.verified


def test_a_journal_with_a_row_taken_out_is_reported_on(unprotected):
    unprotected.exercise.journal.filter(kind="inject_released").first().delete()
    report = build_report(unprotected.exercise)
    assert "thiếu mục" in report.findings[0]


def test_a_whole_journal_needs_no_warning(drill):
    report = build_report(drill.exercise)
    assert report.head.verified
    assert report.head.warning == ""
    assert report.head.journal_head == drill.exercise.journal_head
    assert report.findings[0] == report.key.finding


# ── the rest ────────────────────────────────────────────────────────────────────────────────────
def test_an_exercise_that_has_not_begun_can_be_reported_on():
    report = build_report(make_drill(2).exercise)
    assert report.key.finding == "Chưa phát tin nào."
    assert report.plan.finding == "Diễn tập chưa bắt đầu."
    assert report.key.slowest is None


def test_the_organisation_is_what_the_units_have_in_common(drill):
    department = Unit.objects.create(code="SCT", name={"vi": "Sở Công Thương"})
    province = Unit.objects.create(code="TINH", name={"vi": "Tỉnh"})
    department.parent = province
    department.save()
    Unit.objects.filter(code="U1").update(parent=department)
    assert build_report(drill.exercise).head.organisation == ""
    Unit.objects.filter(code="U2").update(parent=department)
    assert build_report(drill.exercise).head.organisation == "Sở Công Thương"


def queries(units):
    codes = [f"U{n}" for n in range(1, units + 1)]
    drill = make_drill(codes, [entry(f"1.0{n}", n, codes) for n in range(1, units + 1)])
    drill.do("start")
    drill.later(units).sweep()
    with CaptureQueriesContext(connection) as counted:
        build_report(drill.fresh())
    return len(counted)


def test_the_number_of_queries_does_not_grow():
    few = queries(2)
    assert few == queries(6)
    assert few <= 16


@pytest.mark.parametrize(
    ("language", "whole", "part", "share"),
    [("vi", "3.200", "0,3", "41/45 (91\N{NO-BREAK SPACE}%)"), ("en", "3,200", "0.3", "41/45 (91")],
)
def test_numbers_are_written_as_their_reader_writes_them(language, whole, part, share):
    with translation.override(language):
        assert words.number(3200) == whole
        assert words.number(0.3, 1) == part
        assert words.share(41, 45).startswith(share)


def test_lengths_in_sentences_are_minutes_and_above_an_hour_hours():
    assert words.minutes(18 * MINUTE + 59_000_000) == "18 phút"
    assert words.minutes(59_999_999) == "59 giây"
    assert words.minutes(HOUR_US + 18 * MINUTE) == "1 giờ 18 phút"
    assert [words.difference(us) for us in (None, 0, 59_000_000, MINUTE, -28 * MINUTE)] == [
        "",
        "0",
        "0",
        "+1 phút",
        "−28 phút",
    ]


def test_only_all_is_a_hundred_per_cent_and_only_none_is_zero():
    assert [words.percent(*of) for of in ((0, 9), (9, 9), (999, 1000), (1, 1000), (0, 0))] == [
        0,
        100,
        99,
        1,
        None,
    ]


def test_long_lists_are_cut():
    assert words.names(["A"]) == "A"
    assert words.names(["A", "B"]) == "A và B"
    assert words.names(["A", "B", "C", "D"]) == "A, B, C và D"
    assert words.names(["A", "B", "C", "D", "E"]) == "A, B, C và 2 mục khác"


def test_the_axis_of_days_names_each_day_once_and_skips_the_night():
    calendar = DrillCalendar.of(ZERO, [(10 * HOUR_US, 24 * HOUR_US)])
    ticks = day_ticks(calendar, 0, 20 * HOUR_US, "vi")
    assert [tick.label for tick in ticks] == [
        "N1 07:00",
        "10:00",
        "13:00",
        "16:00",
        "N2 07:00",
        "10:00",
        "13:00",
        "16:00",
    ]
    assert [tick.at_us // HOUR_US for tick in ticks] == [0, 3, 6, 9, 10, 13, 16, 19]


@pytest.mark.parametrize("most", [0, 1, 30_000_000, 7 * MINUTE_US, 61 * MINUTE_US, 10**13])
def test_the_axis_of_minutes_holds_everything(most):
    ticks = minute_ticks(most)
    places = [tick.at_us for tick in ticks]
    assert places[0] == 0
    assert places == sorted(set(places))
    assert places[-1] >= most
    assert 2 <= len(ticks) <= 10
