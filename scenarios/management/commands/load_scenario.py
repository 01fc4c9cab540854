"""``manage.py load_scenario FILE``: put a scenario file into the database or say what is wrong.

What a file says was approved elsewhere, if at all: it becomes a draft, which one planner submits
and another one approves. An operator who answers for it says ``--approved``, and is recorded.
"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from scenarios.models import Scenario
from scenarios.reading import ScenarioProblems, load, load_draft, operator


class Command(BaseCommand):
    help = (
        "Load a scenario file as a draft; on any problem nothing is written and the exit status "
        "is 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="YAML or JSON: docs/scenario-format.md")
        parser.add_argument(
            "--approved",
            action="store_true",
            help="an approved version at once: recorded as yours, by your name in this system",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        file: str = options["file"]
        try:
            approved: bool = options["approved"]
            scenario = load(file, operator=operator()) if approved else load_draft(file)
        except ScenarioProblems as error:
            self._tell_problems(file, error, as_json=options["json"])
            raise SystemExit(1) from error
        self._tell_loaded(scenario, as_json=options["json"])

    def _tell_loaded(self, scenario: Scenario, *, as_json: bool) -> None:
        injects = scenario.msel.count()
        if as_json:
            answer = {
                "ok": True,
                "code": scenario.code,
                "version": scenario.version,
                "status": scenario.status,
                "injects": injects,
                "problems": [],
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        words = _(
            "Đã nạp kịch bản %(code)s, phiên bản %(version)d: %(injects)d tình huống, "
            "%(units)d đơn vị."
        )
        told = {
            "code": scenario.code,
            "version": scenario.version,
            "injects": injects,
            "units": scenario.participations.count(),
        }
        self.stdout.write(words % told)
        if scenario.is_draft:
            self.stdout.write(
                _("Đây là bản nháp: một người lập kịch bản trình, người khác duyệt rồi mới dùng.")
            )

    def _tell_problems(self, file: str, error: ScenarioProblems, *, as_json: bool) -> None:
        if as_json:
            problems = [problem.as_dict() for problem in error.problems]
            answer = {
                "ok": False,
                "code": None,
                "version": None,
                "status": None,
                "injects": 0,
                "problems": problems,
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for problem in error.problems:
            place = file if problem.line is None else f"{file}:{problem.line}"
            self.stderr.write(f"{place}: {problem}")
