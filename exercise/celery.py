"""The Celery application. Its settings are Django's, with the prefix `CELERY_`.

Not imported by the package itself: that would load Celery into every web process and command. Tasks
are declared on this `app`, so whoever sends one has it.
"""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exercise.settings")

app = Celery("exercise")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["exercise.timing"])
