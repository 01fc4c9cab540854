"""The copy that tests begin with is what migrating anew makes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest
from django.db import connection

from . import migrated

SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
ROWS = (
    "SELECT app, name FROM django_migrations ORDER BY app, name",
    "SELECT app_label, model FROM django_content_type ORDER BY app_label, model",
)


def told(database: sqlite3.Connection) -> list[list[tuple[str, ...]]]:
    return [database.execute(question).fetchall() for question in (SCHEMA, *ROWS)]


def test_the_copy_has_what_migrating_anew_makes(tmp_path: Path) -> None:
    migrated.migrate_anew(tmp_path / "anew")
    migrated.put(tmp_path / "copied")
    with (
        closing(sqlite3.connect(tmp_path / "anew" / migrated.NAME)) as anew,
        closing(sqlite3.connect(tmp_path / "copied" / migrated.NAME)) as copied,
        closing(sqlite3.connect(":memory:")) as poured,
    ):
        migrated.pour(poured)
        assert {"journal_no_update", "journal_no_delete"} & {row[1] for row in told(anew)[0]}
        assert told(copied) == told(anew)
        assert told(poured) == told(anew)


def test_what_an_install_has_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / migrated.NAME).write_bytes(b"mine")
    migrated.put(tmp_path)
    assert (tmp_path / migrated.NAME).read_bytes() == b"mine"


def test_several_who_want_it_at_once_get_one_and_leave_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def count(var: Path) -> None:
        made.append(var)
        with closing(sqlite3.connect(var / migrated.NAME)) as database:
            database.execute("CREATE TABLE something (id)")

    monkeypatch.setattr(migrated, "migrate_anew", count)
    (tmp_path / "of-another-time.sqlite3").touch()
    with ThreadPool(6) as pool:
        found = pool.map(migrated.database, [tmp_path] * 6)
    assert len(made) == 1
    assert {path.name for path in tmp_path.iterdir()} == {".lock", found[0].name}
    assert set(found) == {found[0]}


@pytest.mark.django_db
def test_the_tests_database_has_every_table_and_trigger_of_a_migrated_one() -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL's begins with nothing and is migrated
    with closing(sqlite3.connect(":memory:")) as poured, connection.cursor() as cursor:
        migrated.pour(poured)
        cursor.execute(SCHEMA)
        assert cursor.fetchall() == told(poured)[0]
