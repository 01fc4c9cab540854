"""Who is let in to a stream before anything is asked of it: no other site, and nobody too often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from exercise.live.tokens import Audience

GUARD_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
]
"""Every answer of the stream's address carries these."""


def from_here(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether a page of this site asks, as far as the browser says.

    Browsers send no origin when a page opens a stream of its own site.
    """
    said = dict(headers)
    if said.get(b"sec-fetch-site", b"same-origin") not in (b"same-origin", b"none"):
        return False
    origin = said.get(b"origin", b"").decode("latin-1")
    if not origin or origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        host, _port = split_domain_port(urlsplit(origin).netloc)
    except ValueError:
        return False
    return bool(host) and validate_host(host, settings.ALLOWED_HOSTS)


class Turnstile:
    """How many streams each participant, or each address behind no participant, holds open."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def passing(self, scope: dict[str, Any], audience: Audience) -> Iterator[bool]:
        """Count one for the length of the block; ``False``: there are too many already."""
        who = f"@{audience.holder}" if audience.holder else _address(scope)
        most = settings.LIVE_MAX_PER_PERSON if audience.holder else settings.LIVE_MAX_PER_ADDRESS
        if who and self._open[who] >= most:
            yield False
            return
        self._open[who] += 1
        try:
            yield True
        finally:
            self._open[who] -= 1
            if self._open[who] <= 0:
                del self._open[who]


def _address(scope: dict[str, Any]) -> str:
    """The peer's address; empty for this machine itself: a proxy that does not say for whom."""
    address = str((scope.get("client") or ("",))[0])
    try:
        return "" if ip_address(address).is_loopback else address
    except ValueError:
        return ""
