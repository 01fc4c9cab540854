"""One hub per web process: reads every watched stream once, sends the same bytes to everyone.

Runs in the server's event loop: no thread, no database. A send is driven at once, without a task
of its own; only one that has to wait for its peer becomes a task (``exercise.live.room``).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import defaultdict
from collections.abc import Coroutine
from typing import Any

from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from exercise.live import bus
from exercise.live.bus import RING_BYTES, RING_ENTRIES
from exercise.live.door import Turnstile
from exercise.live.room import (
    START,
    Client,
    Entry,
    Room,
    beat,
    covers,
    retry,
    show_id,
    sse,
)
from exercise.live.tokens import Audience

log = logging.getLogger(__name__)

BEAT_S = 5.0
BLOCK_MS = 1000
BACK_OFF_S = (0.1, 2.0)
SENDS_AT_ONCE = 500
"""After so many sends the loop serves others for a moment."""
EMPTY_ROOM_S = 60.0
RIGHTS_FRESH_S = 0.5

_HAS_ENTRY = "return #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])"
_LOST = (RedisError, OSError)


class Hub:
    """Everything of one event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.rooms: dict[int, Room] = {}
        self._gone: dict[int, set[str]] = defaultdict(set)
        """Who was taken out of an exercise, for longer than its room lasts."""
        self.count = 0
        self.turnstile = Turnstile()
        self.healthy = False
        self.closing = False
        self._redis = Redis.from_url(
            settings.REDIS_URL,
            protocol=2,
            socket_timeout=BLOCK_MS / 1000 + 2,
            socket_connect_timeout=2,
            retry=Retry(NoBackoff(), 0),  # the reader has its own patience
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._work = asyncio.Event()
        self._blocked = False
        self._wake_key = f"live:wake:{secrets.token_hex(8)}".encode()
        self._wake_id = "0-0"

    # ── who comes and goes ──────────────────────────────────────────────────────────────────
    @property
    def full(self) -> bool:
        return self.count >= settings.LIVE_MAX_CLIENTS

    async def accepts(self, exercise_id: int, audience: Audience) -> bool:
        """Whether a share link's stamp is the valid one and a participant still takes part.

        Where Redis is down or has lost that, what this process remembers decides; a process
        that knows nothing lets the viewer in, for a wall display must survive that, and the next
        beat after any board page was served puts out whoever came by a revoked link.
        """
        if not audience.stamp and not audience.holder:
            return True
        room = self._room(exercise_id)
        async with room.rights_lock:
            if time.monotonic() - room.rights_read_s > RIGHTS_FRESH_S:
                try:
                    await self._read_rights(room)
                except _LOST:
                    pass
                room.rights_read_s = time.monotonic()
        return not room.refuses(audience)

    async def _read_rights(self, room: Room) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.get(bus.board_key(room.exercise_id))
            pipe.smembers(bus.gone_key(room.exercise_id))
            stamp, gone = await pipe.execute()
        room.learn(stamp, gone)

    def attach(self, exercise_id: int, client: Client) -> None:
        """Begin to send to a client: what it missed, then what comes. No await in between."""
        room = self._room(exercise_id)
        self.count += 1
        room.clients.setdefault(client.audience, set()).add(client)
        room.empty_since_s = None
        client.push(retry(300, 900) + (beat() if self.healthy and room.loaded else b""))
        if room.loaded:
            self._greet(room, client)

    def detach(self, exercise_id: int, client: Client) -> None:
        """Forget a client that left."""
        client.ended = True
        self.count -= 1
        room = self.rooms[exercise_id]
        watching = room.clients[client.audience]
        watching.discard(client)
        if not watching:
            del room.clients[client.audience]
        if not room.clients:
            room.empty_since_s = time.monotonic()

    def _room(self, exercise_id: int) -> Room:
        room = self.rooms.get(exercise_id)
        if room is None:
            room = self.rooms[exercise_id] = Room(exercise_id, self._gone[exercise_id])
            room.empty_since_s = time.monotonic()
            if not self._tasks:
                self._spawn(self._read_for_ever())
                self._spawn(self._beat_for_ever())
            self._wake()
        return room

    def _greet(self, room: Room, client: Client, *, settled: bool = False) -> None:
        if not settled and client.last is not None and client.last > room.last:
            room.ahead.append(client)
            self._wake()
            return
        client.at = room.last
        if room.refuses(client):
            client.push(sse(bus.CLOSE, ""), final=True)
            return
        missed = room.missed(client)
        if missed is None:
            client.push(sse("resync", "", room.last))
            return
        for entry in missed:
            if entry.closes_for(client):
                client.push(sse(bus.CLOSE, "", entry.id), final=True)
            elif client.audience in entry.parts:
                client.push(entry.sse(client.audience))

    # ── reading ─────────────────────────────────────────────────────────────────────────────
    async def _read_for_ever(self) -> None:
        wait_s = BACK_OFF_S[0]
        while True:
            try:
                if not self.healthy:
                    await self._redis.ping()
                    await self._verify()
                await self._load_rooms()
                await self._settle()
                if not self.healthy:
                    self.healthy = True
                    await self._to_all(beat())
                await self._read()
                wait_s = BACK_OFF_S[0]
            except Exception as error:
                if not isinstance(error, _LOST):
                    log.exception("the live hub stumbled")
                elif self.healthy:
                    log.warning("stream lost: %s", error)
                self.healthy = False
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, BACK_OFF_S[1])

    async def _read(self) -> None:
        if not self.rooms:
            self._work.clear()
            await self._work.wait()
            return
        known = {room.key: room for room in self.rooms.values() if room.loaded}
        if len(known) < len(self.rooms):
            return
        streams: dict[Any, Any] = {key: show_id(room.last) for key, room in known.items()}
        streams[self._wake_key] = self._wake_id
        self._blocked = True
        try:
            answer: Any = await self._redis.xread(streams, count=64, block=BLOCK_MS)
        finally:
            self._blocked = False
        fresh = dict(answer or ())
        if rung := fresh.pop(self._wake_key, None):
            self._wake_id = rung[-1][0].decode()
        await self._leave_out_overtaken([known[key] for key in fresh])
        for key, entries in fresh.items():
            for raw_id, fields in entries:
                # Found stale in the meantime, by a beat too: it is loaded anew, this entry with it.
                if known[key].loaded:
                    await self._fan_out(known[key], Entry(raw_id, fields))

    async def _leave_out_overtaken(self, rooms: list[Room]) -> None:
        """Have those rooms loaded anew in whose streams there was more than what is there now.

        Asked after reading: what the last entry seen is followed by has not left before it.
        """
        if not rooms:
            return
        seen = [room.last for room in rooms]
        async with self._redis.pipeline(transaction=False) as pipe:
            for room in rooms:
                marks = bus.marks_key(room.exercise_id)
                pipe.eval(bus.HAS_ALL_SINCE, 2, room.key, marks, show_id(room.last))
            answers = await pipe.execute()
        for room, last, whole in zip(rooms, seen, answers, strict=True):
            if not whole and room.last == last:
                room.loaded = False

    async def _settle(self) -> None:
        """Greet who saw an entry before this hub did: a page drawn and opened within a moment."""
        for room in [room for room in self.rooms.values() if room.loaded and room.ahead]:
            newer: Any = await self._redis.xrange(room.key, min=f"({show_id(room.last)}")
            await self._leave_out_overtaken([room] if newer else [])
            if not room.loaded:
                continue  # it is loaded anew, and all of it greeted
            ahead, room.ahead = room.ahead, []
            for raw_id, fields in newer:
                await self._fan_out(room, Entry(raw_id, fields))
            for client in ahead:
                if not client.ended:
                    self._greet(room, client, settled=True)

    async def _fan_out(self, room: Room, entry: Entry) -> None:
        room.add(entry)
        sent = 0
        for prefix in entry.closes:
            room.rights_read_s = 0.0
            for client in room.everyone():
                if covers(prefix, client):
                    client.push(sse(bus.CLOSE, "", entry.id), final=True)
        for audience in entry.parts:
            for client in tuple(room.clients.get(audience, ())):
                # Who came while this loop made way for others got it with what it had missed.
                if client.at is not None and client.at < entry.id:
                    client.at = entry.id
                    client.push(entry.sse(audience))
                    sent += 1
                    if sent % SENDS_AT_ONCE == 0:
                        await asyncio.sleep(0)

    async def _load_rooms(self) -> None:
        for room in [room for room in self.rooms.values() if not room.loaded]:
            newest_first: list[Entry] = []
            size, upto = 0, "+"
            while len(newest_first) < RING_ENTRIES and size < RING_BYTES:
                page: Any = await self._redis.xrevrange(room.key, max=upto, count=100)
                newest_first += [Entry(raw_id, fields) for raw_id, fields in page]
                if len(page) < 100:
                    break
                size += sum(entry.size for entry in newest_first[-100:])
                upto = "(" + page[-1][0].decode()
            # After the entries: while it is 0, all there ever were were there to be read.
            mark: Any = await self._redis.lindex(bus.marks_key(room.exercise_id), 0)
            await self._read_rights(room)
            whole = mark == b"0" if newest_first else mark in (None, b"0")
            complete = whole and len(newest_first) < RING_ENTRIES and size < RING_BYTES
            room.begin(newest_first[::-1], complete=complete)
            room.loaded = True
            for client in room.everyone():
                if client.at is None:
                    if self.healthy:
                        client.push(beat())
                    self._greet(room, client)
                else:
                    client.at = room.last
                    client.push(sse("resync", "", room.last))

    async def _verify(self) -> None:
        """Look whether each stream still holds what we saw last; put out who was revoked."""
        rooms = [room for room in self.rooms.values() if room.loaded]
        if not rooms:
            return
        async with self._redis.pipeline(transaction=False) as pipe:
            for room in rooms:
                pipe.eval(_HAS_ENTRY, 1, room.key, show_id(room.last))
                pipe.get(bus.board_key(room.exercise_id))
                pipe.smembers(bus.gone_key(room.exercise_id))
            seen = [room.last for room in rooms]
            answers = await pipe.execute()
        for place, room in enumerate(rooms):
            there, stamp, gone = answers[3 * place : 3 * place + 3]
            if not there and seen[place] != START and room.last == seen[place]:
                room.loaded = False
                self._wake()
            room.learn(stamp, gone)
            # Redis was emptied; a revoked link, and who was put out, must stay so.
            if stamp is None and room.stamp:
                await self._redis.set(bus.board_key(room.exercise_id), room.stamp, nx=True)
            if len(gone) < len(room.gone):
                await self._redis.sadd(bus.gone_key(room.exercise_id), *room.gone)
                await self._redis.expire(bus.gone_key(room.exercise_id), bus.KEEP_S)
            for client in room.everyone():
                if room.refuses(client):
                    client.push(sse(bus.CLOSE, ""), final=True)

    def _wake(self) -> None:
        self._work.set()
        if self._blocked:
            self._spawn(self._ring_the_bell())

    async def _ring_the_bell(self) -> None:
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.xadd(self._wake_key, {"w": ""}, maxlen=1)
                pipe.expire(self._wake_key, 60)
                await pipe.execute()
        except _LOST:
            pass  # the reader meets the same trouble

    # ── the pulse ───────────────────────────────────────────────────────────────────────────
    async def _beat_for_ever(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            self._end_aged()
            try:
                await self._redis.ping()
                await self._verify()
            except _LOST:
                continue  # silence is the sign: pages say that they are stale
            except Exception:
                log.exception("the live hub stumbled")
                continue
            if self.healthy:
                await self._to_all(beat())
            self._sweep()

    def _end_aged(self) -> None:
        """End streams that have outlived their token, whether Redis answers or not: their pages
        join again with a new one, if they are still given one.
        """
        now_s = time.time()
        for room in list(self.rooms.values()):
            for client in room.everyone():
                if client.ends_s <= now_s:
                    if client.stuck:
                        client.abort()
                    client.push(sse("renew", ""), final=True)

    def _sweep(self) -> None:
        now_s = time.monotonic()
        for room in list(self.rooms.values()):
            room.forget_made()
            if room.empty_since_s is not None and now_s - room.empty_since_s > EMPTY_ROOM_S:
                del self.rooms[room.exercise_id]

    async def _to_all(self, body: bytes) -> None:
        for sent, client in enumerate([c for r in self.rooms.values() for c in r.everyone()]):
            client.push(body)
            if sent % SENDS_AT_ONCE == SENDS_AT_ONCE - 1:
                await asyncio.sleep(0)

    # ── the end ─────────────────────────────────────────────────────────────────────────────
    def close(self) -> None:
        """End every stream now; who reconnects is spread over the next second."""
        self.closing = True
        for room in list(self.rooms.values()):
            for client in room.everyone():
                if client.stuck:
                    client.abort()
                client.push(retry(100, 999), final=True)

    async def aclose(self) -> None:
        """End the streams, the tasks and the connections."""
        self.close()
        # More than once: redis-py swallows a cancellation that comes while it connects.
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(list(self._tasks), timeout=0.02)
        await self._redis.aclose()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_current: Hub | None = None


def current() -> Hub:
    """The hub of the running event loop."""
    global _current
    if _current is None or _current.loop is not asyncio.get_running_loop():
        _current = Hub()
    return _current


def here() -> Hub | None:
    """The hub of this process as other threads may look at it, if streams were ever opened."""
    return _current
