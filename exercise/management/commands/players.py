"""`manage.py players CODE`: rehearsal players act in an exercise until it is over."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from exercise.models import Exercise
from exercise.players.play import Players
from exercise.players.rehearsal import Rehearsal, is_run_of
from scenarios.reading import sample_path


class Command(BaseCommand):
    help = "Lets rehearsal players act for everybody in an exercise who has not signed in."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", metavar="EXERCISE_CODE")
        parser.add_argument(
            "--newest-run", action="store_true", help="CODE, CODE-2, …: the newest of them"
        )
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--units-late", type=int, default=2, metavar="N")
        parser.add_argument(
            "--since",
            type=int,
            metavar="WALL_US",
            help="who signed in after this moment plays in person (now)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        exercise = _find(options["code"], newest_run=options["newest_run"])
        if not exercise.rehearsal:
            raise CommandError(f"{exercise.code} is no rehearsal; players act in rehearsals only.")
        run = Rehearsal(sample_path(), seed=options["seed"], units_late=options["units_late"])
        players = Players(exercise.pk, run.habits(exercise), since_wall_us=options["since"])
        players.run()


def _find(code: str, *, newest_run: bool) -> Exercise:
    for exercise in Exercise.objects.filter(code__startswith=code).order_by("-pk"):
        if exercise.code == code or (newest_run and is_run_of(exercise.code, code)):
            return exercise
    raise CommandError(f"No exercise {code}.")
