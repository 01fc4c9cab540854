"""What others would use in place of the product's parts, each written as its own documents say.

``BENCH_REDIS`` is the address of the Redis that carries the events.
"""

from __future__ import annotations

import os

CHANNEL = "board"


def redis_url() -> str:
    """The Redis of this run."""
    return os.environ["BENCH_REDIS"]


def redis_port() -> int:
    """Its port on this machine, for libraries that take no address."""
    return int(redis_url().rsplit(":", 1)[1].split("/")[0])
