"""What docs/security.md promises by what the source does not hold: no mail, no guessable secret."""

from __future__ import annotations

import ast
import stat
from collections import defaultdict
from pathlib import Path

from tests.test_deploy import settings_of

ROOT = Path(__file__).parents[1]
SENDING = {
    *("smtplib", "django.core.mail", "urllib.request", "http.client", "ftplib", "requests"),
    *("httpx", "urllib3", "aiohttp", "sentry_sdk"),
}


def importers() -> dict[str, set[str]]:
    """Which files of the product import each module, wherever in the file they do."""
    found: dict[str, set[str]] = defaultdict(set)
    for package in ("units", "scenarios", "exercise"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                for name in _imported(node):
                    found[name].add(str(file.relative_to(ROOT)))
    return found


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def test_chance_that_can_be_foretold_decides_when_to_come_back_and_what_bots_do() -> None:
    """Everything else that is drawn by lot, tokens and codes first of all, is from ``secrets``."""
    found = importers()
    assert found["random"] == {
        "exercise/live/room.py",
        "exercise/live/tokens.py",
        "exercise/players/habits.py",
    }
    assert found["secrets"] >= {"units/models/people.py", "exercise/settings.py"}


def test_nothing_is_sent_from_an_install_but_errors_where_it_is_told_to() -> None:
    """No mail, so no code or link by mail either; no calls to other sites. The supervisor asks its
    own web server whether it is up.
    """
    found = importers()
    senders = {file for module in SENDING for file in found.get(module, ())}
    assert senders == {"exercise/health/sentry.py", "exercise/supervisor/layout.py"}


def test_each_install_makes_a_key_of_its_own_that_its_owner_alone_reads(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "another"):
        (key,) = settings_of({"EXERCISE_VAR": str(tmp_path / name)}, "SECRET_KEY")
        kept = tmp_path / name / "secret_key"
        assert kept.read_text() == key
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert len(key) >= 50
        keys.add(key)
    assert len(keys) == 2


def test_what_nobody_needs_is_not_there(tmp_path: Path) -> None:
    given = {"EXERCISE_VAR": str(tmp_path)}
    apps, debug = settings_of(given, "INSTALLED_APPS", "DEBUG")
    assert not [name for name in apps if name.startswith("django.contrib.admin")]
    assert debug is False
