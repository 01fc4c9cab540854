"""django-eventstream with Redis between processes, as its README sets it up; without storage."""

from __future__ import annotations

import django
from django.conf import settings

from benchmarks.rivals import redis_port

settings.configure(
    SECRET_KEY="-" * 40,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    INSTALLED_APPS=["django_eventstream"],
    EVENTSTREAM_REDIS={"host": "127.0.0.1", "port": redis_port(), "db": 0},
)
django.setup()

import django_eventstream  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402

urlpatterns = [path("stream/", include(django_eventstream.urls), {"channels": ["board"]})]
application = get_asgi_application()
