"""The players through a whole drill, without a broker: the sweep and they take turns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from exercise.models import Observation, TaskingState, verify
from exercise.players.habits import Habits
from exercise.players.play import Players
from tests.factories import SECOND, T0, entry, make_drill
from units.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


KINDS = ("text", "quantity", "document", "photo")


def drill_of(units=2, *, injects=None, **scenario):
    """One mandatory inject a phase, and in the first one of every kind of reply."""
    codes = [f"U{n}" for n in range(1, units + 1)]
    if injects is None:
        injects = [
            entry("1.01", 15, codes, mandatory=True, reply="text", complete_within_s=3600),
            *(
                entry(f"1.0{n}", 15 * n, codes, reply=reply, complete_within_s=3600)
                for n, reply in enumerate(KINDS[1:], start=2)
            ),
            entry("1.05", 75, codes),
            entry("2.01", 255, codes, mandatory=True, reply="text", complete_within_s=3600),
            entry("3.01", 495, codes, mandatory=True, reply="text", complete_within_s=3600),
        ]
    return make_drill(codes, injects, **scenario)


def players_of(drill, *, seed=7, late=()):
    habits = Habits(seed, frozenset(late))
    return Players(drill.exercise.pk, habits, since_wall_us=T0, breathe=lambda: None)


def play(drill, players, *, minutes=18 * 60, longest_s=1800.0):
    """Let both take turns, from one moment at which something happens to the next, at ×1."""
    end = drill.now + round(minutes * 60 * SECOND)
    while True:
        with drill.at_now():
            found = players.step()
            while found.done:
                found = players.step()
        if found.over or drill.now >= end:
            return
        exercise = drill.fresh()
        now_us = exercise.clock.position_us(drill.now)
        ahead = [at - now_us for at in (found.next_us, exercise.next_due_us) if at is not None]
        wait_us = max(min([*ahead, round(longest_s * SECOND)]), SECOND // 10)
        drill.now = min(drill.now + wait_us, end)
        drill.sweep()


def acts_of(drill):
    # Judgements apart: they depend on the evaluators' user names, which the factory numbers.
    rows = drill.exercise.journal.exclude(kind="tasking_rated").order_by("seq")
    return [(row.kind, row.unit_code, row.inject_number, row.exercise_us) for row in rows]


def test_players_bring_a_drill_from_start_to_end():
    drill = drill_of(3)
    # What an evaluator judges depends on the name, and the factory numbers names.
    User.objects.filter(pk=drill.user("evaluator").pk).update(username="danhgia")
    play(drill, players_of(drill))
    exercise = drill.fresh()
    assert (exercise.status, exercise.phase) == ("ended", "after")
    assert {drill.posture(unit).state for unit in drill.units} == {"accomplished"}
    assert not [tasking for tasking in exercise.taskings.all() if tasking.open]
    assert verify(exercise).verified
    assert "tasking_overdue" not in drill.kinds
    assert Observation.objects.filter(tasking__exercise=exercise).exists()


def test_every_kind_of_answer_is_accepted():
    drill = drill_of(1)
    play(drill, players_of(drill))
    assert drill.exercise.taskings.exclude(inject__reply="none").count() == 6
    done = (TaskingState.COMPLETED, TaskingState.VERIFIED)
    assert all(t.state in done for t in drill.exercise.taskings.exclude(inject__reply="none"))
    photo = drill.tasking("1.04", "U1").attachments.get()
    assert photo.file.open().read(8) == b"\x89PNG\r\n\x1a\n"


def test_the_same_seed_gives_the_same_acts():
    first, second, other = (drill_of(1) for _run in range(3))
    for drill, seed in ((first, 3), (second, 3), (other, 4)):
        play(drill, players_of(drill, seed=seed), minutes=2 * 60)
    assert acts_of(first) == acts_of(second)
    assert acts_of(first) != acts_of(other)


def test_late_units_exceed_some_limits_and_still_arrive():
    drill = drill_of()
    play(drill, players_of(drill, late=["U2"]))
    rows = drill.exercise.journal.filter(kind__in=("tasking_ack_overdue", "tasking_overdue"))
    assert set(rows.values_list("unit_code", flat=True)) == {"U2"}
    assert drill.posture("U2").state == "accomplished"


def sign_in(user, *, wall_us):
    user.last_login = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=wall_us)
    user.save(update_fields=["last_login"])


def test_a_unit_that_a_person_plays_is_left_alone_for_good():
    drill = drill_of()
    players = players_of(drill)
    staff = drill.user("staff", "U1")
    play(drill, players, minutes=10)
    sign_in(staff, wall_us=drill.now)
    play(drill, players, minutes=60)
    sign_in(staff, wall_us=T0 - SECOND)
    play(drill, players, minutes=60)
    assert {tasking.state for tasking in drill.exercise.taskings.filter(unit__code="U1")} == {
        "delivered"
    }
    assert drill.tasking("1.01", "U2").state in ("completed", "verified")


def test_one_who_signed_in_before_the_run_takes_no_seat():
    drill = drill_of(1)
    sign_in(drill.user("lead", "U1"), wall_us=T0 - SECOND)
    play(drill, players_of(drill), minutes=90)
    assert drill.tasking("1.01", "U1").state in ("completed", "verified")


def test_a_person_directing_is_left_to_direct():
    drill = drill_of(2, injects=[entry("1.01", 5, ["U1", "U2"])], started=True)
    sign_in(drill.user("director"), wall_us=T0 + SECOND)
    play(drill, players_of(drill), minutes=8 * 60)
    assert drill.fresh().phase == "transition"
    assert {drill.posture(unit).state for unit in drill.units} == {"transition_reported"}


def test_the_gate_is_passed_by_decision_when_a_person_does_nothing():
    drill = drill_of(2, started=True)
    players = players_of(drill)
    sign_in(drill.user("lead", "U1"), wall_us=T0 + SECOND)
    play(drill, players, minutes=6.5 * 60)
    row = drill.exercise.phase_rows.get(phase="transition")
    assert drill.fresh().phase == "preparation"
    assert row.override_reason
    assert row.ended_us >= row.planned_end_us + 2 * 3600 * SECOND


def test_manual_and_held_injects_are_released_by_the_director():
    injects = [
        entry("1.01", 5, ["U1"], mandatory=True, complete_within_s=1800),
        entry("1.02", None, ["U1"], release="manual", complete_within_s=1800, reply="text"),
        entry("1.03", 30, ["U1"], mandatory=True, complete_within_s=1800),
    ]
    drill = drill_of(1, injects=injects, conditions={"TAY": ["1.02"]}, started=True)
    drill.do("hold", inject_id=drill.inject("1.03").pk)
    play(drill, players_of(drill), minutes=6 * 60)
    assert drill.inject("1.02").state == drill.inject("1.03").state == "closed"
    assert drill.fresh().phase != "transition"


def test_a_standby_inject_that_blocks_the_gate_is_released_by_hand():
    injects = [
        entry("1.01", 5, ["U1"], mandatory=True, complete_within_s=1800),
        entry("1.02", None, ["U1"], when=("1.01", "overdue"), complete_within_s=1800),
    ]
    drill = drill_of(1, injects=injects, conditions={"CHO": ["1.02"]}, started=True)
    play(drill, players_of(drill), minutes=4 * 60)
    assert drill.inject("1.02").state == "closed"
    assert drill.fresh().phase != "transition"


def test_work_sent_back_is_done_again():
    drill = drill_of(1, started=True)
    players = players_of(drill)
    drill.later(15).sweep()
    tasking = drill.tasking("1.01", "U1")
    lead = drill.actor("lead", "U1")
    drill.do("acknowledge", lead, tasking_id=tasking.pk)
    drill.do("report", lead, tasking_id=tasking.pk, text="Xong.")
    drill.do("complete", lead, tasking_id=tasking.pk)
    drill.do("return_tasking", tasking_id=tasking.pk, reason="Chưa nêu rõ giờ thực hiện")
    play(drill, players, minutes=60)
    tasking = drill.tasking("1.01", "U1")
    assert tasking.state in ("completed", "verified")
    assert tasking.reports.count() == 2


def test_a_correction_is_acknowledged_again():
    from units.text import Text

    drill = drill_of(1, started=True)
    players = players_of(drill)
    play(drill, players, minutes=40)
    drill.do(
        "correct",
        inject_id=drill.inject("1.01").pk,
        title=Text(vi="Tin đã sửa"),
        content=Text(vi="Nội dung mới"),
        reason="Sai giờ trong bản đầu",
    )
    assert drill.tasking("1.01", "U1").reacknowledge
    play(drill, players, minutes=10)
    assert not drill.tasking("1.01", "U1").reacknowledge


def test_in_a_real_emergency_the_players_keep_still():
    drill = drill_of(1, started=True).later(15)
    drill.sweep()
    drill.do("call_real_world_stop", place="Kho", words="Cháy thật")
    before = len(acts_of(drill))
    play(drill, players_of(drill), minutes=60)
    assert len(acts_of(drill)) == before


def test_after_an_outage_the_director_goes_on():
    from exercise import conduct

    drill = drill_of(1, started=True).later(15)
    drill.sweep()
    heartbeat = drill.now
    with drill.later(5).at_now():
        assert conduct.recover(drill.exercise.pk, heartbeat)
    play(drill, players_of(drill), minutes=1)
    assert drill.fresh().running


def test_a_refusal_is_passed_over_and_tried_again_later(monkeypatch):
    from exercise import conduct

    asked = []

    def refuse(exercise_id, by, **arguments):
        asked.append(drill.now)
        raise conduct.Refused("not_today", "Hôm nay không được.")

    drill = drill_of(1, started=True).later(15)
    drill.sweep()
    monkeypatch.setitem(conduct.COMMANDS, "open_tasking", refuse)
    play(drill, players_of(drill), minutes=8, longest_s=6)
    assert asked
    gaps = [b - a for a, b in pairwise(asked)]
    assert max(gaps) >= 30 * SECOND
    assert drill.tasking("1.01", "U1").state == "delivered"
