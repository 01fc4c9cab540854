"""Whatever has happened in a drill: backed up and read again it is the same, row by row."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.utils import ConnectionHandler
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from exercise import conduct
from exercise.archive import opening, rows
from exercise.archive.building import building
from exercise.archive.packing import pack
from exercise.archive.snapshot import Snapshot, heads
from exercise.models import Exercise, JournalEntry
from scenarios.models import Scenario
from tests.exercise.test_any_course import Course, the_drill
from units.models import Unit, User

pytestmark = pytest.mark.django_db
TARGETS = ["sqlite", "postgresql"] if os.environ.get("DATABASE_URL") else ["sqlite"]


def target(kind: str, directory: Path) -> dict[str, Any]:
    if kind == "postgresql":
        return connections["default"].settings_dict
    given = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(directory / "db.sqlite3")}
    return ConnectionHandler().configure_settings({"default": given})["default"]


def there_and_back(kind: str) -> None:
    """Back up this database, read the backup into a new one, compare everything."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        source, out = Snapshot("default"), io.BytesIO()
        pack(out, source, uploads=directory, key=None)
        path = directory / "drill.zip"
        path.write_bytes(out.getvalue())
        with (
            opening.opened(path, room_at=directory) as backup,
            building(target(kind, directory)) as copy,
        ):
            counts = copy.fill(backup.migrations, backup.tables, backup.rows, backup.last_number)
            assert counts == copy.count(backup.tables) == backup.counts
            for table, was in zip(backup.tables, source.tables, strict=True):
                assert [*rows.read(table, copy.using)] == [*source.rows(was)], table
                last = rows.last_number(table, copy.using)
                assert last == source.last_number(was), table
            assert heads(backup.tables, copy.using) == source.heads()
            copy.migrate()
            copy.require_triggers()
            assert copy.broken_journals() == []


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", TARGETS)
def test_any_course_of_a_drill(kind: str) -> None:
    class BackedUp(Course):
        def teardown(self) -> None:
            try:
                there_and_back(kind)
            finally:
                super().teardown()

    BackedUp.drill_made = drill = the_drill()
    drill.do("start")
    BackedUp.actors = {
        f"{one.role} {one.unit.code}" if one.role in ("lead", "staff") else one.role: (
            conduct.Actor.of(one)
        )
        for one in drill.exercise.participants.select_related("user", "unit").order_by("-pk")
    }
    run_state_machine_as_test(
        BackedUp,
        settings=settings(
            max_examples=max(1, settings.default.max_examples // 50),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


ODD = "“Đại tá”\u2028 \t\\ \" ' % %s {} 🚒 \ufeff"


@pytest.mark.parametrize("kind", TARGETS)
def test_texts_and_numbers_that_are_odd(kind: str) -> None:
    drill = the_drill()
    Unit.objects.create(code="LE", name={"en": ODD}, short={})
    User.objects.create(username="ai", name=ODD, password="!", email="a@b.c")
    Scenario.objects.update(timezone="UTC")
    drill.exercise.scenario.msel.update(expected_actions=[None, 1e300, -0.5, 2**60, ODD, {"": []}])
    Exercise.objects.update(next_due_us=2**62, real_world_words=ODD)
    there_and_back(kind)


@pytest.mark.parametrize("kind", TARGETS)
def test_what_migrations_have_put_in_is_not_there_twice(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exercise.archive.building import MigrationExecutor

    migrate = MigrationExecutor.migrate

    def with_rows(self: Any, *args: Any, **kwargs: Any) -> Any:
        done = migrate(self, *args, **kwargs)
        Unit.objects.using(self.connection.alias).create(pk=1, code="TU", name="Tự có")
        return done

    the_drill()
    monkeypatch.setattr(MigrationExecutor, "migrate", with_rows)
    there_and_back_without_migrating(kind)


def there_and_back_without_migrating(kind: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        source = Snapshot("default")
        with building(target(kind, Path(name))) as copy:
            copy.fill(source.migrations, source.tables, source.rows, source.last_number)
            found = Unit.objects.using(copy.using).values_list("code", flat=True)
            assert set(found) == set(Unit.objects.values_list("code", flat=True))


@pytest.mark.postgres  # which alone looks at lengths
def test_a_row_that_the_database_does_not_take_is_named() -> None:
    from exercise.archive import CannotGoOn

    the_drill()
    source = Snapshot("default")

    def too_long(table: Any) -> Any:
        for row in source.rows(table):
            yield [*row[:1], "x" * 500, *row[2:]] if table._meta.label == "units.Unit" else row

    with (
        tempfile.TemporaryDirectory() as name,
        building(target("postgresql", Path(name))) as copy,
        pytest.raises(CannotGoOn, match=r"units\.unit, one of the rows from .* too long"),
    ):
        copy.fill(source.migrations, source.tables, too_long, source.last_number)
    assert not JournalEntry.objects.exists()
