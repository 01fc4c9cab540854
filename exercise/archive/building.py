"""A database built beside the one in use, put in its place when it is whole.

On SQLite a second file, on PostgreSQL a second schema: what is in use is not touched until one
renaming, and what was there before is kept under another name.
"""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model, QuerySet

from exercise.archive import rows
from exercise.archive.files import sync
from exercise.archive.refusal import CannotGoOn
from exercise.archive.schema import Migration, name_of, newest_of
from exercise.archive.snapshot import closed, opened
from exercise.models import Exercise, verify

ALIAS = "building"
RowsOf = Callable[[type[Model]], Iterable[rows.Row]]
LastNumberOf = Callable[[type[Model]], int | None]
TRIGGERS = {
    "sqlite": {"journal_no_update", "journal_no_delete"},
    "postgresql": {"journal_no_update", "journal_no_delete", "journal_no_truncate"},
}


class Building(ABC):
    """A database under construction, reached as ``using``."""

    using = ALIAS

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.mark = secrets.token_hex(4)

    # ── differing between databases ─────────────────────────────────────────────────────────
    @abstractmethod
    def open(self) -> None:
        """Make the empty place and connect to it."""

    @abstractmethod
    def discard(self) -> None:
        """Take away what was built and not put in place."""

    @abstractmethod
    def put_in_place(self, aside: Path, *, keep: bool) -> str:
        """Let it be the database from now on; answers where the former one is kept, if anywhere.

        Args:
            aside: a directory for what is replaced, made when it is needed.
            keep: whether there is anything in it worth keeping.
        """

    # ── the same on both ────────────────────────────────────────────────────────────────────
    def fill(
        self,
        migrations: list[Migration],
        tables: Iterable[type[Model]],
        rows_of: RowsOf,
        last_number_of: LastNumberOf,
    ) -> dict[str, int]:
        """Make the tables of these migrations and fill them; answers the number of rows of each."""
        MigrationExecutor(connections[self.using]).migrate(newest_of(migrations))
        tables = list(tables)
        counts = {}
        with transaction.atomic(using=self.using):
            rows.empty(tables, self.using)
            for table in tables:
                counts[name_of(table)] = rows.write(table, rows_of(table), self.using)
            for table in tables:
                rows.number_on(table, last_number_of(table), self.using)
            # Before the tables are changed any further; PostgreSQL would refuse that.
            connections[self.using].check_constraints()
        return counts

    def count(self, tables: Iterable[type[Model]]) -> dict[str, int]:
        """What is really there, table by table."""
        return {name_of(table): QuerySet(table, using=self.using).count() for table in tables}

    def migrate(self) -> None:
        """Bring it up to this code."""
        call_command("migrate", database=self.using, interactive=False, verbosity=0)

    def broken_journals(self) -> list[str]:
        """The exercises whose journal is not whole, each with its first broken entry."""
        found = []
        for exercise in Exercise.objects.using(self.using).order_by("code"):
            verdict = verify(exercise)
            if not verdict.verified:
                found.append(f"{exercise.code}: entry {verdict.broken_seq} ({verdict.why})")
        return found

    def require_triggers(self) -> None:
        """See that the journal refuses to be changed here too."""
        connection = connections[self.using]
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            else:
                cursor.execute(
                    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
                    " AND tgrelid = to_regclass('exercise_journalentry')"
                )
            missing = TRIGGERS[connection.vendor] - {name for (name,) in cursor.fetchall()}
        if missing:
            raise CannotGoOn(f"The new database lacks what protects the journal: {missing}.")


class SqliteBuilding(Building):
    """A file beside the database's own."""

    @property
    def place(self) -> Path:
        return Path(self.settings["NAME"])

    @property
    def beside(self) -> Path:
        return self.place.with_name(f".{self.place.name}.{self.mark}.new")

    def open(self) -> None:
        if ":memory:" in str(self.place) or "mode=memory" in str(self.place):
            raise CannotGoOn("A database in memory cannot be replaced.", "Name a file.")
        self.place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.beside.touch(mode=0o600)
        opened(self.settings | {"NAME": str(self.beside)}, ALIAS)

    def discard(self) -> None:
        closed(ALIAS)
        for path in _with_logs(self.beside):
            path.unlink(missing_ok=True)

    def put_in_place(self, aside: Path, *, keep: bool) -> str:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections[ALIAS].close()
        kept = ""
        # Beside the file itself, which may be on another disk than the install's directory.
        aside = self.place.parent / aside.name
        for path in _with_logs(self.place):
            if path.exists() and not keep:
                path.unlink()
            elif path.exists():
                aside.mkdir(mode=0o700, exist_ok=True)
                path.rename(aside / path.name)
                kept = str(aside / self.place.name)
        self.beside.rename(self.place)
        sync(self.place)
        sync(self.place.parent)
        return kept


class PostgresqlBuilding(Building):
    """A schema beside the database's own."""

    @property
    def beside(self) -> str:
        return f"building_{self.mark}"

    def open(self) -> None:
        with self._outside() as cursor:
            cursor.execute(
                "SELECT current_schema(), has_database_privilege(current_database(), 'CREATE'),"
                " (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace"
                "  WHERE nspname = current_schema()), current_user"
            )
            self.place, may_create, owns, user = cursor.fetchone()
            if not (self.place and may_create and owns):
                raise CannotGoOn(
                    "The database's own schema cannot be replaced by this account.",
                    f"Let it own both: ALTER DATABASE … OWNER TO {user}; "
                    f"ALTER SCHEMA public OWNER TO {user};",
                )
            cursor.execute(f'CREATE SCHEMA "{self.beside}"')
        given = deepcopy(self.settings)
        options = given.setdefault("OPTIONS", {})
        # Tables are filled, checked and changed whole here, and nobody waits behind them.
        patience = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
        named = f"-c search_path={self.beside}"
        options["options"] = f"{options.get('options', '')} {patience} {named}".strip()
        connection = opened(given, ALIAS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            if cursor.fetchone()[0] != self.beside:
                raise CannotGoOn(
                    "The connection does not go where it is told to.",
                    "Name the server itself in DATABASE_URL, not a pooler before it.",
                )

    def discard(self) -> None:
        closed(ALIAS)
        with self._outside() as cursor:
            cursor.execute(f'DROP SCHEMA IF EXISTS "{self.beside}" CASCADE')

    def put_in_place(self, aside: Path, *, keep: bool) -> str:
        connections[ALIAS].close()
        former = aside.name.replace("-", "_")
        with self._outside() as cursor:
            cursor.execute(f'ALTER SCHEMA "{self.place}" RENAME TO "{former}"')
            cursor.execute(f'ALTER SCHEMA "{self.beside}" RENAME TO "{self.place}"')
            cursor.execute(
                "SELECT count(*) FROM pg_class WHERE relnamespace = %s::regnamespace",
                [f'"{former}"'],
            )
            if cursor.fetchone()[0]:  # whatever it is: nothing of a server is thrown away here
                return f"schema {former}"
            cursor.execute(f'DROP SCHEMA "{former}"')
            return ""

    @contextmanager
    def _outside(self) -> Iterator[Any]:
        """One transaction on a connection that sees the database as it is in use."""
        alias = f"{ALIAS}_outside"
        connection = opened(self.settings, alias)
        try:
            with transaction.atomic(using=alias), connection.cursor() as cursor:
                # Whoever still reads lets go soon, or is told of.
                cursor.execute("SET LOCAL lock_timeout = '10s'")
                yield cursor
        finally:
            closed(alias)


@contextmanager
def building(settings: dict[str, Any]) -> Iterator[Building]:
    """Build a database beside the one of these settings; what is not put in place goes away."""
    kind = SqliteBuilding if settings["ENGINE"].endswith("sqlite3") else PostgresqlBuilding
    under_way: Building = kind(settings)
    try:
        under_way.open()
        yield under_way
    finally:
        under_way.discard()


def _with_logs(database: Path) -> list[Path]:
    return [database.with_name(database.name + ending) for ending in ("", "-wal", "-shm")]
