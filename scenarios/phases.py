"""The phases of a defence-area drill, named as the drill names them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Phase(models.TextChoices):
    """Before, the three played phases, after."""

    BEFORE = "before", _("trước diễn tập")
    TRANSITION = "transition", _("chuyển từ thời bình sang thời chiến")
    PREPARATION = "preparation", _("tổ chức chuẩn bị tác chiến phòng thủ")
    EXECUTION = "execution", _("thực hành tác chiến phòng thủ")
    AFTER = "after", _("sau diễn tập")


PLAYED = (Phase.TRANSITION, Phase.PREPARATION, Phase.EXECUTION)
"""The phases in which something is played, in their order."""
