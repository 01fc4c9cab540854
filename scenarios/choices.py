"""The closed lists of words an MSEL entry is described with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    """How an inject reaches its addressees."""

    DOCUMENT = "document", _("Văn bản")
    PHONE = "phone", _("Điện thoại")
    EMAIL = "email", _("Thư điện tử")
    RADIO = "radio", _("Bộ đàm")
    IN_PERSON = "in_person", _("Trực tiếp")
    SOCIAL_MEDIA = "social_media", _("Mạng xã hội")


class Reply(models.TextChoices):
    """What a unit must send before it can complete."""

    NONE = "none", _("Không cần báo cáo")
    TEXT = "text", _("Báo cáo bằng lời")
    DOCUMENT = "document", _("Văn bản")
    QUANTITY = "quantity", _("Số liệu")
    PHOTO = "photo", _("Ảnh")


class ReleaseMode(models.TextChoices):
    """Whether a timer or the director releases it."""

    AUTO = "auto", _("Tự động")
    MANUAL = "manual", _("Tổng đạo diễn phát")


class TriggerEvent(models.TextChoices):
    """What a standby inject waits for on another one."""

    COMPLETED = "completed", _("hoàn thành")
    OVERDUE = "overdue", _("quá hạn")
