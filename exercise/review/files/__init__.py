"""The report as files. One module for each format, each with ``write(report) -> bytes``; a new
format is a module and a line in ``FORMATS``.

A format is imported when it is asked for: most of what they need is large.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple, Protocol, cast

from exercise.review.report.values import Report


class Format(NamedTuple):
    """A format: the module that writes it, and what the file is to a browser."""

    module: str
    media_type: str


FORMATS = {
    "json": Format("exercise.review.files.json", "application/json"),
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
