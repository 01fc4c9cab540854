"""What a process of a grown install looks at before it begins: is it set up to work with others?

Only what is cheap and certain. A database or a broker that does not answer is no obstacle: the
process waits for them, as it would in mid-drill.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from exercise.clock import wall_us
from exercise.supervisor import Site
from scenarios.calendar import SECOND_US

CLOCKS_AGREE_US = SECOND_US // 2
"""Beyond a second a command from the slower host looks as if the wall clock had been set back."""
MEASURED_TIMES = 3


def obstacles(site: Site, name: str) -> Iterator[str]:
    """Why this process must not begin, with what to do."""
    if site.own_broker:
        yield "REDIS_URL is not set: name the broker that all processes share, redis://host/0."
    if name != "beat" and not settings.DEBUG and not _static_files():
        yield "The static files are not built on this host: run `manage.py prepare`."
    if _lacks_migrations():
        yield "The database lacks migrations: run `manage.py prepare`."


def doubts(site: Site) -> Iterator[str]:
    """What will go wrong where there is more than one host."""
    if connection.vendor == "sqlite":
        yield "DATABASE_URL is not set: a SQLite file serves the processes of one host only."
    if settings.SECRET_KEY_FILE is not None:
        yield (
            f"SECRET_KEY is not set: hosts that do not share {site.var} would each make their own, "
            "and refuse one another's sign-ins and streams."
        )
    ahead_us = clock_ahead_us()
    if ahead_us is not None and abs(ahead_us) > CLOCKS_AGREE_US:
        yield (
            f"This host's clock is {abs(ahead_us) / SECOND_US:.1f} s "
            f"{'ahead of' if ahead_us > 0 else 'behind'} the database's: set both by NTP."
        )


def clock_ahead_us() -> int | None:
    """How far this host's clock is ahead of the database's; ``None`` where they are one, or
    nobody answers. The quickest of a few answers is the most exact.
    """
    if connection.vendor != "postgresql":
        return None
    found: list[tuple[int, int]] = []
    try:
        with connection.cursor() as cursor:
            for _time in range(MEASURED_TIMES):
                began, asked_us = time.monotonic_ns(), wall_us()
                cursor.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
                (theirs_us,) = cursor.fetchone()
                took_us = (time.monotonic_ns() - began) // 1000
                found.append((took_us, asked_us + took_us // 2 - theirs_us))
    except Error:
        return None
    return min(found)[1]


def _static_files() -> bool:
    return (Path(settings.STATIC_ROOT) / ".seal").is_file()


def _lacks_migrations() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except Error:
        return False
