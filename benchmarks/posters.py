"""People who acknowledge, over HTTP, in one process: sessions, CSRF, one connection each.

Reads a plan as JSON: port, seconds, rate (a second for all together; 0: as fast as answers come),
people (path, cookie, bodies). Prints what came of it as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import uvloop

from benchmarks.figures import percentiles


class Person:
    """One connection, one answer after the other."""

    def __init__(self, port: int, given: dict[str, Any]) -> None:
        self.port = port
        self.bodies = [body.encode() for body in given["bodies"]]
        self.head = (
            f"POST {given['path']} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Cookie: {given['cookie']}\r\nHX-Request: true\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nAccept-Encoding: gzip\r\n"
        ).encode()

    async def connect(self) -> None:
        """Open the connection."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def post(self) -> int:
        """Acknowledge the next one; answers the status."""
        body = self.bodies.pop()
        self.writer.write(self.head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        length = [line for line in head.lower().split(b"\r\n") if b"content-length:" in line]
        await self.reader.readexactly(int(length[0].split(b":")[1]))
        return status


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    """All of them at once."""
    people = [Person(plan["port"], one) for one in plan["people"]]
    await asyncio.gather(*(person.connect() for person in people))
    took_ms: list[float] = []
    statuses: dict[int, int] = {}
    begun = time.monotonic()
    ends = begun + plan["seconds"]

    async def act(place: int, person: Person) -> None:
        every_s = len(people) / plan["rate"] if plan["rate"] else 0.0
        turn = begun + every_s * place / len(people)
        while person.bodies:
            # Paced, a late answer does not put off the next moment: waiting in line counts.
            since = turn if every_s else time.monotonic()
            if since >= ends:
                return
            await asyncio.sleep(max(0.0, since - time.monotonic()))
            status = await person.post()
            took_ms.append(1000 * (time.monotonic() - since))
            statuses[status] = statuses.get(status, 0) + 1
            turn += every_s

    await asyncio.gather(*(act(place, person) for place, person in enumerate(people)))
    elapsed_s = time.monotonic() - begun
    good = statuses.get(200, 0)
    return {
        "acknowledged": good,
        "refused": sum(statuses.values()) - good,
        "per_second": round(good / elapsed_s, 1),
        **{f"{name}_ms": value for name, value in percentiles(took_ms).items()},
        "left": min(len(person.bodies) for person in people),
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(run(json.load(sys.stdin)))))
