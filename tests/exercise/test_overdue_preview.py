"""Before the overdue queue is decided: what each choice would send, when, and beside what."""

from __future__ import annotations

import pytest

from exercise.situation import overdue
from tests.factories import MINUTE, SECOND, entry, make_drill

pytestmark = pytest.mark.django_db


def queued(injects=None, **more):
    """Three injects that missed their moment by a good minute, the clock at 5:20."""
    if injects is None:
        injects = [entry(f"1.0{n}", n, ["U1"], complete_within_s=1800) for n in (1, 2, 3, 4)]
        injects += [entry("1.05", 6, ["U1", "U2"]), entry("1.06", 7, ["U2"])]
        injects += [entry("1.07", 16, ["U1"])]
    drill = make_drill(units=2, injects=injects, started=True, **more)
    drill.later(5, seconds=20).sweep()
    return drill


def decision(drill, **asked):
    return overdue.decision(drill.fresh(), now_wall_us=drill.now, **asked)


def choice(found, name):
    return next(one for one in found.choices if one.decision == name)


def numbers(outgoing):
    return [one.inject.number for one in outgoing]


def test_all_of_the_queue_at_once():
    drill = queued()
    sent = choice(decision(drill), "release").outgoing
    assert numbers(sent) == ["1.01", "1.02", "1.03", "1.04"]
    assert {one.at_us for one in sent} == {5 * MINUTE + 20 * SECOND}
    assert {one.at_wall_us for one in sent} == {drill.now}
    assert {one.units for one in sent} == {"ĐV U1"}


def test_spaced_by_minutes_the_first_at_once():
    drill = queued()
    sent = choice(decision(drill, spacing_min=4), "space").outgoing
    assert [one.at_us - sent[0].at_us for one in sent] == [0, 4 * MINUTE, 8 * MINUTE, 12 * MINUTE]
    assert [one.at_wall_us - drill.now for one in sent] == [0, 4 * MINUTE, 8 * MINUTE, 12 * MINUTE]


def test_what_is_previewed_is_what_comes_of_it():
    drill = queued()
    found = decision(drill, spacing_min=4)
    sent = choice(found, "space").outgoing
    ids = [one.pk for one in found.chosen]
    drill.do("decide_overdue", inject_ids=ids, decision="space", spacing_s=4 * 60)
    for one in sent:
        assert drill.inject(one.inject.number).due_us == one.at_us
    for one in sent:
        drill.now = one.at_wall_us
        drill.sweep()
        tasking = drill.tasking(one.inject.number, "U1")
        assert (tasking.ack_due_us, tasking.complete_due_us) == (
            one.ack_due_us,
            one.complete_due_us,
        )


def test_held_and_skipped_ones_have_no_moment_and_no_deadline():
    found = decision(queued())
    for name in ("hold", "skip"):
        for one in choice(found, name).outgoing:
            assert (one.at_us, one.ack_due_us, one.complete_due_us, one.beside) == (None,) * 3 + (
                (),
            )


def test_what_is_due_anyway_for_the_same_unit_is_told():
    found = decision(queued(), spacing_min=5)
    now = choice(found, "release").outgoing[0]
    assert [(one.inject.number, one.units) for one in now.beside] == [("1.05", "ĐV U1")]
    spaced = choice(found, "space").outgoing  # at 5:20, 10:20, 15:20, 20:20
    assert [[one.inject.number for one in sent.beside] for sent in spaced] == [
        ["1.05"],
        [],
        ["1.07"],
        [],
    ]


def test_the_unit_on_which_most_would_come_together_is_told():
    found = decision(queued(), spacing_min=5)
    crowd = choice(found, "release").crowd
    assert (crowd.unit, crowd.count) == ("ĐV U1", 5)
    assert choice(found, "space").crowd.count == 2
    assert choice(found, "hold").crowd is None
    alone = queued([entry("1.01", 1, ["U1"]), entry("1.02", 2, ["U2"])])
    assert choice(decision(alone), "release").crowd is None


def test_the_choice_is_for_those_chosen():
    drill = queued()
    ids = {drill.inject("1.02").pk, drill.inject("1.04").pk, 10**9}
    found = decision(drill, ids=ids, spacing_min=1)
    assert numbers(choice(found, "space").outgoing) == ["1.02", "1.04"]
    assert [one.chosen for one in found.queue] == [False, True, False, True]
    assert choice(decision(drill, ids=set()), "release").outgoing == ()


@pytest.mark.parametrize(("policy", "proposed"), [("hold", "hold"), ("release", "release")])
def test_the_policy_is_proposed_and_another_choice_stays_marked(policy, proposed):
    drill = make_drill(
        units=1, injects=[entry(f"1.0{n}", n, ["U1"]) for n in range(1, 6)], started=True
    )
    drill.do("set_overdue_policy", policy=policy, spacing_s=90)
    drill.later(6).sweep()
    found = decision(drill)
    assert len(found.queue) == 5
    assert (found.proposed, found.spacing_min) == (proposed, 2)
    assert decision(drill, wanted="space").proposed == "space"
    assert decision(drill, wanted="nonsense").proposed == proposed


def test_wall_times_go_by_the_pace_and_over_the_stand_downs():
    drill = queued(stand_downs=[(0.2, 1.2)])  # from 12 minutes of play on, an hour
    spaced = choice(decision(drill, spacing_min=4), "space").outgoing
    assert [round((one.at_wall_us - drill.now) / MINUTE) for one in spaced] == [0, 4, 68, 72]
    drill.do("set_pace", rate_permille=4000)
    spaced = choice(decision(drill, spacing_min=4), "space").outgoing
    assert [round((one.at_wall_us - drill.now) / MINUTE) for one in spaced] == [0, 1, 2, 3]


def test_while_the_clock_stands_it_is_as_if_it_went_on_now():
    drill = queued()
    drill.do("pause")
    drill.later(30)
    spaced = choice(decision(drill, spacing_min=5), "space").outgoing
    assert [one.at_wall_us - drill.now for one in spaced] == [n * 5 * MINUTE for n in range(4)]
