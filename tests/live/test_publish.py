"""Drawing that is interrupted: by a bus that is down, a lock that ran out, another database."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis

from exercise.live import bus
from exercise.live import publish as publishing
from exercise.live.publish import Publisher, publish
from tests.factories import Drill, make_drill

from .conftest import Broker
from .driver import append

HIGH_S = 60.0


@pytest.fixture(autouse=True)
def _empty(bus_broker: Broker) -> Iterator[None]:
    """These exercises are numbered by the database, as the others' drills are."""
    Redis.from_url(bus_broker.url).flushall()
    yield
    Redis.from_url(bus_broker.url).flushall()


def until(condition: Callable[[], object]) -> None:
    deadline, pause = time.monotonic() + HIGH_S, threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        pause.wait(0.01)


def drawn(drill: Drill) -> int | None:
    return bus.published_seq(drill.exercise.pk)


def newest(drill: Drill, broker: Broker) -> dict[str, str]:
    """The frames last sent, by audience."""
    redis: Any = Redis.from_url(broker.url)
    ((_id, fields),) = redis.xrevrange(bus.stream_key(drill.exercise.pk), count=1)
    return {name.decode().split("|")[2]: bus.unpack(packed) for name, packed in fields.items()}


# ── a bus that is down ──────────────────────────────────────────────────────────────────────────
@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setattr(publishing, "TRY_AGAIN_S", (0.01, 0.05))
    made = Publisher()
    yield made
    until(lambda: made.settled)


@pytest.mark.django_db(transaction=True)
def test_what_was_committed_while_the_bus_was_down_is_drawn_when_it_is_back(
    bus_broker: Broker, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    drill = make_drill(1, started=True)
    pk, seq = drill.exercise.pk, drill.exercise.journal_seq
    bus_broker.kill()
    with caplog.at_level(logging.WARNING, logger="exercise.live.publish"):
        publisher.kick(pk)
        until(lambda: publisher._failures.get(pk, 0) >= 5)
        assert len(caplog.records) == 1
        bus_broker.start()
        until(lambda: drawn(drill) == seq)
    assert "board.vi" in newest(drill, bus_broker)


@pytest.mark.django_db(transaction=True)
def test_the_net_beneath_catches_what_is_undrawn_though_the_bus_does_not_answer(
    bus_broker: Broker, publisher: Publisher
) -> None:
    drill = make_drill(1, started=True)
    bus_broker.kill()
    publisher.ensure(drill.exercise.pk, drill.exercise.journal_seq)
    bus_broker.start()
    until(lambda: drawn(drill) == drill.exercise.journal_seq)


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_drawn_is_tried_again_and_complained_of_once(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    drill = make_drill(1, started=True)
    real, troubles = publishing.draw, [OSError("no file handles")] * 5

    def troubled(*args: Any, **options: Any) -> Any:
        if troubles:
            raise troubles.pop()
        return real(*args, **options)

    monkeypatch.setattr(publishing, "draw", troubled)
    with caplog.at_level(logging.WARNING, logger="exercise.live.publish"):
        publisher.kick(drill.exercise.pk)
        until(lambda: drawn(drill) == drill.exercise.journal_seq)
    assert len(caplog.records) == 1
    assert not troubles


def test_the_waits_grow_to_two_seconds_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = Publisher()
    began = time.monotonic()
    monkeypatch.setattr(publishing.time, "monotonic", lambda: began)
    waits = []
    for failures in range(1, 9):
        publisher._failures[1] = failures
        publisher._put_off(1)
        waits.append(round(publisher._dirty[1] - began, 1))
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0]


# ── a lock that ran out ─────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_a_drawing_that_outlived_its_lock_does_not_follow_a_newer_one(
    bus_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    drill = make_drill(1, started=True)
    pk, real = drill.exercise.pk, publishing.draw

    def slow(exercise_id: int, *, since_seq: int | None) -> Any:
        monkeypatch.setattr(publishing, "draw", real)
        found = real(exercise_id, since_seq=since_seq)
        Redis.from_url(bus_broker.url).delete(f"live:{pk}:lock")  # it ran out
        drill.do("pause")
        assert publish(pk)  # as another process does
        return found

    monkeypatch.setattr(publishing, "draw", slow)
    assert not publish(pk)
    assert drawn(drill) == drill.fresh().journal_seq
    assert 'data-running="0"' in newest(drill, bus_broker)["board.vi"]


@pytest.mark.django_db
def test_drawings_that_all_outlive_the_lock_are_sent_all_the_same(
    bus_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    drill = make_drill(1, started=True)
    pk, real = drill.exercise.pk, publishing.draw

    def slower_than_any_lock(exercise_id: int, *, since_seq: int | None) -> Any:
        found = real(exercise_id, since_seq=since_seq)
        # It ran out, and another process has begun to draw.
        Redis.from_url(bus_broker.url).set(f"live:{pk}:lock", "another", px=10_000)
        return found

    monkeypatch.setattr(publishing, "draw", slower_than_any_lock)
    assert publish(pk)
    assert drawn(drill) == drill.fresh().journal_seq
    assert "board.vi" in newest(drill, bus_broker)


# ── another database ────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_a_database_restored_beside_a_living_stream_is_drawn_afresh(bus_broker: Broker) -> None:
    drill = make_drill(2, started=True)
    append(drill.exercise.pk, [], published_seq=5000)
    drill.do("pause")
    assert publish(drill.exercise.pk)
    assert drawn(drill) == drill.fresh().journal_seq
    frames = newest(drill, bus_broker)
    assert {"control.vi", "board.en", "unit-U1.vi", "unit-U2.vi"} <= set(frames)
    assert 'data-touched="*"' in frames["unit-U2.vi"]


@pytest.mark.django_db
def test_once_it_is_forgotten_a_shorter_life_does_not_count_as_drawn(bus_broker: Broker) -> None:
    """Restoring forgets: by its number alone the drawing of another drill could pass for ours."""
    drill = make_drill(2, started=True)
    append(drill.exercise.pk, [], published_seq=1)
    Redis.from_url(bus_broker.url).set("another:program", "x")
    bus.forget_everything()
    assert bus.published_seq(drill.exercise.pk) is None
    assert bus.newest(drill.exercise.pk) == ("0-0", 0)
    assert Redis.from_url(bus_broker.url).get("another:program") == b"x"
    drill.do("pause")
    assert publish(drill.exercise.pk)
    assert 'data-touched="*"' in newest(drill, bus_broker)["unit-U2.vi"]


@pytest.mark.django_db
def test_an_exercise_that_is_not_there_is_nothing_to_draw(drill: int) -> None:
    assert publish(10**6 + drill)
    assert bus.published_seq(10**6 + drill) is None


@pytest.mark.django_db
def test_a_revoked_link_is_closed_before_the_change_counts_as_drawn(
    bus_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a bus that fails between the two leaves the link's viewers where they are."""
    drill = make_drill(1, started=True)
    publish(drill.exercise.pk)
    before = drawn(drill)
    drill.do("revoke_board_link")

    def down(*_words: object) -> None:
        raise bus.BusDown

    monkeypatch.setattr(bus, "kick", down)
    with pytest.raises(bus.BusDown):
        publish(drill.exercise.pk)
    assert drawn(drill) == before
