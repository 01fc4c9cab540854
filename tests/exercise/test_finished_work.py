"""Work that is finished: a correction asks to be read, it does not make the work unfinished."""

from __future__ import annotations

import pytest

from exercise.conduct import Upload
from exercise.models import Attachment
from tests.factories import MINUTE, entry, make_drill, refuses
from units.text import Text

pytestmark = pytest.mark.django_db

WHY = "Theo lệnh Ban Chỉ đạo"
NEW = {"title": Text("Tin mới"), "content": Text("Nội dung mới"), "reason": WHY}


@pytest.fixture
def corrected():
    """A task completed in time, whose deadline has passed and whose inject was corrected then."""
    injects = [
        entry("1.01", 1, ["U1"], complete_within_s=1800, mandatory=True),
        entry("1.02", None, ["U1"], when=("1.01", "overdue", 0)),
    ]
    drill = make_drill(units=1, injects=injects, started=True).later(1)
    drill.sweep()
    task = {"tasking_id": drill.tasking("1.01", "U1").pk}
    for name in ("acknowledge", "complete"):
        drill.do(name, drill.actor("lead", "U1"), **task)
    drill.later(60).sweep()
    drill.do("correct", inject_id=drill.inject("1.01").pk, **NEW)
    return drill


def task_of(drill):
    return {"tasking_id": drill.tasking("1.01", "U1").pk}


def test_it_is_not_overdue_because_of_a_correction(corrected):
    corrected.sweep()
    tasking = corrected.tasking("1.01", "U1")
    assert tasking.open
    assert not tasking.overdue_at(61 * MINUTE)
    assert tasking.due_us == 71 * MINUTE
    assert "tasking_overdue" not in corrected.kinds
    assert corrected.inject("1.02").state == "standby"
    corrected.later(10).sweep()
    assert corrected.tasking("1.01", "U1").overdue_at(71 * MINUTE)


def test_the_timers_have_rest_after_it(corrected):
    corrected.sweep()
    assert corrected.fresh().next_due_us == 71 * MINUTE


def test_the_end_of_its_phase_does_not_cancel_it(corrected):
    corrected.do("verify", **task_of(corrected))
    corrected.do("advance_phase", leaving="transition", override_reason=WHY, unfinished="cancel")
    tasking = corrected.tasking("1.01", "U1")
    assert (tasking.state, tasking.reacknowledge) == ("verified", False)
    assert "tasking_rereading_waived" in corrected.kinds


def test_the_director_can_let_the_unit_off_reading_it_again(corrected):
    corrected.do("waive", reason=WHY, **task_of(corrected))
    tasking = corrected.tasking("1.01", "U1")
    assert (tasking.state, tasking.open) == ("completed", False)
    assert corrected.inject("1.01").state == "closed"


def test_what_ends_a_phase_is_entered_under_that_phase():
    drill = make_drill(units=1, started=True)
    drill.do("advance_phase", leaving="transition", override_reason=WHY, unfinished="cancel")
    phases = dict(drill.exercise.journal.values_list("kind", "phase"))
    assert phases["phase_ended"] == phases["inject_skipped"] == "transition"
    assert phases["phase_started"] == "preparation"


def test_resending_gives_all_of_the_time_again():
    injects = [entry("1.01", 0, ["U1"], acknowledge_within_s=600)]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.sweep()
    drill.later(12).sweep()
    drill.do("resend", inject_id=drill.inject("1.01").pk)
    tasking = drill.tasking("1.01", "U1")
    assert tasking.ack_due_us == 22 * MINUTE
    assert not tasking.due_soon_at(12 * MINUTE)
    assert tasking.due_soon_at(20 * MINUTE)


def test_a_completion_on_behalf_is_not_before_the_acknowledgement(corrected):
    injects = [entry("1.01", 0, ["U1"], complete_within_s=1800)]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.sweep()
    drill.later(20).do("acknowledge", drill.actor("lead", "U1"), **task_of(drill))
    behalf = {"channel": "phone", "text": "Đã xong", **task_of(drill)}
    with refuses("true_time"):
        drill.do("complete_for", at_us=2 * MINUTE, **behalf)
    drill.do("complete_for", at_us=20 * MINUTE, **behalf)


def test_files_of_a_completion_that_is_refused_are_not_kept(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    injects = [entry("1.01", 0, ["U1"], complete_within_s=1800, reply="quantity")]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.sweep()
    lead = drill.actor("lead", "U1")
    drill.do("acknowledge", lead, **task_of(drill))
    sent = Upload("a.pdf", "application/pdf", "0" * 64, b"%PDF-1.4")
    with refuses("reply_missing"):
        drill.do("complete", lead, text="Xong", files=[sent], **task_of(drill))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    drill.do("complete", lead, quantity={"done": 5}, files=[sent], **task_of(drill))
    assert Attachment.objects.get().file.read() == b"%PDF-1.4"


def test_a_unit_left_behind_follows_even_after_the_last_phase():
    drill = make_drill(units=1, injects=[entry("3.01", 500, ["U1"])], started=True)
    for phase in ("transition", "preparation", "execution"):
        drill.do("advance_phase", leaving=phase, override_reason=WHY, unfinished="cancel")
    for _step in range(3):
        drill.do("report_posture", drill.actor("lead", "U1"), unit_code="U1")
        drill.do("confirm_posture", unit_code="U1")
    assert drill.posture("U1").state == "accomplished"


def test_an_alarm_is_over_when_the_exercise_is():
    drill = make_drill(units=1, started=True)
    drill.do("call_real_world_stop", place="Kho 2", words="Cháy thật")
    drill.do("end")
    assert not drill.fresh().real_world_place
    assert drill.kinds[-2:] == ["real_world_lifted", "exercise_ended"]
