"""Sends errors to a Sentry server, where ``SENTRY_DSN`` names one. Loaded only then.

What is sent: the exception with its traceback, the address's name, and the ids that log lines
carry. What never is: cookies, headers, bodies, query strings, the values of variables, addresses of
people or secrets in paths. So `_cleaned` keeps what it knows, and does not look for what is bad.
"""

from __future__ import annotations

import logging
from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from exercise import logs

KEPT = frozenset(
    {
        "event_id",
        "timestamp",
        "platform",
        "level",
        "logger",
        "sdk",
        "environment",
        "release",
        "exception",
        "transaction",
        "transaction_info",
        "type",
    }
)


def begin() -> None:
    """Start it, once for the process."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        release=settings.SENTRY_RELEASE,
        integrations=[
            # Its name for an address is the pattern: no value out of it.
            DjangoIntegration(transaction_style="url", middleware_spans=False),
            CeleryIntegration(),
            LoggingIntegration(level=None, event_level=logging.ERROR),
        ],
        auto_enabling_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        before_send=_cleaned,
        shutdown_timeout=1,
    )


def _cleaned(event: Any, hint: dict[str, Any]) -> Any:
    kept = {name: value for name, value in event.items() if name in KEPT}
    for exception in kept.get("exception", {}).get("values", ()):
        # What follows in PostgreSQL's words is the row.
        exception["value"] = str(exception.get("value", "")).split("\nDETAIL:")[0]
    if message := event.get("logentry", {}).get("message"):
        kept["logentry"] = {"message": message}  # the sentence, not what was put into it
    error = (hint.get("exc_info") or (None, None))[1]
    kept["tags"] = {name: str(value) for name, value in logs.known(error).items()}
    return kept
