"""Redis dies, comes back, or is emptied: open streams go on by themselves."""

from __future__ import annotations

import pytest
from redis import Redis

from exercise.live import bus, hub
from exercise.live.bus import Frame

from .conftest import Broker
from .driver import Browser, append, play, until


def _draw(drill: int, words: str) -> None:
    append(drill, [Frame("board.vi", words)], published_seq=1)


def test_killed_and_started_again_it_goes_on_without_a_reconnect(
    drill: int, bus_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        _draw(drill, "before")
        # On disk before the kill: what everysec may lose is another test's.
        redis = Redis.from_url(bus_broker.url)
        redis.config_set("appendfsync", "always")
        _draw(drill, "kept")
        browser = await Browser.open(drill, "board.vi")
        await browser.sees("frame", 2)
        bus_broker.kill()
        await until(lambda: not hub.current().healthy)
        bus_broker.start()
        _draw(drill, "after")
        await browser.sees("frame", 3)
        assert browser.frames == ["before", "kept", "after"]
        assert not browser.named("resync")
        assert not browser.ended

    play(scene)


def test_while_it_is_dead_there_is_no_beat_and_none_for_who_comes(
    drill: int, bus_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "BEAT_S", 0.02)

    async def scene() -> None:
        before = await Browser.open(drill, "board.vi")
        await before.sees("beat", 3)
        bus_broker.kill()
        await until(lambda: not hub.current().healthy)
        beats, tries = len(before.named("beat")), 0
        meanwhile = [
            await Browser.open(drill, "board.vi"),
            await Browser.open(drill + 300_000, "board.vi"),
            await Browser.open(drill, "board.vi", secret="link"),
        ]

        async def fail(*_words: object) -> None:
            nonlocal tries
            tries += 1
            raise bus.RedisConnectionError("dead")

        monkeypatch.setattr(hub.current()._redis, "ping", fail)
        await until(lambda: tries >= 6)  # reader and pulse both looked, more than once
        assert len(before.named("beat")) == beats
        assert not any(browser.named("beat") for browser in meanwhile)
        assert all(browser.status == 200 for browser in meanwhile)
        monkeypatch.undo()
        bus_broker.start()
        await before.sees("beat", beats + 1)
        for browser in meanwhile:
            await browser.sees("beat")

    play(scene)


@pytest.mark.parametrize("drawn_since", [False, True])
def test_emptied_under_a_living_connection_everyone_loads_again(
    drill: int, bus_broker: Broker, drawn_since: bool
) -> None:
    async def scene() -> None:
        _draw(drill, "before")
        browser = await Browser.open(drill, "board.vi")
        await browser.sees("frame")
        Redis.from_url(bus_broker.url).flushall()
        if not drawn_since:
            (resync,) = await browser.sees("resync")
            assert resync.id == "0-0"
        assert bus.published_seq(drill) is None  # so the next drawing is of everything
        _draw(drill, "everything")
        await browser.sees("frame", 2)
        assert browser.frames == ["before", "everything"]
        assert not browser.ended

    play(scene)


def test_come_back_empty_everyone_loads_again(drill: int, bus_broker: Broker) -> None:
    async def scene() -> None:
        _draw(drill, "before")
        old = bus.newest(drill)[0]
        browser = await Browser.open(drill, "board.vi")
        await browser.sees("frame")
        Redis.from_url(bus_broker.url).flushall()
        bus_broker.kill()
        bus_broker.start()
        await browser.sees("resync")
        _draw(drill, "everything")
        await browser.sees("frame", 2)
        returning = await Browser.open(drill, "board.vi", old)
        await returning.sees("resync")
        assert len(browser.named("resync")) == 1

    play(scene)
