"""A typical day: start, releases by the clock, acknowledgement to completion, three phases, end."""

from __future__ import annotations

import pytest

from exercise.models import verify
from tests.factories import MINUTE, entry, make_drill, refuses

pytestmark = pytest.mark.django_db


def finish(drill, number, unit):
    lead = drill.actor("lead", unit)
    tasking = drill.tasking(number, unit)
    drill.do("acknowledge", lead, tasking_id=tasking.pk)
    drill.do("report", lead, tasking_id=tasking.pk, text="Đã triển khai.")
    drill.do("complete", lead, tasking_id=tasking.pk)


def test_a_drill_runs_from_start_to_end_through_its_three_gates():
    drill = make_drill(units=2)
    drill.do("start")
    for place, phase in enumerate(("transition", "preparation", "execution"), start=1):
        drill.later(5)
        assert drill.sweep() == 1
        assert drill.inject(f"{place}.01").state == "released"
        for unit in drill.units:
            finish(drill, f"{place}.01", unit)
            drill.do("report_posture", drill.actor("lead", unit), unit_code=unit)
            drill.do("confirm_posture", unit_code=unit)
        assert drill.inject(f"{place}.01").state == "closed"
        drill.do("advance_phase", leaving=phase)
    assert [drill.posture(unit).state for unit in drill.units] == ["accomplished"] * 2
    assert drill.fresh().phase == "after"
    assert drill.fresh().status == "running"
    drill.do("end")
    assert drill.fresh().status == "ended"
    verdict = verify(drill.fresh())
    assert verdict.verified
    assert verdict.entries == drill.exercise.journal_seq


def test_an_inject_is_released_at_its_moment_and_not_before():
    drill = make_drill(units=1, started=True)
    drill.later(5, seconds=-1).sweep()
    assert drill.inject("1.01").state == "scheduled"
    drill.later(seconds=1).sweep()
    assert drill.inject("1.01").state == "released"
    assert drill.inject("1.01").lateness_us == 0


def test_a_second_sweep_finds_nothing_to_do():
    drill = make_drill(units=2, started=True).later(5)
    assert [drill.sweep(), drill.sweep()] == [1, 0]
    assert drill.exercise.taskings.count() == 2


def test_a_pause_of_any_length_moves_what_is_to_come_by_exactly_that():
    drill = make_drill(units=1, started=True).later(2)
    drill.do("pause")
    drill.later(13 * 60, seconds=7)
    assert drill.sweep() == 0
    drill.do("resume")
    drill.later(3, seconds=-1)
    assert drill.sweep() == 0
    drill.later(seconds=1)
    assert drill.sweep() == 1


def test_a_phase_advanced_late_moves_its_injects_with_it():
    injects = [entry("1.01", 5, ["U1"]), entry("2.01", 245, ["U1"]), entry("2.02", 260, ["U1"])]
    drill = make_drill(units=1, injects=injects, started=True).later(300)
    drill.do("advance_phase", leaving="transition", override_reason="Đơn vị bạn chưa tới kịp")
    assert drill.inject("2.01").due_us == 305 * MINUTE
    assert drill.inject("2.02").due_us == 320 * MINUTE


def test_injects_of_one_moment_come_in_the_order_of_their_numbers():
    numbers = ["1.10", "1.9", "1.2"]
    injects = [entry(number, 5, ["U1"]) for number in numbers]
    drill = make_drill(units=1, injects=injects, started=True).later(5)
    drill.sweep()
    released = drill.exercise.journal.filter(kind="inject_released").order_by("seq")
    assert [row.inject_number for row in released] == ["1.2", "1.9", "1.10"]


def test_the_gate_says_what_is_missing_and_who():
    drill = make_drill(units=2, started=True, conditions={"NQ": ["1.01"]}).later(5)
    drill.sweep()
    finish(drill, "1.01", "U1")
    with refuses("gate_closed") as refused:
        drill.do("advance_phase", leaving="transition")
    sentences = " ".join(str(line) for line in refused.value.details)
    assert "1.01" in sentences
    assert "U2" in sentences


def test_an_override_needs_a_reason_and_is_written_down():
    drill = make_drill(units=2, started=True)
    with refuses("reason"):
        drill.do("advance_phase", leaving="transition", override_reason="vội")
    drill.do("advance_phase", leaving="transition", override_reason="Theo lệnh Ban Chỉ đạo")
    ended = drill.exercise.journal.get(kind="phase_ended")
    assert ended.data["override_reason"] == "Theo lệnh Ban Chỉ đạo"
    assert set(ended.data["unmet"]) == {"units", "mandatory"}


def test_a_unit_left_behind_by_an_override_follows_when_it_is_confirmed():
    drill = make_drill(units=2, injects=[entry("1.01", 5, ["U1"])], started=True)
    drill.do("report_posture", drill.actor("lead", "U1"), unit_code="U1")
    drill.do("confirm_posture", unit_code="U1")
    drill.do("advance_phase", leaving="transition", override_reason="Theo lệnh Ban Chỉ đạo")
    assert drill.posture("U1").state == "preparing"
    assert drill.posture("U2").state == "transitioning"
    drill.do("report_posture", drill.actor("lead", "U2"), unit_code="U2")
    drill.do("confirm_posture", unit_code="U2")
    assert drill.posture("U2").state == "preparing"


def test_a_second_click_on_advance_has_no_second_effect():
    drill = make_drill(units=1, injects=[], started=True)
    reason = "Theo lệnh Ban Chỉ đạo"
    drill.do("advance_phase", leaving="transition", override_reason=reason)
    with refuses("stale"):
        drill.do("advance_phase", leaving="transition", override_reason=reason)
    assert drill.fresh().phase == "preparation"


def test_a_unit_cannot_report_with_mandatory_work_open():
    drill = make_drill(units=1, started=True).later(5)
    drill.sweep()
    with refuses("not_ready") as refused:
        drill.do("report_posture", drill.actor("lead", "U1"), unit_code="U1")
    assert "1.01" in str(refused.value)


def test_a_returned_report_must_be_made_again():
    drill = make_drill(units=1, injects=[], started=True)
    lead = drill.actor("lead", "U1")
    drill.do("report_posture", lead, unit_code="U1")
    drill.do("return_posture", unit_code="U1", reason="Chưa đủ quân số báo cáo")
    assert drill.posture("U1").state == "transitioning"
    assert drill.posture("U1").return_reason == "Chưa đủ quân số báo cáo"
