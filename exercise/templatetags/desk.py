"""Tags of the scenario desk. Lanes are written without the template language, like the console's:
a long scenario has thousands of bars.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField, Form
from django.utils.html import escape
from django.utils.safestring import SafeString

from exercise.templatetags.lanes import glyph

register = template.Library()


@register.simple_tag
def planned_bars(lane: Any, scenario: Any) -> SafeString:
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
        f"<title>{one.count}</title></rect>"
        for one in lane.heat
    ]


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
