"""The history of a version: one row an edit, with what it takes to undo it."""

from __future__ import annotations

from collections import defaultdict

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scenarios.models.scenario import Scenario
from scenarios.phases import Phase


class EditKind(models.TextChoices):
    """What was done. The words take their blanks from ``Edit.params``."""

    INJECT_ADDED = "inject_added", _("Thêm tình huống %(number)s")
    INJECT_CHANGED = "inject_changed", _("Sửa tình huống %(number)s")
    INJECTS_CHANGED = "injects_changed", _("Sửa %(count)s tình huống")
    INJECTS_REMOVED = "injects_removed", _("Xóa tình huống: %(numbers)s")
    INJECTS_MOVED = "injects_moved", _("Dời %(count)s tình huống: %(by)s")
    INJECTS_COPIED = "injects_copied", _("Nhân bản tình huống: %(numbers)s")
    INJECT_REORDERED = "inject_reordered", _("Đổi thứ tự tình huống %(number)s")
    RENUMBERED = "renumbered", _("Đánh số lại %(count)s tình huống")
    HEAD_CHANGED = "head_changed", _("Sửa thông tin chung")
    UNIT_ADDED = "unit_added", _("Thêm đơn vị %(code)s")
    UNIT_CHANGED = "unit_changed", _("Sửa đơn vị %(code)s")
    UNIT_REMOVED = "unit_removed", _("Bỏ đơn vị %(code)s")
    PERSON_ADDED = "person_added", _("Thêm người %(name)s")
    PERSON_CHANGED = "person_changed", _("Sửa người %(name)s")
    PERSON_REMOVED = "person_removed", _("Bỏ người %(name)s")
    OBJECTIVE_ADDED = "objective_added", _("Thêm mục tiêu %(code)s")
    OBJECTIVE_CHANGED = "objective_changed", _("Sửa mục tiêu %(code)s")
    OBJECTIVE_REMOVED = "objective_removed", _("Xóa mục tiêu %(code)s")
    PROBLEM_ADDED = "problem_added", _("Thêm vấn đề huấn luyện %(code)s")
    PROBLEM_CHANGED = "problem_changed", _("Sửa vấn đề huấn luyện %(code)s")
    PROBLEM_REMOVED = "problem_removed", _("Xóa vấn đề huấn luyện %(code)s")
    PHASE_CHANGED = "phase_changed", _("Sửa giai đoạn: %(phase)s")
    CONDITION_ADDED = "condition_added", _("Thêm điều kiện %(code)s")
    CONDITION_CHANGED = "condition_changed", _("Sửa điều kiện %(code)s")
    CONDITION_REMOVED = "condition_removed", _("Xóa điều kiện %(code)s")
    STAND_DOWN_ADDED = "stand_down_added", _("Thêm khoảng tạm nghỉ")
    STAND_DOWN_CHANGED = "stand_down_changed", _("Sửa khoảng tạm nghỉ")
    STAND_DOWN_REMOVED = "stand_down_removed", _("Xóa khoảng tạm nghỉ")
    SHIFTED = "shifted", _("Đổi thứ tự: %(what)s")
    CHECKPOINT_DONE = "checkpoint_done", _("Đã lo việc lần trước để lại: %(text)s")
    CHECKPOINT_OPENED = "checkpoint_opened", _("Mở lại việc lần trước để lại: %(text)s")
    CHECKPOINTS_TAKEN = "checkpoints_taken", _("Lấy %(count)s việc lần trước để lại")
    IMPORTED = "imported", _("Nhập tệp %(name)s: %(count)s tình huống")


class Edit(models.Model):
    """One edit. ``changes`` lists, in the order in which it happened, each row's ``model``, ``pk``,
    and its fields ``before`` and ``after``: all of them where the row was added (``before`` is
    null) or removed (``after`` is null), else those that changed.
    """

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="edits")
    number = models.PositiveIntegerField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="scenario_edits"
    )
    at = models.DateTimeField()
    kind = models.CharField(max_length=24)
    """An ``EditKind``; not held to its list, so that a new kind needs no migration."""
    params = models.JSONField(default=dict, blank=True)
    changes = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(fields=["scenario", "number"], name="one_edit_per_number")
        ]

    def __str__(self) -> str:
        return self.words()

    def words(self) -> str:
        """What was done, in the reader's language; a blank that nobody filled in is left open."""
        told = defaultdict[str, object](lambda: "…", self.params)
        if self.kind == EditKind.PHASE_CHANGED:
            told["phase"] = Phase(self.params["phase"]).label
        return str(EditKind(self.kind).label) % told
