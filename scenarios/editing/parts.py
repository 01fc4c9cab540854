"""What the lists of a scenario have in common: an order, and names that are used once."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from scenarios.editing.desk import Desk
from scenarios.editing.refused import Refused
from scenarios.editing.rows import Model


def next_order(desk: Desk, model: Model, **inside: Any) -> int:
    """The place behind all others of the version, or of what they are inside."""
    which = inside or {"scenario": desk.scenario}
    last = model._default_manager.filter(**which).aggregate(last=Max("order"))["last"]
    return 0 if last is None else int(last) + 1


def require_free(desk: Desk, model: Model, own: Any, **name: str) -> None:
    """Let a code or a name be used once.

    Raises:
        Refused: ``duplicate``, when another row than ``own`` has it.
    """
    which: dict[str, Any] = {"scenario": desk.scenario, **name}
    if model._default_manager.filter(**which).exclude(pk=own.pk if own else None).exists():
        ((field, _word),) = name.items()
        message = _("Đã dùng ở một mục khác.")
        raise Refused("duplicate", message, _("Mỗi mã, số, tên chỉ dùng một lần."), field=field)
