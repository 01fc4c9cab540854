"""The report as sections of sentences, tables and paragraphs: what page, DOCX, PDF and HTML show.

A table here is the one beneath a chart on the page, and the one that stands for the chart in a
file. Pure: a ``Report`` in, words out; every number is written as people read it.
"""

from __future__ import annotations

from django.utils import translation

from exercise.review.outline import head, judged, played
from exercise.review.outline.played import not_as_planned
from exercise.review.outline.values import (
    NOTHING,
    Cell,
    Column,
    Outline,
    Part,
    Table,
    sentences,
    widths,
)
from exercise.review.report.values import Report

__all__ = [
    "NOTHING",
    "Cell",
    "Column",
    "Outline",
    "Part",
    "Table",
    "not_as_planned",
    "outline",
    "sentences",
    "widths",
]


def outline(report: Report) -> Outline:
    """The report in its own language."""
    with translation.override(report.language):
        chapters = [
            Part(one.chapter, one.title, paragraphs=one.paragraphs)
            for one in report.narrative.chapters
        ]
        return Outline(
            language=report.language,
            warnings=report.warnings,
            title=report.head.title,
            subtitle=head.subtitle_of(report),
            about=head.about_of(report),
            summary=chapters[0],
            figures=head.figures_of(report),
            parts=(
                played.plan_of(report),
                played.acknowledgements_of(report),
                judged.objectives_of(report),
                judged.findings_of(report),
                played.injects_of(report),
                played.units_of(report),
                played.interruptions_of(report),
            ),
            closing=tuple(part for part in chapters[1:] if part.paragraphs),
            signature=head.signature_of(report),
        )
