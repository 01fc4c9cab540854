"""What the broker says of itself: what is drawn, what waits, and that it does not answer."""

from __future__ import annotations

from redis import Redis

from exercise.live import backlog, bus
from exercise.live.backlog import Backlog
from tests.live.conftest import Broker


def test_nothing_is_drawn_and_nothing_waits_at_first(drill: int) -> None:
    assert backlog.backlog(drill) == Backlog(drawn_seq=None, waiting=0)


def test_it_tells_what_is_drawn_and_how_many_tasks_wait(drill: int, bus_broker: Broker) -> None:
    assert bus.append(drill, [], published_seq=17, after_seq=None)
    redis = Redis.from_url(bus_broker.url)
    redis.lpush("timers", "one", "two")
    try:
        assert backlog.backlog(drill) == Backlog(drawn_seq=17, waiting=2)
    finally:
        redis.delete("timers")


def test_a_broker_that_is_gone_is_told_and_one_that_is_back(drill: int, bus_broker: Broker) -> None:
    assert backlog.backlog(drill) is not None
    bus_broker.kill()
    assert backlog.backlog(drill) is None
    bus_broker.start()
    assert backlog.backlog(drill) is not None
