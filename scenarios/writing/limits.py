"""What a file can hold."""

from __future__ import annotations

from django.utils.translation import gettext as _

from scenarios.reading.source import LIMIT_BYTES

LONGEST_CELL = 32_767
"""Characters of a cell of a workbook: the limit of that format itself."""


class Unwritable(Exception):
    """A scenario does not fit into a format.

    Attributes:
        code: a stable word: ``too_large``, ``cell_too_long``.
        message: a sentence for the reader, in their language.
        hint: what to do about it.
    """

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(f"{message} {hint}")
        self.code, self.message, self.hint = code, message, hint


def within_limit(data: bytes) -> bytes:
    """The file as it is, if it can be read again.

    Raises:
        Unwritable: it is larger than what is read.
    """
    if len(data) > LIMIT_BYTES:
        raise Unwritable(
            "too_large",
            _("Kịch bản lớn hơn %(megabytes)d MB.") % {"megabytes": LIMIT_BYTES // 1024**2},
            _("Ghi thành tệp .xlsx, hoặc chia kịch bản."),
        )
    return data
