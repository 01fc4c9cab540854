"""The Celery application. Its settings are Django's, with the prefix `CELERY_`.

Not imported by the package itself: that would load Celery into every web process and command. Tasks
are declared on this `app`, so whoever sends one has it.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun, worker_init
from django.conf import settings
from kombu import Queue

from exercise.lasting import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exercise.settings")

app = Celery("exercise")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Nothing is acknowledged, because nothing need be: a task that is lost is asked for again. A worker
# whose acknowledgement is lost would count that task as under way for ever, and after four of them
# take no more. The price: no prefetch limit holds, so one that hangs takes what others could do,
# until beat asks again.
app.conf.task_queues = [
    Queue(name, no_ack=True) for name in (app.conf.task_default_queue, settings.CHORES_QUEUE)
]
app.autodiscover_tasks(["exercise.timing", "exercise.chores"])


KEPT_S = 60
"""How long a worker's thread keeps its connection to the database."""

# Celery would close it before and after each task, and a new one costs a fifth of what releasing an
# inject does. A worker's few threads live as long as it does; a web process, which has a thread for
# each request, keeps none.
app.conf.CELERY_DB_REUSE_MAX = sys.maxsize


@worker_init.connect
def settle_in(**_worker: Any) -> None:
    """Make a process that starts into one that will do nothing but tasks."""
    from django.db import connections

    settle()
    for one in connections.settings.values():
        one["CONN_MAX_AGE"] = KEPT_S


@task_prerun.connect
def _look_at_connections(**_task: Any) -> None:
    """Give up those that are too old or do not answer."""
    from django.db import close_old_connections

    close_old_connections()


@setup_logging.connect
def _as_django_logs(loglevel: int | None = None, **_options: Any) -> None:
    """Celery sets up no log of its own where somebody answers this: worker and beat write what the
    settings say, and of Celery's own lines what ``--loglevel`` asks for.
    """
    from django.utils.log import configure_logging

    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    if loglevel is not None:
        logging.getLogger("celery").setLevel(loglevel)
