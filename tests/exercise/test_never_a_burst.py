"""Whatever was missed, and whatever is done about the clock then: injects never burst out unless a
person ordered it.
"""

from __future__ import annotations

import itertools

import pytest

from exercise.clock import frozen
from exercise.conduct.sweep import MOST_AT_ONCE
from exercise.models import verify
from exercise.review.replay import differences
from exercise.timing.tasks import recover_after_outage
from tests.factories import MINUTE, SECOND, entry, make_drill

pytestmark = pytest.mark.django_db
MANY = 24
POLICIES = ("release", "space", "hold")


def crowded(policy, *, pace=60_000):
    """An inject a minute; at ×60 a second of outage is a minute of play."""
    injects = [entry(f"1.{n:02d}", n, ["U1"]) for n in range(1, MANY + 1)]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.do("set_overdue_policy", policy=policy, spacing_s=120)
    if pace != 1000:
        drill.do("set_pace", rate_permille=pace)
    beat(drill)
    return drill


def beat(drill):
    with frozen(drill.now):
        return recover_after_outage(drill.now)


def released(drill):
    return drill.exercise.injects.filter(state="released").count()


def play_on(drill, seconds, step_s=0.5):
    """The timers at work for so long; answers how many came out at most in one go."""
    most = 0
    for _step in range(round(seconds / step_s)):
        before = released(drill)
        drill.later(seconds=step_s).sweep()
        most = max(most, released(drill) - before)
    return most


DEEDS = {
    "nothing": [],
    "pause and resume": [("pause", {}), ("resume", {})],
    "another pace": [("set_pace", {"rate_permille": 30_000})],
    "a jump that holds": [("jump", {"to_us": 22 * MINUTE, "missed": "hold"})],
    "a jump that skips": [("jump", {"to_us": 22 * MINUTE, "missed": "skip"})],
    "stop and go": [
        ("call_real_world_stop", {"place": "Kho 2", "words": "Có người bị nạn"}),
        ("lift_real_world_stop", {}),
        ("resume", {}),
    ],
    "one after the other": [
        ("pause", {}),
        ("set_pace", {"rate_permille": 120_000}),
        ("resume", {}),
        ("jump", {"to_us": 23 * MINUTE, "missed": "hold"}),
        ("pause", {}),
        ("resume", {}),
    ],
}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("deeds", DEEDS.values(), ids=DEEDS.keys())
def test_timers_late_by_less_than_an_outage(policy, deeds):
    drill = crowded(policy).later(seconds=20.5)  # 1.01–1.20 are due, 15 of them missed
    for command, arguments in deeds:
        drill.do(command, **arguments)
    drill.sweep()
    # Those within the five seconds that are no lateness, at ×60 one a second, come as they would.
    assert released(drill) <= 5 + MOST_AT_ONCE
    missed = drill.exercise.injects.filter(number__lte="1.15", state="released")
    assert missed.count() <= 1
    assert play_on(drill, 3) <= MOST_AT_ONCE
    assert verify(drill.fresh()).verified
    assert differences(drill.exercise) == []


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("deeds", DEEDS.values(), ids=DEEDS.keys())
def test_people_go_on_before_timers_that_were_down_for_long_come_back(policy, deeds):
    drill = crowded(policy, pace=12_000).later(seconds=90)
    for command, arguments in deeds:
        drill.do(command, **arguments)
    assert released(drill) == 0
    beat(drill.later(seconds=1))
    drill.sweep()
    assert released(drill) <= MOST_AT_ONCE
    if not drill.fresh().running:
        drill.do("resume")
    assert play_on(drill, 3) <= MOST_AT_ONCE
    assert differences(drill.exercise) == []


def test_a_long_outage_releases_nothing_and_then_each_at_its_own_moment():
    drill = crowded("release")
    assert beat(drill.later(seconds=90))
    assert released(drill) == 0
    assert len(drill.exercise.journal.get(kind="outage_recovered").data["missed"]) == MANY
    drill.sweep()
    assert released(drill) == 0
    drill.do("resume")
    assert play_on(drill, 12) == 1
    moments = list(
        drill.exercise.injects.filter(state="released")
        .order_by("sort_key")
        .values_list("released_us", flat=True)
    )
    assert len(moments) >= 11
    assert all(b - a >= 45 * SECOND for a, b in itertools.pairwise(moments))


@pytest.mark.parametrize("missed", ["hold", "skip"])
def test_a_jump_out_of_a_long_outage_releases_nothing(missed):
    drill = crowded("release")
    assert beat(drill.later(seconds=90))
    drill.do("jump", to_us=20 * MINUTE, missed=missed)
    drill.do("set_pace", rate_permille=600_000)
    drill.do("resume")
    drill.sweep()
    assert released(drill) == 0


def test_few_that_were_missed_go_by_the_policy_and_many_wait_for_a_person():
    few = crowded("release", pace=1000).later(MOST_AT_ONCE, seconds=20)
    few.sweep()
    assert released(few) == MOST_AT_ONCE
    many = crowded("release", pace=1000).later(MOST_AT_ONCE + 1, seconds=20)
    many.sweep()
    assert released(many) == 0
    assert many.exercise.journal.get(kind="injects_overdue").data["policy"] == "hold"
    queue = list(many.exercise.injects.filter(overdue_wall_us__isnull=False))
    assert len(queue) == MOST_AT_ONCE + 1
    many.do("decide_overdue", inject_ids=[one.pk for one in queue], decision="release")
    assert released(many) == MOST_AT_ONCE + 1
