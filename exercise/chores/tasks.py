"""The Celery tasks of the desk and of looking back. One that was lost is asked for again, one that
runs twice is harmless (``scenarios.imports.steps``).
"""

from __future__ import annotations

from celery import shared_task
from django.utils import translation

from exercise.chores import report_files, work
from exercise.review import past


@shared_task(name="exercise.import_step")
def import_step(step: str, import_id: int, language: str, digest: str = "") -> None:
    """A step of an import, its sentences in the planner's language."""
    with translation.override(language):
        work.STEPS[step](import_id, digest)


@shared_task(name="exercise.report_file")
def report_file(file_id: int) -> None:
    """A report as a file, for somebody who asked for it."""
    report_files.make(file_id)


@shared_task(name="exercise.keep_snapshots")
def keep_snapshots() -> None:
    """What replay begins its reading with, of the journals that have grown since."""
    past.keep_up()
