"""The exercise application: the drill itself."""

from __future__ import annotations

from django.apps import AppConfig


class ExerciseConfig(AppConfig):
    """The drill and the project around it."""

    name = "exercise"
    default_auto_field = "django.db.models.BigAutoField"
