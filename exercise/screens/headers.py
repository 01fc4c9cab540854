"""What every answer of the web server says about trust, beside what Django and django-csp say."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

UNUSED = (
    *("accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture"),
    *("geolocation", "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi"),
    *("payment", "publickey-credentials-get", "serial", "usb", "xr-spatial-tracking"),
)
"""Photos come from the telephone's own camera program: no page needs one."""
PERMISSIONS = ", ".join(f"{name}=()" for name in UNUSED)
NO_PAGE = "default-src 'none'; frame-ancestors 'none'; sandbox"


def guarded(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware; the outermost, so that static files and refusals are covered as well."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        headers = response.headers
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # What no view drew is a static file; opened by itself it is a page of nothing.
        headers.setdefault("Content-Security-Policy", NO_PAGE)
        headers.setdefault("X-Frame-Options", "DENY")
        # Django's own say the same of pages; probes are answered before they are asked.
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        # Every page is somebody's; only static files say that they may be kept.
        headers.setdefault("Cache-Control", "no-store, private")
        return response

    return answer
