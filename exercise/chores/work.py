"""What the worker does, and a request where there is no worker to ask."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.utils.translation import gettext as _

from scenarios.imports import steps
from scenarios.intake.reading import Unreadable
from scenarios.models import Import, ImportState

log = logging.getLogger(__name__)


def read(import_id: int, _digest: str = "") -> None:
    """Read the file of an import."""
    if imported := _under_way(import_id, ImportState.READING):
        try:
            steps.read(imported)
        except Exception:
            log.exception("could not read the file of import %s", import_id)
            _fail(imported)


def check(import_id: int, _digest: str = "") -> None:
    """Check the rows of an import."""
    if imported := _under_way(import_id, ImportState.READING):
        unreadable = ""
        try:
            steps.check(imported)
        except Unreadable as error:
            unreadable = str(error)
        except Exception:
            log.exception("could not check import %s", import_id)
            _fail(imported)
            return
        report = {**(imported.report or {}), "unreadable": unreadable}
        Import.objects.filter(pk=import_id, state=ImportState.READING).update(
            state=ImportState.REVIEW, progress=0, report=report
        )


def write(import_id: int, digest: str) -> None:
    """Write the rows of an import."""
    try:
        steps.write(import_id, digest)
    except Exception:
        log.exception("could not write import %s", import_id)
        steps.hand_back(import_id, _("Máy chủ gặp lỗi, chưa ghi gì vào kịch bản. Xin thử lại."))


def _under_way(import_id: int, state: ImportState) -> Import | None:
    found = Import.objects.select_related("scenario").filter(pk=import_id, state=state)
    return found.first()


def _fail(imported: Import) -> None:
    message = _("Máy chủ gặp lỗi khi đọc tệp, chưa ghi gì vào kịch bản.")
    Import.objects.filter(pk=imported.pk, state=ImportState.READING).update(
        state=ImportState.FAILED,
        report={"code": "failed", "message": message, "hint": _("Chọn lại tệp.")},
    )


STEPS: dict[str, Callable[[int, str], None]] = {"read": read, "check": check, "write": write}
