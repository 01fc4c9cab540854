"""What the stream's address answers before, and instead of, a stream."""

from __future__ import annotations

import pytest

from exercise.live import hub, tokens

from .driver import Browser, play, until

GUARDED = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
}


async def _answer(path: str, method: str = "GET", headers: dict[str, str] | None = None) -> Browser:
    browser = Browser(path, method, headers)
    await browser.task
    assert browser.ended
    return browser


def test_a_stream_may_be_neither_stored_nor_held_back(drill: int) -> None:
    async def scene() -> None:
        browser = await Browser.open(drill, "control.vi")
        assert browser.status == 200
        assert browser.headers == {
            "content-type": "text/event-stream; charset=utf-8",
            "x-accel-buffering": "no",
            **GUARDED,
        }
        first = browser.body.decode().split("\n")[0]
        assert first.startswith("retry: ")
        assert 300 <= int(first.removeprefix("retry: ")) <= 900

    play(scene)


def test_without_a_good_token_nothing_opens(drill: int) -> None:
    async def scene() -> None:
        other = tokens.issue(drill + 1, "control.vi")
        for query in ("", "?t=", "?t=nonsense", f"?t={other}"):
            answer = await _answer(f"/live/{drill}/{query}")
            assert answer.status == 403
            assert answer.headers["content-type"].startswith("text/plain")
            assert answer.headers.items() >= GUARDED.items()

    play(scene)


@pytest.mark.parametrize("path", ["/live/", "/live/x/", "/live/1", "/live/1/2/", "/live/-1/"])
def test_other_addresses_are_not_found(path: str) -> None:
    async def scene() -> None:
        assert (await _answer(path)).status == 404

    play(scene)


def test_a_stream_is_only_read(drill: int) -> None:
    async def scene() -> None:
        answer = await _answer(f"/live/{drill}/?t={tokens.issue(drill, 'board.vi')}", "POST")
        assert (answer.status, answer.headers["allow"]) == (405, "GET")

    play(scene)


def test_there_is_an_end_to_how_many(drill: int, settings: pytest.FixtureRequest) -> None:
    settings.LIVE_MAX_CLIENTS = 2  # type: ignore[attr-defined]

    async def scene() -> None:
        first, _second = [await Browser.open(drill, "board.vi") for _time in range(2)]
        path = f"/live/{drill}/?t={tokens.issue(drill, 'board.vi')}"
        refused = await _answer(path)
        assert refused.status == 503
        assert int(refused.headers["retry-after"]) > 0
        await first.leave()
        assert (await Browser.open(drill, "board.vi")).status == 200

    play(scene)


def test_a_server_that_stops_sends_everyone_away_to_come_back(drill: int) -> None:
    async def scene() -> None:
        open_before = await Browser.open(drill, "board.vi")
        hub.current().close()
        await until(lambda: open_before.ended)
        too_late = await Browser.open(drill, "board.vi")
        await until(lambda: too_late.ended)
        for browser in (open_before, too_late):
            assert browser.status == 200
            last = browser.bodies[-1].decode()
            assert last.startswith("retry: ")
            assert int(last.removeprefix("retry: ")) < 1000

    play(scene)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
        ({"origin": "http://localhost.evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site", "origin": "http://localhost:8000"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://localhost:8000"}, 200),
        ({}, 200),
    ],
)
def test_no_other_site_opens_a_stream(drill: int, headers: dict[str, str], status: int) -> None:
    async def scene() -> None:
        browser = await Browser.open(drill, "board.vi", headers=headers)
        assert browser.status == status

    play(scene)


def test_behind_a_proxy_that_renames_the_host_its_trusted_origin_counts(
    drill: int, settings: pytest.FixtureRequest
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://drill.example"]  # type: ignore[attr-defined]

    async def scene() -> None:
        headers = {"origin": "https://drill.example"}
        assert (await Browser.open(drill, "board.vi", headers=headers)).status == 200

    play(scene)


def test_nobody_holds_all_the_streams_there_are(
    drill: int, settings: pytest.FixtureRequest
) -> None:
    settings.LIVE_MAX_PER_PERSON = 2  # type: ignore[attr-defined]

    async def scene() -> None:
        tabs = [await Browser.open(drill, "control.vi", participant_id=7) for _tab in range(3)]
        assert [tab.status for tab in tabs] == [200, 200, 429]
        assert int(tabs[2].headers["retry-after"]) > 0
        assert (await Browser.open(drill, "control.vi", participant_id=8)).status == 200
        await tabs[0].leave()
        assert (await Browser.open(drill, "control.vi", participant_id=7)).status == 200

    play(scene)


def test_boards_by_link_are_counted_by_address_and_this_machine_is_not(
    drill: int, settings: pytest.FixtureRequest
) -> None:
    settings.LIVE_MAX_PER_ADDRESS = 2  # type: ignore[attr-defined]

    async def scene() -> None:
        async def walls(address: str) -> list[int]:
            client = (address, 1)
            opened = [await Browser.open(drill, "board.vi", client=client) for _wall in range(3)]
            return [wall.status for wall in opened]

        assert await walls("192.0.2.1") == [200, 200, 429]
        assert await walls("192.0.2.2") == [200, 200, 429]
        assert await walls("127.0.0.1") == [200, 200, 200]

    play(scene)
