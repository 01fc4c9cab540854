"""The facts of three small drills, beside tables that were worked out by hand, in minutes."""

from __future__ import annotations

import pytest

from exercise.review.facts import read_facts
from tests.factories import MINUTE, entry, make_drill
from units.text import Text

pytestmark = pytest.mark.django_db


def minutes(length_us):
    """Whole minutes, so that a table can be read; anything finer would be a mistake."""
    if length_us is None:
        return None
    assert length_us % MINUTE == 0
    return length_us // MINUTE


def facts_of(drill):
    return read_facts(drill.fresh())[1]


COLUMNS = (
    "opened_after_us",
    "acknowledged_after_us",
    "acknowledged_after_wall_us",
    "acknowledged_late_by_us",
    "completed_after_us",
    "completed_after_wall_us",
    "completed_late_by_us",
)


def taskings(facts):
    return {
        key: tuple(minutes(getattr(one, name)) for name in COLUMNS)
        for key, one in facts.taskings.items()
    }


def injects(facts):
    return {
        one.number: (
            one.state,
            minutes(one.due_us),
            minutes(one.released_us),
            minutes(one.late_us),
            one.on_time,
        )
        for one in facts.injects.values()
    }


class Timetable:
    """Carries out a drill by wall minutes since STARTEX, as a table says it."""

    def __init__(self, drill):
        self.drill, self.t0 = drill, drill.now

    def at(self, minute, command=None, unit=None, **arguments):
        self.drill.now = self.t0 + minute * MINUTE
        if command is None:
            return self.drill.sweep()
        if "number" in arguments:
            of = self.drill.tasking(arguments.pop("number"), unit or arguments.pop("of"))
            arguments["tasking_id"] = of.pk
        if "inject" in arguments:
            arguments["inject_id"] = self.drill.inject(arguments.pop("inject")).pk
        by = self.drill.actor("lead", unit) if unit else None
        return self.drill.do(command, by, **arguments)


REASON = "Theo lệnh Ban Chỉ đạo"


@pytest.fixture
def paused_and_jumped():
    """A pause of 20 minutes at 10, a jump from 32 to 70 that skips what lies between."""
    both = ["U1", "U2"]
    drill = make_drill(
        2,
        [
            entry("1.01", 5, both, mandatory=True, complete_within_s=1800),
            entry("1.02", 30, ["U1"]),
            entry("1.03", 60, ["U2"]),
        ],
    )
    table = Timetable(drill)
    table.at(0, "start")
    table.at(5)
    table.at(7, "open_tasking", "U1", number="1.01")
    table.at(8, "acknowledge", "U1", number="1.01")
    table.at(10, "pause")
    table.at(30, "resume")
    table.at(36, "acknowledge", "U2", number="1.01")
    table.at(40, "complete", "U1", number="1.01")
    table.at(50)
    table.at(52, "jump", to_us=70 * MINUTE, missed="skip")
    table.at(54, "complete", "U2", number="1.01")
    table.at(62, "end")
    return drill


def test_a_pause_is_no_exercise_time_and_a_jump_is(paused_and_jumped):
    facts = facts_of(paused_and_jumped)
    # fmt: off
    assert taskings(facts) == {
        #                opened  ack  wall  late  done  wall  late
        ("1.01", "U1"): (2,      3,   3,    0,    15,   35,   0),
        ("1.01", "U2"): (None,   11,  31,   1,    67,   49,   37),
        ("1.02", "U1"): (None, None,  None, 40,   None, None, 0),
    }
    assert injects(facts) == {
        #        state       due  released  late  on time
        "1.01": ("released", 5,   5,        0,    False),
        "1.02": ("released", 30,  30,       0,    False),
        "1.03": ("skipped",  60,  None,     None, None),
    }
    # fmt: on
    assert [(one.kind, minutes(one.at_us), minutes(one.wall_length_us)) for one in facts.stops] == [
        ("pause", 10, 20)
    ]
    assert [(one.kind, minutes(one.at_us), minutes(one.skipped_us)) for one in facts.moves] == [
        ("jump", 70, 38)
    ]
    assert minutes(facts.played_us) == 80


@pytest.fixture
def recalled_and_corrected():
    """A resend, a correction, a return, a call by telephone, a waiver, a recall."""
    both = ["U1", "U2"]
    drill = make_drill(2, [entry("1.01", 5, both, complete_within_s=3600), entry("1.02", 10, both)])
    table = Timetable(drill)
    words = {"title": Text(vi="Tin mới"), "content": Text(vi="Khác")}
    table.at(0, "start")
    table.at(5)
    table.at(6, "acknowledge", "U1", number="1.01")
    table.at(10)
    table.at(16, "resend", inject="1.01")
    table.at(18, "correct", inject="1.01", reason=REASON, **words)
    table.at(20, "acknowledge", "U2", number="1.01")
    table.at(21, "acknowledge", "U1", number="1.01")
    phone = {"channel": "phone", "at_us": 14 * MINUTE}
    table.at(24, "acknowledge_for", of="U1", number="1.02", **phone)
    table.at(25, "recall", inject="1.02", reason=REASON)
    table.at(30, "complete", "U1", number="1.01")
    table.at(35, "return_tasking", of="U1", number="1.01", reason=REASON)
    table.at(40, "waive", of="U2", number="1.01", reason=REASON)
    table.at(50, "complete", "U1", number="1.01")
    table.at(80, "end")
    return drill


def test_what_was_recalled_returned_or_entered_by_telephone(recalled_and_corrected):
    facts = facts_of(recalled_and_corrected)
    # fmt: off
    assert taskings(facts) == {
        #                opened  ack  wall  late  done  wall  late
        ("1.01", "U1"): (None,   1,   1,    0,    45,   45,   0),
        # Due at 15, sent again at 16, acknowledged at 20: 5 after what it missed.
        ("1.01", "U2"): (None,   15,  15,   5,    None, None, 0),
        # Truly at 14, entered at 24: in time, on a wall clock nobody read.
        ("1.02", "U1"): (None,   4,   None, 0,    None, None, 0),
        # Recalled 15 minutes after delivery, unread: 5 over its limit by then.
        ("1.02", "U2"): (None,  None, None, 5,    None, None, 0),
    }
    assert injects(facts) == {
        "1.01": ("released", 5,  5,  0, False),
        "1.02": ("recalled", 10, 10, 0, False),
    }
    # fmt: on
    first, second = facts.taskings["1.01", "U1"], facts.taskings["1.01", "U2"]
    assert (first.reworks, first.corrections, minutes(first.reread_after_us)) == (1, 1, 3)
    assert (second.reworks, second.corrections, second.ended) == (0, 0, "waived")
    assert {key: one.ended for key, one in facts.taskings.items() if one.ended} == {
        ("1.01", "U2"): "waived",
        ("1.02", "U1"): "cancelled",
        ("1.02", "U2"): "cancelled",
    }
    assert facts.injects["1.01"].corrections == facts.injects["1.01"].resent == 1
    assert facts.injects["1.02"].recall_reason == REASON


@pytest.fixture
def stood_down():
    """A stand-down from 60 to 120, a real emergency at 140, a gate passed by decision at 185."""
    drill = make_drill(
        1,
        [
            entry("1.01", 50, ["U1"], mandatory=True, complete_within_s=1800),
            entry("2.01", 250, ["U1"]),
        ],
        stand_downs=[(1, 2)],
        conditions={"NQ": ["1.01"]},
    )
    table = Timetable(drill)
    table.at(0, "start")
    table.at(50)
    table.at(55, "acknowledge", "U1", number="1.01")
    table.at(60)
    table.at(120)
    table.at(130, "complete", "U1", number="1.01")
    table.at(140, "call_real_world_stop", place="Cổng phụ", words="Cháy kho")
    table.at(150, "lift_real_world_stop")
    table.at(155, "resume")
    table.at(165, "report_posture", "U1", unit_code="U1")
    table.at(170, "return_posture", unit_code="U1", reason=REASON)
    table.at(172, "report_posture", "U1", unit_code="U1")
    table.at(185, "advance_phase", leaving="transition", override_reason=REASON)
    table.at(188, "confirm_posture", unit_code="U1")
    table.at(195, "end")
    return drill


def test_a_stand_down_is_cut_out_of_exercise_time(stood_down):
    facts = facts_of(stood_down)
    assert taskings(facts) == {("1.01", "U1"): (None, 5, 5, 0, 20, 80, 0)}
    assert [(one.kind, minutes(one.at_us), minutes(one.wall_length_us)) for one in facts.stops] == [
        ("stand_down", 60, 60),
        ("real_world", 80, 10),
        ("pause", 80, 5),
    ]


def test_phases_gates_and_postures(stood_down):
    facts = facts_of(stood_down)
    first, second = facts.phases["transition"], facts.phases["preparation"]
    assert [minutes(one) for one in (first.started_us, first.ended_us)] == [0, 110]
    assert minutes(first.ended_wall_us - first.started_wall_us) == 185
    assert (first.by_gate, first.override_reason, first.unmet) == (True, REASON, ("units",))
    assert [minutes(one) for one in (second.started_us, second.ended_us)] == [110, 120]
    assert (second.by_gate, second.override_reason) == (False, "")
    posture = facts.postures["U1", "transition"]
    assert minutes(posture.ordered_us) == 0
    assert (minutes(posture.reported_after_us), minutes(posture.reported_after_wall_us)) == (
        97,
        172,
    )
    assert (minutes(posture.confirmed_after_us), posture.returned) == (113, 1)
    # Left behind by the override, it was ordered on when it was confirmed.
    assert minutes(facts.postures["U1", "preparation"].ordered_us) == 113


def test_an_inject_keeps_its_moment_when_it_is_put_off():
    drill = make_drill(1, [entry("1.01", 5, ["U1"])])
    table = Timetable(drill)
    table.at(0, "start")
    table.at(0, "set_overdue_policy", policy="hold")
    table.at(8)
    table.at(9, "decide_overdue", inject_ids=[drill.inject("1.01").pk], decision="release")
    inject = facts_of(drill).injects["1.01"]
    assert (minutes(inject.due_us), minutes(inject.late_us), inject.how) == (5, 4, "hand")
    assert inject.late_wall_us is None


def test_a_machine_clock_set_back_makes_no_wall_time_negative():
    drill = make_drill(1, [entry("1.01", 5, ["U1"])])
    table = Timetable(drill)
    table.at(0, "start")
    table.at(5)
    table.at(2, "acknowledge", "U1", number="1.01")
    one = facts_of(drill).taskings["1.01", "U1"]
    assert (one.acknowledged_after_us, one.acknowledged_after_wall_us) == (0, 0)
    table.at(12, "end")
    assert minutes(facts_of(drill).played_us) == 15


def test_what_an_exercise_has_not_begun_has_no_facts():
    facts = facts_of(make_drill(2))
    assert facts.taskings == facts.phases == facts.postures == {}
    assert {one.state for one in facts.injects.values()} == {"waiting"}
