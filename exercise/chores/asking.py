"""Having a step of an import done: at once where it is short, else by the worker."""

from __future__ import annotations

import time
from typing import Any

from django.utils.translation import get_language

from exercise.chores import work
from scenarios.imports import steps
from scenarios.models import Import, ImportState

SILENT_S = 20.0
"""A step of which nothing was heard for so long is asked for again: tasks can be lost."""
BUSY = frozenset({ImportState.READING, ImportState.WRITING})


def have_done(step: str, imported: Import, digest: str = "") -> None:
    """Have a step done; when this returns, the import is busy or the step is over.

    The state of the import says already what is under way.
    """
    if steps.large(imported):
        _ask(step, imported, digest)
    else:
        # Noted here too: this process may be stopped in the middle of it.
        _note(imported, step, digest)
        work.STEPS[step](imported.pk, digest)
    imported.refresh_from_db()


def see_to(imported: Import) -> None:
    """Ask again for what a busy import waits for, if nothing was heard of it for long."""
    waits_for: dict[str, Any] = (imported.report or {}).get("waits_for", {})
    if imported.state not in BUSY or not waits_for:
        return
    if waits_for["progress"] != imported.progress:
        _note(imported, waits_for["step"], waits_for["digest"])
    elif abs(time.time() - waits_for["since"]) > SILENT_S:
        _ask(waits_for["step"], imported, waits_for["digest"])


def _ask(step: str, imported: Import, digest: str) -> None:
    _note(imported, step, digest)
    # Here, not above: Celery is not for web processes that never ask for anything.
    from kombu.exceptions import OperationalError

    from exercise.celery import app

    arguments = [step, imported.pk, get_language() or "vi", digest]
    try:
        app.send_task("exercise.import_step", args=arguments, retry=False, expires=600)
    except (OperationalError, OSError):
        work.STEPS[step](imported.pk, digest)


def _note(imported: Import, step: str, digest: str) -> None:
    waits_for = {
        "step": step,
        "digest": digest,
        "since": time.time(),
        "progress": imported.progress,
    }
    report = {**(imported.report or {}), "waits_for": waits_for}
    Import.objects.filter(pk=imported.pk, state__in=BUSY).update(report=report)
    imported.report = report
