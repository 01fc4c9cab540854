"""A database as it is at one moment, while others go on writing.

On SQLite a reading transaction: with its write-ahead log nobody waits for a reader. On PostgreSQL
one transaction of REPEATABLE READ, read through a cursor of the server. Rows come a batch at a time
on both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypedDict

from django.conf import settings
from django.db import connections, transaction
from django.db.models import FileField, Model, QuerySet
from django.db.utils import load_backend
from django.utils.connection import ConnectionDoesNotExist

from exercise.archive import rows
from exercise.archive.refusal import CannotGoOn
from exercise.archive.schema import Migration, applied, name_of, tables

ALIAS = "snapshot"


class Head(TypedDict):
    """How far an exercise's journal goes: what a copy of it must have too."""

    code: str
    entries: int
    head: str


@dataclass(frozen=True)
class Snapshot:
    """What is read from one moment of a database."""

    using: str

    @cached_property
    def migrations(self) -> list[Migration]:
        """What has been applied; an empty database is refused."""
        found = applied(self.using)
        if not found:
            raise CannotGoOn(
                "There is no database yet.",
                f"EXERCISE_VAR is {settings.VAR_DIR}: name the install's own,"
                " or run manage.py prepare first.",
            )
        return found

    @cached_property
    def tables(self) -> list[type[Model]]:
        """Every table by name."""
        return tables(self.migrations)

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return connections[self.using].vendor

    def rows(self, table: type[Model]) -> Iterator[rows.Row]:
        """The rows of a table as neutral values."""
        return rows.read(table, self.using)

    def last_number(self, table: type[Model]) -> int | None:
        """The highest number the table has given."""
        return rows.last_number(table, self.using)

    def file_names(self) -> Iterator[str]:
        """The uploaded files that rows name."""
        for table in self.tables:
            for field in table._meta.local_concrete_fields:
                if isinstance(field, FileField):
                    every: Any = QuerySet(table, using=self.using).order_by("pk")
                    named = every.values_list(field.attname, flat=True)
                    yield from filter(None, named.iterator())

    def heads(self) -> list[Head]:
        """Each exercise with the end of its journal."""
        return heads(self.tables, self.using)


def heads(of: Iterable[type[Model]], using: str) -> list[Head]:
    """Each exercise of a database with the end of its journal, by code."""
    for table in of:
        if name_of(table) == "exercise.exercise":
            found: Any = QuerySet(table, using=using)
            ends = found.values_list("code", "journal_seq", "journal_head")
            # Not by the database, of which each sorts words in its own way.
            return [Head(code=code, entries=seq, head=head) for code, seq, head in sorted(ends)]
    return []


@contextmanager
def snapshot(of: str = "default") -> Iterator[Snapshot]:
    """Open a database at this moment, through a connection of its own."""
    connection = opened(connections[of].settings_dict, ALIAS)
    try:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                # Not through `atomic`, which in this product asks for the write lock.
                cursor.execute("BEGIN DEFERRED")
                cursor.execute("SELECT count(*) FROM sqlite_master")  # the moment is now
                yield Snapshot(ALIAS)
                cursor.execute("ROLLBACK")
        else:
            with transaction.atomic(using=ALIAS):
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION READ ONLY")
                    # What keeps a command short would end a backup whose uploads or whose pipe
                    # take their time.
                    cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                    cursor.execute("SET LOCAL statement_timeout = 0")
                    cursor.execute("SELECT 1")
                yield Snapshot(ALIAS)
    finally:
        closed(ALIAS)


def opened(settings: dict[str, Any], alias: str) -> Any:
    """A further connection with these settings, known to Django by a name until it is closed."""
    given = deepcopy(settings)
    if given["ENGINE"].endswith("postgresql") and alias == ALIAS:
        from psycopg import IsolationLevel

        given["OPTIONS"] = {
            **given.get("OPTIONS", {}),
            "isolation_level": IsolationLevel.REPEATABLE_READ,
        }
        given["DISABLE_SERVER_SIDE_CURSORS"] = False  # within one transaction they always work
    # Not among the settings' databases: nothing else that goes through those may find it.
    connection = load_backend(given["ENGINE"]).DatabaseWrapper(given, alias)
    connections[alias] = connection
    return connection


def closed(alias: str) -> None:
    """Close a connection of :func:`opened`, if there is one, and forget it."""
    try:
        connections[alias].close()
    except ConnectionDoesNotExist:
        return
    del connections[alias]
