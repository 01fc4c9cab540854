"""What the columns of a sheet mean. Pure; guessed in ``columns``, corrected by the planner."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Field(models.TextChoices):
    """What a column can mean."""

    NUMBER = "number", _("Số tình huống")
    PHASE = "phase", pgettext_lazy("one", "Giai đoạn")
    DATE = "date", _("Ngày")
    TIME = "time", _("Giờ diễn tập")
    PROBLEM = "problem", _("Vấn đề huấn luyện")
    SENDER = "from", _("Nơi gửi")
    TO = "to", _("Đơn vị nhận")
    METHOD = "method", _("Kênh")
    TITLE = "title", _("Nội dung (tiêu đề)")
    TITLE_EN = "title_en", _("Tiêu đề tiếng Anh")
    CONTENT = "content", _("Nội dung đầy đủ")
    CONTENT_EN = "content_en", _("Nội dung tiếng Anh")
    EXPECTED = "expected", _("Hành động mong đợi")
    EXPECTED_EN = "expected_en", _("Hành động mong đợi, tiếng Anh")
    OBJECTIVES = "objectives", _("Mục tiêu")
    ACKNOWLEDGE = "acknowledge", _("Hạn xác nhận")
    COMPLETE = "complete", _("Hạn hoàn thành")
    MANDATORY = "mandatory", _("Bắt buộc")
    REPLY = "reply", _("Yêu cầu trả lời")
    RELEASE = "release", _("Cách phát")
    AFTER = "after", _("Sau tình huống")
    SENDER_EN = "from_en", _("Nơi gửi, tiếng Anh")
    SIMULATED = "simulated", _("Giờ giả định")
    NOTE = "note", _("Giữ làm ghi chú")
    IGNORED = "ignored", _("Bỏ qua")


MANY = frozenset({Field.NOTE, Field.IGNORED, Field.SIMULATED})
"""What more than one column may be; a simulated time is kept as a note."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place from 0, its header as written, its meaning, how its times are read.

    ``habit`` is a key of ``times.HABITS`` for columns of dates, times and durations, else "".
    ``asks`` names the other habits that fit as well: while there is one, the planner must choose.
    """

    place: int
    header: str
    field: Field
    habit: str = ""
    asks: tuple[str, ...] = ()

    @property
    def letter(self) -> str:
        """The column's letter in a spreadsheet: A, B … Z, AA."""
        letters, number = "", self.place + 1
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(65 + rest) + letters
        return letters

    @property
    def name(self) -> str:
        """How to name it to a person: ``C “Đơn vị”``."""
        return f"{self.letter} “{self.header}”" if self.header else self.letter


@dataclass(frozen=True, slots=True)
class Mapping:
    """The meaning of one sheet. ``header_row`` counts as the file does; 0: there is none."""

    sheet: str
    header_row: int
    columns: tuple[Column, ...] = field(default=())

    def of(self, wanted: Field) -> Column | None:
        """The first column of a meaning."""
        return next((column for column in self.columns if column.field == wanted), None)

    def as_dict(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "sheet": self.sheet,
            "header_row": self.header_row,
            "columns": [
                {
                    "place": column.place,
                    "header": column.header,
                    "field": column.field.value,
                    "habit": column.habit,
                    "asks": list(column.asks),
                }
                for column in self.columns
            ],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Mapping:
        """The reverse of ``as_dict``."""
        columns = (
            Column(
                int(one["place"]),
                str(one["header"]),
                Field(one["field"]),
                str(one.get("habit", "")),
                tuple(one.get("asks", ())),
            )
            for one in data["columns"]
        )
        return cls(str(data["sheet"]), int(data["header_row"]), tuple(columns))
