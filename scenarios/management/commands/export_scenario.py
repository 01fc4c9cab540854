"""``manage.py export_scenario CODE OUT``: a scenario as a file that can be read again.

Exit status: 0 written; 1 there is no such scenario, or it cannot be said in this format; 2 the
file cannot be written. Except in the first case nothing was changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from scenarios.management.whole_file import whole_file
from scenarios.models import Scenario
from scenarios.reading import ScenarioProblems
from scenarios.writing import FORMATS, Unwritable, document_of, written
from units.text import LANGUAGES


class Command(BaseCommand):
    help = "Write a scenario to a file: YAML, JSON, a workbook, or its MSEL as CSV."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", metavar="CODE", help="the scenario's code")
        parser.add_argument("out", metavar="OUT", help=f"its ending is one of {', '.join(FORMATS)}")
        parser.add_argument(
            "--lang", choices=LANGUAGES, default="vi", help="of the headers of a table"
        )
        parser.add_argument(
            "--number", type=int, metavar="N", help="version N instead of the newest one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(options["out"])
        ending = target.suffix.lower().removeprefix(".").replace("yml", "yaml")
        if ending not in FORMATS:
            endings = ", ".join(f".{one}" for one in FORMATS)
            message = _("Tên tệp phải có một trong các đuôi: %(endings)s.") % {"endings": endings}
            self._stop(2, f"{target}: {message}")
        scenario = self._scenario(options["code"], options["number"])
        try:
            document = document_of(scenario)
            version = f"{scenario.version} ({document.content_hash[:8]})"
            data = written(document, ending, options["lang"], version=version)
        except ScenarioProblems as error:
            self._stop(1, *(str(problem) for problem in error.problems))
        except Unwritable as error:
            self._stop(1, str(error))
        try:
            with whole_file(target) as out:
                out.write(data)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self._stop(2, f"{target}: {_('Không ghi được tệp.')} ({reason})")
        words = _("Đã ghi kịch bản %(code)s vào %(file)s: %(injects)d tình huống.")
        told = {"code": scenario.code, "file": target, "injects": len(document.msel)}
        self.stdout.write(words % told)
        if document.draft:
            self.stdout.write(_("Kịch bản chưa hoàn chỉnh, tệp được ghi là bản nháp."))

    def _scenario(self, code: str, number: int | None) -> Scenario:
        versions = Scenario.objects.filter(code=code).order_by("-version")
        if number is not None:
            versions = versions.filter(version=number)
        if scenario := versions.first():
            return scenario
        known = Scenario.objects.order_by("code").values_list("code", flat=True).distinct()[:20]
        self._stop(
            1,
            _("Không có kịch bản mang mã %s.") % code
            if number is None
            else _("Kịch bản %(code)s không có phiên bản %(number)d.")
            % {"code": code, "number": number},
            _("Các kịch bản đang có: %s.") % (", ".join(known) or "–"),
        )

    def _stop(self, status: int, *lines: str) -> NoReturn:
        for line in lines:
            self.stderr.write(line)
        raise SystemExit(status)
