"""The book of sign-ins and of what was done to accounts. Rows are added, never changed, and only
old ones can be deleted: the database itself refuses (migration 0003).

No password, code, token or key is ever written here.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from units.models.sessions import AGENT_LENGTH


class EventKind(models.TextChoices):
    """What happened."""

    SIGNED_IN = "signed_in", _("Đã đăng nhập")
    FIRST_STEP = "first_step", _("Qua bước một, chờ bước hai")
    REFUSED = "refused", _("Đăng nhập không được")
    SECOND_REFUSED = "second_refused", _("Sai mã bước hai")
    LOCKED = "locked", _("Bị khóa tạm vì thử sai quá nhiều")
    SIGNED_OUT = "signed_out", _("Đã đăng xuất")
    SESSION_ENDED = "session_ended", _("Phiên bị kết thúc từ nơi khác")
    PROOF_REFUSED = "proof_refused", _("Nhập lại mật khẩu hoặc mã không đúng")
    PASSWORD_CHANGED = "password_changed", _("Đã đổi mật khẩu")
    FACTOR_ENROLLED = "factor_enrolled", _("Đã bật xác thực hai bước")
    FACTOR_REMOVED = "factor_removed", _("Đã tắt xác thực hai bước")
    FACTOR_RESET = "factor_reset", _("Quản trị đã gỡ xác thực hai bước")
    CODES_RENEWED = "codes_renewed", _("Đã tạo lại mã khôi phục")
    RECOVERY_USED = "recovery_used", _("Đã dùng một mã khôi phục")
    LINK_ISSUED = "link_issued", _("Đã cấp phiếu đăng nhập")
    LINK_REVOKED = "link_revoked", _("Đã hủy phiếu chưa dùng")
    ROLE_GIVEN = "role_given", _("Được giao vai trò")
    ROLE_REMOVED = "role_removed", _("Bị đưa ra khỏi cuộc diễn tập")
    ACCOUNT_MADE = "account_made", _("Đã tạo tài khoản")
    ACCOUNT_DISABLED = "account_disabled", _("Đã ngừng tài khoản")
    ACCOUNT_ENABLED = "account_enabled", _("Đã mở lại tài khoản")
    PLANNING_GIVEN = "planning_given", _("Được giao lập kịch bản")
    PLANNING_TAKEN = "planning_taken", _("Thôi lập kịch bản")


class AccountEvent(models.Model):
    """One line. ``account`` is the name of whom it is about, ``by_account`` of who did it.

    People are kept by number without a constraint: an account that is deleted takes nothing out of
    the book.
    """

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    account = models.CharField(max_length=150, blank=True)
    by_account = models.CharField(max_length=150, blank=True)
    how = models.CharField(max_length=10, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=AGENT_LENGTH, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = [models.Index(fields=["account", "-at"], name="event_by_account")]
        verbose_name = _("dòng sổ đăng nhập")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.account}"
