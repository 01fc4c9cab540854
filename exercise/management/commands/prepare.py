"""`manage.py prepare`: what must be done once before web servers are started by hand."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from exercise.management.preparation import prepare
from exercise.supervisor.premises import close_to_others


class Command(BaseCommand):
    help = "Migrates the database and builds the static files where needed; `run` does so itself."
    # What there is to check may need the tables that are only made here.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        close_to_others(settings.VAR_DIR)
        done: list[str] = []
        prepare(done.append)
        self.stdout.write("\n".join(done or ["nothing to do"]))
