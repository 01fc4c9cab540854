"""The files of imports: private, with what was read of them beside, forgotten after a week."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.core.files.base import File
from django.utils import timezone

from scenarios.intake.readers.limits import LIMIT_BYTES
from scenarios.models import Import, ImportState, Scenario
from units.models import User

KEPT = timedelta(days=7)
REVIEWS = (".review.vi", ".review.en")
BESIDE = (".reading", *REVIEWS)
"""Endings of what is kept beside a file."""
LONGEST_NAME = 120

__all__ = ["KEPT", "LIMIT_BYTES", "beside", "forget", "forget_old", "keep", "write_whole"]


def keep(scenario: Scenario, user: User, name: str, content: File[bytes]) -> Import:
    """Keep a file under a name of ours, the planner's own only in the row; old ones go."""
    forget_old(timezone.now())
    made = Import(scenario=scenario, user=user, name=name[-LONGEST_NAME:])
    made.file.save(f"{uuid.uuid4().hex}.bin", content, save=False)
    made.save()
    return made


def forget_old(now: datetime) -> int:
    """Forget the imports that are older than ``KEPT``, done or not; answers how many."""
    old = list(Import.objects.filter(created_at__lt=now - KEPT).exclude(state=ImportState.WRITING))
    for one in old:
        forget(one)
    return len(old)


def forget(imported: Import) -> None:
    """Forget an import: its row, its file, what lies beside it."""
    for ending in BESIDE:
        beside(imported, ending).unlink(missing_ok=True)
    file = imported.file
    imported.delete()
    file.delete(save=False)


def beside(imported: Import, ending: str) -> Path:
    """Where something is kept beside the file of an import."""
    assert ending in BESIDE
    return Path(f"{imported.file.path}{ending}")


def write_whole(target: Path, text: str) -> None:
    """A file that is there whole or not at all: another process may be reading it."""
    under_way = target.with_name(f"{target.name}.{uuid.uuid4().hex}")
    try:
        with os.fdopen(os.open(under_way, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write(text)
        under_way.replace(target)
    finally:
        with suppress(FileNotFoundError):
            under_way.unlink()
