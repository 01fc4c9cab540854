"""One version of a scenario. What it holds is in the modules beside this one.

Relational, so that it can be edited, compared and versioned; an exercise takes a copy when it is
made. Times are calendar µs since the scenario's time zero unless the name says otherwise.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, models
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from scenarios.calendar import DrillCalendar
from units.text import TextPairField


class Status(models.TextChoices):
    """How far a version has come. That it was used is seen from the exercises made of it."""

    DRAFT = "draft", _("bản nháp")
    APPROVED = "approved", _("đã duyệt")


class ApprovedError(IntegrityError):
    """An approved version is never changed: what was to be written or removed is one, or is in one.

    A command that comes here by mistake answers it like any other row that the database refuses.
    """

    def __init__(self) -> None:
        super().__init__("an approved version of a scenario is never changed")


NEVER_CHANGED = frozenset(
    {"code", "version", "status", "title", "summary", "timezone", "starts_at", "content_hash"}
)
"""Of an approved version's own row; the others tell its history."""


class Versions(QuerySet["Scenario"]):
    """Questions about the versions of scenarios."""

    def final(self) -> Versions:
        """Those that are approved as what their hash says: from then on they are never changed.
        Rows from before there were versions have no hash, nor has what is still being stored.
        """
        return self.filter(status=Status.APPROVED).exclude(content_hash="")

    def update(self, **values: Any) -> int:
        """As ever; ``bulk_update`` comes here too.

        Raises:
            ApprovedError: it is about what is never changed of one of them; nothing was written.
        """
        if NEVER_CHANGED & values.keys() and self.final().exists():
            raise ApprovedError
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """As ever.

        Raises:
            ApprovedError: one of them is approved; nothing was removed.
        """
        if self.final().exists():
            raise ApprovedError
        return super().delete()

    delete.queryset_only = True  # type: ignore[attr-defined]  # as in QuerySet: not of a manager

    def approved(self) -> Versions:
        """Those that may be played in earnest."""
        return self.filter(status=Status.APPROVED)

    def latest_approved_first(self) -> Versions:
        """The version approved last comes first; rows older than approvals come last."""
        return self.order_by(F("approved_at").desc(nulls_last=True), "-version")

    def in_force(self) -> Versions:
        """Of every code the version that was approved last."""
        same_code = Scenario.objects.approved().filter(code=OuterRef("code"))
        newest = same_code.latest_approved_first().values("pk")[:1]
        return self.approved().filter(pk=Subquery(newest))


class Scenario(models.Model):
    """One version of a scenario: a draft that is edited, or approved and never changed again."""

    code = models.SlugField(_("mã kịch bản"), max_length=60)
    version = models.PositiveIntegerField(_("phiên bản"), default=1, db_default=1)
    status = models.CharField(
        _("tình trạng"),
        max_length=10,
        choices=Status.choices,
        default=Status.DRAFT,
        db_default=Status.APPROVED,
    )
    """The database's default is for rows that know no versions: those came from checked files."""
    title = TextPairField(_("tên"))
    summary = TextPairField(_("tóm tắt"), blank=True)
    timezone = models.CharField(max_length=40, default="Asia/Ho_Chi_Minh")
    starts_at = models.DateTimeField(_("thời điểm bắt đầu"))
    content_hash = models.CharField(max_length=64, blank=True)
    """Of what was approved (``Document.content_hash``); empty while it is a draft."""

    based_on = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors"
    )
    revision = models.PositiveIntegerField(default=0, db_default=0)
    """Goes up with every edit of anything in this version."""
    head_revision = models.PositiveIntegerField(default=1, db_default=1)
    """Goes up with every change of the fields of this row that planners edit."""
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """Nobody: it came approved, from a file."""
    approved_by_operator = models.CharField(max_length=150, blank=True, default="", db_default="")
    """Who approved it at the command line: the name that the operating system knows; else empty."""
    approved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = Versions.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("kịch bản")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="one_scenario_per_version")
        ]

    def __str__(self) -> str:
        return str(self.title)

    def save(self, *args: Any, **more: Any) -> None:
        """As ever.

        Raises:
            ApprovedError: it is stored as approved already; nothing was written.
        """
        names = more.get("update_fields")
        if (names is None or NEVER_CHANGED & set(names)) and self._is_final():
            raise ApprovedError
        super().save(*args, **more)

    def delete(self, *args: Any, **more: Any) -> tuple[int, dict[str, int]]:
        """As ever.

        Raises:
            ApprovedError: it is approved; nothing was removed.
        """
        if self._is_final():
            raise ApprovedError
        return super().delete(*args, **more)

    def _is_final(self) -> bool:
        return self.pk is not None and Scenario.objects.final().filter(pk=self.pk).exists()

    @property
    def is_draft(self) -> bool:
        """Whether it may be edited."""
        return self.status == Status.DRAFT

    @property
    def used(self) -> bool:
        """Whether an exercise was made of this version."""
        # The relation is the exercise application's, which this one must not know.
        exercises = getattr(self, "exercises", None)
        return exercises is not None and bool(exercises.exists())

    def calendar(self) -> DrillCalendar:
        """The drill's calendar in the scenario's own time zone."""
        zero = self.starts_at.astimezone(ZoneInfo(self.timezone))
        return DrillCalendar.of(zero, [(s.from_us, s.to_us) for s in self.stand_downs.all()])

    def keep_unit_names(self) -> None:
        """Let an approved version keep what its units are called and where they stand."""
        listed = list(self.participations.select_related("unit"))
        for one in listed:
            one.name, one.short, one.parent_id = one.unit.name, one.unit.short, one.unit.parent_id
        self.participations.bulk_update(listed, ["name", "short", "parent"])
