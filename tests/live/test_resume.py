"""Coming back: nothing lost, nothing twice, and a fresh start where neither can be promised."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis import Redis

from exercise.live import bus, hub, room
from exercise.live.bus import Frame

from .conftest import Broker
from .driver import Browser, append, play, until


def _draw(drill: int, number: int, audience: str = "board.vi") -> str:
    append(drill, [Frame(audience, str(number))], published_seq=number)
    return bus.newest(drill)[0]


@pytest.mark.parametrize("how", ["query", "header", "header beats query"])
def test_it_goes_on_after_the_last_one_seen(drill: int, how: str) -> None:
    async def scene() -> None:
        ids = [_draw(drill, number) for number in range(6)]
        asked: dict[str, Any] = {
            "query": {"last": ids[2]},
            "header": {"last": None, "headers": {"Last-Event-ID": ids[2]}},
            "header beats query": {"last": ids[0], "headers": {"Last-Event-ID": ids[2]}},
        }[how]
        browser = await Browser.open(drill, "board.vi", **asked)
        await browser.sees("frame", 3)
        _draw(drill, 6)
        await browser.sees("frame", 4)
        assert browser.frames == ["3", "4", "5", "6"]
        assert not browser.named("resync")

    play(scene)


def test_coming_and_going_in_the_middle_of_traffic_loses_and_doubles_nothing(drill: int) -> None:
    async def scene() -> None:
        async def draw_all() -> None:
            for number in range(300):
                await asyncio.to_thread(_draw, drill, number)

        async def wander(stay: int) -> list[str]:
            seen: list[str] = []
            last = "0-0"
            while "299" not in seen:
                browser = await Browser.open(drill, "board.vi", last)
                await until(lambda b=browser: len(b.frames) >= stay or b.frames[-1:] == ["299"], 20)
                await browser.leave()
                assert not browser.named("resync")
                seen += browser.frames
                last = browser.named("frame")[-1].id
            return seen

        drawing = asyncio.create_task(draw_all())
        for seen in await asyncio.gather(*(wander(stay) for stay in (1, 7, 20, 50, 400))):
            assert seen == [str(number) for number in range(300)]
        await drawing

    play(scene)


def test_who_was_away_too_long_loads_again_and_goes_on_from_now(
    drill: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "RING_ENTRIES", 5)

    async def scene() -> None:
        first = _draw(drill, 0)
        await (await Browser.open(drill, "board.vi")).sees("frame")
        ids = [_draw(drill, number) for number in range(1, 9)]
        watcher = await Browser.open(drill, "board.vi", ids[-1])
        await until(lambda: room.show_id(hub.current().rooms[drill].last) == ids[-1])
        back = await Browser.open(drill, "board.vi", first)
        (resync,) = await back.sees("resync")
        assert resync.id == ids[-1]
        _draw(drill, 9)
        await back.sees("frame")
        await watcher.sees("frame")
        assert back.frames == watcher.frames == ["9"]
        assert not watcher.named("resync")

    play(scene)


def test_a_quiet_audience_is_not_sent_to_load_again_by_the_traffic_of_others(
    drill: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "RING_ENTRIES", 5)

    async def scene() -> None:
        last = _draw(drill, 0, "unit-VP.vi")
        busy = await Browser.open(drill, "control.vi", last)
        await busy.sees("beat")
        for number in range(1, 20):
            _draw(drill, number, "control.vi")
        await busy.sees("frame", 19)
        quiet = await Browser.open(drill, "unit-VP.vi", last)
        _draw(drill, 20, "unit-VP.vi")
        await quiet.sees("frame")
        assert quiet.frames == ["20"]
        assert not quiet.named("resync")

    play(scene)


def test_a_page_drawn_before_the_hub_read_the_entry_is_not_sent_it_again(drill: int) -> None:
    async def scene() -> None:
        await (await Browser.open(drill, "board.vi")).sees("beat")
        for number in range(0, 40, 2):
            browser = await Browser.open(drill, "board.vi", _draw(drill, number))
            await until(lambda b=browser: hub.current().rooms[drill].ahead == [])
            _draw(drill, number + 1)
            await browser.sees("frame")
            assert browser.frames == [str(number + 1)]
            assert not browser.named("resync")
            await browser.leave()

    play(scene)


@pytest.mark.parametrize("last", [None, "", "nonsense", "1-1", "9999999999999-0"])
def test_an_id_nobody_gave_out_means_load_again(drill: int, last: str | None) -> None:
    async def scene() -> None:
        newest = _draw(drill, 0)
        browser = await Browser.open(drill, "board.vi", last)
        (resync,) = await browser.sees("resync")
        assert resync.id == newest
        _draw(drill, 1)
        await browser.sees("frame")
        assert browser.frames == ["1"]

    play(scene)


def test_who_missed_very_much_loads_again(drill: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "REPLAY_ENTRIES", 3)

    async def scene() -> None:
        ids = [_draw(drill, number) for number in range(6)]
        far = await Browser.open(drill, "board.vi", ids[1])
        near = await Browser.open(drill, "board.vi", ids[2])
        await far.sees("resync")
        await near.sees("frame", 3)
        assert not far.frames

    play(scene)


@pytest.mark.parametrize(("bound", "most"), [("RING_ENTRIES", 5), ("RING_BYTES", 40)])
def test_a_process_that_starts_does_not_take_a_trimmed_stream_for_a_whole_one(
    drill: int, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    """Nor does it send anybody to load again for what is still there."""
    monkeypatch.setattr(bus, bound, most)
    ids = [_draw(drill, number) for number in range(100, 130)]

    async def scene() -> None:
        for last in ("0-0", ids[0], ids[12]):
            browser = await Browser.open(drill, "board.vi", last)
            await browser.sees("resync")
            assert not browser.frames
        browser = await Browser.open(drill, "board.vi", ids[-4])
        await browser.sees("frame", 3)
        assert browser.frames == ["127", "128", "129"]

    play(scene)


@pytest.mark.parametrize("before", [0, 1])
def test_what_a_release_before_added_to_the_stream_is_not_taken_for_all_of_it(
    drill: int, bus_broker: Broker, before: int
) -> None:
    """It does not note how large its drawings are, and may run beside this one for a while."""
    ids = [_draw(drill, number) for number in range(before)]
    redis: Any = Redis.from_url(bus_broker.url)
    for words in ("a", "b"):
        redis.xadd(bus.stream_key(drill), {"0|frame|board.vi": bus.pack(words)})
    newest = _draw(drill, 7)

    async def scene() -> None:
        for last in ["0-0", *ids]:
            await (await Browser.open(drill, "board.vi", last)).sees("resync")
        browser = await Browser.open(drill, "board.vi", newest)
        _draw(drill, 8)
        await browser.sees("frame")
        assert browser.frames == ["8"]

    play(scene)


@pytest.mark.parametrize("first", [0, 3])
@pytest.mark.parametrize(("bound", "most"), [("RING_ENTRIES", 5), ("RING_BYTES", 40)])
def test_who_is_overtaken_by_the_stream_loads_again(
    drill: int, monkeypatch: pytest.MonkeyPatch, bound: str, most: int, first: int
) -> None:
    """A web process that is held up reads on when the next entry is there no more."""
    monkeypatch.setattr(bus, bound, most)

    async def scene() -> None:
        for number in range(100, 100 + first):
            _draw(drill, number)
        browser = await Browser.open(drill, "board.vi")
        await browser.sees("beat")
        before = len(browser.frames)
        for number in range(110, 130):  # in this loop's own thread: the hub hears nothing
            newest = _draw(drill, number)
        (resync,) = await browser.sees("resync")
        assert resync.id == newest
        assert len(browser.frames) == before == first
        _draw(drill, 130)
        await browser.sees("frame", before + 1)
        assert browser.frames[-1] == "130"

    play(scene)


def test_who_was_held_up_and_missed_nothing_is_sent_all_of_it(drill: int) -> None:
    async def scene() -> None:
        browser = await Browser.open(drill, "board.vi")
        await browser.sees("beat")
        for number in range(200):
            _draw(drill, number)
        await browser.sees("frame", 200)
        assert browser.frames == [str(number) for number in range(200)]
        assert not browser.named("resync")

    play(scene)
