"""A stream outlives neither its token nor the share link it came by."""

from __future__ import annotations

import time

import pytest

from exercise.live import bus, tokens
from exercise.live.bus import Frame

from .conftest import Broker
from .driver import Browser, append, play, until


def test_an_open_stream_is_ended_to_be_renewed_once_its_token_has_aged(
    drill: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "RENEWED_WITHIN_S", 0)

    async def scene() -> None:
        fresh = await Browser.open(drill, "board.vi")
        monkeypatch.setattr(tokens, "_issued_s", lambda token: time.time() - tokens.MAX_AGE_S)
        aged = await Browser.open(drill, "board.vi")
        await until(lambda: aged.ended)
        await aged.task
        assert [event.name for event in aged.events][-1] == "renew"
        append(drill, [Frame("board.vi", "still")], published_seq=1)
        await fresh.sees("frame")
        assert not fresh.ended
        assert not fresh.named("renew")

    play(scene)


def test_the_ends_of_many_streams_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    token = tokens.issue(7, "board.vi")
    now_s = time.time()
    ends = [tokens.read(token, 7).ends_s - now_s - tokens.MAX_AGE_S for _time in range(200)]
    assert -2 <= min(ends) < max(ends) <= tokens.RENEWED_WITHIN_S
    assert max(ends) - min(ends) > tokens.RENEWED_WITHIN_S / 2


def test_a_board_closes_when_its_link_runs_out_and_opens_no_more(drill: int) -> None:
    async def scene() -> None:
        ends_s = int(time.time()) + 5
        token = tokens.issue(drill, "board.vi", secret="link", until_s=ends_s)
        wall = await Browser.open(drill, "board.vi", token=token)
        assert wall.status == 200
        await until(lambda: wall.ended)
        assert wall.named("renew")
        assert time.time() >= ends_s
        assert (await Browser.open(drill, "board.vi", token=token)).status == 403

    play(scene)


def test_it_ends_while_redis_is_away_as_well(drill: int, bus_broker: Broker) -> None:
    async def scene() -> None:
        wall = await Browser.open(drill, "board.vi", until_s=int(time.time()) + 5)
        await wall.sees("beat")
        bus_broker.kill()
        await until(lambda: wall.ended)
        assert wall.named("renew")

    play(scene)
    bus_broker.start()
    assert bus.newest(drill)[0] == "0-0"
