"""The order in which a database becomes another one: SQLite to PostgreSQL, or back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import dj_database_url
from django.conf import settings
from django.db import connections
from django.db.utils import ConnectionHandler, OperationalError

from exercise.archive.building import building
from exercise.archive.premises import filled_tables, nobody_at_work
from exercise.archive.refusal import CannotGoOn
from exercise.archive.restoring import compare
from exercise.archive.schema import name_of
from exercise.archive.snapshot import closed, heads, opened, snapshot
from exercise.supervisor import Site

TARGET = "target"


def move(url: str, say: Callable[[str], None]) -> None:
    """Copy this install's database into an empty one, and prove the copy.

    1. Refuse a target that cannot be used, is this database, or holds something; and an install
       that is in use, for what people did meanwhile would stay behind.
    2. Build the copy beside what the target has, from one snapshot of the source.
    3. Compare the rows of every table, and where each exercise's journal ends; verify each journal
       in the copy; see that it refuses to be changed there too.
    4. Migrate, if the source is older than the code, and put it in place.
    """
    target = settings_of(url)
    site = Site.from_settings()
    with nobody_at_work(site):
        _require_empty(target)
        with snapshot() as source, building(target) as under_way:
            counts = under_way.fill(
                source.migrations, source.tables, source.rows, source.last_number
            )
            compare(under_way.count(source.tables), counts)
            for table in source.tables:
                say(f"{name_of(table)}: {counts[name_of(table)]}")
            journals = source.heads()
            if heads(source.tables, under_way.using) != journals:
                raise CannotGoOn("The journals of the copy do not end where those here do.")
            under_way.migrate()
            under_way.require_triggers()
            if broken := under_way.broken_journals():
                raise CannotGoOn(
                    "The journal is broken:\n" + "\n".join(broken),
                    "Nothing was changed. See manage.py verify_journal.",
                )
            for one in journals:
                say(f"{one['code']}: {one['entries']} entries, verified, {one['head'] or 'empty'}")
            aside = site.var / f"replaced-{datetime.now(UTC):%Y%m%d-%H%M%S}"
            under_way.put_in_place(aside, keep=False)


def settings_of(url: str) -> dict[str, Any]:
    """The settings of a connection to this address."""
    try:
        found = dict(dj_database_url.parse(url))
    except (ValueError, KeyError):
        found = {}
    engine = str(found.get("ENGINE", ""))
    if not engine.endswith(("sqlite3", "postgresql")):
        raise CannotGoOn(
            "This is not the address of a PostgreSQL or SQLite database.",
            "Such as postgres://user:password@host:5432/name or sqlite:////srv/db.sqlite3",
        )
    if engine.endswith("sqlite3"):
        found["OPTIONS"] = settings.SQLITE_OPTIONS
    complete = ConnectionHandler().configure_settings({"default": found})["default"]
    here = connections["default"].settings_dict
    same = ("ENGINE", "NAME", "HOST", "PORT")
    if all(str(complete[name]) == str(here[name]) for name in same):
        raise CannotGoOn("This is the database that is in use already.")
    return dict(complete)


def _require_empty(target: dict[str, Any]) -> None:
    connection = opened(target, TARGET)
    try:
        filled = filled_tables(TARGET)
    except OperationalError as problem:
        raise CannotGoOn(
            f"The database cannot be reached: {str(problem).strip()}",
            "Nothing was changed. Make it first: createdb …",
        ) from None
    finally:
        connection.close()
        closed(TARGET)
    if filled:
        raise CannotGoOn(
            f"The target is not empty: there are rows in {', '.join(filled[:3])}.",
            "Nothing was changed. Name an empty database.",
        )
