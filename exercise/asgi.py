"""What the web server runs: the streams beside Django, never through it."""

from __future__ import annotations

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exercise.settings")
_django: Any = get_asgi_application()

# After Django is set up: the hub reads its settings.
from exercise.live.asgi import lifespan, live  # noqa: E402


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Send each connection where it belongs."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "http" and _path(scope).startswith("/live/"):
        await live(scope, receive, send)
    else:
        await _django(scope, receive, send)


def _path(scope: dict[str, Any]) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))
