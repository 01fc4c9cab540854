"""What a hub is made of: open streams, entries as events, and one exercise as a process knows it.

Everything here runs in one event loop and awaits nothing, except the end of a send that must wait
for its peer.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterator
from itertools import takewhile
from typing import Any

from exercise.live import bus
from exercise.live.bus import RING_BYTES, RING_ENTRIES
from exercise.live.tokens import Audience

REPLAY_ENTRIES = 100
"""Who missed more than this loads the page's live part again: that is cheaper for both."""
QUEUE_LIMIT = 256
MADE_BYTES = 4 * 1024 * 1024
"""Finished bytes of an exercise that are kept for those who come back at once, the newest drawings'
first. What is being sent is kept until the next drawing, however large.
"""

Id = tuple[int, int]
Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]

START: Id = (0, 0)
_ID = re.compile(r"(\d{1,19})-(\d{1,19})", re.A)
_LINE_END = re.compile(r"\r\n|\r|\n")


def show_id(entry_id: Id) -> str:
    """A stream id in Redis's own notation."""
    return f"{entry_id[0]}-{entry_id[1]}"


def parse_id(text: str) -> Id | None:
    """A stream id as numbers that compare; ``None`` for anything else."""
    found = _ID.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def sse(event: str, data: str, entry_id: Id | None = None) -> bytes:
    """One server-sent event.

    Every kind of line end begins a new ``data:`` line, or it would cut the event short.
    """
    head = f"id: {show_id(entry_id)}\n" if entry_id else ""
    lines = "".join(f"data: {line}\n" for line in _LINE_END.split(data))
    return f"{head}event: {event}\n{lines}\n".encode()


def retry(least_ms: int, most_ms: int) -> bytes:
    """When to come back after the stream ends, spread so that not all come at once."""
    return b"retry: %d\n\n" % random.randint(least_ms, most_ms)


def beat() -> bytes:
    """The pulse: the server's wall clock in ms, by which a page knows that it is fresh."""
    return sse("beat", str(time.time_ns() // 1_000_000))


def covers(prefix: str, client: Client) -> bool:
    """Whether closing ``prefix``, an audience in all languages or a holder, closes this client."""
    if prefix.startswith(bus.HOLDER):
        return prefix[len(bus.HOLDER) :] in {client.holder, client.session} - {""}
    # At the dot only: closing unit-VP must not close unit-VP2.
    return client.audience == prefix or client.audience.startswith(f"{prefix}.")


class _Rest:
    """What is left of a send that was begun outside a task."""

    def __init__(self, steps: Generator[Any, Any, None], waits_for: Any) -> None:
        self._steps, self._waits_for = steps, waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        try:
            yield self._waits_for
            yield from self._steps
        finally:
            self._steps.close()


class Client:
    """One open stream."""

    __slots__ = (
        *("_queue", "_send", "_writer", "at", "ended", "ends_s", "last"),
        *("audience", "holder", "session", "stamp"),
    )

    def __init__(self, audience: Audience, last: Id | None, send: Send) -> None:
        self.audience, self.stamp = audience.name, audience.stamp
        self.holder, self.session = audience.holder, audience.session
        self.ends_s = audience.ends_s
        self.last = last
        self.at: Id | None = None
        self.ended = False
        self._send = send
        self._writer: asyncio.Task[None] | None = None
        self._queue: deque[Message] | None = None

    @property
    def stuck(self) -> bool:
        """Whether an earlier send still waits for the peer to read."""
        return self._writer is not None

    def push(self, body: bytes, *, final: bool = False) -> None:
        """Send now, or queue behind what the peer has not read; too far behind, start afresh."""
        if self.ended:
            return
        self.ended = final
        message: Message = {"type": "http.response.body", "body": body, "more_body": not final}
        if self._writer is not None:
            self._enqueue(message)
            return
        steps = iter(self._send(message).__await__())
        try:
            waits_for = next(steps)
        except StopIteration:
            return
        except Exception:
            self.ended = True
            return
        self._writer = asyncio.get_running_loop().create_task(self._write(steps, waits_for))

    def abort(self) -> None:
        """Cut a peer that does not read: closing politely would wait for it."""
        transport = getattr(getattr(self._send, "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()

    def _enqueue(self, message: Message) -> None:
        if self._queue is None:
            self._queue = deque()
        elif len(self._queue) >= QUEUE_LIMIT:
            self._queue.clear()
            again: Message = {"type": "http.response.body", "more_body": True}
            self._queue.append(again | {"body": sse("resync", "", self.at)})
        self._queue.append(message)

    async def _write(self, steps: Generator[Any, Any, None], waits_for: Any) -> None:
        try:
            await _Rest(steps, waits_for)
            while self._queue:
                await self._send(self._queue.popleft())
        except Exception:
            self.ended = True
        finally:
            self._writer = self._queue = None


class Entry:
    """One drawing: packed as it came, made into bytes once for each audience that watches."""

    __slots__ = ("_made", "closes", "id", "made_size", "parts", "size")

    def __init__(self, raw_id: bytes, fields: dict[bytes, bytes]) -> None:
        self.id = parse_id(raw_id.decode()) or START
        self.size = sum(map(len, fields.values()))
        self.parts: dict[str, list[tuple[str, bytes]]] = {}
        self.closes: list[str] = []
        self._made: dict[str, bytes] = {}
        self.made_size = 0
        for name, packed in fields.items():
            _place, event, audience = name.decode().split("|", 2)
            if event == bus.CLOSE:
                self.closes.append(audience)
            else:
                self.parts.setdefault(audience, []).append((event, packed))

    def sse(self, audience: str) -> bytes:
        """The events for one audience. The last one carries the id: it stands for all of them."""
        if audience not in self._made:
            parts = self.parts[audience]
            self._made[audience] = b"".join(
                sse(event, bus.unpack(packed), self.id if place == len(parts) else None)
                for place, (event, packed) in enumerate(parts, start=1)
            )
            self.made_size += len(self._made[audience])
        return self._made[audience]

    def closes_for(self, client: Client) -> bool:
        return any(covers(prefix, client) for prefix in self.closes)

    def forget_made(self) -> None:
        self._made.clear()
        self.made_size = 0


class Room:
    """One exercise as this process knows it: who watches, and the newest entries."""

    def __init__(self, exercise_id: int, gone: set[str]) -> None:
        self.exercise_id = exercise_id
        self.key = bus.stream_key(exercise_id).encode()
        self.clients: dict[str, set[Client]] = {}
        self.loaded = False
        self.stamp = ""
        self.gone = gone
        self.rights_read_s = 0.0
        self.rights_lock = asyncio.Lock()
        self.empty_since_s: float | None = None
        self.begin([], complete=True)

    def begin(self, entries: list[Entry], *, complete: bool) -> None:
        """Start from what the stream holds; ``complete`` when nothing older was ever there."""
        self.ring: deque[Entry] = deque()
        self.ahead: list[Client] = []
        self.complete = complete
        self.first = self.last = START
        self._size = 0
        self._dropped: dict[str, Id] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        self.forget_made()
        self.first = self.first if self.first != START else entry.id
        self.last = entry.id
        self.ring.append(entry)
        self.gone.update(name[1:] for name in entry.closes if name.startswith(bus.HOLDER))
        self._size += entry.size
        while len(self.ring) > RING_ENTRIES or (self._size > RING_BYTES and len(self.ring) > 1):
            gone = self.ring.popleft()
            self._size -= gone.size
            self._dropped.update(dict.fromkeys(gone.parts, gone.id))

    def forget_made(self) -> None:
        """Let go of finished bytes beyond ``MADE_BYTES``; they can be made again."""
        left = MADE_BYTES
        for entry in reversed(self.ring):
            left -= entry.made_size
            if left < 0:
                entry.forget_made()

    def missed(self, client: Client) -> list[Entry] | None:
        """What a client has not seen, ``None`` when that cannot be told: it must load again."""
        last, audience = client.last, client.audience
        if last is None:
            return None
        known = self.complete if last == START else self.first <= last <= self.last
        if not known or self._dropped.get(audience, START) > last:
            return None
        since = takewhile(lambda entry: entry.id > last, reversed(self.ring))
        found = [entry for entry in since if audience in entry.parts or entry.closes]
        return found[::-1] if len(found) <= REPLAY_ENTRIES else None

    def everyone(self) -> Iterator[Client]:
        for clients in list(self.clients.values()):
            yield from tuple(clients)

    def learn(self, stamp: bytes | None, gone: set[bytes]) -> None:
        """Take over what Redis holds of rights; what it has lost stays as this process knows it."""
        self.stamp = stamp.decode() if stamp else self.stamp
        self.gone.update(holder.decode() for holder in gone)

    def refuses(self, who: Client | Audience) -> bool:
        """Whether the share link somebody came by is no longer the valid one, they were taken out
        of the exercise, or their session has ended.
        """
        revoked = who.stamp and self.stamp and who.stamp != self.stamp
        return bool(revoked) or who.holder in self.gone or who.session in self.gone
