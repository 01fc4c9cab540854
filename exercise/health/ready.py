"""Whether this process can serve: database, broker, migrations, static files.

Asked by whoever upgrades a host, by alarms, and by anybody else. So each check is made at
most a few times a second however many ask, in a thread of its own that nobody waits for longer than
``LIMIT_S``; one that hangs is not begun again before it ends. What is found is a word and a
duration: nothing an outsider could use.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from exercise.live import bus

log = logging.getLogger(__name__)

LIMIT_S = 1.0
FRESH_S = 0.5
"""For so long an answer counts; a good one of what changes with an upgrade only, longer."""
APPLIED_FRESH_S = 15.0
PROBE = {"sqlite": "SELECT 1 FROM sqlite_master LIMIT 1"}
"""Where ``SELECT 1`` would be answered without a look at the file."""
STYLES = "app.css"
"""A file that every page asks for."""

Look = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, and how long it took."""

    ok: bool
    ms: float
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        shown = {"ok": self.ok, "ms": round(self.ms, 1)}
        return shown if self.ok else shown | {"why": self.why}


class _Round:
    """One look: under way, then with what it found."""

    def __init__(self) -> None:
        self.begun_s = time.monotonic()
        self.over = threading.Event()
        self.finding = Finding(False, 0, "failed")


class Check:
    """One thing looked after."""

    def __init__(self, name: str, look: Look, good_for_s: float = FRESH_S) -> None:
        self.name = name
        self._look, self._good_for_s = look, good_for_s
        self._beginning = threading.Lock()
        self._round: _Round | None = None
        self._was_ok = True

    def begin(self) -> _Round:
        """A look of which the answer is fresh: a new one, or the one somebody else began."""
        with self._beginning:
            if self._round is None or self._stale(self._round):
                self._round = _Round()
                threading.Thread(
                    target=self._run, args=(self._round,), name=f"ready-{self.name}", daemon=True
                ).start()
            return self._round

    def end(self, look: _Round, until_s: float) -> Finding:
        """What it found; or that it takes too long."""
        if look.over.wait(max(0.0, until_s - time.monotonic())):
            return look.finding
        return Finding(False, (time.monotonic() - look.begun_s) * 1000, "no answer")

    def _stale(self, look: _Round) -> bool:
        if not look.over.is_set():
            return False
        age_s = time.monotonic() - look.begun_s
        return age_s > (self._good_for_s if look.finding.ok else FRESH_S)

    def _run(self, look: _Round) -> None:
        ok = False
        try:
            ok = self._look()
        except Exception as error:
            # Not its words: they may name hosts and accounts.
            if self._was_ok:
                log.warning("not ready: %s fails (%s)", self.name, type(error).__name__)
        finally:
            connection.close()
            took_ms = (time.monotonic() - look.begun_s) * 1000
            look.finding = Finding(ok, took_ms, "" if ok else "failed")
            self._was_ok = ok
            look.over.set()


# ── the checks ──────────────────────────────────────────────────────────────────────────────────
def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(PROBE.get(connection.vendor, "SELECT 1"))
    return True


def _migrations() -> bool:
    """Whether the database has what this process's code wants; it may have more."""
    return _wanted() <= set(MigrationRecorder(connection).applied_migrations())


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.nodes)


def _static_files() -> bool:
    """Whether the files that this process's pages name are there, under those very names."""
    if settings.DEBUG:
        return True
    storage: Any = staticfiles_storage
    stored = getattr(storage, "stored_name", str)
    return FileSystemStorage(location=settings.STATIC_ROOT).exists(stored(STYLES))


CHECKS = (
    Check("database", _database),
    Check("broker", bus.ping),
    Check("migrations", _migrations, APPLIED_FRESH_S),
    Check("static", _static_files),
)


def findings(checks: tuple[Check, ...] = CHECKS, limit_s: float = LIMIT_S) -> dict[str, Finding]:
    """What each check finds, all of them within the limit."""
    until_s = time.monotonic() + limit_s
    begun = [(check, check.begin()) for check in checks]
    return {check.name: check.end(look, until_s) for check, look in begun}
