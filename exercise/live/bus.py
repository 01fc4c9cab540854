"""The bus between those who draw and those who send: one Redis stream per exercise.

Written by publisher threads, so synchronous; the hub reads it with a client of its own. Nothing
here is the truth: flush Redis, and the next drawing puts everything back.
"""

from __future__ import annotations

import secrets
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, WatchError
from redis.retry import Retry

from exercise.live.tokens import stamp_of

CLOSE = "close"
"""The event that ends streams; its frame's audience is a prefix, or ``HOLDER`` and an id."""
NOBODY = "-"
"""The stamp that no token carries."""
HOLDER = "@"
"""What a closing frame's audience begins with when it names one participant, or one session by
``s`` and its number; no audience does.
"""

RING_ENTRIES = 500
RING_BYTES = 16 * 1024 * 1024
"""Drawings that Redis and each web process keep of an exercise, as far as both allow: who missed
more than those loads the page's live part anew. One that is larger is kept alone.
"""
KEEP_S = 3 * 24 * 3600
"""An exercise nobody touches for this long leaves Redis; its next change is drawn in full."""
_LOCK_MS = 10_000
_TIMEOUT_S = 2.0
_PACK_FROM_BYTES = 512
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
_TRIM = """
local marks, most, room = KEYS[2], tonumber(ARGV[2]), tonumber(ARGV[3])
local known, there = redis.call('LLEN', marks), redis.call('XLEN', KEYS[1])
if known ~= there then
  redis.call('DEL', marks)
  redis.call('RPUSH', marks, (known == 0 and there == 1) and '0' or '1')
end
local upto = redis.call('LINDEX', marks, -1) + ARGV[1]
redis.call('RPUSH', marks, string.format('%.0f', upto))
local kept = redis.call('LLEN', marks) - 1
while kept > 1 and (kept > most or upto - redis.call('LINDEX', marks, 0) > room) do
  redis.call('LPOP', marks)
  kept = kept - 1
end
redis.call('XTRIM', KEYS[1], 'MAXLEN', kept)
"""
"""After each entry: its bytes, so many entries, so many bytes. Where entries are not accounted for,
which a release before has added, all but the newest go. See ``marks_key``.
"""
HAS_ALL_SINCE = """
if redis.call('LINDEX', KEYS[2], 0) == '0' then return 1 end
return #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])
"""
"""Whether a stream holds all that came after an entry; maybe not where the entry has left it."""

_clients: dict[str, Redis] = {}
_making = threading.Lock()
_left: dict[int, str] = {}
"""Locks of this process that a bus gone away may have kept: they would keep it out as well."""


class BusDown(Exception):
    """Redis does not answer, or not with what was asked."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What one audience is sent: HTML, under an event name."""

    audience: str
    html: str
    event: str = "frame"


def stream_key(exercise_id: int) -> str:
    """Where an exercise's frames are."""
    return f"live:{exercise_id}"


def marks_key(exercise_id: int) -> str:
    """Where it is noted how many bytes went into the stream up to the end of each entry it holds,
    behind what had gone in before the first: 0 as long as nothing has left it again.

    The stream cannot be asked: how much it takes is only estimated, and what left it is told by
    newer servers alone.
    """
    return f"live:{exercise_id}:marks"


def board_key(exercise_id: int) -> str:
    """Where the stamp of the share link now valid is."""
    return f"live:{exercise_id}:board"


def gone_key(exercise_id: int) -> str:
    """Where those are who were taken out of the exercise while their tokens are still good."""
    return f"live:{exercise_id}:gone"


def seq_key(exercise_id: int) -> str:
    """Where it is noted up to which journal entry was drawn."""
    return f"live:{exercise_id}:seq"


def _lock_key(exercise_id: int) -> str:
    return f"live:{exercise_id}:lock"


def append(
    exercise_id: int,
    frames: Sequence[Frame],
    *,
    published_seq: int,
    after_seq: int | None,
) -> bool:
    """Send the frames of one drawing and note how far the journal is drawn: both or neither.

    Args:
        published_seq: the last entry that is drawn with this.
        after_seq: what ``published_seq()`` answered before the drawing began. A slow one outlives
            its lock. If whoever took that over has sent something meanwhile, or Redis forgot, this
            one is out of date; if not, it is sent: where every drawing takes longer than the lock
            lives, each would otherwise wait for one that is never sent either.

    Returns:
        Whether it was sent.
    """
    drawn_key = seq_key(exercise_id)
    pipe: Any
    with _asking() as redis, redis.pipeline(transaction=True) as pipe:
        try:
            pipe.watch(drawn_key)
            drawn = pipe.get(drawn_key)
            if (None if drawn is None else int(drawn)) != after_seq:
                return False
            pipe.multi()
            if frames:
                _add(pipe, exercise_id, frames)
            pipe.set(drawn_key, published_seq, ex=KEEP_S)
            pipe.execute()
        except WatchError:
            return False
    return True


def kick(exercise_id: int, audience_prefix: str) -> None:
    """Close the open streams of an audience in all its languages: ``board``, ``unit-VP``."""
    with _asking() as redis, redis.pipeline(transaction=True) as pipe:
        _add(pipe, exercise_id, [Frame(audience_prefix, "", CLOSE)])
        pipe.execute()


def expel(exercise_id: int, holder: str) -> None:
    """Close the open streams of one participant or session, and let their token open no more."""
    with _asking() as redis, redis.pipeline(transaction=True) as pipe:
        pipe.sadd(gone_key(exercise_id), holder)
        pipe.expire(gone_key(exercise_id), KEEP_S)
        _add(pipe, exercise_id, [Frame(f"{HOLDER}{holder}", "", CLOSE)])
        pipe.execute()


def newest(exercise_id: int) -> tuple[str, int]:
    """The newest entry's id (``0-0`` before the first; empty when the bus is down), and up to which
    journal entry was drawn then.

    A page asks for it *before* it reads the database, and opens its stream from there.
    """
    try:
        with _asking() as redis, redis.pipeline(transaction=True) as pipe:
            pipe.xrevrange(stream_key(exercise_id), count=1)
            pipe.get(seq_key(exercise_id))
            entries, seq = pipe.execute()
    except BusDown:
        return "", 0
    return entries[0][0].decode() if entries else "0-0", int(seq or 0)


def published_seq(exercise_id: int) -> int | None:
    """Up to which journal entry was drawn; ``None`` when nothing was, or Redis lost it."""
    with _asking() as redis:
        found: Any = redis.get(seq_key(exercise_id))
    return None if found is None else int(found)


def published_seqs(exercise_ids: Sequence[int]) -> dict[int, int | None]:
    """The same for many exercises, with one question."""
    if not exercise_ids:
        return {}
    with _asking() as redis:
        found: Any = redis.mget([seq_key(exercise_id) for exercise_id in exercise_ids])
    return {
        exercise_id: None if seq is None else int(seq)
        for exercise_id, seq in zip(exercise_ids, found, strict=True)
    }


def queue(name: str) -> tuple[int, bytes | None]:
    """How many tasks wait in a queue of Celery's, and the message that is next in turn."""
    with _asking() as redis, redis.pipeline(transaction=True) as pipe:
        pipe.llen(name)
        pipe.lindex(name, -1)
        length, oldest = pipe.execute()
    return length, oldest


def ping() -> bool:
    """Whether the broker answers; raises ``BusDown`` where it does not."""
    with _asking() as redis:
        return bool(redis.ping())


@contextmanager
def lock(exercise_id: int) -> Iterator[bool]:
    """What lets this process draw now, empty while another one does; who dies lets go after ten
    seconds. It saves work that would be done twice; that nothing is sent twice, ``append`` sees to.
    """
    key, mine = _lock_key(exercise_id), secrets.token_hex(8)
    with _asking() as redis:
        if exercise_id in _left:
            redis.eval(_RELEASE, 1, key, _left[exercise_id])
        _left[exercise_id] = mine  # it may be there although no answer comes
        held = mine if redis.set(key, mine, nx=True, px=_LOCK_MS) else ""
        _left.pop(exercise_id, None)
    try:
        yield bool(held)
    finally:
        if held:
            try:
                with _asking() as redis:
                    redis.eval(_RELEASE, 1, key, held)
            except BusDown:
                _left[exercise_id] = held  # what the body raised is worth more


def set_board_stamp(exercise_id: int, secret: str) -> None:
    """Say which share link is valid: whenever it serves a board, and before a revocation's kick."""
    with _asking() as redis:
        redis.set(board_key(exercise_id), stamp_of(secret) or NOBODY, ex=KEEP_S)


def forget_everything() -> None:
    """Take out all that was drawn for any exercise, because the database is another one now."""
    with _asking() as redis:
        for key in redis.scan_iter(match="live:*", count=1000):
            redis.delete(key)


def pack(html: str) -> bytes:
    """HTML as it lies in the stream: deflated, or a long drill would fill the memory."""
    raw = html.encode()
    return b"=" + raw if len(raw) < _PACK_FROM_BYTES else b"z" + zlib.compress(raw, 1)


def unpack(packed: bytes) -> str:
    """The reverse of ``pack``."""
    return (packed[1:] if packed[:1] == b"=" else zlib.decompress(packed[1:])).decode()


def _add(pipe: Any, exercise_id: int, frames: Sequence[Frame]) -> None:
    # One entry for a drawing: a page has seen all of it or nothing, whatever its audience is.
    fields = {
        f"{place}|{frame.event}|{frame.audience}": pack(frame.html)
        for place, frame in enumerate(frames)
    }
    key, marks = stream_key(exercise_id), marks_key(exercise_id)
    size = sum(map(len, fields.values()))
    pipe.xadd(key, fields)
    pipe.eval(_TRIM, 2, key, marks, size, RING_ENTRIES, RING_BYTES)
    pipe.expire(key, KEEP_S)
    pipe.expire(marks, KEEP_S)


@contextmanager
def _asking() -> Iterator[Redis]:
    try:
        yield _client(settings.REDIS_URL)
    except RedisError as error:
        raise BusDown(str(error)) from error


def _client(url: str) -> Redis:
    with _making:
        if url not in _clients:
            _clients[url] = Redis.from_url(
                url,
                protocol=2,
                socket_timeout=_TIMEOUT_S,
                socket_connect_timeout=_TIMEOUT_S,
                # Once more, for the connection that a restarted broker left behind; the library's
                # own default tries ten times and waits in between.
                retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
            )
        return _clients[url]
