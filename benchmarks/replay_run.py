"""One step of ``benchmarks.replay``: make a drill, or seek in it and print what that took.

python -m benchmarks.replay_run make SIZE_AS_JSON
python -m benchmarks.replay_run seek PLACES
"""

from __future__ import annotations

import json
import random
import sys
import time
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import override_settings  # noqa: E402

from benchmarks.drills import large_drill  # noqa: E402
from exercise.lasting import settle  # noqa: E402
from exercise.models import Exercise, ReplaySnapshot  # noqa: E402
from exercise.review.past import CONTROL_STEPS, Moment, keep_up, moment_at  # noqa: E402
from exercise.screens.replay import stage  # noqa: E402
from exercise.situation import rows  # noqa: E402

SEED = 7


def seek(places: int) -> dict[str, Any]:
    """Seeks all over the newest exercise's journal: milliseconds, the median and the worst.

    A seek is the moment found and its console drawn; ``moment_ms`` and ``console_ms`` are its parts
    in a process that has read the rows.
    """
    pk, last = Exercise.objects.order_by("-pk").values_list("pk", "journal_seq")[0]
    ReplaySnapshot.objects.all().delete()
    begun = time.perf_counter()
    keep_up()  # what the chores worker does of it bit by bit while the drill goes on
    keeping_ms = _ms(begun)
    rows.forget()
    first_ms = _seek_ms(pk, last)
    cold, warm, moments, drawn = [], [], [], []
    for seq in random.Random(SEED).sample(range(1, last + 1), places):
        rows.forget()
        cold.append(_seek_ms(pk, seq))
        warm.append(_seek_ms(pk, seq))
        took_ms, moment = _at(pk, seq)
        moments.append(took_ms)
        drawn.append(_drawing_ms(moment))
    kept = ReplaySnapshot.objects.values_list("packed", flat=True)
    return {
        "entries": last,
        "keeping_ms": keeping_ms,
        "first_ms": first_ms,
        "cold_ms": _middle(cold),
        "cold_worst_ms": max(cold),
        "warm_ms": _middle(warm),
        "warm_worst_ms": max(warm),
        "moment_ms": _middle(moments),
        "console_ms": _middle(drawn),
        "snapshots": len(kept),
        "snapshots_kb": sum(len(packed) for packed in kept) // 1024,
    }


def _seek_ms(pk: int, seq: int) -> float:
    """What somebody who asks for a moment waits for: finding it, and drawing the console of it."""
    took_ms, moment = _at(pk, seq)
    return round(took_ms + _drawing_ms(moment), 1)


def _at(pk: int, seq: int) -> tuple[float, Moment]:
    begun = time.perf_counter()
    exercise = Exercise.objects.get(pk=pk)
    step = CONTROL_STEPS.at(exercise, seq)
    if step is None or step.seq != seq:
        raise SystemExit(f"no entry {seq}")
    moment = moment_at(exercise, step)
    return _ms(begun), moment


def _drawing_ms(moment: Moment) -> float:
    # Addresses of static files are asked of a build that there is not; here any will do.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        begun = time.perf_counter()
        stage(moment, "console")
        return _ms(begun)


def _ms(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 1)


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


if __name__ == "__main__":
    task, argument = sys.argv[1:]
    if task == "make":
        large_drill(**json.loads(argument))
    else:
        settle()  # as every web process does
        print(json.dumps(seek(int(argument))))
