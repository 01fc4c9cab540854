"""For machines: does this process live, can it serve, and how is the install.

``/healthz`` and ``/readyz`` are anybody's; ``/metrics`` is for who holds ``METRICS_TOKEN``, and
without one for this machine alone.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, resolve
from django.views.decorators.http import require_safe

from exercise.health import metrics, ready

FROM_A_PROXY = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
)
THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The web process lives; neither database nor broker is asked."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether all that it needs answers: 200, or 503 with the check that fails."""
    found = ready.findings()
    good = all(finding.ok for finding in found.values())
    checks = {name: finding.as_dict() for name, finding in found.items()}
    return JsonResponse({"ready": good, "checks": checks}, status=200 if good else 503)


@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus's page."""
    if settings.METRICS_TOKEN:
        if not _holds_token(request):
            answer = HttpResponse("401\n", status=401, content_type="text/plain")
            answer["WWW-Authenticate"] = "Bearer"
            return answer
    elif not _on_this_machine(request):
        return HttpResponse("404\n", status=404, content_type="text/plain")
    body, content_type = metrics.page(request.headers.get("Accept", ""))
    return HttpResponse(body, content_type=content_type)


def _holds_token(request: HttpRequest) -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    same = secrets.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    return scheme.lower() == "bearer" and same


def _on_this_machine(request: HttpRequest) -> bool:
    """Asked from here, by this machine's own name, and not on behalf of somebody elsewhere."""
    if any(name in request.headers for name in FROM_A_PROXY):
        return False
    host = request.META.get("HTTP_HOST", "")
    if host.rpartition(":")[0] not in THIS_MACHINE and host not in THIS_MACHINE:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False  # a Unix socket: a proxy's


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics_page, name="metrics"),
]
_PATHS = {f"/{one.pattern}" for one in urlpatterns}


class Probes:
    """Answers these addresses before anything else looks at the request.

    Who probes asks by the machine's address and without TLS, which the site's pages refuse; and no
    session, whose store is the database, has a part in it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The probe's answer, or the site's."""
        if request.path_info not in _PATHS:
            return self._answer(request)
        match = request.resolver_match = resolve(request.path_info)
        response: HttpResponse = match.func(request)
        return response
