"""Recovery codes, for the day on which the telephone with the second factor is lost.

The factor itself is django-otp's ``TOTPDevice``. Its static codes are not used: it keeps them as
they are typed, here a copy of the database lets nobody in.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RecoveryCode(models.Model):
    """One code, as a salt and a digest. Sixteen characters of 31 kinds, 79 bits: nobody finds them
    by trying, so the digest need not be slow.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mã khôi phục")

    def __str__(self) -> str:
        return f"{self.user} ({self.pk})"
