"""A process of its own at which somebody sits: carries out what it is told on standard input.

    python -m tests.exercise.desk        one JSON request a line, one JSON answer a line

Used by test_two_directors.py; the database is the one the environment names.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from exercise import conduct  # noqa: E402
from exercise.clock import frozen  # noqa: E402
from exercise.models import Exercise, Participant, Tasking, verify  # noqa: E402
from exercise.review.replay import differences  # noqa: E402
from exercise.timing.tasks import sweep_exercises  # noqa: E402
from tests import migrated  # noqa: E402
from tests.factories import T0, Drill, entry, make_drill  # noqa: E402


def prepare() -> None:
    """Make the tables."""
    if connection.vendor == "sqlite":
        migrated.put(settings.VAR_DIR)
    call_command("migrate", verbosity=0, interactive=False)


def new_drill() -> dict[str, Any]:
    """A drill under way with one inject to release and one that comes by the clock."""
    drill = make_drill(1, [entry("1.01", None, ["U1"]), entry("1.02", 5, ["U1"])], started=True)
    return {
        "exercise": drill.exercise.pk,
        "injects": dict(drill.exercise.injects.values_list("number", "pk")),
    }


def look(exercise: int) -> dict[str, Any]:
    """What is in the journal and whether it is whole."""
    drill = Drill(Exercise.objects.get(pk=exercise))
    taskings = Tasking.objects.filter(exercise=exercise).order_by("inject__sort_key")
    return {
        "kinds": drill.kinds,
        "verified": verify(drill.exercise).verified,
        "differences": differences(drill.exercise),
        "status": drill.exercise.status,
        "phase": drill.exercise.phase,
        "taskings": list(taskings.values_list("pk", flat=True)),
    }


def command(exercise: int, name: str, role: str, place: int, arguments: dict[str, Any]) -> str:
    """Give a command as the ``place``-th person of a role."""
    people = Participant.objects.filter(exercise=exercise, role=role).order_by("pk")
    actor = conduct.Actor.of(people.select_related("user", "unit")[place])
    try:
        conduct.COMMANDS[name](exercise, actor, **arguments)
    except conduct.Refused as refused:
        return refused.code
    return "done"


def sweep(exercise: int) -> int:
    """Sweep as a worker does."""
    return conduct.sweep(exercise)


def task(exercise: int) -> None:
    """The worker's whole task."""
    sweep_exercises(exercise)


DEEDS = {deed.__name__: deed for deed in (prepare, new_drill, look, command, sweep, task)}


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        with frozen(T0 + request["at_us"]):
            # A spin, not a sleep: two processes that wake up are a scheduler's tick apart.
            while time.time_ns() < request["go_ns"]:
                pass
            try:
                answer = {"answer": DEEDS[request["do"]](**request["with"])}
            except Exception:
                answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)
    connection.close()


if __name__ == "__main__":
    main()
