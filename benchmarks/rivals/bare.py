"""The limit: a socket server on uvloop that writes the same bytes to every connection.

No HTTP parser, no framework, no resume, no rights. Several processes share the port.

    python -m benchmarks.rivals.bare PORT PROCESSES
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

import uvloop
from redis.asyncio import Redis

from benchmarks.rivals import CHANNEL, redis_url

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 500\n\n"
SENDS_AT_ONCE = 500
watching: set[asyncio.Transport] = set()


class Viewer(asyncio.Protocol):
    """A connection: whatever it asks for, it gets the stream."""

    transport: Any

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.transport not in watching:
            watching.add(self.transport)
            self.transport.write(HEAD)

    def connection_lost(self, error: Exception | None) -> None:
        watching.discard(self.transport)


async def serve(port: int) -> None:
    """Listen, and pass on what Redis publishes."""
    loop = asyncio.get_running_loop()
    await loop.create_server(Viewer, "127.0.0.1", port, reuse_port=True, backlog=4096)
    async with Redis.from_url(redis_url()).pubsub() as events:
        await events.subscribe(CHANNEL)
        async for message in events.listen():
            if message["type"] != "message":
                continue
            body = b"event: frame\ndata: " + message["data"] + b"\n\n"
            for sent, transport in enumerate(tuple(watching), start=1):
                transport.write(body)
                if sent % SENDS_AT_ONCE == 0:
                    await asyncio.sleep(0)


if __name__ == "__main__":
    for _process in range(int(sys.argv[2]) - 1):
        if not os.fork():
            break
    uvloop.run(serve(int(sys.argv[1])))
