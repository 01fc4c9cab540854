"""``manage.py load_scenario FILE``: put a scenario file into the database or say what is wrong."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from scenarios.models import Scenario
from scenarios.reading import ScenarioProblems, load


class Command(BaseCommand):
    help = "Load a scenario file; on any problem nothing is written and the exit status is 1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="YAML or JSON: docs/scenario-format.md")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        file: str = options["file"]
        try:
            scenario = load(file)
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

    def _tell_problems(self, file: str, error: ScenarioProblems, *, as_json: bool) -> None:
        if as_json:
            problems = [problem.as_dict() for problem in error.problems]
            answer = {
                "ok": False,
                "code": None,
                "version": None,
                "injects": 0,
                "problems": problems,
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for problem in error.problems:
            place = file if problem.line is None else f"{file}:{problem.line}"
            self.stderr.write(f"{place}: {problem}")
