"""Many viewers in one process: raw sockets that look for the moment in what they are sent.

    python -m benchmarks.viewers {stream|poll} PORT PATH COUNT LIMIT_S

Talks in lines: says ``{"ready": …}`` when all have their first bytes, or the time is over; then
answers ``forget`` and ``tell [moments]``; ends with its input.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from array import array
from typing import Any

import uvloop

MARK = b"@t="
DIGITS = 19
OPEN_AT_ONCE = 100
POLL_S = 2.0


class Crowd:
    """All viewers and what they have seen."""

    def __init__(self, path: str) -> None:
        self.request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        self.began: set[int] = set()
        self.lost = 0
        self.refused = 0
        self.lags = array("d")
        self.seen: list[tuple[int, int, int]] = []
        """Of pollers: (moment known before, moment in the answer, when it came), in ns."""
        self.answers = 0
        self.measuring = False


class Viewer(asyncio.Protocol):
    """A stream held open."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.rest = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.crowd.request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        crowd = self.crowd
        if id(self) not in crowd.began:
            if not data.startswith(b"HTTP/1.1 200"):
                crowd.refused += 1
            crowd.began.add(id(self))
        if self.rest:
            data, self.rest = self.rest + data, b""
        at = data.find(MARK)
        while at >= 0:
            digits = data[at + 3 : at + 3 + DIGITS]
            if len(digits) < DIGITS:
                self.rest = data[at:]
                return
            if crowd.measuring:
                crowd.lags.append((now - int(digits)) / 1e6)
            at = data.find(MARK, at + 3 + DIGITS)

    def connection_lost(self, error: Exception | None) -> None:
        self.crowd.lost += 1


class Poller(Viewer):
    """Asks again every two seconds on the same connection."""

    known = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.loop = asyncio.get_running_loop()
        self.loop.call_later(random.random() * POLL_S, self.ask)

    def ask(self) -> None:
        """One request; the next after two seconds, whenever the answer comes."""
        self.transport.write(self.crowd.request)
        self.loop.call_later(POLL_S, self.ask)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        self.crowd.began.add(id(self))
        self.crowd.answers += data.startswith(b"HTTP/1.1")
        at = data.find(MARK)
        if at >= 0 and len(digits := data[at + 3 : at + 3 + DIGITS]) == DIGITS:
            moment = int(digits)
            if moment > self.known:
                self.crowd.seen.append((self.known, moment, now))
                self.known = moment


async def run(kind: str, port: int, path: str, count: int, limit_s: float) -> None:
    """Open all of them, then do as told."""
    loop = asyncio.get_running_loop()
    crowd = Crowd(path)
    make = Poller if kind == "poll" else Viewer
    begun = time.monotonic()
    failed = 0
    for first in range(0, count, OPEN_AT_ONCE):
        wave = range(first, min(first + OPEN_AT_ONCE, count))
        opened = await asyncio.gather(
            *(loop.create_connection(lambda: make(crowd), "127.0.0.1", port) for _one in wave),
            return_exceptions=True,
        )
        failed += sum(isinstance(one, BaseException) for one in opened)
        if time.monotonic() - begun > limit_s:
            break
    while len(crowd.began) + failed < count and time.monotonic() - begun < limit_s:
        await asyncio.sleep(0.01)
    ready = len(crowd.began) - crowd.refused
    say(ready=ready, open_s=round(time.monotonic() - begun, 2), refused=failed + crowd.refused)
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := (await lines.readline()).decode():
        word, _space, rest = line.strip().partition(" ")
        if word == "forget":
            crowd.lags, crowd.seen, crowd.answers, crowd.measuring = array("d"), [], 0, True
            say(cpu_s=time.process_time())
        elif word == "tell":
            lags = sorted(crowd.lags or polled(crowd, json.loads(rest)))
            say(
                delivered=len(lags),
                answers=crowd.answers,
                lost=crowd.lost,
                cpu_s=time.process_time(),
                p50_ms=at_part(lags, 0.50),
                p99_ms=at_part(lags, 0.99),
                max_ms=at_part(lags, 1.0),
            )


def polled(crowd: Crowd, moments: list[int]) -> array[float]:
    """How long after each moment each poller had it or a newer one on the screen."""
    lags = array("d")
    for known, shown, came in crowd.seen:
        lags.extend((came - moment) / 1e6 for moment in moments if known < moment <= shown)
    return lags


def at_part(ordered: list[float], part: float) -> float | None:
    """A percentile of what is sorted already."""
    if not ordered:
        return None
    return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 2)


def say(**words: Any) -> None:
    """One line of JSON."""
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    kind, port, path, count, limit_s = sys.argv[1:]
    uvloop.run(run(kind, int(port), path, int(count), float(limit_s)))
