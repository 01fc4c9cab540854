"""Rows as neutral values: what JSON can hold, the same from and for every database."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.management.color import no_style
from django.db import DatabaseError, connections
from django.db.models import AutoField, BinaryField, Field, JSONField, Model, QuerySet
from django.utils.duration import duration_iso_string

from exercise.archive.refusal import CannotGoOn
from exercise.archive.schema import columns_of, name_of
from units.text import Text

Row = Sequence[Any]
BATCH = 500


# ── out ─────────────────────────────────────────────────────────────────────────────────────────
def read(table: type[Model], using: str) -> Iterator[Row]:
    """Every row of a table by its key, a batch at a time."""
    found: Any = QuerySet(table, using=using).order_by("pk").values_list(*columns_of(table))
    for row in found.iterator(chunk_size=BATCH):
        yield [_neutral(value) for value in row]


def as_line(row: Row) -> bytes:
    """A row as one line of JSON."""
    line = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return line.encode() + b"\n"


def _neutral(value: Any) -> Any:
    match value:
        case Text():
            return value.as_dict()
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return duration_iso_string(value)
        case UUID() | Decimal():
            return str(value)
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case _:
            return value


# ── in ──────────────────────────────────────────────────────────────────────────────────────────
def write(table: type[Model], rows: Iterable[Row], using: str) -> int:
    """Put rows into a table, keys and all; answers how many.

    Raises:
        CannotGoOn: the database refuses one, such as a text longer than its column. SQLite does
            not look, PostgreSQL does.
    """
    connection = connections[using]
    fields: Any = table._meta.local_concrete_fields
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    places = ", ".join("%s" for _field in fields)
    statement = f"INSERT INTO {quote(table._meta.db_table)} ({names}) VALUES ({places})"
    count, left = 0, iter(rows)
    with connection.cursor() as cursor:
        while batch := list(islice(left, BATCH)):
            try:
                cursor.executemany(
                    statement,
                    [
                        [_own(field, value, connection) for field, value in zip(fields, row)]  # noqa: B905
                        for row in batch
                    ],
                )
            except (DatabaseError, ValueError) as problem:
                raise CannotGoOn(
                    f"{name_of(table)}, one of the rows from {batch[0][0]!r} to {batch[-1][0]!r}: "
                    f"the database does not take it: {str(problem).strip()}",
                    "Nothing was changed. Correct that row where it comes from.",
                ) from None
            count += len(batch)
    return count


def _own(field: Field[Any, Any], value: Any, connection: Any) -> Any:
    """A neutral value as this database wants it for a column."""
    if value is None and field.null:
        return None
    if isinstance(field, JSONField):
        # Here NULL would be refused, and JSON's null is a value like any other.
        return field.get_db_prep_value(value, connection)
    if isinstance(field, BinaryField):
        value = base64.b64decode(value)
    return field.get_db_prep_save(field.to_python(value), connection)


def empty(tables: Iterable[type[Model]], using: str) -> None:
    """Take out what migrations have put in."""
    for table in tables:
        # One by one, because the journal refuses a DELETE even of nothing on some databases.
        if QuerySet(table, using=using).exists():
            with connections[using].cursor() as cursor:
                quote = connections[using].ops.quote_name
                cursor.execute(f"DELETE FROM {quote(table._meta.db_table)}")


# ── the numbers of rows to come ─────────────────────────────────────────────────────────────────
def last_number(table: type[Model], using: str) -> int | None:
    """The highest number that a table has ever given a row; ``None`` if it does not number.

    It can be above that of every row there is, and must not be given again.
    """
    key = table._meta.pk
    if not isinstance(key, AutoField):
        return None
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            name = table._meta.db_table
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [name])
            found = cursor.fetchone()
            return int(found[0]) if found else 0
        sequence = _sequence(table, cursor, connection)
        cursor.execute(f"SELECT last_value, is_called FROM {sequence}")
        last, called = cursor.fetchone()
        # A row that came with its number, as the heartbeat does, is unknown to the sequence.
        cursor.execute(f"SELECT COALESCE(MAX({key.column}), 0) FROM {table._meta.db_table}")
        return max(int(last) if called else 0, int(cursor.fetchone()[0]))


def number_on(table: type[Model], last: int | None, using: str) -> None:
    """Let a table number its next row after ``last`` and after every row it has."""
    key = table._meta.pk
    if last is None or not isinstance(key, AutoField):
        return
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            name = table._meta.db_table
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [name])
            found = cursor.fetchone()
            if found is None:
                cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [name, last])
            elif found[0] < last:
                cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last, name])
            return
        for statement in connection.ops.sequence_reset_sql(no_style(), [table]):
            cursor.execute(statement)
        sequence = _sequence(table, cursor, connection)
        cursor.execute(f"SELECT last_value, is_called FROM {sequence}")
        now, called = cursor.fetchone()
        if last > (now if called else 0):
            cursor.execute("SELECT setval(%s, %s)", [sequence, last])


def _sequence(table: type[Model], cursor: Any, connection: Any) -> str:
    assert table._meta.pk is not None
    quoted = connection.ops.quote_name(table._meta.db_table)
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [quoted, table._meta.pk.column])
    return str(cursor.fetchone()[0])
