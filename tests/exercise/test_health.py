"""Readings of the system's state: signs of life, who is to blame, lateness, what comes next."""

from __future__ import annotations

import pytest

from exercise.clock import frozen
from exercise.models import TimerHeartbeat, TimerSign
from exercise.situation import health
from exercise.situation.health import Channel
from exercise.timing import tasks
from tests.factories import SECOND, entry, make_drill

pytestmark = pytest.mark.django_db
QUEUED, NOTHING_QUEUED = Channel(True, waiting=3), Channel(True)


def drill_with_sign(**fields):
    """A drill under way whose timers work at this moment."""
    drill = make_drill(units=1, started=True, **fields)
    beat(drill)
    return drill


def beat(drill, name="may-1:7", *, sent_ago_s=0.0):
    with frozen(drill.now):
        tasks.heartbeat(name, drill.now - round(sent_ago_s * SECOND))


def pulse(drill, *, shown="", channel=None, disks=()):
    return health.pulse(
        drill.fresh(), now_wall_us=drill.now, channel=channel, disks=disks, shown=shown
    )


# ── signs ───────────────────────────────────────────────────────────────────────────────────────
def test_a_heartbeat_tells_of_the_beat_and_of_the_worker_apart():
    drill = drill_with_sign()
    beat(drill.later(seconds=1), sent_ago_s=0.4)
    signs = dict(TimerSign.objects.values_list("kind", "wall_us"))
    assert signs == {"beat": drill.now - 4 * SECOND // 10, "worker": drill.now}


def test_a_heartbeat_of_an_earlier_beat_tells_of_the_worker_alone():
    drill = make_drill(units=1)
    with frozen(drill.now):
        tasks.heartbeat()
    assert list(TimerSign.objects.values_list("kind", flat=True)) == ["worker"]


def test_every_heartbeat_a_second_apart_is_noted():
    drill = drill_with_sign()
    for _time in range(3):
        beat(drill.later(seconds=0.99))
        assert TimerHeartbeat.objects.get().wall_us == drill.now


def test_processes_long_gone_are_forgotten_and_those_just_silent_are_shown():
    drill = drill_with_sign()
    beat(drill.later(seconds=60), "may-2:8")
    beats, workers = health.processes(drill.later(seconds=0.3).now)
    assert [(one.name, one.silent) for one in beats.processes] == [
        ("may-1:7", True),
        ("may-2:8", False),
    ]
    assert (beats.heard, workers.heard) == (1, 1)
    beat(drill.later(seconds=61), "may-2:8")
    assert [one.name for one in health.processes(drill.now)[0].processes] == ["may-2:8"]


# ── the pulse ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("silent_s", "dead"), [(0, False), (1.2, False), (3, False), (3.1, True)])
def test_timers_are_dead_after_three_seconds(silent_s, dead):
    assert pulse(drill_with_sign().later(seconds=silent_s)).dead is dead


def test_what_was_dead_must_be_well_before_it_is_called_alive():
    drill = drill_with_sign().later(seconds=4)
    shown = pulse(drill).key
    sign_us = drill.now
    beat(drill)
    assert pulse(drill.later(seconds=2.5), shown=shown).dead
    assert not pulse(drill).dead
    drill.now = sign_us + SECOND
    assert pulse(drill, shown=shown).what == "ok"


def test_a_death_is_told_once():
    drill = drill_with_sign()
    keys = {pulse(drill.later(seconds=s), channel=QUEUED).key for s in (6, 2, 20)}
    assert len(keys) == 1


def test_another_death_is_another_story():
    drill = drill_with_sign()
    first = pulse(drill.later(seconds=9)).key
    beat(drill)
    assert pulse(drill.later(seconds=9)).key != first


@pytest.mark.parametrize(
    ("silent_s", "channel", "why"),
    [
        (4, QUEUED, ""),
        (6, QUEUED, "worker"),
        (6, NOTHING_QUEUED, "beat"),
        (4, Channel(False), "broker"),
        (6, None, ""),
    ],
    ids=["too early to say", "worker", "beat", "broker", "no broker to ask"],
)
def test_who_is_to_blame(silent_s, channel, why):
    found = pulse(drill_with_sign().later(seconds=silent_s), channel=channel)
    assert (found.what, found.why) == ("timers", why)


def test_a_pause_does_not_make_dead_timers_alive():
    drill = drill_with_sign().later(seconds=9)
    drill.do("pause")
    assert pulse(drill).dead


def test_an_exercise_that_is_not_played_raises_no_banner():
    drill = make_drill(units=1)
    assert (pulse(drill).what, pulse(drill).dead) == ("idle", False)
    drill = drill_with_sign()
    drill.do("end")
    assert pulse(drill.later(seconds=60)).what == "idle"


def test_timers_that_never_worked_are_dead():
    assert pulse(make_drill(units=1, started=True)).since_us is None
    assert pulse(make_drill(units=1, started=True)).dead


def test_the_wall_clock_set_back_kills_nobody():
    assert pulse(drill_with_sign().later(-60)).what == "ok"


def test_a_silent_broker_and_a_full_disk_are_told_while_the_timers_live(tmp_path):
    full = health.Disk(tmp_path, 10**6, 10**12)
    drill = drill_with_sign()
    assert pulse(drill, channel=NOTHING_QUEUED).what == "ok"
    assert pulse(drill, channel=Channel(False), disks=[full]).what == "channel"
    assert pulse(drill, channel=NOTHING_QUEUED, disks=[full]).what == "disk"
    assert pulse(drill.later(seconds=9), disks=[full]).what == "timers"


# ── the details ─────────────────────────────────────────────────────────────────────────────────
def test_the_drift_is_that_of_releases_by_the_timers():
    injects = [entry(f"1.0{n}", n, ["U1"]) for n in range(1, 6)]
    drill = make_drill(units=1, injects=injects, started=True)
    assert health.drift(drill.exercise).count == 0
    for late_s in (0, 0.5, 2):
        drill.now += 60 * SECOND
        drill.later(seconds=late_s).sweep()
        drill.later(seconds=-late_s)
    drill.do("release", inject_id=drill.inject("1.05").pk)
    found = health.drift(drill.exercise)
    assert (found.count, found.median_us, found.worst_us) == (3, SECOND // 2, 2 * SECOND)


def test_the_next_five_are_those_that_come_by_themselves():
    injects = [entry(f"1.0{n}", n * 10, ["U1"]) for n in range(1, 9)]
    injects += [entry("1.09", None, ["U1"]), entry("2.01", 245, ["U1"])]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.do("hold", inject_id=drill.inject("1.02").pk)
    drill.later(10, seconds=30).sweep()  # 1.01 waits for a decision
    numbers = [inject.number for inject in health.next_releases(drill.exercise)]
    assert numbers == ["1.03", "1.04", "1.05", "1.06", "1.07"]


def test_the_disk_is_read_where_the_product_writes(settings, tmp_path):
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "nothing yet"
    (disk,) = health.disks()
    assert disk.place == tmp_path
    assert 0 < disk.free_bytes < disk.total_bytes
