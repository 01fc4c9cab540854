"""Who may read /metrics, and how probes ask."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
HERE: dict[str, Any] = {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1"}
TOKEN = "moi-nguoi-khong-biet"


def status(**how: Any) -> int:
    return Client(**HERE | how).get("/metrics").status_code


def test_without_a_token_this_machine_alone_may_read() -> None:
    assert status() == 200
    assert status(REMOTE_ADDR="::1", HTTP_HOST="[::1]:8000") == 200
    assert status(REMOTE_ADDR="192.0.2.7") == 404
    assert status(REMOTE_ADDR="") == 404
    assert status(REMOTE_ADDR="unix:") == 404


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via"]
)
def test_a_proxy_on_this_machine_is_not_this_machine(header: str) -> None:
    assert status(**{f"HTTP_{header.upper().replace('-', '_')}": "192.0.2.7"}) == 404


def test_the_name_of_the_site_is_not_this_machine() -> None:
    assert status(HTTP_HOST="drill.example") == 404


def test_with_a_token_its_holder_alone_may_read_from_anywhere(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    far: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": "192.0.2.8"}
    assert status(HTTP_AUTHORIZATION=f"Bearer {TOKEN}", **far) == 200
    assert status(HTTP_AUTHORIZATION=f"bearer {TOKEN}", **far) == 200
    for wrong in (f"Bearer {TOKEN}x", "Bearer ", "Bearer", f"Basic {TOKEN}", TOKEN, "", "Bearer ế"):
        assert status(HTTP_AUTHORIZATION=wrong, **far) == 401, wrong
    assert status() == 401, "from this machine too"


def test_an_empty_token_opens_nothing(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert status(HTTP_AUTHORIZATION="Bearer ", REMOTE_ADDR="192.0.2.7") == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_a_probe_may_ask_by_any_name_and_without_tls(settings: Any, path: str) -> None:
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["drill.example"], True
    answer = Client(HTTP_HOST="10.0.0.5:8000").get(path)
    assert answer.status_code in {200, 404, 503}
    assert "no-store" in answer["Cache-Control"]
    assert Client(HTTP_HOST="10.0.0.5:8000").get("/").status_code == 400


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_are_only_looked_at(path: str) -> None:
    assert Client(**HERE).post(path).status_code == 405
    assert Client(**HERE).head(path).status_code in {200, 503}
