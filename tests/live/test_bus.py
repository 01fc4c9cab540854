from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from exercise.live import bus
from exercise.live.bus import Frame

from .conftest import Broker
from .driver import append

_ids = itertools.count(2_000_000)
"""Exercises of the tests that need many."""


def test_before_the_first_drawing_nothing_is_there(drill: int) -> None:
    assert bus.newest(drill)[0] == "0-0"
    assert bus.published_seq(drill) is None


def test_a_drawing_is_one_entry_with_its_journal_number(drill: int, bus_broker: Broker) -> None:
    append(drill, [Frame("control.vi", "a"), Frame("board.vi", "b")], published_seq=9)
    redis = Redis.from_url(bus_broker.url)
    assert redis.xlen(bus.stream_key(drill)) == 1
    assert bus.newest(drill)[0] == redis.xrevrange(bus.stream_key(drill))[0][0].decode()
    assert bus.published_seq(drill) == 9


def test_a_drawing_without_frames_still_counts(drill: int) -> None:
    append(drill, [], published_seq=3)
    assert (bus.newest(drill)[0], bus.published_seq(drill)) == ("0-0", 3)


def _kept(drill: int, broker: Broker) -> list[dict[bytes, bytes]]:
    """What the stream holds, the oldest first."""
    found: Any = Redis.from_url(broker.url).xrange(bus.stream_key(drill))
    return [fields for _id, fields in found]


def test_a_stream_keeps_its_newest_entries_only(
    drill: int, bus_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "RING_ENTRIES", 5)
    for number in range(12):
        append(drill, [Frame("control.vi", str(number))], published_seq=number)
    kept = [bus.unpack(*fields.values()) for fields in _kept(drill, bus_broker)]
    assert kept == ["7", "8", "9", "10", "11"]


@given(sizes=st.lists(st.integers(0, 400), min_size=1, max_size=30))
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_stream_keeps_as_many_of_its_newest_as_have_room(
    bus_broker: Broker, sizes: list[int]
) -> None:
    drill = next(_ids)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bus, "RING_BYTES", 1000)
        patch.setattr(bus, "RING_ENTRIES", 8)
        for size in sizes:
            append(drill, [Frame("control.vi", "x" * size)], published_seq=1)
    fitting = next(
        count
        for count in range(min(len(sizes), 8), 0, -1)
        if count == 1 or sum(size + 1 for size in sizes[-count:]) <= 1000
    )
    kept = _kept(drill, bus_broker)
    assert [len(bus.unpack(*fields.values())) for fields in kept] == sizes[-fitting:]


def test_a_drawing_larger_than_all_the_room_is_kept_alone(
    drill: int, bus_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "RING_BYTES", 100)
    for size in (50, 400, 60):
        append(drill, [Frame("control.vi", "x" * size)], published_seq=1)
        (fields,) = _kept(drill, bus_broker)
        assert bus.unpack(*fields.values()) == "x" * size


@pytest.mark.parametrize("html", ["", "<b>ngắn</b>", "<li>Đơn vị báo cáo xong</li>\r\n" * 900])
def test_packing_changes_nothing(html: str) -> None:
    assert bus.unpack(bus.pack(html)) == html
    assert len(bus.pack(html)) <= max(512, len(html) // 9)


def test_every_failure_is_one_error(drill: int, bus_broker: Broker) -> None:
    assert bus.newest(drill)[0] == "0-0"
    bus_broker.kill()
    assert bus.newest(drill)[0] == ""
    for call in (
        lambda: bus.append(drill, [Frame("control.vi", "a")], published_seq=1, after_seq=None),
        lambda: bus.published_seq(drill),
        lambda: bus.kick(drill, "board"),
        lambda: bus.expel(drill, "7"),
        lambda: bus.set_board_stamp(drill, "s"),
        lambda: bus.lock(drill).__enter__(),
    ):
        with pytest.raises(bus.BusDown):
            call()


def test_a_restarted_broker_is_found_again_at_the_first_try(drill: int, bus_broker: Broker) -> None:
    append(drill, [], published_seq=1)
    bus_broker.kill()
    bus_broker.start()
    append(drill, [], published_seq=2)
    assert bus.published_seq(drill) == 2


def test_a_lock_is_one_holders_and_only_that_one_lets_go(drill: int, bus_broker: Broker) -> None:
    redis = Redis.from_url(bus_broker.url)
    key = f"live:{drill}:lock"
    with bus.lock(drill) as mine:
        assert mine
        assert 5000 < redis.pttl(key) <= 10_000
        with bus.lock(drill) as second:
            assert not second
        assert redis.exists(key)
        redis.set(key, "who took over when it ran out")
    assert redis.exists(key)


@pytest.mark.parametrize("published_seq", [1, 2, 3])
def test_of_two_that_draw_at_once_the_second_to_end_sends_nothing(
    drill: int, bus_broker: Broker, published_seq: int
) -> None:
    old = [Frame("board.vi", "old")]
    before = bus.published_seq(drill)
    append(drill, [Frame("board.vi", "new")], published_seq=2)
    assert not bus.append(drill, old, published_seq=published_seq, after_seq=before)
    assert Redis.from_url(bus_broker.url).xlen(bus.stream_key(drill)) == 1
    assert bus.published_seq(drill) == 2


def test_what_was_drawn_for_a_bus_that_has_forgotten_is_not_sent(
    drill: int, bus_broker: Broker
) -> None:
    append(drill, [], published_seq=2)
    before = bus.published_seq(drill)
    Redis.from_url(bus_broker.url).delete(bus.seq_key(drill))
    assert not bus.append(drill, [], published_seq=3, after_seq=before)
    assert bus.published_seq(drill) is None


def test_a_lock_kept_by_a_bus_that_died_keeps_its_own_process_out_no_longer(
    drill: int, bus_broker: Broker
) -> None:
    redis = Redis.from_url(bus_broker.url)
    redis.config_set("appendfsync", "always")
    with bus.lock(drill):
        bus_broker.kill()
    bus_broker.start()
    assert redis.exists(f"live:{drill}:lock")
    with bus.lock(drill) as mine:
        assert mine


def test_what_goes_wrong_under_the_lock_releases_it(drill: int) -> None:
    with pytest.raises(ZeroDivisionError), bus.lock(drill):
        raise ZeroDivisionError
    with bus.lock(drill) as mine:
        assert mine


OTHER_PROCESS = """
import django, sys
django.setup()
from exercise.live import bus
with bus.lock(int(sys.argv[1])) as mine:
    print(bool(mine), flush=True)
    sys.stdin.readline()
"""


def test_the_lock_holds_between_processes(drill: int, bus_broker: Broker) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(drill)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "REDIS_URL": bus_broker.url},
        cwd=Path(__file__).parents[2],
        text=True,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        with bus.lock(drill) as mine:
            assert not mine
        other.stdin.close()
        other.wait(10)
    with bus.lock(drill) as mine:
        assert mine
