"""Tags of the scenario desk. Rows of the table and bars of the timeline are written without the
template language, like the console's lanes: a long scenario has thousands of them.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField, Form
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exercise.templatetags.drill import icon
from exercise.templatetags.lanes import glyph

register = template.Library()


# ── rows ────────────────────────────────────────────────────────────────────────────────────────
@register.simple_tag
def inject_rows(block: Any, scenario: Any, marks: Any = None) -> SafeString:
    """The injects of a block (``desk.rows.Row``), a table row each; ``marks``: what the check says
    of them, by number.
    """
    place = reverse("msel_inject", args=[scenario.code, scenario.version, 0])
    words = {
        "where": place.removesuffix("0/"),
        "choose": _("Chọn %s"),
        "open": _("Mở %s"),
        "lacking": _("thiếu %s"),
        "why": _("Chưa có bản dịch"),
        "next": icon("next"),
    }
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    marks = marks or {}
    return SafeString(
        "".join([_row(row, words, language, marks.get(row.number)) for row in block.rows])
    )


def _row(row: Any, words: dict[str, str], language: str, mark: Any) -> str:
    number = escape(row.number)
    title: str = escape(str(row.title))
    if row.title.language != language:
        title = f'<span lang="{row.title.language}">{title}</span>'
    if row.lacks:
        said = escape(words["lacking"] % row.lacks)
        title += f' <span class="lacks" title="{escape(words["why"])}">{said}</span>'
    if mark:
        said = escape(mark.words)
        title = (
            f'<span class="st found" data-st="{mark.glyph}" title="{said}">{icon(mark.glyph)}'
            f'<span class="vh">{said}</span></span>{title}'
        )
    state = "held" if row.glyph == "held" else "plan"
    abridged = ' class="abridged"' if row.abridged else ""
    return (
        f'<tr id="inject-{row.pk}" data-pk="{row.pk}" data-number="{number}"'
        f' data-revision="{row.revision}" tabindex="-1" aria-selected="false">'
        f'<td class="c-pick"><input type="checkbox" name="rows" value="{row.pk}:{row.revision}"'
        f' form="bulk" tabindex="-1" aria-label="{escape(words["choose"] % row.number)}"></td>'
        f'<td class="num"><b>{number}</b></td><td class="num">{row.time}</td>'
        f'<td{abridged} title="{escape(row.unit_names)}">{escape(row.units)}</td>'
        f'<td class="c-title">{title}</td><td class="t2">{escape(row.method)}</td>'
        f'<td class="r num">{row.deadline}</td>'
        f'<td title="{escape(row.objective_titles)}">{escape(row.objectives)}</td>'
        f'<td><span class="st" data-st="{state}">{icon(row.glyph)}{escape(row.state)}</span></td>'
        f'<td class="r"><a class="btn icon sm quiet" href="{words["where"]}{row.pk}/" tabindex="-1"'
        f' aria-label="{escape(words["open"] % row.number)}">{words["next"]}</a></td></tr>\n'
    )


# ── bars ────────────────────────────────────────────────────────────────────────────────────────
@register.simple_tag
def planned_bars(lane: Any) -> SafeString:
    """The bars of a lane and the heat under them; one listener of app.js opens them all."""
    where = "../injects/"
    return SafeString("".join([_bar(bar, where) for bar in lane.bars] + _heats(lane)))


def _bar(bar: Any, where: str) -> str:
    fill = ' fill="url(#held-hatch)"' if bar.glyph == "held" else ""
    return (
        f'<a class="ev" data-st="{bar.glyph}" href="{where}{bar.pk}/">'
        f"<title>{escape(bar.words)}</title>"
        f'<svg x="{bar.x:.2f}%" y="{bar.y}" width="{bar.width:.2f}%" height="18">'
        f'<rect class="bar" width="100%" height="18" rx="3"{fill}/>'
        f'{glyph(bar.glyph)}<text x="19" y="13">{escape(bar.number)}</text></svg></a>'
    )


def _heats(lane: Any) -> list[str]:
    return [
        f'<rect class="heat h{min(one.count, 4)}" data-st="{"late" if one.over else "plan"}"'
        f' x="{one.x:.2f}%" width="{one.width:.2f}%" y="{lane.heat_y}" height="8">'
        f"<title>{escape(one.words)}</title></rect>"
        for one in lane.heat
    ]


# ── forms ───────────────────────────────────────────────────────────────────────────────────────
@register.filter
def field(form: Form, name: str) -> BoundField:
    """A field of a form by its name."""
    return form[name]


@register.filter
def label_of(form: Form, name: str) -> str:
    """What a field is called."""
    return str(form.fields[name].label)


@register.filter
def split(words: str) -> list[str]:
    """The words of a text."""
    return words.split()


@register.filter
def at(mapping: Any, key: Any) -> Any:
    """What a mapping has under a key; nothing where it has none."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def lines_of(text: Any) -> int:
    """So many lines a field needs to show a text: 2 to 12."""
    words = str(text or "")
    return max(2, min(12, sum(1 + len(line) // 48 for line in words.split("\n"))))
