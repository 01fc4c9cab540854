"""Publishes numbered moments to one candidate at a steady rate, in a process of its own.

    python -m benchmarks.publisher {ours|pubsub|eventstream|channels} RATE SECONDS

Prints the moments, in ns of the monotonic clock, as one JSON list.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module

from benchmarks.rivals import CHANNEL, redis_url

EXERCISE_ID = 1
PAYLOAD_BYTES = 1000
"""A board's tile is about this long."""

Send = Callable[[Callable[[], str]], None]
"""Takes what makes the payload: the moment is taken as late as the candidate's own way allows."""


def ours() -> Send:
    """A drawing's frames, under the lock, as ``exercise.live.publish`` sends them."""
    import django

    django.setup()
    from exercise.live import bus

    number = 0

    def send(payload: Callable[[], str]) -> None:
        nonlocal number
        number += 1
        with bus.lock(EXERCISE_ID):
            drawn = bus.published_seq(EXERCISE_ID)
            frames = [bus.Frame("board.vi", payload())]
            if not bus.append(EXERCISE_ID, frames, published_seq=number, after_seq=drawn):
                raise SystemExit("the stream took no frame")

    return send


def pubsub() -> Send:
    """A plain PUBLISH."""
    from redis import Redis

    redis = Redis.from_url(redis_url())
    return lambda payload: redis.publish(CHANNEL, payload())


def eventstream() -> Send:
    """``send_event``."""
    # Its settings first.
    import_module("benchmarks.rivals.eventstream")
    from django_eventstream import send_event

    return lambda payload: send_event(CHANNEL, "frame", payload(), json_encode=False)


def channels() -> Send:
    """``group_send``."""
    import_module("benchmarks.rivals.consumers")
    from channels.layers import get_channel_layer

    layer, loop = get_channel_layer(), asyncio.new_event_loop()

    def send(payload: Callable[[], str]) -> None:
        body = f"event: frame\ndata: {payload()}\n\n".encode()
        loop.run_until_complete(layer.group_send(CHANNEL, {"type": "board.event", "body": body}))

    return send


def main() -> None:
    """Publish, and say when."""
    way, rate, seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    send = {"ours": ours, "pubsub": pubsub, "eventstream": eventstream, "channels": channels}[way]()
    filling = "x" * (PAYLOAD_BYTES - 30)
    moments: list[int] = []

    def payload() -> str:
        moments.append(time.monotonic_ns())
        return f"<p>@t={moments[-1]:019d};{filling}</p>"

    begins = time.monotonic() + 0.2
    for number in range(round(rate * seconds)):
        time.sleep(max(0.0, begins + number / rate - time.monotonic()))
        send(payload)
    print(json.dumps(moments), flush=True)
    # channels leaves a task that never ends.
    os._exit(0)


if __name__ == "__main__":
    main()
