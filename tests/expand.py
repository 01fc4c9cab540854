"""Migrations are expand-then-contract: while they run, and after, the last release still works.

`python -m tests.expand` looks at every migration of ours, operation by operation, and says what
the release before could not live with. It reads no database: what counts is what Django would do on
PostgreSQL. (django-migration-linter reads the SQL: on SQLite, which makes a table anew for nearly
every change, it cannot tell a dropped column from an added one; for PostgreSQL's SQL it needs a
server, which `make lint` has not.)
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.db import migrations, models
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

OURS = ("units", "scenarios", "exercise")
BEFORE_THE_FIRST_RELEASE = {
    "units": {"0001_initial"},
    "scenarios": {"0001_initial", "0002_initial"},
    "exercise": {
        "0001_initial",
        "0002_initial",
        "0003_initial",
        "0004_journal_append_only",
        "0005_last_sign_of_life",
        "0006_journal_not_truncated",
        "0007_report_key",
    },
}
"""No release ran before these."""

CHANGES = Path(__file__).resolve().parents[1] / "CHANGELOG.md"
GOES_AWAY = {
    migrations.RemoveField: "drops a column",
    migrations.DeleteModel: "drops a table",
    migrations.RenameField: "renames a column",
    migrations.RenameModel: "renames a table",
    migrations.AlterModelTable: "renames a table",
    migrations.AlterUniqueTogether: "asks more of rows than the last release does",
}


def problems(
    migration: Migration, state: ProjectState, released: set[str] | None = None
) -> list[str]:
    """What the last release could not live with, a line for each; empty when it could.

    Args:
        state: the models as they are before the migration.
        released: versions that have come out; by default those that CHANGELOG.md names.
    """
    found = list(_contractions(migration, state))
    since = getattr(migration, "unused_since", None)
    if not found or since is None:
        return found
    if since in (released_versions() if released is None else released):
        return []
    return [f"unused_since = {since!r}: CHANGELOG.md names no such release", *found]


def released_versions() -> set[str]:
    return set(re.findall(r"^## (\d+\.\d+\.\d+)", CHANGES.read_text(), re.M))


def _contractions(migration: Migration, state: ProjectState) -> Iterator[str]:
    app, state = migration.app_label, state.clone()
    new_here: set[str] = set()
    for operation in _database_operations(migration.operations):
        name = getattr(operation, "model_name", getattr(operation, "name", "")) or ""
        if isinstance(operation, migrations.CreateModel):
            new_here.add(operation.name_lower)
        elif name.lower() not in new_here:
            what = _contraction(operation, app, state)
            if what:
                yield f"{operation.describe()}: {what}"
        operation.state_forwards(app, state)


def _database_operations(operations: list[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _database_operations(operation.database_operations)
        else:
            yield operation


def _contraction(operation: Operation, app: str, state: ProjectState) -> str:
    for kind, what in GOES_AWAY.items():
        if isinstance(operation, kind):
            return what
    if isinstance(operation, migrations.AddField):
        return _added(operation.field)
    if isinstance(operation, migrations.AlterField):
        before = state.models[app, operation.model_name_lower].fields[operation.name]
        return _altered(before, operation.field)
    if isinstance(operation, migrations.AddConstraint):
        return _constrained(operation, state.models[app, operation.model_name_lower])
    if isinstance(operation, migrations.RunSQL | migrations.RunPython):
        if (operation.hints or {}).get("expands") is True:
            return ""
        return 'cannot be judged by a program; say hints={"expands": True} if it only adds'
    return ""


def _constrained(operation: migrations.AddConstraint, model: ModelState) -> str:
    constraint = operation.constraint
    if isinstance(constraint, models.UniqueConstraint) and any(
        model.fields[name].unique for name in constraint.fields
    ):
        # The last release keeps one of the columns unique by itself: more columns ask for less.
        return ""
    return "asks more of rows than the last release does"


def _added(field: models.Field) -> str:
    if field.many_to_many:
        return ""
    if field.unique:
        return "asks more of rows than the last release does"
    # A default in Python is not the database's: the last release writes rows without this column.
    if not field.null and not field.has_db_default():
        return "is NOT NULL without db_default, so the last release cannot write rows"
    return ""


def _altered(before: models.Field, after: models.Field) -> str:
    if before.null and not after.null:
        return "becomes NOT NULL"
    if after.unique and not before.unique:
        return "asks more of rows than the last release does"
    if before.get_internal_type() != after.get_internal_type():
        return "changes its type"
    if (before.db_column or before.name) != (after.db_column or after.name):
        return "renames a column"
    if before.has_db_default() and not after.has_db_default() and not after.null:
        return "loses its db_default"
    lengths: list[Any] = [before.max_length, after.max_length]
    if lengths[1] is not None and (lengths[0] is None or lengths[1] < lengths[0]):
        return "becomes shorter"
    return ""


def main() -> int:
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None)
    failed = 0
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app not in OURS or name in BEFORE_THE_FIRST_RELEASE[app]:
            continue
        state = loader.project_state((app, name), at_end=False)
        for problem in problems(migration, state):
            failed += 1
            print(f"{app}/migrations/{name}.py: {problem}")
    if failed:
        print("See CONTRIBUTING.md, Migrations.")
    return min(failed, 1)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exercise.settings")
    django.setup()
    sys.exit(main())
