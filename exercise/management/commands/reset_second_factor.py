"""`manage.py reset_second_factor ACCOUNT`: for the administrator who lost telephone and codes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from exercise.management.installed import need_install
from exercise.screens.entry import end_sessions
from units import audit, second_factor
from units.models import EventKind, OpenSession, User


class Command(BaseCommand):
    help = "Takes an account's second factor away and ends its sessions. Others: in the browser."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account")

    def handle(self, *args: Any, **options: Any) -> None:
        need_install()
        person = User.objects.filter(username=options["account"]).first()
        if person is None:
            raise CommandError(f"No account is called {options['account']}.")
        if not second_factor.remove(person):
            raise CommandError(f"{person.username} has no second factor.")
        audit.note(EventKind.FACTOR_RESET, None, user=person, where="command line")
        n = end_sessions(OpenSession.objects.filter(user=person), person)
        self.stdout.write(f"{person.username}: second factor removed, {n} sessions ended")
