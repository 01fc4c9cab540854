"""Marks, cells and rows of the after-action report, written without the template language: the
template library ``report``.

A long drill has thousands of each; see ``exercise.templatetags.lanes``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from exercise.models import Exercise
from exercise.review.charts import Drawn
from exercise.review.outline import NOTHING, Cell, Column, Table
from exercise.review.report import words
from exercise.review.report.values import Cell as Rated
from scenarios.calendar import SECOND_US

register = template.Library()


@register.filter
def grouped(value: int) -> str:
    """``3.200`` / ``3,200``."""
    return words.number(value)


@register.filter
def wall_day(wall_us: int | None, exercise: Exercise) -> str:
    """Wall date and time where the exercise is held, ``12/10/2023 09:15``."""
    if wall_us is None:
        return ""
    moment = datetime.fromtimestamp(wall_us / SECOND_US, UTC)
    return f"{moment.astimezone(ZoneInfo(exercise.timezone)):%d/%m/%Y %H:%M}"


@register.simple_tag(takes_context=True)
def mark(
    context: Any, drawn: Drawn, dot: str, triangle: str, usual: str, late: str, y: int
) -> SafeString:
    """One mark of a drawing: a link to its moment, told by hovering, tapping or the keyboard."""
    shape, kind = (triangle, late) if drawn.over else (dot, usual)
    said = escape(drawn.words)
    path = (
        f'<path class="hit" d="M-6 -8h12v28h-12z" transform="translate(0 {y})"/>'
        if usual == "tk"
        else '<path class="hit" d="M-6 -8h12v16h-12z"/>'
    )
    inside = f'<title>{said}</title>{path}<path class="{kind}" d="{shape}"/>'
    place = f'transform="translate({drawn.x} {y})"'
    replay = context.get("replay")
    if not replay:
        return SafeString(f'<g class="mk" {place} data-tip="{said}">{inside}</g>')
    return SafeString(
        f'<a class="mk" {place} href="{escape(replay)}{drawn.seq}" data-tip="{said}" '
        f'aria-label="{said}">{inside}</a>'
    )


@register.simple_tag(takes_context=True)
def heat_cell(context: Any, cell: Rated, objective: str) -> SafeString:
    """One objective at one unit, with who rated it how."""
    if not cell.rating:
        return SafeString('<td class="none">·</td>')
    lines = [f"{objective} · {cell.unit.short}: {cell.rating} – {cell.rating_label}"]
    for one in cell.judgements:
        of = " ".join(filter(None, (one.number, one.action)))
        lines.append(" · ".join(filter(None, (one.rating, one.evaluator, of, one.note))))
    tip = escape("\n".join(lines))
    letter = escape(cell.rating) + ("<sup>≠</sup>" if cell.disagreement else "")
    replay = context.get("replay")
    if replay and cell.seq is not None:
        letter = f'<a href="{escape(replay)}{cell.seq}" aria-label="{tip}">{letter}</a>'
    return SafeString(
        f'<td data-rating="{escape(cell.rating)}" data-tip="{tip}" title="{tip}">{letter}</td>'
    )


@register.simple_tag(takes_context=True)
def outline_rows(context: Any, table: Table) -> SafeString:
    """The rows of a table of the outline."""
    replay = escape(context.get("replay") or "")
    columns = [(_kind(column), escape(column.label)) for column in table.columns]
    rows = []
    for row in table.rows:
        cells = "".join(
            f'<td class="{kind}{_empty(cell)}" data-label="{label}">{_inside(cell, replay)}</td>'
            for cell, (kind, label) in zip(row, columns, strict=True)
        )
        rows.append(f"<tr>{cells}</tr>")
    return SafeString("".join(rows))


def _kind(column: Column) -> str:
    return "r num" if column.numeric else "num" if column.whole else ""


def _empty(cell: Cell) -> str:
    return " none" if cell.text == NOTHING and not cell.strong else ""


def _inside(cell: Cell, replay: str) -> str:
    text = escape(cell.text)
    if cell.rating:
        text = f'<span class="rt" data-rating="{escape(cell.rating)}">{text}</span>'
    if cell.moment:
        moment = _linked(escape(cell.moment), cell.seq, replay)
        text = f"{text} · {moment}" if text else moment
    elif text:
        text = _linked(text, cell.seq, replay)
    if not cell.strong:
        return text
    rest = f'<br><span class="t2">{text}</span>' if text else ""
    return f"<b>{escape(cell.strong)}</b>{rest}"


def _linked(text: str, seq: int | None, replay: str) -> str:
    return f'<a href="{replay}{seq}">{text}</a>' if replay and seq is not None else text
