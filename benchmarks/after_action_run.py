"""One step of ``benchmarks.after_action``: make a drill, or report on it and print what that took.

python -m benchmarks.after_action_run make SIZE_AS_JSON
python -m benchmarks.after_action_run report LANGUAGE
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

import django

django.setup()

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
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


if __name__ == "__main__":
    step, argument = sys.argv[1:]
    if step == "make":
        large_drill(**json.loads(argument))
    else:
        print(json.dumps(report(argument)))
