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
from django.utils.translation import ngettext

from exercise.review import charts
from exercise.review.files.letter import letter, paragraph, plain
from exercise.review.outline import Part, Table, not_as_planned, outline
from exercise.review.report.values import Report
from exercise.review.report.words import number

MOST_ROWS = 1000
"""With more, a table is too much to set in memory (5,000 injects take a gigabyte), and to read on
paper; the workbook has them all, and of the injects those that went as planned are left out first.
"""
TEMPLATE = Path(__file__).with_name("report.typ")


def write(report: Report) -> bytes:
    """The file."""
    with translation.override(report.language):
        data = json.dumps(_data(report), ensure_ascii=False)
    files: Any = {"main.typ": TEMPLATE.read_bytes(), "data.json": data.encode()}  # untyped there
    found = typst.compile(
        files,
        format="pdf",
        ignore_system_fonts=True,
    )
    return found


def _data(report: Report) -> dict[str, Any]:
    found = outline(report)
    plan = charts.plan_chart(report.plan, report.head.played_us, report.stamp)
    strips = charts.strip_chart(report.acknowledgements)
    said: dict[str, Any] = _clean(
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
            "parts": [_part(_shortened(report, part)) for part in found.numbered],
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
    return said


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


def _shortened(report: Report, part: Part) -> Part:
    if not any(len(table.rows) > MOST_ROWS for table in part.tables):
        return part
    kept = [
        not_as_planned(report, table) if part.code == "injects" else table for table in part.tables
    ]
    tables = tuple(Table(one.title, one.columns, one.rows[:MOST_ROWS]) for one in kept)
    left_out = sum(len(table.rows) for table in part.tables) - sum(len(t.rows) for t in tables)
    said = ngettext(
        "Không in %(count)s dòng của bảng; tệp XLSX có đủ.",
        "Không in %(count)s dòng của bảng; tệp XLSX có đủ.",
        left_out,
    ) % {"count": number(left_out)}
    return Part(part.code, part.title, (*part.findings, said), tables, part.paragraphs)


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
