"""Whether a command given by hand has found the install it is meant for."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


def need_install() -> None:
    """Refuse where nothing was ever migrated: most often ``EXERCISE_VAR`` was not given."""
    if not MigrationRecorder(connection).has_table():
        raise CommandError(
            f"There is no database yet: EXERCISE_VAR is {settings.VAR_DIR}.\n"
            "Name the install's own, or run manage.py prepare first."
        )
