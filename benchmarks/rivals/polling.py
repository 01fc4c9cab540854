"""Polling: a Django view that answers with the newest fragment, kept in memory."""

from __future__ import annotations

import asyncio
from typing import Any

import django
from django.conf import settings

settings.configure(SECRET_KEY="-", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[])
django.setup()

from django.core.asgi import get_asgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from redis.asyncio import Redis  # noqa: E402

from benchmarks.rivals import CHANNEL, redis_url  # noqa: E402

_newest: list[bytes] = [b""]
_readers: list[asyncio.Task[None]] = []


async def _read() -> None:
    async with Redis.from_url(redis_url()).pubsub() as events:
        await events.subscribe(CHANNEL)
        async for message in events.listen():
            if message["type"] == "message":
                _newest[0] = message["data"]


async def fragment(request: Any) -> HttpResponse:
    """The board as it is now."""
    if not _readers:
        _readers.append(asyncio.create_task(_read()))
    return HttpResponse(_newest[0])


urlpatterns = [path("stream/", fragment)]
application = get_asgi_application()
