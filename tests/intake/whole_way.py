"""The whole way of a file, without a database: bytes → reading → columns → rows → preview."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from scenarios.intake import preview, readers, workbook
from scenarios.intake.preview import Preview
from scenarios.intake.readers.limits import LIMIT_BYTES
from scenarios.intake.reading import OwnFormat, Reading, Unreadable
from scenarios.reading import ScenarioProblems, read
from tests.intake import sheets

PREVIEWED, WHOLE = "previewed", "scenario"
document = cache(sheets.document)


def end_of(data: bytes, name: str) -> str:
    """How it ends: ``previewed``, ``scenario`` (one of our own, as it is), or a refusal's code."""
    try:
        reading = readers.of(data, name)
        if workbook.is_scenario(reading):
            workbook.document_from_workbook(reading)
            return WHOLE
        previews(reading)
        return PREVIEWED
    except OwnFormat:
        return _end_of_our_own(data, name)
    except Unreadable as refusal:
        return refusal.code
    except ScenarioProblems as refusal:
        return refusal.problems[0].code


def end_of_file(path: Path) -> str:
    """The same for a file, of which no more is taken than the product takes."""
    with path.open("rb") as file:
        return end_of(file.read(LIMIT_BYTES + 1), path.name)


def previews(reading: Reading) -> tuple[Preview, Preview]:
    """As a scenario of its own, and into the small one.

    Raises:
        Unreadable: it holds no MSEL.
    """
    alone = preview.new(reading, code="fuzz", today=date(2024, 3, 4))
    return alone, preview.preview(reading, document())


def _end_of_our_own(data: bytes, name: str) -> str:
    try:
        read(data, name)
        return WHOLE
    except ScenarioProblems as refusal:
        return refusal.problems[0].code
