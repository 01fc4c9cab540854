"""`manage.py process web|worker|chores|beat`: one process of a grown install, for units and
containers.

It becomes the server itself, with the command line that the supervisor uses: nothing stands between
it and the signals it is sent.
"""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from exercise.management.grown import doubts, obstacles
from exercise.supervisor import Site


class Command(BaseCommand):
    help = (
        "Runs one process of an install that shares a database and a broker: "
        "web, worker, chores, beat."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=("web", "worker", "chores", "beat"))

    def handle(self, *args: Any, **options: Any) -> None:
        site = Site.from_settings()
        found = list(obstacles(site, options["name"]))
        if found:
            raise CommandError("\n".join(found))
        for doubt in doubts(site):
            self.stderr.write(self.style.WARNING(doubt))
        self.stderr.flush()
        connections.close_all()
        child = site.child(options["name"])
        os.chdir(site.base)
        if child.niceness:  # a unit's filter of system calls may forbid it to all others
            os.nice(child.niceness)
        os.execve(child.argv[0], child.argv, os.environ | site.env())
