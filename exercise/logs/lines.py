"""One JSON object a line, for whoever collects logs (``LOG_FORMAT=json``)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from exercise import logs

EXTRA = (
    # of a request
    "method",
    "path",
    "route",
    "status",
    "ms",
    # of a command
    "outcome",
    "entries",
    "injects",
)
"""What a line may say besides its message. Everything else that libraries hang on a record stays
out of it: Django's is the whole request, with its cookies.
"""


class JsonLine(JsonFormatter):
    """Time (UTC), level, logger, message, the bound ids, and what ``EXTRA`` names."""

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """Replaces the library's own, which takes over every attribute it does not know."""
        at = datetime.fromtimestamp(record.created, UTC)
        log_data["time"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["message"] = record.message
        log_data["process"] = record.process
        log_data.update(logs.known(record.exc_info[1] if record.exc_info else None))
        log_data.update({name: record.__dict__[name] for name in EXTRA if name in record.__dict__})
        for name in ("exc_info", "stack_info"):
            if message_dict.get(name):
                log_data[name] = message_dict[name]
