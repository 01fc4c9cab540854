"""`manage.py restore IN`: a backup becomes this install."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from exercise.archive import CannotGoOn, database_in_words
from exercise.archive.restoring import Restoring
from exercise.management.preparation import build_static_if_needed
from exercise.supervisor.premises import close_to_others


class Command(BaseCommand):
    help = (
        "Proves a backup and puts it into this install, on SQLite or PostgreSQL whichever it came "
        "from. Exercises that ran are paused at their last sign of life."
    )
    # What there is to check may need the tables that are only made here.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", metavar="IN", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="keep aside what is here, and go on without it"
        )
        parser.add_argument(
            "--with-broken-journal",
            action="store_true",
            help="restore even what was tampered with before it was backed up",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        close_to_others(settings.VAR_DIR)
        # There is nobody to draw for yet; the timers have everything drawn when they start.
        settings.LIVE_ENABLED = False
        restoring = Restoring(
            path=options["path"],
            replace=options["replace"],
            with_broken_journal=options["with_broken_journal"],
        )
        try:
            with database_in_words():
                restoring.run(self.stdout.write)
        except CannotGoOn as problem:
            raise CommandError(str(problem)) from None
        if build_static_if_needed():
            self.stdout.write("static files built")
        self.stdout.write(self.style.SUCCESS("restored; start it as always"))
