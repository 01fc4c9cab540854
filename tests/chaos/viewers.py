"""People who watch: what static/app.js does, without the drawing.

They open a page, hear its stream, come back with the newest id when it ends, ask for the live part
when they are told to or hear nothing for too long, and load the page again only when the server
says that theirs is no longer valid. Each keeps what its page would show.
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.chaos.pages import Shown, fragments

# As in static/app.js.
STALE_S, POLL_S, WATCH_EVERY_S = 10.0, 5.0, 1.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 5.0
_GONE = frozenset({301, 302, 303, 403, 404})
_KEY = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_BODY = re.compile(r'data-(stream|token|last|refresh)="([^"]*)"')


@dataclass
class Viewer:
    """One open page."""

    name: str
    site: str
    page: str
    sign_in: str = ""
    """A sign-in link's path; empty for a page that needs none."""

    shown: Shown | None = None
    open: bool = False
    heard_s: float = 0.0
    fresh_s: float = 0.0
    reloads: int = 0
    reconnects: int = 0
    refreshes: int = 0
    failures: dict[int, int] = field(default_factory=dict)
    """Answers of the server above 499, by status."""
    _attributes: dict[str, str] = field(default_factory=dict)
    _wait_s: float = FIRST_WAIT_S
    _socket: socket.socket | None = None
    _meanwhile: list[tuple[str, str]] | None = None
    _again: bool = False
    _asking: asyncio.Task[None] | None = None

    async def watch(self) -> None:
        """Look at the page until cancelled."""
        async with httpx.AsyncClient(base_url=self.site, timeout=90) as self._client:
            if self.sign_in:
                form = await self._client.get(self.sign_in)
                key = _KEY.search(form.text)
                assert key, form.text
                posted = {"csrfmiddlewaretoken": key[1]}
                await self._client.post(self.sign_in, data=posted)
            await self._load()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hear_for_ever())
                tasks.create_task(self._look_for_ever())

    def cut(self) -> None:
        """Cut the connection under the stream, as a bad network does."""
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    async def differs(self) -> list[str]:
        """In which parts the page is not what it would be if it were loaded now."""
        fresh = await self._client.get(self.page)
        part = await self._client.get(self._attributes["refresh"], headers={"HX-Request": "true"})
        if self.shown is None or fresh.status_code != 200 or part.status_code != 200:
            return [f"answers {fresh.status_code} {part.status_code}"]
        names = {name for _how, name, _html in fragments(part.text) if name}
        return self.shown.differs_from(fresh.text, names)

    # ── the page ────────────────────────────────────────────────────────────────────────────
    async def _load(self) -> None:
        answer = await self._client.get(self.page)
        answer.raise_for_status()
        self._attributes = dict(_BODY.findall(answer.text))
        assert self._attributes.keys() >= {"stream", "refresh"}, f"{self.name}: {answer.text}"
        self.shown = Shown(answer.text)
        self.fresh_s = self.heard_s = time.monotonic()

    async def _reload(self) -> None:
        self.reloads += 1
        try:
            await self._load()
        except httpx.HTTPError:
            pass  # a browser would show its own error page

    async def _refresh(self) -> None:
        """One at a time; what comes while the answer is on its way is applied again after it."""
        if self._meanwhile is not None:
            self._again = True
            return
        self._meanwhile = []
        await self._fetch_live_part()
        self._meanwhile = None
        if self._again:
            self._again = False
            await self._refresh()

    async def _fetch_live_part(self) -> None:
        self.refreshes += 1
        try:
            answer = await self._client.get(
                self._attributes["refresh"], headers={"HX-Request": "true"}, timeout=STALE_S
            )
        except httpx.HTTPError:
            return
        if answer.status_code in _GONE:
            await self._reload()
        elif answer.status_code == 200:
            headers = answer.headers
            self._attributes["token"] = headers.get("Live-Token") or self._attributes["token"]
            self._attributes["last"] = headers.get("Live-Last", self._attributes["last"])
            self.fresh_s = time.monotonic()
            self._apply(answer.text)
            for data, entry_id in self._meanwhile or ():
                self._hear_frame(data, entry_id)
        else:
            self._note_failure(answer.status_code)

    def _hear_frame(self, data: str, entry_id: str) -> None:
        if entry_id:
            self._attributes["last"] = entry_id
        self._apply(data)

    def _apply(self, html: str) -> None:
        assert self.shown is not None
        self.shown.apply(html)

    def _note_failure(self, status: int) -> None:
        if status >= 500:
            self.failures[status] = self.failures.get(status, 0) + 1

    # ── the stream ──────────────────────────────────────────────────────────────────────────
    async def _hear_for_ever(self) -> None:
        while True:
            try:
                await self._hear()
            except (httpx.HTTPError, OSError):
                pass
            self.open, self._socket = False, None
            self.reconnects += 1
            await asyncio.sleep(self._wait_s * random.uniform(0.5, 1.5))
            self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)

    async def _hear(self) -> None:
        query = {"t": self._attributes.get("token", ""), "last": self._attributes.get("last", "")}
        address = self._attributes["stream"]
        async with self._client.stream("GET", address, params=query, timeout=None) as answer:
            if answer.status_code != 200:
                self._note_failure(answer.status_code)
                return
            self._socket = answer.extensions["network_stream"].get_extra_info("socket")
            self.open, self._wait_s = True, FIRST_WAIT_S
            async with aclosing(_events(answer)) as events:
                async for name, data, entry_id in events:
                    if name == "close":
                        await self._reload()
                        return
                    self.heard_s = self.fresh_s = time.monotonic()
                    if name == "frame":
                        if self._meanwhile is not None:
                            self._meanwhile.append((data, entry_id))
                        self._hear_frame(data, entry_id)
                    elif name == "resync":
                        self._attributes["last"] = entry_id or self._attributes["last"]
                        # Not waited for: what comes meanwhile is heard meanwhile.
                        self._asking = asyncio.create_task(self._refresh())

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            now = time.monotonic()
            silent = now - self.heard_s > STALE_S
            idle = self._meanwhile is None
            if (silent or not self.open) and idle and now - self.fresh_s > POLL_S - 0.5:
                self._asking = asyncio.create_task(self._refresh())
            if silent and self.open:
                self.heard_s = now
                self.cut()


async def _events(answer: httpx.Response) -> AsyncIterator[tuple[str, str, str]]:
    """Name, data and id of each event of a stream."""
    name, data, entry_id = "", [], ""
    async for line in answer.aiter_lines():
        key, _colon, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield name, "\n".join(data), entry_id
            name, data, entry_id = "", [], ""
        elif key == "event":
            name = value
        elif key == "data":
            data.append(value)
        elif key == "id":
            entry_id = value


class Audience:
    """All viewers of one drill, in a thread of their own."""

    def __init__(self, viewers: list[Viewer]) -> None:
        self.viewers = viewers
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="viewers", daemon=True)
        self._tasks: list[Future[None]] = []

    def open(self) -> None:
        """Open every page and wait until all of them hear their streams."""
        self._thread.start()
        self._tasks = [
            asyncio.run_coroutine_threadsafe(viewer.watch(), self._loop) for viewer in self.viewers
        ]
        deadline = time.monotonic() + 120
        while not all(viewer.open for viewer in self.viewers):
            for task in self._tasks:
                if task.done():
                    task.result()
            assert time.monotonic() < deadline, "a page does not open"
            time.sleep(0.05)

    def heard_since_s(self, moment_s: float) -> bool:
        """Whether all of them have heard their streams since."""
        return all(viewer.open and viewer.heard_s > moment_s for viewer in self.viewers)

    def cut(self, viewers: list[Viewer]) -> None:
        """Cut their connections, one after the other."""
        for viewer in viewers:
            self._loop.call_soon_threadsafe(viewer.cut)

    def differences(self) -> dict[str, list[str]]:
        """What each does not show as a page loaded now would; who shows all of it is left out."""
        found = {viewer.name: self._ask(viewer.differs) for viewer in self.viewers}
        return {name: parts for name, parts in found.items() if parts}

    def problems(self) -> list[str]:
        """Viewers that stopped looking, with the reason."""
        ended = [task.exception() for task in self._tasks if task.done()]
        return [f"a viewer ended: {error!r}" for error in ended]

    def _ask(self, question: Callable[[], Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(question(), self._loop).result(timeout=200)
