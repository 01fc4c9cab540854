"""How far the broker is behind: what the live channel has drawn, and tasks that wait for a worker.

Asked by pages that must answer while the broker does not, so with a client of its own that has
little patience.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

from exercise.live import bus, hub

PATIENCE_S = 0.5

_clients: dict[str, Redis] = {}
_making = threading.Lock()


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the broker answered."""

    drawn_seq: int | None
    """Up to which journal entry was drawn; ``None`` when nothing was, or Redis lost it."""
    waiting: int
    """Tasks of the timers that no worker has taken yet."""


def backlog(exercise_id: int) -> Backlog | None:
    """How far it is; ``None`` when the broker does not answer."""
    pipe: Any
    try:
        with _client(settings.REDIS_URL).pipeline(transaction=False) as pipe:
            pipe.get(bus.seq_key(exercise_id))
            pipe.llen(settings.CELERY_TASK_DEFAULT_QUEUE)
            drawn, waiting = pipe.execute()
    except RedisError:
        return None
    return Backlog(None if drawn is None else int(drawn), int(waiting))


def open_streams() -> int | None:
    """Streams open in this web process; ``None`` where it serves none."""
    here = hub.here()
    return None if here is None else here.count


def _client(url: str) -> Redis:
    with _making:
        if url not in _clients:
            _clients[url] = Redis.from_url(
                url,
                protocol=2,
                socket_timeout=PATIENCE_S,
                socket_connect_timeout=PATIENCE_S,
                # Once more, for the connection that a restarted broker left behind.
                retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
            )
        return _clients[url]
