"""The units application."""

from __future__ import annotations

from django.apps import AppConfig


class UnitsConfig(AppConfig):
    """Units, people, sign-in and roles."""

    name = "units"
    default_auto_field = "django.db.models.BigAutoField"
