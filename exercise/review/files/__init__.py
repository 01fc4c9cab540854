"""The report as files. One module for each format, each with ``write(report) -> bytes``; a new
format is a module and a line in ``FORMATS``.

A format is imported when it is asked for: most of what they need is large.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple, Protocol, cast

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from exercise.review.report.values import Report


class Format(NamedTuple):
    """A format: the module that writes it, what the file is to a browser, what it is for."""

    module: str
    media_type: str
    label: str | Promise


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = {
    "docx": Format(
        "exercise.review.files.docx",
        f"{_OFFICE}.wordprocessingml.document",
        _("Văn bản, sửa được"),
    ),
    "pdf": Format("exercise.review.files.pdf", "application/pdf", _("Bản in A4")),
    "xlsx": Format(
        "exercise.review.files.xlsx", f"{_OFFICE}.spreadsheetml.sheet", _("Bảng số liệu")
    ),
    "html": Format("exercise.review.files.html", "text/html; charset=utf-8", _("Trang đọc rời")),
    "json": Format("exercise.review.files.json", "application/json", _("Cho phần mềm khác")),
}


class _Writes(Protocol):
    def write(self, report: Report) -> bytes: ...


def written(report: Report, format_name: str) -> bytes:
    """The report as a file of this format.

    Raises:
        KeyError: a format that is not in ``FORMATS``.
    """
    module = cast("_Writes", import_module(FORMATS[format_name].module))
    return module.write(report)
