"""`manage.py report`: an exercise's after-action report as a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from exercise.management.installed import need_install
from exercise.models import Exercise
from exercise.review.files import FORMATS, written
from exercise.review.report import build_report
from units.text import LANGUAGES


class Command(BaseCommand):
    help = (
        "Writes the after-action report of an exercise. A journal that is not whole is reported on "
        "too: the report says so first, and so does this command."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("exercise", metavar="EXERCISE", help="code of the exercise")
        parser.add_argument("out", metavar="OUT", help="file to write; - for standard output")
        parser.add_argument("--format", choices=sorted(FORMATS), default="json")
        parser.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0])

    def handle(self, *args: Any, **options: Any) -> None:
        need_install()
        try:
            exercise = Exercise.objects.select_related("scenario").get(code=options["exercise"])
        except Exercise.DoesNotExist:
            raise CommandError(f"No exercise {options['exercise']}.") from None
        report = build_report(exercise, options["lang"])
        content = written(report, options["format"])
        if options["out"] == "-":
            sys.stdout.buffer.write(content)
        else:
            self._save(Path(options["out"]), content)
        if not report.head.verified:
            self.stderr.write(self.style.ERROR(report.head.warning))

    def _save(self, out: Path, content: bytes) -> None:
        part = out.with_name(f"{out.name}.part")
        try:
            part.write_bytes(content)
            part.replace(out)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise CommandError(f"Cannot write {out}: {error.strerror}.") from None
