"""The report as a PDF on A4, its fonts inside: set by Typst from ``report.typ``, with nothing of
the machine's own (fonts, date, place).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst
from django.utils import translation
from django.utils.translation import gettext as _

from exercise.review import charts
from exercise.review.files.letter import letter, paragraph, plain
from exercise.review.outline import Part, Table, outline
from exercise.review.report.values import Report

TEMPLATE = Path(__file__).with_name("report.typ")


def write(report: Report) -> bytes:
    """The file."""
    with translation.override(report.language):
        data = json.dumps(_data(report), ensure_ascii=False)
    found = typst.compile(
        {"main.typ": TEMPLATE.read_bytes(), "data.json": data.encode()},
        format="pdf",
        ignore_system_fonts=True,
    )
    assert isinstance(found, bytes)
    return found


def _data(report: Report) -> dict[str, Any]:
    found = outline(report)
    plan = charts.plan_chart(report.plan, report.head.played_us, report.stamp)
    strips = charts.strip_chart(report.acknowledgements)
    return _clean(
        {
            "language": found.language,
            "title": found.title,
            "notice": found.notice,
            "warnings": found.warnings,
            "letter": asdict(letter(report)),
            "subtitle": found.subtitle,
            "about": found.about,
            "summary": _part(found.summary),
            "figures": _part(found.figures),
            "parts": [_part(part) for part in found.numbered],
            "signature": found.signature,
            "plan": _plan(plan),
            "strips": _strips(strips),
            "heat": {
                "units": [unit.short for unit in report.objectives.units],
                "rows": [
                    {
                        "title": f"{row.code} {row.title}",
                        "cells": [cell.rating for cell in row.cells],
                    }
                    for row in report.objectives.rows
                ],
            },
        }
    )


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {name: _clean(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(part) for part in value]
    return value


def _part(part: Part) -> dict[str, Any]:
    return {
        "code": part.code,
        "title": part.title,
        "findings": [said for said in part.findings if said],
        "paragraphs": [paragraph(runs) for runs in part.paragraphs],
        "tables": [_table(table) for table in part.tables],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "heads": [column.label for column in table.columns],
        "weights": [column.weight for column in table.columns],
        "numeric": [column.numeric for column in table.columns],
        "rows": [
            [{"line": cell.line, "strong": cell.strong, "rating": cell.rating} for cell in row]
            for row in table.rows
        ],
    }


# ── drawings, their lengths as numbers ──────────────────────────────────────────────────────────
def _plan(chart: charts.PlanChart) -> dict[str, Any]:
    return {
        "width": chart.width,
        "height": chart.height,
        "foot": chart.foot,
        "grid": [{"x": float(line.x), "label": line.label} for line in chart.grid],
        "bars": [
            {
                "y": bar.y,
                "title": bar.label,
                "counts": bar.counts,
                "planned": _bar(bar.planned),
                "actual": _bar(bar.actual) if bar.actual else None,
                "marks": _marks(bar.marks),
                "difference": bar.difference,
            }
            for bar in chart.bars
        ],
    }


def _bar(bar: charts.Bar) -> dict[str, float]:
    return {"x": float(bar.x), "width": float(bar.width)}


def _marks(marks: tuple[charts.Drawn, ...]) -> list[dict[str, Any]]:
    return [{"x": float(mark.x), "over": mark.over} for mark in marks]


def _strips(chart: charts.StripChart) -> dict[str, Any]:
    return {
        "width": chart.width,
        "grid": [{"x": float(line.x), "label": line.label} for line in chart.grid],
        "limit": float(chart.limit) if chart.limit else None,
        "limit-label": chart.limit_label,
        "anchor": chart.limit_anchor,
        "told": _("trung vị (n)"),
        "strips": [
            {
                "label": strip.label,
                "range": [float(end) for end in strip.range] if strip.range else None,
                "marks": _marks(strip.marks),
                "median": float(strip.median) if strip.median else None,
                "told": strip.told,
            }
            for strip in chart.strips
        ],
    }
