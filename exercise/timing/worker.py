"""The worker's own patience with a broker that is down."""

from __future__ import annotations

from functools import partial
from typing import Any

from celery.worker.consumer import Consumer

LOOK_EVERY_S = 1.0


class PatientConsumer(Consumer):
    """Looks for the broker every second for as long as it takes.

    Celery itself waits two seconds longer after each try, up to thirty: after a minute without a
    broker the worker came back a quarter of a minute late, and every release with it.
    """

    def ensure_connected(self, conn: Any) -> Any:
        """Wait for the broker and connect."""
        conn.ensure_connection = partial(
            conn.ensure_connection,
            interval_start=LOOK_EVERY_S,
            interval_step=0,
            interval_max=LOOK_EVERY_S,
        )
        return super().ensure_connected(conn)
