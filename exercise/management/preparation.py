"""What must be true before the product is served: the database is migrated, static files are built,
and of sessions and the book of sign-ins nothing is kept longer than it must be.

All look first and do nothing when nothing has changed, because every start goes through here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from units.audit import prune_events
from units.sessions import prune_sessions


def prepare(say: Callable[[str], None]) -> None:
    """Make ready what the web server needs, and say what was done."""
    if migrate_if_needed():
        say("database migrated")
    if build_static_if_needed():
        say("static files built")
    if pruned := prune_events() + prune_sessions():
        say(f"{pruned} old sessions and sign-ins deleted")


def migrate_if_needed() -> bool:
    """Apply the migrations that the database lacks; tell whether there were any."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", interactive=False, verbosity=0)
    return True


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
