"""A migrated SQLite database, made once for all processes and runs; tests begin with copies of it.

Migrating anew takes seconds of processor time. The copy is good for as long as nothing has changed
that the tables follow from; where a test starts from one, ``migrate`` finds nothing left to do.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import django

BASE = Path(__file__).resolve().parents[1]
KEPT = BASE / ".pytest_cache" / "d" / "migrated"
"""Emptied by ``pytest --cache-clear``."""
NAME = "db.sqlite3"
"""What the product calls its database in its directory."""
APPS = ("exercise", "scenarios", "units")


def put(var: Path) -> None:
    """Make the directory of an install begin with a copy, unless it has a database already."""
    var.mkdir(parents=True, exist_ok=True)
    if not (var / NAME).exists():
        shutil.copyfile(database(), var / NAME)


def pour(into: sqlite3.Connection) -> None:
    """Fill an empty database with a copy."""
    with closing(sqlite3.connect(f"{database().as_uri()}?mode=ro", uri=True)) as made:
        made.backup(into)


def database(kept: Path = KEPT) -> Path:
    """The migrated database; who comes first makes it, and the others wait for that."""
    path = kept / f"{_seal()}.sqlite3"
    if path.exists():
        return path
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _make(path)
    return path


def _make(path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as directory:
        migrate_anew(Path(directory))
        made = Path(directory) / NAME
        with closing(sqlite3.connect(made)) as connection:
            # One file without a log beside it; the product's connections turn the log on again.
            connection.execute("PRAGMA journal_mode=DELETE")
        for outdated in path.parent.glob("*.sqlite3"):
            outdated.unlink()
        made.rename(path)


def migrate_anew(var: Path) -> None:
    """Migrate from nothing, in a process of its own with the product's settings."""
    others = ("DATABASE_URL", "PYTEST_XDIST_WORKER", "EXERCISE_TESTS_VAR")
    environment = {name: value for name, value in os.environ.items() if name not in others}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "exercise.settings",
        "EXERCISE_VAR": str(var),
        "DEBUG": "1",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=BASE,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)


def _seal() -> str:
    """What the tables follow from: Django, SQLite, settings, migrations and the models' modules."""
    state = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    for path in _sources():
        state.update(f"\0{path.relative_to(BASE)}\0".encode())
        state.update(path.read_bytes())
    return state.hexdigest()[:32]


def _sources() -> Iterator[Path]:
    yield BASE / "exercise" / "settings.py"
    for app in APPS:
        yield from sorted((BASE / app / "migrations").glob("*.py"))
        yield from sorted((BASE / app / "models").rglob("*.py"))
    yield BASE / "units" / "text.py"  # a kind of column
