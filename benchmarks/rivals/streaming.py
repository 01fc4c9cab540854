"""Django's own way: an async view that answers with a ``StreamingHttpResponse``.

One queue for each connection, filled by one reader of Redis for each process. No middleware: with
sessions it would cost four times the memory and a database connection each.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import django
from django.conf import settings

settings.configure(SECRET_KEY="-", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[])
django.setup()

from django.core.asgi import get_asgi_application  # noqa: E402
from django.http import StreamingHttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from redis.asyncio import Redis  # noqa: E402

from benchmarks.rivals import CHANNEL, redis_url  # noqa: E402

_queues: set[asyncio.Queue[bytes]] = set()
_readers: list[asyncio.Task[None]] = []


async def _read() -> None:
    async with Redis.from_url(redis_url()).pubsub() as events:
        await events.subscribe(CHANNEL)
        async for message in events.listen():
            if message["type"] == "message":
                for queue in _queues:
                    queue.put_nowait(message["data"])


async def _stream() -> AsyncIterator[bytes]:
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    _queues.add(queue)
    try:
        yield b"retry: 500\n\n"
        while True:
            yield b"event: frame\ndata: " + await queue.get() + b"\n\n"
    finally:
        _queues.discard(queue)


async def stream(request: Any) -> StreamingHttpResponse:
    """The board's stream."""
    if not _readers:
        _readers.append(asyncio.create_task(_read()))
    return StreamingHttpResponse(_stream(), content_type="text/event-stream")


urlpatterns = [path("stream/", stream)]
application = get_asgi_application()
