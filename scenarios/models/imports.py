"""Spreadsheets on their way in, and how the columns of earlier ones were read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scenarios.models.scenario import Scenario


class ImportMapping(models.Model):
    """What the columns of a file mean, remembered by name for the next one of its shape."""

    name = models.CharField(_("tên"), max_length=80, unique=True)
    signature = models.CharField(max_length=64, db_index=True)
    """Of the headers: files of one shape have the same."""
    mapping = models.JSONField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    used_at = models.DateTimeField()

    class Meta:
        ordering = ("-used_at",)

    def __str__(self) -> str:
        return self.name


class ImportState(models.TextChoices):
    """How far an import has come."""

    READING = "reading", _("đang đọc")
    REVIEW = "review", _("chờ xem lại")
    WRITING = "writing", _("đang ghi")
    DONE = "done", _("đã nhập")
    FAILED = "failed", _("không nhập được")


class Import(models.Model):
    """A file that a planner is taking into a draft; kept for a week."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="imports")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports"
    )
    name = models.CharField(_("tên tệp"), max_length=255)
    file = models.FileField(upload_to="imports/%Y/%m/", max_length=300)
    mapping = models.JSONField(null=True, blank=True)
    fixes = models.JSONField(default=dict, blank=True)
    """What the planner wrote instead of a cell: ``{"row:field": text}``."""
    state = models.CharField(
        max_length=10, choices=ImportState.choices, default=ImportState.READING
    )
    progress = models.PositiveSmallIntegerField(default=0)
    """Per cent."""
    report = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name
