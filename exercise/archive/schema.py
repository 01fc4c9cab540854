"""Which migrations a database has, and the tables as they were then.

The models of a backup are those of its migrations, not of today's code: an older one can be read
into its own tables, which are then migrated.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

from exercise.archive.refusal import CannotGoOn

Migration = tuple[str, str]
"""Application and name."""


def applied(using: str) -> list[Migration]:
    """The migrations a database has, of the applications of this code; none in an empty one.

    Raises:
        CannotGoOn: the database was migrated by newer code than this.
    """
    loader = MigrationLoader(connections[using], ignore_no_migrations=True)
    ours = [one for one in loader.applied_migrations if one[0] in loader.migrated_apps]
    require_known(ours, "The database")
    return sorted(ours)


def require_known(migrations: Iterable[Migration], whose: str) -> None:
    """Refuse what was made by newer code, whose tables this code does not know."""
    known = set(MigrationLoader(None).disk_migrations)
    unknown = sorted(set(migrations) - known)
    if unknown:
        app, name = unknown[0]
        raise CannotGoOn(
            f"{whose} is of a newer version: this one does not know {app}.{name}.",
            "Install the version that it was made with, or a newer one.",
        )


def newest_of(migrations: Iterable[Migration]) -> list[Migration]:
    """Those of a set on which no other one of it builds."""
    chosen = set(migrations)
    nodes = MigrationLoader(None).graph.node_map
    return sorted(
        one for one in chosen if not any(child.key in chosen for child in nodes[one].children)
    )


def tables(migrations: Iterable[Migration]) -> list[type[Model]]:
    """Every table that these migrations made, as a model of that time, by name."""
    state = MigrationLoader(None).project_state(newest_of(migrations))
    found = [
        model
        for model in state.apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped
    ]
    return sorted(found, key=name_of)


def name_of(table: type[Model]) -> str:
    """What a table is called in a backup: application and model."""
    return table._meta.label_lower


def columns_of(table: type[Model]) -> list[str]:
    """The names of a table's columns in the order of their values."""
    return [field.attname for field in table._meta.local_concrete_fields]
