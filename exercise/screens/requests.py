"""Around every request: its id, its count and duration, its line in the log.

The outermost middleware, so that what the others refuse is counted as well. Streams and bodies that
are too large never come here (``exercise.asgi``).
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from exercise import logs
from exercise.health import counted
from exercise.logs.secrets import shown_path

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
_ID = re.compile(r"[\w-]{8,64}", re.A)
ASKED_ALL_THE_TIME = frozenset({"healthz", "readyz", "metrics", "static"})
"""By machines, and by every page: not worth a line each, unless they fail."""

Answer = Callable[[HttpRequest], HttpResponse]


class Watched:
    """The middleware. An id that a proxy has given is kept, for its own log to be compared."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, count, tell."""
        given = request.headers.get(HEADER, "")
        request_id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        begun_s = time.perf_counter()
        with logs.about(request=request_id):
            response = self._answer(request)
            took_s = time.perf_counter() - begun_s
            route = _route(request)
            counted.request(route, response.status_code, took_s)
            logs.learn(user=_user_id(request))
            path = shown_path(request)
            extra = {
                "method": request.method,
                "path": path,
                "route": route,
                "status": response.status_code,
                "ms": round(took_s * 1000, 1),
            }
            quiet = route in ASKED_ALL_THE_TIME and response.status_code < 500
            level = logging.DEBUG if quiet else logging.INFO
            log.log(level, "%s %s %d", request.method, path, response.status_code, extra=extra)
        response[HEADER] = request_id
        return response


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is not None:
        return match.url_name or "unnamed"
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"


def _user_id(request: HttpRequest) -> int | None:
    # Only what was asked for anyway: the lazy `request.user` would ask the database.
    user = getattr(request, "_cached_user", None)
    return getattr(user, "pk", None)
