"""``manage.py check_scenario FILE|CODE``: what will go wrong on the day (``docs/checks.md``).

FILE is a scenario in YAML, JSON or the workbook that ``export_scenario`` writes, CODE a scenario in
the database, of which the newest version is checked or the one of ``--number``. What names an
existing file, has a folder in it or ends in ``.yaml``, ``.yml``, ``.json`` or ``.xlsx`` is a file.

Exit status: 0 without errors, 1 with errors, 2 when the file cannot be read or there is no such
scenario. Warnings and advice do not change it, nor does ``--severity``.

``--json`` prints one object; of a file that cannot be read it tells the problems with their lines::

    {"source": "plan.yaml", "code": "kho-lanh-2024", "version": null, "readable": true,
     "counts": {"error": 0, "warning": 1, "advice": 0},
     "findings": [{"code": "silence", "severity": "warning",
                   "place": {"kind": "unit", "code": "KHO", "field": "", "at_us": 9000000000,
                             "line": null},
                   "message": "…", "suggestion": "…"}]}
"""

from __future__ import annotations

import json
import os
from itertools import groupby
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from scenarios.checks import Finding, Severity, check
from scenarios.intake import readers, workbook
from scenarios.intake.reading import Unreadable
from scenarios.models import Scenario
from scenarios.reading import Problem, ScenarioProblems, read
from scenarios.reading.document import Document
from scenarios.versions import check_version

FILES = (".yaml", ".yml", ".json", ".xlsx")
SHOWN_PER_CODE = 20
"""Of one code people are told so many places; ``--json`` tells all."""


class Command(BaseCommand):
    help = "Tell what will go wrong with a scenario; the exit status is 1 if there are errors."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="FILE|CODE", help="a file, or a scenario's code")
        parser.add_argument(
            "--number", type=int, metavar="N", help="version N of CODE instead of the newest one"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--severity",
            choices=Severity.values,
            default=Severity.ADVICE.value,
            help="tell nothing that matters less than this",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source: str = options["source"]
        try:
            code, version, findings = _checked(source, options["number"])
        except ScenarioProblems as error:
            self._tell_unreadable(source, error, as_json=options["json"])
            raise SystemExit(2) from error
        least = Severity.values.index(options["severity"])
        told = [one for one in findings if Severity.values.index(one.severity) <= least]
        if options["json"]:
            head = {"source": source, "code": code, "version": version, "readable": True}
            answer = {**head, "counts": _counts(findings), "findings": [*map(_as_json, told)]}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self._print(code, findings, told)
        if any(one.severity == Severity.ERROR for one in findings):
            raise SystemExit(1)

    def _print(self, code: str, findings: list[Finding], told: list[Finding]) -> None:
        for severity, of_severity in groupby(told, key=lambda one: one.severity):
            self.stdout.write(f"── {severity.label}")
            by_code: dict[str, list[Finding]] = {}
            for one in of_severity:
                by_code.setdefault(one.code, []).append(one)
            for same in by_code.values():
                self._print_same(same)
        counts = {name: str(count) for name, count in _counts(findings).items()}
        words = _("%(code)s: lỗi %(error)s, cảnh báo %(warning)s, gợi ý %(advice)s.")
        self.stdout.write(words % {"code": code, **counts})

    def _print_same(self, same: list[Finding]) -> None:
        for one in same[:SHOWN_PER_CODE]:
            self.stdout.write(f"{one.place}: {one.message} [{one.code}]")
            self.stdout.write(f"    → {one.suggestion}")
        if len(same) > SHOWN_PER_CODE:
            words = _("… và %(count)d chỗ khác [%(code)s]")
            rest = len(same) - SHOWN_PER_CODE
            self.stdout.write(words % {"count": rest, "code": same[0].code})

    def _tell_unreadable(self, source: str, error: ScenarioProblems, *, as_json: bool) -> None:
        if as_json:
            head = {"source": source, "code": None, "version": None, "readable": False}
            counts = {**_counts([]), Severity.ERROR.value: len(error.problems)}
            told = [_problem_as_json(problem) for problem in error.problems]
            answer = {**head, "counts": counts, "findings": told}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for problem in error.problems:
            place = source if problem.line is None else f"{source}:{problem.line}"
            self.stderr.write(f"{place}: {problem}")


def _checked(source: str, number: int | None) -> tuple[str, int | None, list[Finding]]:
    """The code of what is in a file, or of a stored scenario with its version; what is found.

    Raises:
        ScenarioProblems: the file cannot be read, or there is no such scenario.
    """
    if os.path.exists(source) or os.sep in source or source.endswith(FILES):
        document = _workbook(source) if source.lower().endswith(".xlsx") else read(source)
        return document.code, None, check(document)
    versions = Scenario.objects.filter(code=source).order_by("-version")
    scenario = (versions if number is None else versions.filter(version=number)).first()
    if scenario is None:
        message = (
            _("Không có tệp hay kịch bản này.")
            if number is None
            else _("Kịch bản không có phiên bản này.")
        )
        value = "" if number is None else str(number)
        raise ScenarioProblems([Problem(None, "", "unknown_scenario", message, value)])
    return scenario.code, scenario.version, check_version(scenario)


def _workbook(source: str) -> Document:
    """The scenario of a workbook that ``export_scenario`` wrote.

    Raises:
        ScenarioProblems: it cannot be read, or is a team's own sheet.
    """
    try:
        reading = readers.of(Path(source).read_bytes(), source)
    except OSError as error:
        raise ScenarioProblems([_whole("unreadable", error.strerror or "", "")]) from error
    except Unreadable as error:
        raise ScenarioProblems([_whole(error.code, error.message, error.hint)]) from error
    if not workbook.is_scenario(reading):
        message = _("Bảng tính này không phải do export_scenario ghi.")
        raise ScenarioProblems(
            [_whole("not_a_scenario", message, _("Nhập bằng import_msel rồi kiểm tra kịch bản."))]
        )
    return workbook.document_from_workbook(reading)


def _whole(code: str, message: str, remedy: str) -> Problem:
    return Problem(None, "", code, message, "", remedy)


def _counts(findings: list[Finding]) -> dict[str, int]:
    return {
        severity.value: sum(one.severity == severity for one in findings) for severity in Severity
    }


def _as_json(one: Finding) -> dict[str, Any]:
    found = one.as_dict()
    found["place"]["line"] = None
    return found


def _problem_as_json(problem: Problem) -> dict[str, Any]:
    place = {"kind": "file", "code": problem.path, "field": "", "at_us": None}
    words = f"{problem.message} ({problem.value})" if problem.value else problem.message
    return {
        "code": problem.code,
        "severity": Severity.ERROR.value,
        "place": {**place, "line": problem.line},
        "message": words,
        "suggestion": problem.remedy,
    }
