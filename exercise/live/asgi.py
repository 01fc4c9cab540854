"""The stream's address as a bare ASGI application: ``/live/<exercise>/?t=<token>&last=<id>``.

Not a Django view: Django's handler keeps a thread, and often a database connection, for as long as
a response is open.
"""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any
from urllib.parse import parse_qs

from exercise.live import hub, tokens
from exercise.live.door import GUARD_HEADERS, from_here
from exercise.live.room import Client, Id, Send, parse_id, retry

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]

_PATH = re.compile(r"/live/(\d{1,18})/", re.A)
_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),
    *GUARD_HEADERS,
]


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one stream until its reader leaves or it is ended from here."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    found = _PATH.fullmatch(path)
    if found is None:
        return await _say(send, 404, "Not found")
    if scope["method"] != "GET":
        return await _say(send, 405, "Method not allowed", (b"allow", b"GET"))
    if not from_here(scope["headers"]):
        return await _say(send, 403, "Another site asked")
    exercise_id = int(found[1])
    query = parse_qs(scope["query_string"].decode("latin-1"))
    try:
        audience = tokens.read(query.get("t", [""])[0], exercise_id)
    except tokens.BadToken:
        return await _say(send, 403, "This page is no longer valid; load it again")
    here = hub.current()
    if here.full:
        return await _say(send, 503, "Too many viewers", (b"retry-after", b"5"))
    if not await here.accepts(exercise_id, audience):
        return await _say(send, 403, "This right was taken away")
    with here.turnstile.passing(scope, audience) as passed:
        if not passed:
            return await _say(send, 429, "Too many open at once", (b"retry-after", b"30"))
        await _stream(scope, receive, send, exercise_id, audience)


async def _stream(
    scope: Scope, receive: Receive, send: Send, exercise_id: int, audience: tokens.Audience
) -> None:
    here, query = hub.current(), parse_qs(scope["query_string"].decode("latin-1"))
    await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS})
    client = Client(audience, _last_seen(scope, query), send)
    if here.closing:
        # A browser comes back by itself after this, but not after an error.
        return client.push(retry(100, 999), final=True)
    here.attach(exercise_id, client)
    try:
        # Ending the response makes the server report a disconnect, so one task serves for both.
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        here.detach(exercise_id, client)


async def lifespan(receive: Receive, send: Send) -> None:
    """Hear the server start and stop, and end the streams when it is told to stop.

    The shutdown message is too late for that: the server sends it when all connections are closed.
    """
    restore: Callable[[], None] = _nothing
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            restore = _close_on_signal(hub.current())
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            restore()
            await hub.current().aclose()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _nothing() -> None:
    """Where there is no signal to give back."""


def _close_on_signal(here: hub.Hub) -> Callable[[], None]:
    """Go before the server's own signal handlers; answers what puts them back."""
    if threading.current_thread() is not threading.main_thread():
        return _nothing
    theirs: dict[int, Callable[[int, FrameType | None], Any]] = {}

    def stop(number: int, frame: FrameType | None) -> None:
        if not here.loop.is_closed():
            here.loop.call_soon_threadsafe(here.close)
        theirs[number](number, frame)

    for number in (signal.SIGTERM, signal.SIGINT):
        handler = signal.getsignal(number)
        if callable(handler):
            theirs[number] = handler
            signal.signal(number, stop)

    def restore() -> None:
        for number, handler in theirs.items():
            if signal.getsignal(number) is stop:
                signal.signal(number, handler)

    return restore


def _last_seen(scope: Scope, query: dict[str, list[str]]) -> Id | None:
    # The header first: a browser that comes back by itself still asks for the page's first address.
    for name, value in scope["headers"]:
        if name == b"last-event-id":
            return parse_id(value.decode("latin-1"))
    return parse_id(query.get("last", [""])[0])


async def _say(send: Send, status: int, words: str, *headers: tuple[bytes, bytes]) -> None:
    body = f"{words}\n".encode()
    plain = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        *GUARD_HEADERS,
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*plain, *headers]})
    await send({"type": "http.response.body", "body": body, "more_body": False})
