"""One step of ``benchmarks.after_action``: make a drill, or report on it and print what that took.

python -m benchmarks.after_action_run make SIZE_AS_JSON
python -m benchmarks.after_action_run report LANGUAGE
python -m benchmarks.after_action_run file FORMAT
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from benchmarks.drills import large_drill  # noqa: E402
from exercise.models import Exercise  # noqa: E402
from exercise.review.files import written  # noqa: E402
from exercise.review.report import build_report  # noqa: E402


def report(language: str) -> dict[str, Any]:
    """The newest exercise's report: build it, write it, say what it took."""
    exercise = Exercise.objects.select_related("scenario").order_by("-pk")[0]
    with CaptureQueriesContext(connection) as queries:
        begun, worked = time.perf_counter(), time.process_time()
        found = build_report(exercise, language)
        built = time.perf_counter()
        content = written(found, "json")
        done, over = time.perf_counter(), time.process_time()
    if not found.head.verified:
        raise SystemExit(found.head.warning)
    return {
        "entries": found.head.entries,
        "taskings": found.key.taskings,
        "build_s": round(built - begun, 3),
        "json_s": round(done - built, 3),
        "cpu_s": round(over - worked, 3),
        "json_kb": len(content) // 1024,
        "queries": len(queries),
        "peak_mb": _peak_mb(),
    }


def file(format_name: str) -> dict[str, Any]:
    """``manage.py report`` of the newest exercise: processor and memory of this whole process."""
    exercise = Exercise.objects.order_by("-pk")[0]
    with TemporaryDirectory() as there:
        out = Path(there) / "report"
        call_command("report", exercise.code, str(out), format=format_name, lang="vi")
        kb = out.stat().st_size // 1024
    return {
        "format": format_name,
        "entries": exercise.journal_seq,
        "cpu_s": round(time.process_time(), 2),
        "kb": kb,
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    step, argument = sys.argv[1:]
    if step == "make":
        large_drill(**json.loads(argument))
    else:
        print(json.dumps({"report": report, "file": file}[step](argument)))
