"""What every suite shares: no skips where it counts, Hypothesis's profiles, the journal's flush."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.sqlite3.creation import DatabaseCreation
from django.utils import translation
from hypothesis import settings

from exercise.situation import rows

from . import migrated

settings.register_profile("plain", deadline=None)
# The same examples every time: what fails in CI fails on the desk, from the blob it prints.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("deep", deadline=None, max_examples=3000, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "plain")


@pytest.fixture(autouse=True)
def _every_test_begins_in_vietnamese() -> None:
    """A page leaves the language of its reader behind in the thread that drew it."""
    translation.activate("vi")


@pytest.fixture(autouse=True)
def _rows_of_another_test_are_forgotten() -> None:
    """Each test begins with an empty database, in which the same numbers come again."""
    rows.forget()


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_journals_triggers() -> Iterator[None]:
    """Let the flush after a transactional test empty the journal too, which its triggers refuse."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def unguarded(self: BaseDatabaseOperations, statements: Any) -> None:
        with self.connection.cursor() as cursor:
            if self.connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = replica")  # no triggers
                flush(self, statements)
                cursor.execute("SET session_replication_role = origin")
                return
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            try:
                flush(self, statements)
            finally:
                for _name, sql in triggers:
                    cursor.execute(sql)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", unguarded)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Let SQLite's test database begin as a copy of a migrated one; Django migrates it as ever."""
    create = DatabaseCreation._create_test_db

    def with_copy(self: DatabaseCreation, *arguments: Any, **more: Any) -> str:
        name: str = create(self, *arguments, **more)
        assert self.is_in_memory_db(name)
        memory = sqlite3.connect(name, uri=True, check_same_thread=False)
        held.append(memory)  # it lasts for as long as somebody is connected
        migrated.pour(memory)
        return name

    held: list[sqlite3.Connection] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseCreation, "_create_test_db", with_copy)
        yield
    for memory in held:
        memory.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips",
        action="store_true",
        help="fail when a test was skipped or expected to fail (as .ci/run does)",
    )
    parser.addoption(
        "--with-database",
        action="store_true",
        help="leave out what touches no database: on another one it would be the same again",
    )
    parser.addoption(
        "--fuzz-s",
        type=float,
        default=0.0,
        help="how many seconds random sessions go on (make fuzz); 0: a few, as the suite does",
    )
    parser.addoption("--fuzz-seed", type=int, default=1, help="the first of their seeds")


DATABASE = {"db", "transactional_db", "django_db_serialized_rollback", "live_server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--with-database"):
        return
    kept, left_out = [], []
    for item in items:
        (kept if _has_database(item) else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


def _has_database(item: pytest.Item) -> bool:
    marks = ("django_db", "engine", "postgres")
    fixtures: set[str] = set(getattr(item, "fixturenames", ()))
    return bool(DATABASE & fixtures) or any(map(item.get_closest_marker, marks))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not session.config.getoption("--no-skips"):
        return
    left_out = [kind for kind in ("skipped", "xfailed") if reporter.stats.get(kind)]
    if left_out and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"\nfailed by --no-skips: {', '.join(left_out)}", red=True)
