"""`manage.py move_database TO_URL`: this install's database becomes another one."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from exercise.archive import CannotGoOn, database_in_words
from exercise.archive.moving import move


class Command(BaseCommand):
    help = (
        "Copies the database into an empty one, SQLite to PostgreSQL or back, and proves the copy "
        "by the rows of each table and the hashes of each journal. The present one stays."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "url",
            metavar="TO_URL",
            help="postgres://user:password@host:5432/name; - reads it from standard input, for "
            "others on this machine can read a command line",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        url = sys.stdin.readline().strip() if options["url"] == "-" else options["url"]
        try:
            with database_in_words():
                move(url, self.stdout.write)
        except CannotGoOn as problem:
            raise CommandError(str(problem)) from None
        here = connections["default"]
        self.stdout.write(
            self.style.SUCCESS("moved and proved")
            + f"\nSet from now on, for every process:  DATABASE_URL={_shown(url)}"
            + f"\nUploads stay where they are. The former {here.display_name} database is as it was"
            f" ({here.settings_dict['NAME']}); keep it until the first backup of the new one."
        )


def _shown(url: str) -> str:
    """The address without its password, for the screen."""
    password = urlsplit(url).password
    return url.replace(f":{password}@", ":…@", 1) if password else url
