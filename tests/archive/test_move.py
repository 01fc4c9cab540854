"""The move to another database by one command: proved, or not done."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from .installs import BASE, Install, fresh, new_database

pytestmark = [pytest.mark.engine, pytest.mark.django_db]


@pytest.fixture
def on_sqlite(kept_install: Install, tmp_path: Path) -> Install:
    """An install on SQLite, whatever the suite runs on."""
    if not kept_install.database_url:
        return kept_install.copy(tmp_path / "here" / "var")
    made = fresh(tmp_path / "here" / "var", postgres=False)
    made.migrate()
    made.python("a_drill_under_way()")
    return made


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def head(install: Install) -> str:
    (exercise,) = install.rows()["exercise.exercise"]
    return str(exercise[-1])


@pytest.mark.postgres
def test_sqlite_becomes_postgresql_and_the_drill_goes_on(on_sqlite: Install) -> None:
    there = Install(on_sqlite.var, new_database())
    before, untouched = on_sqlite.rows(), sha256(on_sqlite.var / "db.sqlite3")
    said = on_sqlite.done("move_database", there.database_url)
    assert there.rows() == before
    assert sha256(on_sqlite.var / "db.sqlite3") == untouched
    assert f"verified, {head(on_sqlite)}" in said
    assert f"exercise.journalentry: {len(before['exercise.journalentry'])}" in said
    assert f"DATABASE_URL={there.database_url}" in said
    assert "chain whole, rows as replayed" in there.done("verify_journal")
    there.python(
        """
        from django.db import DatabaseError, connection
        for statement in ("UPDATE exercise_journalentry SET kind = 'x'",
                          "DELETE FROM exercise_journalentry", "TRUNCATE exercise_journalentry"):
            with pytest.raises(DatabaseError, match="append-only"):
                connection.cursor().execute(statement)
        drill = drill_of_this_install()
        drill.do("pause")
        drill.do("report", drill.actor("lead", "U1"), tasking_id=drill.tasking("1.01", "U1").pk,
                 text="Sau khi chuyển", files=[upload("ba")])
        """
    )


@pytest.mark.postgres
def test_a_database_that_sorts_words_otherwise_is_no_obstacle(on_sqlite: Install) -> None:
    on_sqlite.python(
        """
        from scenarios.models import Scenario
        Scenario.objects.update(code="another")
        make_drill(units=1, injects=[])
        for exercise, code in zip(Exercise.objects.order_by("pk"), ("a-1", "B-1"), strict=True):
            Exercise.objects.filter(pk=exercise.pk).update(code=code)
        """
    )
    url = new_database("template0", "LOCALE_PROVIDER icu ICU_LOCALE 'vi'")
    on_sqlite.done("move_database", url)
    assert Install(on_sqlite.var, url).rows() == on_sqlite.rows()


@pytest.mark.postgres
def test_postgresql_becomes_sqlite(install: Install, tmp_path: Path) -> None:
    there = Install(tmp_path / "there", f"sqlite:///{tmp_path}/moved.sqlite3")
    before = install.rows()
    install.done("move_database", there.database_url)
    assert there.rows() == before == install.rows()


@pytest.mark.postgres
def test_a_database_that_is_not_empty_is_refused(install: Install, on_sqlite: Install) -> None:
    before = install.rows()
    assert "is not empty" in on_sqlite.refused("move_database", install.database_url)
    assert install.rows() == before


@pytest.mark.postgres
def test_a_prepared_one_is_empty(on_sqlite: Install, elsewhere: Install) -> None:
    elsewhere.migrate()
    on_sqlite.done("move_database", elsewhere.database_url)
    assert elsewhere.rows() == on_sqlite.rows()


@pytest.mark.postgres
def test_other_programs_tables_are_left_alone(on_sqlite: Install) -> None:
    import psycopg

    url = new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE payroll (id int)")
    assert "other programs' tables in the database: payroll" in on_sqlite.refused(
        "move_database", url
    )


def test_sqlite_moves_to_another_file(install: Install, tmp_path: Path) -> None:
    there = Install(tmp_path / "there", f"sqlite:///{tmp_path}/moved.sqlite3")
    install.done("move_database", there.database_url)
    assert there.rows() == install.rows()
    told = install.refused("move_database", there.database_url)
    assert "is not empty" in told


def test_an_address_with_a_password_can_be_given_where_nobody_reads_it(
    install: Install, tmp_path: Path
) -> None:
    there = Install(tmp_path / "there", f"sqlite:///{tmp_path}/moved.sqlite3")
    told = subprocess.run(
        [sys.executable, "manage.py", "move_database", "-"],
        cwd=BASE,
        env=install.environment,
        input=f"{there.database_url}\n",
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    assert there.rows() == install.rows()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://a@b/c", "not the address"),
        ("nonsense", "not the address"),
        ("postgres://drill:geheim@127.0.0.1:1/drill", "cannot be reached"),
        ("sqlite://:memory:", "in memory"),
    ],
)
def test_an_address_of_no_use_is_refused_in_words(install: Install, url: str, words: str) -> None:
    told = install.refused("move_database", url)
    assert words in told
    assert "geheim" not in told


def test_the_database_in_use_is_no_target(install: Install) -> None:
    url = install.database_url or f"sqlite:///{install.var}/db.sqlite3"
    assert "in use already" in install.refused("move_database", url)


def test_a_broken_journal_does_not_move(install: Install, tmp_path: Path) -> None:
    install.python(
        """
        from django.db import connection
        on = " ON exercise_journalentry" if connection.vendor == "postgresql" else ""
        connection.cursor().execute("DROP TRIGGER journal_no_update" + on)
        JournalEntry.objects.filter(seq=3).update(actor_name="Ai đó")
        """
    )
    there = tmp_path / "moved.sqlite3"
    assert "entry 3 (content)" in install.refused("move_database", f"sqlite:///{there}")
    left = there.read_bytes() if there.exists() else b""
    assert b"exercise_exercise" not in left
    assert not list(tmp_path.glob(".moved*"))
