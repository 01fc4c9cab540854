"""Commands on injects: release, hold, skip, recall, resend, correct, add, jump."""

from __future__ import annotations

import pytest

from tests.factories import MINUTE, SECOND, entry, make_drill, refuses
from units.text import Text

pytestmark = pytest.mark.django_db

WHY = "Phát nhầm đơn vị nhận"


@pytest.fixture
def drill():
    injects = [
        entry("1.01", 5, ["U1", "U2"], complete_within_s=3600),
        entry("1.02", 30, ["U1"]),
        entry("1.03", None, ["U2"], release="manual"),
    ]
    return make_drill(units=2, injects=injects, started=True)


def acknowledge(drill, number, unit):
    return drill.do(
        "acknowledge", drill.actor("lead", unit), tasking_id=drill.tasking(number, unit).pk
    )


def test_release_now_is_now_even_in_a_pause(drill):
    drill.do("pause")
    drill.do("release", inject_id=drill.inject("1.02").pk)
    assert drill.inject("1.02").state == "released"
    assert drill.inject("1.02").lateness_us is None


def test_a_released_inject_is_not_released_again(drill):
    inject = drill.inject("1.03")
    drill.do("release", inject_id=inject.pk)
    with refuses("already"):
        drill.do("release", inject_id=inject.pk)
    assert drill.exercise.taskings.filter(inject=inject).count() == 1


def test_a_held_inject_stays_when_its_moment_passes_and_comes_when_let_go(drill):
    inject = drill.inject("1.01")
    drill.do("hold", inject_id=inject.pk)
    drill.later(10).sweep()
    assert drill.inject("1.01").state == "held"
    drill.do("unhold", inject_id=inject.pk)
    assert drill.inject("1.01").state == "released"


def test_one_let_go_before_its_moment_comes_at_its_moment(drill):
    inject = drill.inject("1.02")
    drill.do("hold", inject_id=inject.pk)
    drill.do("unhold", inject_id=inject.pk)
    assert drill.inject("1.02").state == "scheduled"
    drill.later(30).sweep()
    assert drill.inject("1.02").state == "released"


def test_a_skip_can_be_taken_back(drill):
    inject = drill.inject("1.02")
    drill.do("skip", inject_id=inject.pk)
    drill.do("restore", inject_id=inject.pk)
    drill.later(30).sweep()
    assert drill.inject("1.02").state == "released"


def test_a_skip_taken_back_too_late_is_held_and_does_not_burst_out(drill):
    inject = drill.inject("1.02")
    drill.do("skip", inject_id=inject.pk)
    drill.later(40)
    drill.do("restore", inject_id=inject.pk)
    drill.sweep()
    assert drill.inject("1.02").state == "held"


def test_a_standby_inject_taken_back_stands_by_again(drill):
    inject = drill.inject("1.03")
    drill.do("skip", inject_id=inject.pk)
    drill.do("restore", inject_id=inject.pk)
    assert drill.inject("1.03").state == "standby"


def test_a_recall_cancels_every_tasking_and_says_why(drill):
    drill.later(5).sweep()
    acknowledge(drill, "1.01", "U1")
    drill.do("recall", inject_id=drill.inject("1.01").pk, reason=WHY)
    for unit in ("U1", "U2"):
        tasking = drill.tasking("1.01", unit)
        assert (tasking.state, tasking.reason) == ("cancelled", WHY)
    with refuses("wrong_state"):
        drill.do("recall", inject_id=drill.inject("1.01").pk, reason=WHY)


def test_a_recall_needs_a_reason(drill):
    drill.later(5).sweep()
    with refuses("reason"):
        drill.do("recall", inject_id=drill.inject("1.01").pk, reason="nhầm")


def test_only_those_who_have_not_acknowledged_get_it_again(drill):
    drill.later(5).sweep()
    acknowledge(drill, "1.01", "U1")
    drill.later(9)
    drill.do("resend", inject_id=drill.inject("1.01").pk)
    assert drill.exercise.journal.get(kind="inject_resent").data["to"] == ["U2"]
    assert drill.tasking("1.01", "U2").ack_due_us == 24 * MINUTE
    acknowledge(drill, "1.01", "U2")
    with refuses("nobody"):
        drill.do("resend", inject_id=drill.inject("1.01").pk)


def test_a_correction_is_acknowledged_again_by_those_alone_who_had_read_the_old(drill):
    drill.later(5).sweep()
    acknowledge(drill, "1.01", "U1")
    new = {"title": Text("Tin mới", "New"), "content": Text("Nội dung mới", "New words")}
    drill.do("correct", inject_id=drill.inject("1.01").pk, reason=WHY, **new)
    assert drill.tasking("1.01", "U1").reacknowledge
    assert not drill.tasking("1.01", "U2").reacknowledge
    assert drill.inject("1.01").versions.get().title == Text("Tin 1.01", "Inject 1.01")
    lead = drill.actor("lead", "U1")
    with refuses("not_acknowledged"):
        drill.do("complete", lead, tasking_id=drill.tasking("1.01", "U1").pk, text="Xong")
    acknowledge(drill, "1.01", "U1")
    assert drill.tasking("1.01", "U1").read_version == 2
    assert drill.tasking("1.01", "U1").state == "acknowledged"


def test_a_correction_without_a_change_is_refused(drill):
    drill.later(5).sweep()
    inject = drill.inject("1.01")
    with refuses("unchanged"):
        drill.do(
            "correct", inject_id=inject.pk, reason=WHY, title=inject.title, content=inject.content
        )


def test_an_inject_nobody_planned_gets_the_next_number_of_its_phase(drill):
    inject = drill.do(
        "add_inject", title=Text("Bất ngờ"), content=Text("Có việc"), to=["U2"], in_minutes=0
    )
    assert (inject.number, inject.state) == ("1.04", "released")
    later = drill.do("add_inject", title=Text("Nữa"), content=Text(""), to=["U1"], in_minutes=3)
    assert later.number == "1.05"
    drill.later(3).sweep()
    assert drill.inject("1.05").state == "released"


def test_an_added_inject_needs_units_that_take_part(drill):
    with refuses("units"):
        drill.do("add_inject", title=Text("Bất ngờ"), content=Text(""), to=["XYZ"])


@pytest.mark.parametrize(
    ("missed", "state"), [("release", "released"), ("skip", "skipped"), ("hold", "held")]
)
def test_a_jump_does_with_what_it_passes_by_what_the_director_chose(drill, missed, state):
    passed = drill.do("jump", to_us=20 * MINUTE, missed=missed)
    assert [inject.number for inject in passed] == ["1.01"]
    assert drill.inject("1.01").state == state
    assert drill.inject("1.02").state == "scheduled"
    drill.later(10).sweep()
    assert drill.inject("1.02").state == "released"


def test_time_does_not_go_back(drill):
    drill.later(10)
    with refuses("backwards"):
        drill.do("jump", to_us=9 * MINUTE, missed="skip")


def test_a_new_pace_keeps_the_position(drill):
    drill.later(4)
    drill.do("set_pace", rate_permille=4000)
    assert drill.sweep() == 0
    drill.later(seconds=15)
    assert drill.sweep() == 1


def test_a_burst_is_written_with_few_statements(django_assert_max_num_queries):
    injects = [entry(f"1.{n:03d}", 5, ["U1"]) for n in range(60)]
    drill = make_drill(units=1, injects=injects, started=True).later(5, seconds=1)
    with django_assert_max_num_queries(30):
        drill.sweep()
    rows = drill.exercise.injects.values_list("state", "released_us", "lateness_us")
    assert set(rows) == {("released", 5 * MINUTE + SECOND, SECOND)}


def test_injects_late_by_different_times_keep_each_its_own():
    injects = [entry(f"1.0{n}", 5 + n / 60, ["U1"]) for n in range(3)]
    drill = make_drill(units=1, injects=injects, started=True).later(5, seconds=3)
    drill.sweep()
    rows = drill.exercise.injects.order_by("sort_key").values_list("lateness_us", flat=True)
    assert list(rows) == [3 * SECOND, 2 * SECOND, SECOND]
