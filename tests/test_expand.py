"""What `make lint` says of migrations that the release before could not live with."""

from __future__ import annotations

import pytest
from django.db import migrations, models
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from tests.expand import main, problems


def migration(*operations: Operation, unused_since: str | None = None) -> Migration:
    made = Migration("0002_change", "units")
    made.operations = list(operations)
    if unused_since:
        made.unused_since = unused_since
    return made


@pytest.fixture
def state() -> ProjectState:
    found = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=50)),
        ("note", models.TextField(null=True)),
        ("slug", models.SlugField(unique=True)),
    ]
    found.add_model(ModelState("units", "Thing", fields))
    return found


text = models.CharField(max_length=20)
REFUSED = {
    "a dropped column": migrations.RemoveField("thing", "note"),
    "a dropped table": migrations.DeleteModel("Thing"),
    "a renamed column": migrations.RenameField("thing", "note", "remark"),
    "a renamed table": migrations.RenameModel("Thing", "Matter"),
    "a column NOT NULL without a default": migrations.AddField("thing", "code", text),
    "a column whose default only Python knows": migrations.AddField(
        "thing", "code", models.CharField(max_length=20, default="")
    ),
    "a unique column": migrations.AddField(
        "thing", "code", models.CharField(max_length=20, null=True, unique=True)
    ),
    "a column that becomes NOT NULL": migrations.AlterField("thing", "note", models.TextField()),
    "a column that becomes shorter": migrations.AlterField("thing", "name", text),
    "a column of another type": migrations.AlterField("thing", "name", models.IntegerField()),
    "a constraint": migrations.AddConstraint(
        "thing", models.UniqueConstraint(fields=["name"], name="one_name")
    ),
    "SQL that says nothing of itself": migrations.RunSQL("DROP TABLE units_thing"),
    "what hides beneath a state": migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RemoveField("thing", "note")]
    ),
}
ALLOWED = {
    "a table": migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]),
    "a column that may be NULL": migrations.AddField(
        "thing", "code", models.CharField(max_length=20, null=True)
    ),
    "a column with the database's default": migrations.AddField(
        "thing", "code", models.CharField(max_length=20, db_default="")
    ),
    "an index": migrations.AddIndex("thing", models.Index(fields=["name"], name="by_name")),
    "a unique pair of which one was unique already": migrations.AddConstraint(
        "thing", models.UniqueConstraint(fields=["slug", "name"], name="one_slug_per_name")
    ),
    "a column that need not be unique any more": migrations.AlterField(
        "thing", "slug", models.SlugField()
    ),
    "a longer column": migrations.AlterField("thing", "name", models.CharField(max_length=90)),
    "a column that may be NULL now": migrations.AlterField(
        "thing", "name", models.CharField(max_length=50, null=True)
    ),
    "SQL that says that it only adds": migrations.RunSQL("SELECT 1", hints={"expands": True}),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_refuses(what: str, state: ProjectState) -> None:
    assert len(problems(migration(REFUSED[what]), state)) == 1


@pytest.mark.parametrize("what", ALLOWED)
def test_it_allows(what: str, state: ProjectState) -> None:
    assert problems(migration(ALLOWED[what]), state) == []


def test_a_table_made_in_the_same_migration_may_take_any_shape(state: ProjectState) -> None:
    made = migration(ALLOWED["a table"], migrations.AddField("other", "code", text))
    assert problems(made, state) == []


def test_a_unique_pair_is_no_looser_once_its_column_is_no_longer_unique(
    state: ProjectState,
) -> None:
    pair = ALLOWED["a unique pair of which one was unique already"]
    loosen = ALLOWED["a column that need not be unique any more"]
    assert problems(migration(pair, loosen), state) == []
    assert len(problems(migration(loosen, pair), state)) == 1


def test_what_a_release_no_longer_used_may_go(state: ProjectState) -> None:
    drop = migration(REFUSED["a dropped column"], unused_since="0.4.0")
    assert problems(drop, state, released={"0.3.0", "0.4.0"}) == []


def test_what_only_a_release_to_come_does_not_use_may_not(state: ProjectState) -> None:
    drop = migration(REFUSED["a dropped column"], unused_since="0.5.0")
    assert len(problems(drop, state, released={"0.3.0", "0.4.0"})) == 2


def test_the_products_own_migrations_only_expand() -> None:
    assert main() == 0
