"""channels: a consumer that holds a server-sent stream open, and the Redis pub/sub layer."""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings

from benchmarks.rivals import CHANNEL, redis_url

settings.configure(
    SECRET_KEY="-",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [redis_url()]},
        }
    },
)
django.setup()

from channels.generic.http import AsyncHttpConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402


class Board(AsyncHttpConsumer):
    """One viewer."""

    channel_layer: Any
    channel_name: str

    async def http_request(self, message: dict[str, Any]) -> None:
        await self.channel_layer.group_add(CHANNEL, self.channel_name)
        await self.send_headers(headers=[(b"Content-Type", b"text/event-stream")])
        await self.send_body(b"retry: 500\n\n", more_body=True)

    async def board_event(self, event: dict[str, Any]) -> None:
        """What the group is sent."""
        await self.send_body(event["body"], more_body=True)

    async def disconnect(self) -> None:
        await self.channel_layer.group_discard(CHANNEL, self.channel_name)


application = ProtocolTypeRouter({"http": URLRouter([path("stream/", Board.as_asgi())])})
