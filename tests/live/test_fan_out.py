"""Who is sent what, and that it is made once."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import pytest

from exercise.live import bus, hub, room
from exercise.live.bus import Frame

from .driver import Browser, append, play, until


def test_each_audience_gets_its_own_and_nothing_else(drill: int) -> None:
    async def scene() -> None:
        names = ["control.vi", "control.en", "unit-VP.vi", "unit-VP2.vi", "board.vi"]
        opened = {name: await Browser.open(drill, name) for name in names}
        elsewhere = await Browser.open(drill + 100_000, "control.vi")
        for browser in opened.values():
            await browser.sees("beat")
        append(drill, [Frame(name, f"for {name}") for name in names], published_seq=1)
        append(drill, [Frame("unit-VP.vi", "secret")], published_seq=2)
        append(drill, [Frame(name, "end") for name in names], published_seq=3)
        for name, browser in opened.items():
            await until(lambda browser=browser: "end" in browser.frames)
            own = ["secret"] if name == "unit-VP.vi" else []
            assert browser.frames == [f"for {name}", *own, "end"]
            assert name == "unit-VP.vi" or b"secret" not in browser.body
        assert not elsewhere.frames

    play(scene)


def test_one_audience_shares_one_bytes_object(drill: int) -> None:
    async def scene() -> None:
        crowd = [await Browser.open(drill, "board.vi") for _time in range(5)]
        for browser in crowd:
            await browser.sees("beat")
        append(drill, [Frame("board.vi", "x" * 5000)], published_seq=1)
        for browser in crowd:
            await browser.sees("frame")
        shared = [next(b for b in browser.bodies if b"frame" in b) for browser in crowd]
        assert all(body is shared[0] for body in shared)

    play(scene)


def test_drawings_that_were_sent_are_kept_as_small_as_they_came(drill: int) -> None:
    """As bytes for its readers each of these takes a megabyte, and nobody comes back for it."""

    async def scene() -> None:
        readers = [await Listener.open(drill, name) for name in ("board.vi", "board.en")]
        tracemalloc.start()
        try:
            for number in range(1, 33):
                size = 500_000 + 1000 * number
                append(
                    drill,
                    [Frame("board.vi", "v" * size), Frame("board.en", "e" * size)],
                    published_seq=number,
                )
                await until(lambda size=size: all(one.longest > size for one in readers))
            held, _peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert held < 8_000_000

    play(scene)


def test_who_comes_back_after_the_bytes_are_gone_is_sent_the_same(
    drill: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MADE_BYTES", 1000)

    async def scene() -> None:
        stayed = await Browser.open(drill, "board.vi")
        await stayed.sees("beat")
        for number in range(1, 9):
            append(drill, [Frame("board.vi", f"{number} " * 200)], published_seq=number)
            await stayed.sees("frame", number)
        back = await Browser.open(drill, "board.vi", stayed.named("frame")[2].id)
        await back.sees("frame", 5)
        assert back.named("frame") == stayed.named("frame")[3:]

    play(scene)


class Listener(Browser):
    """One that keeps nothing of what it is sent."""

    longest = 0

    async def _send(self, message: dict[str, Any]) -> None:
        self.longest = max(self.longest, len(message.get("body", b"")))
        self.body = self.body or message.get("body", b"")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_and_the_blank_ones_arrive_whatever_ends_them(drill: int, end: str) -> None:
    async def scene() -> None:
        browser = await Browser.open(drill, "control.vi")
        words = ["<p>", "", "data: not a field", "id: 1-1", "\u2028một\x0bhai", "</p>", ""]
        append(drill, [Frame("control.vi", end.join(words))], published_seq=1)
        (frame,) = await browser.sees("frame")
        assert frame.data == "\n".join(words)
        assert frame.id == bus.newest(drill)[0]

    play(scene)


def test_two_fragments_of_one_drawing_share_an_id_only_at_the_end(drill: int) -> None:
    async def scene() -> None:
        browser = await Browser.open(drill, "control.vi")
        frames = [Frame("control.vi", "1"), Frame("control.vi", "2", event="note")]
        append(drill, frames, published_seq=1)
        await browser.sees("note")
        assert [(e.name, e.data) for e in browser.events if e.name != "beat"] == [
            ("frame", "1"),
            ("note", "2"),
        ]
        assert browser.named("frame")[0].id != browser.named("note")[0].id == bus.newest(drill)[0]

    play(scene)


def test_the_first_beat_comes_at_once_and_tells_the_time(drill: int) -> None:
    async def scene() -> None:
        before_ms = time.time() * 1000 - 1
        browser = await Browser.open(drill, "board.vi")
        (beat, *_more) = await browser.sees("beat")
        assert before_ms <= int(beat.data) <= time.time() * 1000

    play(scene)


def test_an_exercise_nobody_watched_yet_is_listened_to_without_delay(
    drill: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "BLOCK_MS", 30_000)
    monkeypatch.setattr(hub, "BEAT_S", 60)

    async def scene() -> None:
        first = await Browser.open(drill + 200_000, "board.vi")
        await first.sees("beat")
        await until(lambda: hub.current()._blocked)
        second = await Browser.open(drill, "board.vi")
        append(drill, [Frame("board.vi", "hello")], published_seq=1)
        await second.sees("frame")

    play(scene)


def test_a_slow_reader_starts_afresh_and_holds_up_nobody(
    drill: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "QUEUE_LIMIT", 8)

    async def scene() -> None:
        slow, quick = [await Browser.open(drill, "board.vi") for _time in range(2)]
        await slow.sees("beat")
        slow.reading.clear()
        for number in range(40):
            append(drill, [Frame("board.vi", str(number))], published_seq=number)
        await quick.sees("frame", 40)
        (client,) = [client for client in hub.current().rooms[drill].everyone() if client.stuck]
        assert len(client._queue or ()) <= 10
        slow.reading.set()
        await slow.sees("resync")
        append(drill, [Frame("board.vi", "after")], published_seq=99)
        await until(lambda: slow.frames[-1:] == ["after"])
        assert len(slow.frames) < 20
        assert quick.frames == [*map(str, range(40)), "after"]
        assert not client.stuck

    play(scene)


def test_who_left_is_forgotten(drill: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "EMPTY_ROOM_S", 0.0)

    async def scene() -> None:
        browsers = [await Browser.open(drill, name) for name in ("board.vi", "control.vi")]
        here = hub.current()
        assert here.count == 2
        for browser in browsers:
            await browser.leave()
        assert here.count == 0
        await until(lambda: not here.rooms)

    play(scene)
