"""The heat map: how many injects each unit gets in every 15 minutes of play."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from scenarios.checks import BIN_US, Load, load
from scenarios.checks.plan import Plan
from scenarios.reading.document import Document

CELL_PX, ROW_PX, HEAD_PX, NAMES_PX, END_PX = 15, 24, 22, 150, 56
BINS_PER_HOUR = 4


class Slot(NamedTuple):
    """A quarter of an hour in which something comes: what each unit gets, and whether that belongs
    to an overload.
    """

    label: str
    counts: list[tuple[int, bool]]


class Heat(NamedTuple):
    """The heat map as a drawing and as a table of the quarters in which something comes."""

    drawing: SafeString
    units: list[tuple[str, str]]
    """Code and name."""
    slots: list[Slot]
    totals: list[int]
    over: int
    """So often a unit gets more than it can take in: as often as the check says."""


def heat(document: Document) -> Heat | None:
    """The heat map of a scenario; none where nobody gets anything."""
    bins, found = load(document)
    if not any(one.counts for one in found.values()):
        return None
    plan = Plan(document)
    names = {unit.code: str(unit.short or unit.name) for unit in document.units}
    every = list(found.values())
    return Heat(
        drawing=_drawing(found, names, plan, bins),
        units=[(code, names[code]) for code in found],
        slots=[
            Slot(
                _span(plan, n), [(one.counts.get(n, 0), bool(one.overload_in(n))) for one in every]
            )
            for n in sorted({n for one in every for n in one.counts})
        ],
        totals=[sum(one.counts.values()) for one in every],
        over=sum(len(one.overloads) for one in every),
    )


def _span(plan: Plan, n: int) -> str:
    """``N1 10:00–10:15``."""
    end = plan.label((n + 1) * BIN_US, before_break=True)
    return f"{plan.label(n * BIN_US)}–{end.split()[-1]}"


def _drawing(found: dict[str, Load], names: dict[str, str], plan: Plan, bins: int) -> SafeString:
    width = NAMES_PX + bins * CELL_PX + END_PX
    height = HEAD_PX + len(found) * ROW_PX + 4
    parts: list[Any] = [
        f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(_("Bản đồ nhiệt: số tin mỗi đơn vị nhận trong từng 15 phút"))}">'
    ]
    for n in range(0, bins, BINS_PER_HOUR):
        x = NAMES_PX + n * CELL_PX
        parts.append(f'<line class="lane-line" x1="{x}" x2="{x}" y1="14" y2="{height}"/>')
        if n % (2 * BINS_PER_HOUR) == 0:
            parts.append(f'<text x="{x + 3}" y="13">{escape(plan.label(n * BIN_US))}</text>')
    for place, (code, unit) in enumerate(found.items()):
        y = HEAD_PX + place * ROW_PX
        parts.append(f'<line class="lane-line" x1="0" x2="{width}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="8" y="{y + 16}">{escape(_short(names[code]))}</text>')
        parts += [_cell(names[code], plan, unit, n, y) for n in sorted(unit.counts)]
    return SafeString("".join([*parts, "</svg>"]))


def _short(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:21]}…"


def _cell(name: str, plan: Plan, unit: Load, n: int, y: int) -> str:
    count, over, x = unit.counts[n], unit.overload_in(n), NAMES_PX + n * CELL_PX
    told = {"unit": name, "span": _span(plan, n), "count": count}
    title = _("%(unit)s · %(span)s · %(count)d tin") % told
    if over:
        title += too_much(over.most, plan.label(over.from_us), plan.label(over.to_us))
    return (
        f'<g data-st="{"late" if over else "plan"}"{" class=over" if over else ""}>'
        f"<title>{escape(title)}</title>"
        f'<rect class="cell n{min(count, 4)}" x="{x + 1}" y="{y + 3}"'
        f' width="{CELL_PX - 2}" height="{ROW_PX - 6}" rx="2"/>'
        f'<text class="cell-n" x="{x + CELL_PX / 2:g}" y="{y + 16}">{count}</text></g>'
    )


def too_much(most: int, begins: str, ends: str) -> str:
    """Why a quarter is red, behind what it holds: the 15 minutes may reach into the next one."""
    told = {"most": most, "begin": begins, "end": ends}
    return _("; quá tải: %(most)d tin trong 15 phút, %(begin)s – %(end)s") % told
