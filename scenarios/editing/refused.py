"""How an edit says no. Nothing was written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _


class Refused(Exception):
    """An edit that a planner can cause to fail was not carried out; nothing changed.

    Attributes:
        code: stable word for machines and tests, such as ``approved`` or ``in_use``.
        message: what is wrong, for the reader.
        remedy: what would make it possible; may be empty.
        field: the value it is about, as the caller named it; empty where it is about none.
        details: further lines, such as what refers to a thing that was to be removed.
    """

    def __init__(
        self,
        code: str,
        message: str | Promise,
        remedy: str | Promise = "",
        *,
        field: str = "",
        details: Iterable[str | Promise] = (),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.field = field
        self.details = tuple(details)

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.message, *self.details, self.remedy) if part)


class Changed(Refused):
    """Another planner saved this row first.

    Attributes:
        row: as it is now, a model instance.
        now, base, yours: the columns in question as they are, as they were at the revision that the
            planner had seen, and as the planner wanted them; JSON values by name.
        by, at: who saved it, and when; ``None`` where the history does not know.
    """

    def __init__(
        self,
        row: Any,
        *,
        now: dict[str, Any],
        base: dict[str, Any],
        yours: dict[str, Any],
        by: Any = None,
        at: Any = None,
    ) -> None:
        super().__init__("changed", _("Người khác vừa sửa mục này."), _("Xem cả hai bản rồi chọn."))
        self.row, self.now, self.base, self.yours = row, now, base, yours
        self.by, self.at = by, at


class What(StrEnum):
    """What happened to a row."""

    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class News:
    """What happened to one inject since a planner saw it.

    Attributes:
        number: as it is now; of a removed one as it was, empty where the history does not know.
        by, at: who did it and when; ``None`` where the history does not know.
    """

    pk: int
    number: str
    what: What
    by: Any = None
    at: datetime | None = None


class Outdated(Refused):
    """Others changed, removed or added injects that a planner was about to do something with.

    Attributes:
        news: what happened, by the numbers of the injects.
    """

    def __init__(self, news: Sequence[News]) -> None:
        message = _("Có tình huống đã thay đổi từ khi bạn xem.")
        super().__init__("outdated", message, _("Xem lại, hoặc xác nhận làm tiếp."))
        self.news = tuple(news)
