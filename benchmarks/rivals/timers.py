"""Three other ways to release an inject at its moment, with the same work in the database.

per-inject ETA   one task for each inject, sent at the start with ``eta=``
fixed tick       a beat entry every second that looks for what is due
django-celery-beat   one clocked, one-off periodic task for each inject

A settings module and a Celery application in one, so that one name serves for both.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any

from exercise.settings import *  # noqa: F403

LIVE_ENABLED = False
if find_spec("django_celery_beat") is not None:
    INSTALLED_APPS = [*INSTALLED_APPS, "django_celery_beat"]  # noqa: F405
CELERY_BEAT_SCHEDULER = os.environ.get("BENCH_SCHEDULER", "celery.beat:PersistentScheduler")
CELERY_BEAT_SCHEDULE: dict[str, Any] = {}
if os.environ.get("BENCH_TICK"):
    CELERY_BEAT_SCHEDULE = {"tick": {"task": "bench.tick", "schedule": 1.0}}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")  # noqa: F405
DJANGO_CELERY_BEAT_TZ_AWARE = True
CELERY_IMPORTS = ("benchmarks.rivals.timer_tasks",)
