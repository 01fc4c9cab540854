"""Streams that are ended because a right was taken away."""

from __future__ import annotations

from redis import Redis

from exercise.live import bus, tokens
from exercise.live.bus import Frame

from .conftest import Broker
from .driver import Browser, append, play, until


def test_one_unit_is_closed_in_all_languages_and_its_namesakes_are_not(drill: int) -> None:
    async def scene() -> None:
        out = [await Browser.open(drill, name) for name in ("unit-VP.vi", "unit-VP.en")]
        names = ("unit-VP2.vi", "unit-VP-1.vi", "control.vi", "board.vi")
        stay = [await Browser.open(drill, name) for name in names]
        bus.kick(drill, "unit-VP")
        for browser in out:
            await until(lambda browser=browser: browser.ended)
            await browser.task
            assert browser.named("close")
        append(drill, [Frame(name, "still") for name in names], published_seq=1)
        for browser in stay:
            await browser.sees("frame")
            assert not browser.named("close")

    play(scene)


def test_who_was_away_when_it_happened_is_closed_on_return(drill: int) -> None:
    async def scene() -> None:
        append(drill, [Frame("unit-VP.vi", "before")], published_seq=1)
        last = bus.newest(drill)[0]
        bus.kick(drill, "unit-VP")
        append(drill, [Frame("unit-VP.vi", "after")], published_seq=2)
        back = await Browser.open(drill, "unit-VP.vi", last)
        await until(lambda: back.ended)
        assert back.named("close")
        assert not back.frames
        loaded_again = await Browser.open(drill, "unit-VP.vi", bus.newest(drill)[0])
        await loaded_again.sees("beat")
        assert not loaded_again.ended

    play(scene)


def test_a_revoked_share_link_closes_its_boards_and_opens_no_more(drill: int) -> None:
    async def scene() -> None:
        bus.set_board_stamp(drill, "old")
        wall = await Browser.open(drill, "board.vi", secret="old")
        await wall.sees("beat")
        bus.set_board_stamp(drill, "new")
        bus.kick(drill, "board")
        await until(lambda: wall.ended)
        assert wall.named("close")
        assert (await Browser.open(drill, "board.vi", secret="old")).status == 403
        for secret in ("new", ""):
            opened = await Browser.open(drill, "board.vi", bus.newest(drill)[0], secret=secret)
            await opened.sees("beat")
            assert opened.status == 200

    play(scene)


def test_a_beat_puts_out_a_revoked_link_whose_kick_was_lost(drill: int) -> None:
    async def scene() -> None:
        bus.set_board_stamp(drill, "old")
        wall = await Browser.open(drill, "board.vi", secret="old")
        signed_in = await Browser.open(drill, "board.vi")
        bus.set_board_stamp(drill, "new")
        await until(lambda: wall.ended)
        assert wall.named("close")
        assert not signed_in.ended

    play(scene)


def test_a_flushed_redis_does_not_bring_a_revoked_link_back(drill: int, bus_broker: Broker) -> None:
    async def scene() -> None:
        bus.set_board_stamp(drill, "new")
        board = await Browser.open(drill, "board.vi", secret="new")
        await board.sees("beat")
        redis = Redis.from_url(bus_broker.url)
        redis.flushall()
        assert (await Browser.open(drill, "board.vi", secret="old")).status == 403
        await until(lambda: redis.get(bus.board_key(drill)))
        assert redis.get(bus.board_key(drill)) == tokens.stamp_of("new").encode()
        assert not board.ended

    play(scene)


def test_a_wall_display_opens_where_nobody_remembers_the_link(drill: int) -> None:
    async def scene() -> None:
        wall = await Browser.open(drill, "board.vi", secret="whatever")
        await wall.sees("beat")
        bus.set_board_stamp(drill, "the valid one")
        await until(lambda: wall.ended)

    play(scene)


def test_who_is_expelled_is_closed_on_every_page_and_opens_no_more(drill: int) -> None:
    async def scene() -> None:
        out = [await Browser.open(drill, name, participant_id=7) for name in ("control.vi", "b.en")]
        others = [
            await Browser.open(drill, "control.vi", participant_id=number) for number in (70, 6)
        ] + [await Browser.open(drill, "board.vi")]
        bus.expel(drill, "7")
        for browser in out:
            await until(lambda browser=browser: browser.ended)
            assert browser.named("close")
        for last in (None, "0-0", bus.newest(drill)[0]):
            assert (await Browser.open(drill, "control.vi", last, participant_id=7)).status == 403
        append(
            drill, [Frame(name, "still") for name in ("control.vi", "board.vi")], published_seq=1
        )
        for browser in others:
            await browser.sees("frame")
            assert not browser.ended

    play(scene)


def test_who_was_expelled_before_this_process_began_is_refused(drill: int) -> None:
    bus.expel(drill, "7")

    async def scene() -> None:
        assert (await Browser.open(drill, "control.vi", participant_id=7)).status == 403
        assert (await Browser.open(drill, "control.vi", participant_id=8)).status == 200

    play(scene)


def test_a_flushed_redis_does_not_bring_back_who_was_expelled(
    drill: int, bus_broker: Broker
) -> None:
    async def scene() -> None:
        gone = await Browser.open(drill, "control.vi", participant_id=7)
        stays = await Browser.open(drill, "control.vi", participant_id=8)
        bus.expel(drill, "7")
        await until(lambda: gone.ended)
        redis = Redis.from_url(bus_broker.url)
        redis.flushall()
        assert (await Browser.open(drill, "control.vi", participant_id=7)).status == 403
        await until(lambda: redis.ttl(bus.gone_key(drill)) > 0)
        assert redis.smembers(bus.gone_key(drill)) == {b"7"}
        assert not stays.ended

    play(scene)


def test_a_beat_puts_out_whose_closing_was_lost(drill: int, bus_broker: Broker) -> None:
    async def scene() -> None:
        browser = await Browser.open(drill, "control.vi", participant_id=7)
        await browser.sees("beat")
        Redis.from_url(bus_broker.url).sadd(bus.gone_key(drill), "7")
        await until(lambda: browser.ended)
        assert browser.named("close")

    play(scene)
