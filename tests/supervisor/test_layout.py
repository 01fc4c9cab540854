"""How the web server is started, by the supervisor and by ``manage.py process``."""

from __future__ import annotations

from dataclasses import replace

import pytest
from uvicorn import Config

from exercise.supervisor.layout import Site


def test_the_web_server_keeps_no_log_of_addresses() -> None:
    """They hold sign-in links, share links and the streams' tokens."""
    assert "--no-access-log" in Site.from_settings().web().argv


def test_the_web_server_does_not_tell_what_it_is() -> None:
    assert "--no-server-header" in Site.from_settings().web().argv


def test_what_a_proxy_says_of_the_visitor_counts_behind_one_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And then from a proxy on this machine, unless the operator names another."""
    site = Site.from_settings()
    assert "--no-proxy-headers" in replace(site, behind_proxy=False).web().argv
    behind = replace(site, behind_proxy=True).web().argv
    assert "--proxy-headers" in behind
    assert "--forwarded-allow-ips" not in behind
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    by_default = str(Config("exercise.asgi:application").forwarded_allow_ips)
    assert set(by_default.split(",")) <= {"127.0.0.1", "::1"}
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.5")
    assert Config("exercise.asgi:application").forwarded_allow_ips == "10.0.0.5"
