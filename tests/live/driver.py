"""A browser without a network: it opens streams of the application in the same event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from exercise.asgi import application
from exercise.live import bus, hub, tokens

PATIENCE_S = 60.0
"""Longer than a lock lives whose holder lost its broker."""


def append(exercise_id: int, frames: Sequence[bus.Frame], *, published_seq: int) -> None:
    """Send frames as a publisher does, under the lock, which a real one may hold for a moment."""
    deadline, done = time.monotonic() + PATIENCE_S, False
    while not done:
        assert time.monotonic() < deadline, "the lock is not to be had"
        with bus.lock(exercise_id) as held:
            drawn = bus.published_seq(exercise_id)
            done = held and bus.append(
                exercise_id, frames, published_seq=published_seq, after_seq=drawn
            )


@dataclass(frozen=True)
class Event:
    name: str
    data: str
    id: str


def parse(text: str) -> list[Event]:
    """The complete events in a stream's text, as the HTML standard has a browser read them."""
    events: list[Event] = []
    name, entry_id, data = "", "", []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]:
        field, _colon, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                events.append(Event(name or "message", "\n".join(data), entry_id))
            name, data = "", []
        elif field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "id":
            entry_id = value
    return events


async def until(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.002)


class Browser:
    """One request. ``reading`` cleared makes it a peer that takes nothing any more."""

    def __init__(
        self,
        path: str,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        client: tuple[str, int] | None = None,
    ):
        address, _mark, query = path.partition("?")
        self.scope = {
            "type": "http",
            "method": method,
            "client": client,
            "path": address,
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
        }
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.bodies: list[bytes] = []
        self.ended = False
        self.reading = asyncio.Event()
        self.reading.set()
        self._gone = asyncio.Event()
        self._asked = False
        self.task = asyncio.create_task(application(self.scope, self._receive, self._send))

    @classmethod
    async def open(
        cls, exercise_id: int, audience: str, last: str | None = "0-0", **more: Any
    ) -> Browser:
        """Open a stream and wait for its first words."""
        rights = {
            name: more.pop(name) for name in ("secret", "until_s", "participant_id") if name in more
        }
        query = {"t": more.pop("token", None) or tokens.issue(exercise_id, audience, **rights)}
        if last is not None:
            query["last"] = last
        browser = cls(f"/live/{exercise_id}/?{urlencode(query)}", **more)
        await until(lambda: browser.body or browser.ended)
        return browser

    @property
    def events(self) -> list[Event]:
        return parse(self.body.decode())

    def named(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]

    @property
    def frames(self) -> list[str]:
        return [event.data for event in self.named("frame")]

    async def sees(self, name: str, count: int = 1) -> list[Event]:
        await until(lambda: len(self.named(name)) >= count)
        return self.named(name)

    async def leave(self) -> None:
        self._gone.set()
        self.reading.set()
        await self.task

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        await self.reading.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
            return
        assert not self.ended
        self.bodies.append(message["body"])
        self.body += message["body"]
        if not message.get("more_body"):
            self.ended = True
            self._gone.set()


def play(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a scene in a loop of its own and take its hub down afterwards."""

    async def whole() -> None:
        try:
            await scene()
        finally:
            await hub.current().aclose()

    asyncio.run(whole())
