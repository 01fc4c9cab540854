"""Installs of their own for tests: a directory, a database, and commands run in processes."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
from django.db.utils import ConnectionHandler

from exercise.archive.snapshot import closed, opened
from tests import migrated

from .story import everything

BASE = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("DATABASE_URL", "")
"""A PostgreSQL server to make databases on, where the suite runs on one."""
MINE = (
    "DJANGO_SETTINGS_MODULE",
    "EXERCISE_VAR",
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "PORT",
    "DEBUG",
    "HTTPS",
)


@dataclass(frozen=True)
class Install:
    """One install, with nobody at work in it."""

    var: Path
    database_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in MINE}
        kept["EXERCISE_VAR"] = str(self.var)
        kept["DEBUG"] = "1"  # no static files to build, which takes longer than all the rest
        return kept | ({"DATABASE_URL": self.database_url} if self.database_url else {})

    def run(self, *words: object, **given: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=BASE,
            env=self.environment | given,
            capture_output=True,
            text=True,
            timeout=110,
        )

    def manage(self, *words: object, **given: str) -> subprocess.CompletedProcess[str]:
        return self.run("manage.py", *words, **given)

    def done(self, *words: object, **given: str) -> str:
        """What a management command said; it must have gone well."""
        ended = self.manage(*words, **given)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def migrate(self) -> None:
        """Make its tables."""
        if not self.database_url:
            migrated.put(self.var)
        self.done("migrate", "--verbosity", "0")

    def refused(self, *words: object, **given: str) -> str:
        """What a management command complained of; it must have refused, in its own words."""
        ended = self.manage(*words, **given)
        assert ended.returncode == 1, ended.stdout + ended.stderr
        assert ended.stderr.startswith("CommandError: "), ended.stderr
        return ended.stderr

    def python(self, code: str, **given: str) -> str:
        """What a few lines print that have the install's models at hand."""
        ended = self.run("-c", PREAMBLE + textwrap.dedent(code), **given)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def rows(self) -> dict[str, list[Any]]:
        """Every row of every table in neutral form; in a test that may use a database."""
        found = dict(dj_database_url.parse(self.database_url or f"sqlite:///{self.var}/db.sqlite3"))
        configured = ConnectionHandler().configure_settings({"default": found})["default"]
        opened(configured, "looked_at")
        try:
            return everything("looked_at")
        finally:
            closed("looked_at")

    def copy(self, var: Path) -> Install:
        """Another one that holds the same."""
        if self.var.is_dir():
            shutil.copytree(self.var, var)
        if not self.database_url:
            return Install(var)
        return Install(var, new_database(self.database_url.rsplit("/", 1)[1]))


PREAMBLE = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "exercise.settings"
import django
django.setup()
from django.conf import settings
settings.LIVE_ENABLED = False
from exercise.models import *
from exercise import conduct
from tests.factories import *
from units.models import Unit
from tests.archive.story import *
"""


def fresh(var: Path, *, postgres: bool = bool(SERVER)) -> Install:
    """One in which nothing has ever been: on the suite's kind of database unless told."""
    return Install(var, new_database() if postgres else "")


def new_database(template: str = "template1", options: str = "") -> str:
    """A database on the suite's server."""
    name = f"drill_{secrets.token_hex(6)}"
    statement: Any = f"CREATE DATABASE {name} TEMPLATE {template} {options}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(statement)
    return f"{SERVER.rsplit('/', 1)[0]}/{name}"


@contextmanager
def file_size_limited(most_bytes: int) -> Iterator[None]:
    """Let files of child processes grow so far and no further, as on a full disk."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
