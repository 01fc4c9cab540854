"""`manage.py run`: the whole product on this machine, from one command, until Ctrl-C."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from exercise.management.preparation import prepare
from exercise.supervisor import CannotStart, Child, run_tree


class Command(BaseCommand):
    help = "Runs broker, worker, beat and web, and keeps them running until Ctrl-C."
    # The web process checks itself when it starts; doing it here too would only be waited for.
    requires_system_checks = []

    extra: tuple[Child, ...] = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run_tree(say=self.say, before=self.before, extra=self.extra, on_ready=self.on_ready)
        except CannotStart as problem:
            raise CommandError(str(problem)) from None

    def say(self, line: str) -> None:
        """Print one line about a process."""
        self.stdout.write(self.style.HTTP_INFO(f"  {line}"))
        self.stdout.flush()

    def before(self) -> None:
        """Make ready what the web server needs. The broker answers already."""
        prepare(self.say)
        self.prepare()
        connections.close_all()

    def prepare(self) -> None:
        """Put data in place before the web server starts; for commands built on this one."""

    def on_ready(self) -> None:
        """Print where to go. Called once, when everything answers."""
        self.stdout.write(f"\n  http://{settings_host()}:{settings.PORT}/\n  Ctrl-C: stop\n\n")
        self.stdout.flush()


def settings_host() -> str:
    """Return the name to put into an address of this machine."""
    host: str = settings.HOST
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host
