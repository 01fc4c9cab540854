"""What the web server runs: the streams beside Django, never through it, and no request too large.

Django writes a body to disk to its end before it looks at anything, whoever sends it; so what is
too much is refused here.
"""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exercise.settings")
_django: Any = get_asgi_application()

# After Django is set up: the hub reads its settings.
from exercise.health import counted  # noqa: E402
from exercise.lasting import settle  # noqa: E402
from exercise.live.asgi import lifespan, live  # noqa: E402
from exercise.live.door import GUARD_HEADERS  # noqa: E402


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Send each connection where it belongs."""
    if scope["type"] == "lifespan":
        _settle()
        await lifespan(receive, send)
    elif scope["type"] == "http" and _path(scope).startswith("/live/"):
        await live(scope, receive, send)
    else:
        await _limited(scope, receive, send)


def _settle() -> None:
    """Load what the first request would; it stays."""
    _addresses = get_resolver().url_patterns
    settle()


def _path(scope: dict[str, Any]) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


async def _limited(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Django's answer, unless the request is larger than any page sends."""
    limit, taken_bytes = settings.REQUEST_LIMIT_BYTES, 0
    if _length(scope) > limit:
        return await _refuse(send, limit)

    async def within_limit() -> Any:
        nonlocal taken_bytes
        message = await receive()
        taken_bytes += len(message.get("body", b""))
        # To Django it looks as if the sender had gone: it throws away what it has, and is silent.
        return message if taken_bytes <= limit else {"type": "http.disconnect"}

    await _django(scope, within_limit, send)
    if taken_bytes > limit:
        await _refuse(send, limit)


def _length(scope: dict[str, Any]) -> int:
    """What the request says of its own length; what it does not say is counted as it comes."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and len(value) < 20:
            return int(value)
    return 0


async def _refuse(send: Any, limit_bytes: int) -> None:
    counted.request("too_large", 413, 0)
    words = f"Gửi nhiều nhất {limit_bytes >> 20} MB một lần. At most {limit_bytes >> 20} MB.\n"
    body = words.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        *GUARD_HEADERS,
        # What is still to come is not waited for.
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
