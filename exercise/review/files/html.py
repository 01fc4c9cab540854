"""The report as one HTML page that needs nothing else: no script, no other file, no server."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django.template.loader import render_to_string
from django.utils import translation

from exercise.review import charts
from exercise.review.files.letter import letter, paragraph, plain
from exercise.review.outline import Cell, Outline, Part, Table, outline
from exercise.review.report.values import Report

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Segoe UI", "Noto Sans", sans-serif; max-width: 72rem;
  margin: 0 auto; padding: 1rem; color: #12171a; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.25; } h2 { font-size: 1.125rem; margin-top: 2rem; }
.mark { text-align: center; font-weight: 600; color: #5a656e; }
.warning { border: 2px solid #b22a08; color: #b22a08; padding: .75rem; font-weight: 650; }
.sub { color: #5a656e; font-size: .875rem; margin: 0; }
.tw { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .8125rem; }
caption { text-align: start; font-weight: 600; padding: .25rem 0; }
th, td { border: 1px solid #c3cad0; padding: .25rem .5rem; text-align: start;
  vertical-align: top; } th { background: #eceff1; } .r { text-align: end;
  font-variant-numeric: tabular-nums; }
.P { background: #0b5c66; color: #fff; } .S { background: #bfe0e1; } .M { background: #f6cf80; }
.U { background: #b22a08; color: #fff; }
.ch { width: 100%; height: auto; overflow: visible; }
.ch text { fill: #39434a; font-size: 12px; font-variant-numeric: tabular-nums; }
.ch .ax { font-size: 11px; fill: #5a656e; } .ch :is(.lb, .b, .vl) { fill: #12171a; }
.ch :is(.b, .vl) { font-weight: 600; } .ch .gl { stroke: #dde2e5; }
.ch .tg { stroke: #12171a; stroke-dasharray: 3 3; } .ch .rg { stroke: #9aa5ad; stroke-width: 2; }
.dt { fill: #fff; stroke: #0b5c66; stroke-width: 1.75; } .lt, .ltw { fill: #b22a08; }
.md { stroke: #12171a; stroke-width: 2.5; } .pl { fill: #fff; stroke: #5a656e; }
.ac { fill: #d5dbe0; } .ch .tk { stroke: #39434a; stroke-width: 1.5; }
.ch .ltw { stroke: #fff; } .ch .hit { fill: transparent; }
.kk { width: 24px; height: 10px; overflow: visible; margin-inline-end: .375rem; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0;
  font-size: .8125rem; } .ch-box { overflow-x: auto; } .ch { min-width: 38rem; }
.ch-strips { max-width: 44rem; }
@page { size: A4; margin: 20mm 15mm 20mm 30mm; }
@media print { thead { display: table-header-group; } tr, .warning { break-inside: avoid; }
  h2 { break-after: avoid; } .tw, .ch-box { overflow: visible; }
  .ch { min-width: 0; break-inside: avoid; } body { padding: 0; font-size: 11pt; } }
"""


def write(report: Report) -> bytes:
    """The file."""
    found = outline(report)
    with translation.override(report.language):
        return "\n".join(_lines(report, found)).encode()


def _lines(report: Report, found: Outline) -> Iterable[str]:
    head = letter(report)
    drawings = _drawings(report, found)
    yield f'<!doctype html>\n<html lang="{found.language}">\n<head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_said(found.title)}</title><style>{STYLE}</style></head>\n<body><main>"
    for warning in found.warnings:
        yield f'<p class="warning" role="alert">{_said(warning)}</p>'
    yield f'<p class="mark">{_said(found.notice)}</p>'
    yield f"<h1>{_said(head.subject)}</h1>\n<p>{_said(found.subtitle)}</p>"
    for line in found.about:
        yield f'<p class="sub">{_said(line)}</p>'
    if found.summary.paragraphs:
        yield from _part(found.summary, found.summary.title)
    yield from _part(found.figures, found.figures.title)
    for number, part in enumerate(found.numbered, 1):
        yield from _part(part, f"{number}. {part.title}", drawings.get(part.code, ""))
    for line in found.signature:
        yield f'<p class="sub">{_said(line)}</p>'
    yield "</main></body>\n</html>\n"


def _said(text: str) -> str:
    return escape(plain(text))


def _drawings(report: Report, found: Outline) -> dict[str, str]:
    """The page's two drawings by the code of their part, by the page's own templates."""
    context = {
        "parts": {part.code: part for part in found.numbered},
        "plan": charts.plan_chart(report.plan, report.head.played_us, report.stamp),
        "strips": charts.strip_chart(report.acknowledgements),
    }
    return {
        "plan": render_to_string("report/_plan.html", context),
        "acknowledgements": render_to_string("report/_strips.html", context),
    }


def _part(part: Part, title: str, drawing: str = "") -> Iterable[str]:
    yield f"<section><h2>{_said(title)}</h2>"
    for finding in filter(None, part.findings):
        yield f"<p>{_said(finding)}</p>"
    if drawing:
        yield drawing
    for runs in part.paragraphs:
        yield f"<p>{escape(paragraph(runs))}</p>"
    for table in part.tables:
        yield from _table(table)
    yield "</section>"


def _table(table: Table) -> Iterable[str]:
    kinds = [' class="r"' if column.numeric else "" for column in table.columns]
    heads = "".join(f'<th scope="col">{_said(column.label)}</th>' for column in table.columns)
    yield f'<div class="tw"><table><caption>{_said(table.title)}</caption>'
    yield f"<thead><tr>{heads}</tr></thead><tbody>"
    for row in table.rows:
        cells = (_cell(cell, kind) for cell, kind in zip(row, kinds, strict=True))
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"


def _cell(cell: Cell, kind: str) -> str:
    if cell.rating:
        kind = f' class="{escape(cell.rating)}"'
    text = _said(cell.line).replace("\n", "<br>")
    if cell.strong:
        text = f"<b>{_said(cell.strong)}</b>" + (f"<br>{text}" if text else "")
    return f"<td{kind}>{text}</td>"
