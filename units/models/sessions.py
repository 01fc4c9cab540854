"""Who is signed in where: what a person is told about each of their open sessions.

Django's own session row stays what lets a browser in. It says neither whose it is nor from where,
so this row stands beside it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

AGENT_LENGTH = 300


class SignedInBy(models.TextChoices):
    """How somebody came in."""

    PASSWORD = "password", _("bằng mật khẩu")
    CODE = "code", _("bằng mã trên phiếu")
    LINK = "link", _("bằng liên kết hoặc mã QR")
    SETUP = "setup", _("khi cài đặt hệ thống")
    EARLIER = "earlier", _("từ trước khi có danh sách này")


class OpenSession(models.Model):
    """One browser in which somebody is signed in."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="open_sessions"
    )
    session_key = models.CharField(max_length=40, unique=True)
    how = models.CharField(max_length=10, choices=SignedInBy.choices)
    second_factor = models.BooleanField(default=False)
    ip = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=AGENT_LENGTH, blank=True)
    signed_in_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("-seen_at", "-pk")
        verbose_name = _("phiên đăng nhập")

    def __str__(self) -> str:
        return f"{self.user} ({self.how})"
