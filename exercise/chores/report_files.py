"""Having a report made as a file: at once where it is short, else by the worker; kept for a day."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from exercise.clock import wall_us
from exercise.models import Exercise, FileState, ReportFile, ReportVersion
from exercise.review.files import written
from exercise.review.report import build_report
from scenarios.calendar import SECOND_US
from units.models import User

log = logging.getLogger(__name__)

SHORT = 3000
"""A journal of so many entries is reported on within a request."""
SILENT_US = 60 * SECOND_US
"""What was asked for so long ago and is not there is asked for again: tasks can be lost."""
KEPT = timedelta(days=1)
BUILT, WRITTEN = 60, 90
"""Per cent."""


def have_made(
    exercise: Exercise, user: User, form: str, language: str, version: int | None
) -> ReportFile:
    """Have a file made; when this returns, it is being made, or ready, or failed.

    Args:
        form: one of ``exercise.review.files.FORMATS``.
        version: number of the ``ReportVersion``; ``None`` for a report without a narrative.
    """
    forget_old()
    made = ReportFile.objects.create(
        exercise=exercise,
        user=user,
        form=form,
        language=language,
        version=version,
        asked_wall_us=wall_us(),
    )
    if exercise.journal_seq > SHORT:
        _ask(made)
    else:
        make(made.pk)
    made.refresh_from_db()
    return made


def see_to(file: ReportFile) -> None:
    """Ask again for a file of which nothing was heard for long."""
    if file.state == FileState.MAKING and abs(wall_us() - file.asked_wall_us) > SILENT_US:
        _ask(file)


def _ask(file: ReportFile) -> None:
    ReportFile.objects.filter(pk=file.pk).update(asked_wall_us=wall_us())
    # Here, not above: Celery is not for web processes that never ask for anything.
    from kombu.exceptions import OperationalError

    from exercise.celery import app

    try:
        app.send_task("exercise.report_file", args=[file.pk], retry=False, expires=600)
    except (OperationalError, OSError):
        make(file.pk)


def make(file_id: int) -> None:
    """Make a file that is asked for. One that is made twice is the same file."""
    waiting = ReportFile.objects.filter(pk=file_id, state=FileState.MAKING)
    file = waiting.select_related("exercise__scenario").first()
    if file is None:
        return
    try:
        version = None
        if file.version is not None:
            version = ReportVersion.objects.get(exercise=file.exercise_id, number=file.version)
        report = build_report(file.exercise, file.language, version)
        waiting.update(progress=BUILT)
        content = written(report, file.form)
        waiting.update(progress=WRITTEN)
        file.file.save(f"{file.uuid.hex}.{file.form}", ContentFile(content), save=False)
        waiting.update(state=FileState.READY, progress=100, file=file.file.name)
    except Exception:
        log.exception("could not make report file %s", file_id)
        waiting.update(state=FileState.FAILED)


def forget_old() -> int:
    """Forget the files that are older than ``KEPT``; answers how many."""
    old = list(ReportFile.objects.filter(created_at__lt=timezone.now() - KEPT))
    for one in old:
        one.file.delete(save=False)
        one.delete()
    return len(old)
