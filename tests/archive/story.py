"""What tests put into an install and read out of it, in the install's own process."""

from __future__ import annotations

import hashlib
import random
from datetime import date
from typing import Any

from django.apps import apps

from exercise import conduct
from exercise.archive import rows
from exercise.archive.schema import name_of
from exercise.conduct import Upload
from exercise.models import Exercise
from tests.factories import Drill, make_drill


def upload(word: str, size_bytes: int = 0) -> Upload:
    """A file to send with a report, that does not get smaller by packing."""
    content = f"%PDF-1.7 {word}".encode() + random.Random(word).randbytes(size_bytes)
    return Upload("biên bản.pdf", "application/pdf", hashlib.sha256(content).hexdigest(), content)


def a_drill_under_way() -> Drill:
    """Running since T0, five minutes in: one unit has reported with a file, and control has written
    down what is to be mended.
    """
    drill = make_drill(units=2, started=True).later(5)
    drill.sweep()
    lead = drill.actor("lead", "U1")
    tasking = drill.tasking("1.01", "U1")
    drill.do("acknowledge", lead, tasking_id=tasking.pk)
    files = [upload("một"), upload("hai", size_bytes=100_000)]
    drill.do("report", lead, tasking_id=tasking.pk, text="Đang làm “một”", files=files)
    drill.later(1).do("hold", inject_id=drill.inject("2.01").pk)
    words = {"finding": "Báo cáo chậm", "measure": "Lập bảng trực", "unit_code": "U1"}
    action = drill.do("add_action", owner_code="U2", due=date(2030, 1, 1), **words)
    drill.do("begin_action", action_id=action.pk, note="Đã giao việc")
    return drill


def drill_of_this_install() -> Drill:
    exercise = Exercise.objects.get()
    return Drill(exercise, now=exercise.last_wall_us)


def everything(using: str = "default") -> dict[str, list[Any]]:
    """Every row of every table in neutral form."""
    return {
        name_of(model): [list(row) for row in rows.read(model, using)]
        for model in apps.get_models(include_auto_created=True)
    }


__all__ = [
    "a_drill_under_way",
    "conduct",
    "drill_of_this_install",
    "everything",
    "upload",
]
