"""Small sheets and the scenario they go into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scenarios.intake.preview import Preview, preview
from scenarios.intake.reading import Reading, Sheet, Value
from scenarios.reading import document as doc
from scenarios.reading import read
from tests.scenarios.small import SMALL

HEADER = ("STT", "Giờ DT", "Đơn vị nhận", "Nội dung", "Kênh", "Hạn")


def document() -> doc.Document:
    """Starts 10 October 2023, 07:00; transition until 17:00 with lunch 11:30–13:00."""
    return read(SMALL.encode())


def reading(*rows: Sequence[Value], header: Sequence[str] = HEADER) -> Reading:
    return Reading("xlsx", (Sheet("MSEL", (tuple(header), *map(tuple, rows))),))


def looked_at(*rows: Sequence[Value], header: Sequence[str] = HEADER, **given: Any) -> Preview:
    return preview(reading(*rows, header=header), document(), **given)
