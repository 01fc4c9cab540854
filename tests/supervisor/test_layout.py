"""What the web server is told when it is started: here, and by those who start it themselves."""

from __future__ import annotations

from pathlib import Path

from exercise.supervisor.layout import Site

ROOT = Path(__file__).parents[2]


def test_the_web_server_keeps_no_log_of_addresses() -> None:
    """They hold sign-in links, share links and the streams' tokens."""
    assert "--no-access-log" in Site.from_settings().web().argv
    documented = (ROOT / "docs" / "operations.md").read_text().splitlines()
    commands = [line for line in documented if "uvicorn exercise.asgi:application" in line]
    assert commands
    assert all("--no-access-log" in line for line in commands)


def test_the_web_server_does_not_tell_what_it_is() -> None:
    assert "--no-server-header" in Site.from_settings().web().argv
