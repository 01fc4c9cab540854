"""Addresses as a log may show them: without query string, and without the secret in a link."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest

SECRET = ("token",)
"""Names of what an address may carry that lets its holder in."""
HIDDEN = "…"


def shown_path(request: HttpRequest) -> str:
    """The path of a request, with its secrets hidden.

    One that is no address of ours may be a link that was mistyped: nothing of it is shown.
    """
    path, match = request.path_info, request.resolver_match
    if match is None:
        return path if path.startswith(settings.STATIC_URL) else HIDDEN
    for name in SECRET:
        if name in match.kwargs:
            path = path.replace(str(match.kwargs[name]), HIDDEN)
    return path


class NoSecrets(logging.Filter):
    """Hides in Django's own lines (500, refused forms) what ``shown_path`` hides."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record pass, with the path in its arguments replaced."""
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            record.args = tuple(_shown(one, request) for one in record.args)
        return True


def _shown(argument: Any, request: HttpRequest) -> Any:
    return shown_path(request) if argument in (request.path, request.path_info) else argument
