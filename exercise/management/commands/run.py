"""`manage.py run`: the whole product on this machine, from one command, until Ctrl-C."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from exercise.management.preparation import prepare
from exercise.supervisor import CannotStart, Child, run_tree
from units.models import User


class Command(BaseCommand):
    help = "Runs broker, workers, beat and web, and keeps them running until Ctrl-C."
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
        first = "" if User.objects.exists() else "   the first visit makes the administrator"
        connections.close_all()
        self.stdout.write(f"\n  http://{settings_host()}:{settings.PORT}/{first}\n{self.phones()}")
        self.stdout.write("  Ctrl-C: stop\n\n")
        self.stdout.flush()

    def phones(self) -> str:
        """How to let other machines in, while only this one can open the product."""
        if settings.HOST not in LOOPBACK:
            return ""
        address = "ALLOWED_HOSTS=<this machine's address>"
        return f"  Only this machine can open it; for phones: LISTEN=0.0.0.0 {address}\n"


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def settings_host() -> str:
    """Return the name to put into an address of this machine."""
    host: str = settings.HOST
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host
