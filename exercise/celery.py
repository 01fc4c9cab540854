"""The Celery application. Its settings are Django's, with the prefix `CELERY_`.

Not imported by the package itself: that would load Celery into every web process and command. Tasks
are declared on this `app`, so whoever sends one has it.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from kombu import Queue

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


@setup_logging.connect
def _as_django_logs(loglevel: int | None = None, **_options: Any) -> None:
    """Celery sets up no log of its own where somebody answers this: worker and beat write what the
    settings say, and of Celery's own lines what ``--loglevel`` asks for.
    """
    from django.utils.log import configure_logging

    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    if loglevel is not None:
        logging.getLogger("celery").setLevel(loglevel)
