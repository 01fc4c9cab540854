"""What must be so before an install is replaced: nobody at work in it, and nothing in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.db import connections
from django.db.models import QuerySet

from exercise.archive.refusal import CannotGoOn
from exercise.archive.schema import name_of
from exercise.clock import wall_us
from exercise.models import TimerHeartbeat
from exercise.supervisor import CannotStart, Site, broker
from exercise.supervisor.premises import sole_supervisor

WATCHED_S = 5.0
"""Longer than from one heartbeat of the timers to the next."""
LOOKED_AT_US = 60_000_000
BY_ITSELF = {
    "contenttypes.contenttype",
    "auth.permission",
    "sessions.session",
    "exercise.timerheartbeat",
    "exercise.timersign",
    "units.accountevent",
    "units.opensession",
}
"""Tables in which there is something before anybody has done anything."""


@contextmanager
def nobody_at_work(site: Site) -> Iterator[None]:
    """Keep the install for ourselves while the body runs, or refuse because it is being used."""
    remedy = "Stop it first, on every machine; then again."
    try:
        with sole_supervisor(site.var):
            if site.own_broker:
                # Timers started by hand need it as well.
                if broker.answers(broker.socket_path(site.var)):
                    raise CannotGoOn(f"The broker of {site.var} is running.", remedy)
            elif _timers_at_work():
                raise CannotGoOn("The timers of this install are at work.", remedy)
            yield
    except CannotStart as problem:
        raise CannotGoOn(problem.sentence, remedy) from None


def _timers_at_work() -> bool:
    """Whether the heartbeat moves; not asked of one that has not moved for long."""
    first = _heartbeat_wall_us()
    if first is None or abs(wall_us() - first) > LOOKED_AT_US:
        return False
    deadline = time.monotonic() + WATCHED_S
    while time.monotonic() < deadline:
        if _heartbeat_wall_us() != first:
            return True
        time.sleep(0.2)
    return False


def _heartbeat_wall_us() -> int | None:
    connection = connections["default"]
    if TimerHeartbeat._meta.db_table not in connection.introspection.table_names():
        return None
    return TimerHeartbeat.newest_us()


def filled_tables(using: str) -> list[str]:
    """Our tables in which somebody has put something.

    Raises:
        CannotGoOn: there are tables that are not ours.
    """
    there = set(connections[using].introspection.table_names())
    ours = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    foreign = sorted(there - set(ours) - {"django_migrations"})
    if foreign:
        raise CannotGoOn(
            f"There are other programs' tables in the database: {', '.join(foreign[:5])}.",
            "Give the install a database of its own.",
        )
    return [
        name_of(model)
        for table, model in sorted(ours.items())
        if table in there
        and name_of(model) not in BY_ITSELF
        and not name_of(model).startswith("axes.")
        # By its key alone: the columns may be those of another version.
        and QuerySet(model, using=using).values_list("pk")[:1]
    ]


def require_own_directory(uploads: Path) -> None:
    """Refuse uploads that lie somewhere else: what is replaced is renamed, a mount cannot be."""
    if uploads.is_symlink() or uploads.is_mount():
        raise CannotGoOn(
            f"{uploads} leads to another disk.",
            "Nothing was changed. Take the link or the mount away, restore, move what is then in "
            "uploads/ to that disk, and put the link or the mount back.",
        )


def holds_files(uploads: Path) -> bool:
    """Whether anything was uploaded."""
    return uploads.is_dir() and any(path.is_file() for path in uploads.rglob("*"))
