"""The exercise application: the drill itself."""

from __future__ import annotations

import logging

from django.apps import AppConfig
from django.conf import settings


class ExerciseConfig(AppConfig):
    """The drill and the project around it."""

    name = "exercise"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Warnings go where the log goes. Errors are sent away where an address for them is given;
        else nothing of that is even loaded.
        """
        if settings.LOG_FORMAT == "json":
            logging.captureWarnings(True)
        if settings.SENTRY_DSN:
            from exercise.health import sentry

            sentry.begin()
