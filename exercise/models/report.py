"""The after-action report as a document: its narrative, version after version, up to the signature;
and the files made of it for somebody.

The figures of a report are computed from the journal whenever it is read; what people write and
sign is kept here. A report is *about* the journal and no part of it: signing writes no entry, so
the head that a signature names is the head of everything the report was made of. A signed version
is never changed: the commands refuse it, the database refuses it, and its own hash shows it.
"""

from __future__ import annotations

import hashlib
import json
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import transition

from exercise.models.exercise import Exercise
from exercise.models.state import StateField, Stateful


class ReportState(models.TextChoices):
    """How far a version has come."""

    DRAFT = "draft", pgettext_lazy("report", "bản nháp")
    REVIEWED = "reviewed", pgettext_lazy("report", "đã thẩm tra")
    SIGNED = "signed", pgettext_lazy("report", "đã ký")


class Chapter(models.TextChoices):
    """What the director writes, in the order of the report."""

    SUMMARY = "summary", _("Đánh giá chung")
    STRENGTHS = "strengths", _("Ưu điểm")
    IMPROVEMENTS = "improvements", _("Hạn chế, nguyên nhân")
    LESSONS = "lessons", _("Bài học kinh nghiệm")
    CONCLUSION = "conclusion", _("Kết luận, kiến nghị")


class ReportVersion(Stateful):
    """One version of an exercise's report: written, reviewed by another person, signed."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField()
    state = StateField(choices=ReportState.choices, default=ReportState.DRAFT)
    narrative = models.JSONField(default=dict, blank=True)
    """Text by ``Chapter``."""
    revisions = models.JSONField(default=dict, blank=True)
    """How often each chapter was written, by ``Chapter``."""
    writer_ids = models.JSONField(default=list, blank=True)
    """Everybody who wrote in it: none of them reviews it while there is somebody else."""
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=150)
    """Who wrote last."""
    written_wall_us = models.BigIntegerField()
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewer_name = models.CharField(max_length=150, blank=True)
    reviewed_wall_us = models.BigIntegerField(null=True, blank=True)
    returned_reason = models.CharField(max_length=500, blank=True)
    """Why it was last given back to its author."""
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signer_name = models.CharField(max_length=150, blank=True)
    signed_wall_us = models.BigIntegerField(null=True, blank=True)
    journal_seq = models.PositiveIntegerField(null=True, blank=True)
    """The newest entry when it was signed: a signed version reports on the entries up to it."""
    journal_head = models.CharField(max_length=64, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)

    inject_number: str = ""
    """A report is about no one inject; for the log of commands."""

    class Meta:
        ordering = ("exercise", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["exercise", "number"], name="report_version_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["exercise"],
                condition=~models.Q(state="signed"),
                name="one_open_report_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exercise_id}/{self.number}"

    @property
    def open(self) -> bool:
        return self.state != ReportState.SIGNED

    def digest(self) -> str:
        """SHA-256 over what was signed, by whom and when, in one canonical JSON form."""
        body = {
            "exercise": self.exercise_id,
            "number": self.number,
            "narrative": self.narrative,
            "author": self.author_name,
            "reviewer": self.reviewer_name,
            "signer": self.signer_name,
            "signed_wall_us": self.signed_wall_us,
            "journal_seq": self.journal_seq,
            "journal_head": self.journal_head,
        }
        canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @transition("state", source=ReportState.DRAFT, target=ReportState.REVIEWED)
    def review(self) -> None:
        """Somebody who did not write it has read it and agrees."""

    @transition("state", source=ReportState.REVIEWED, target=ReportState.DRAFT)
    def give_back(self) -> None:
        """It is to be reworked, for a reason."""

    @transition("state", source=ReportState.REVIEWED, target=ReportState.SIGNED)
    def sign(self) -> None:
        """The director answers for it; nothing of it changes any more."""


class FileState(models.TextChoices):
    """How far a file has come."""

    MAKING = "making", pgettext_lazy("file", "đang tạo")
    READY = "ready", pgettext_lazy("file", "đã xong")
    FAILED = "failed", pgettext_lazy("file", "không tạo được")


class ReportFile(models.Model):
    """A report as a file, made for one person; kept for a day."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="report_files")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(null=True, blank=True)
    """Number of the ``ReportVersion``; none where nothing was written yet."""
    form = models.CharField(max_length=8)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=8, choices=FileState.choices, default=FileState.MAKING)
    progress = models.PositiveSmallIntegerField(default=0)
    """Per cent."""
    asked_wall_us = models.BigIntegerField()
    """When the worker was last asked for it."""
    file = models.FileField(upload_to="reports/%Y/%m/", max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.exercise_id}.{self.form}"
