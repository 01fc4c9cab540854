"""How the web server is started, by the supervisor and by ``manage.py process``."""

from __future__ import annotations

from exercise.supervisor.layout import Site


def test_the_web_server_keeps_no_log_of_addresses() -> None:
    """They hold sign-in links, share links and the streams' tokens."""
    assert "--no-access-log" in Site.from_settings().web().argv


def test_the_web_server_does_not_tell_what_it_is() -> None:
    assert "--no-server-header" in Site.from_settings().web().argv
