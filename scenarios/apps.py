"""The scenarios application."""

from __future__ import annotations

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    """What is planned: scenarios and their files."""

    name = "scenarios"
    default_auto_field = "django.db.models.BigAutoField"
