"""What must be true before the product is served: the database is migrated, static files are built,
and of sessions and the book of sign-ins nothing is kept longer than it must be.

All look first and do nothing when nothing has changed, because every start goes through here.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from units.audit import prune_events
from units.sessions import adopt_sessions, prune_sessions

_MIGRATING = 7_238_145
"""The number of the advisory lock in the database; any would do."""


def prepare(say: Callable[[str], None]) -> None:
    """Make ready what the web server needs, and say what was done.

    Any number may do so at once, as when all hosts start together: one does it, the others wait.
    """
    with _alone_on_this_host():
        if migrate_if_needed():
            say("database migrated")
        if build_static_if_needed():
            say("static files built")
        adopt_sessions()
        if pruned := prune_events() + prune_sessions():
            say(f"{pruned} old sessions and sign-ins deleted")


@contextmanager
def _alone_on_this_host() -> Iterator[None]:
    lock_file = settings.VAR_DIR / "run" / "prepare.lock"
    lock_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with lock_file.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def _alone_in_the_database() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        # Neither waiting for another host nor changing a large table is a matter of seconds.
        cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
        cursor.execute("SET lock_timeout = '10s'")  # nor may all who wait behind us wait for long
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])


def migrate_if_needed() -> bool:
    """Apply the migrations that the database lacks; tell whether there were any."""
    if not _lacking():
        return False
    with _alone_in_the_database():
        if not _lacking():
            return False
        call_command("migrate", interactive=False, verbosity=0)
    return True


def _lacking() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def build_static_if_needed() -> bool:
    """Collect, hash and compress the static files when one of them has changed since the last time.

    Not with DEBUG, where WhiteNoise serves them from where they lie.
    """
    if settings.DEBUG:
        return False
    seal = Path(settings.STATIC_ROOT) / ".seal"
    wanted = _fingerprint()
    if seal.is_file() and seal.read_text() == wanted:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    seal.write_text(wanted)
    return True


def _fingerprint() -> str:
    """Return what the built files depend on: who builds them, and every source file."""
    state = hashlib.sha256(f"{django.__version__} {version('whitenoise')}".encode())
    for finder in get_finders():
        for name, storage in finder.list(None):
            found = Path(storage.path(name)).stat()
            state.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return state.hexdigest()
