"""The bars of a lane, written without the template language.

A long drill has thousands of them and each change draws them anew, in every language. Through
``{% if %}`` and ``{{ }}`` a bar takes ten times as long, and a hundred times where CPython 3.11 has
to get a new piece of stack for every call that deep.
"""

from __future__ import annotations

from functools import cache

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from exercise.situation.timeline import Bar, Lane
from exercise.templatetags.drill import sprite

register = template.Library()


@register.simple_tag
def bars(lane: Lane, inert: bool = False) -> SafeString:
    """The bars of a lane; one listener of app.js opens them all, unless they are ``inert``."""
    return SafeString("".join(_bar(bar, inert) for bar in lane.bars))


def _bar(bar: Bar, inert: bool) -> str:
    number, y = escape(bar.inject.number), bar.y
    place = f'x="{bar.x:.2f}%" y="{y}"'
    whole = f'{place} width="{bar.width:.1f}%" height="18"'
    under, over = "", f'<rect class="bar" width="100%" height="18" rx="3"{_held(bar.glyph)}/>'
    if bar.grow_from_us is not None:
        under = (
            f'<svg {whole}>{over}</svg><rect class="fill" {place} width="{bar.late_width:.1f}%"'
            f' height="18" rx="3" data-grow="{bar.grow_from_us} {bar.grow_to_us}"/>'
        )
        over = ""
    elif bar.limit_x is not None:
        x = f"{bar.limit_x:.2f}%"
        under = (
            f'<svg {whole}>{over}</svg><rect class="over" fill="url(#late-hatch)" x="{x}" y="{y}"'
            f' width="{bar.late_width:.1f}%" height="18" rx="3" data-grow="{bar.late_to_us}"/>'
            f'<line class="limit" x1="{x}" x2="{x}" y1="{y}" y2="{y + 18}"/>{_late_number(bar)}'
        )
        over = ""
    opens = "" if inert else f' href="inject/{bar.inject.pk}/"'
    return (
        f'<a class="ev" data-st="{bar.glyph}"{opens}>'
        f"<title>{number} {escape(bar.word)}</title>{under}<svg {whole}>{over}"
        f'{glyph(bar.glyph)}<text x="19" y="13">{number}</text></svg></a>'
    )


def _late_number(bar: Bar) -> str:
    """The number again at the present: of one long late the pane no longer shows the beginning."""
    if not bar.long_late:
        return ""
    return (
        f'<svg x="{bar.limit_x:.2f}%" y="{bar.y}" width="{bar.late_width:.1f}%" height="18"'
        f' data-grow="{bar.late_to_us}"><text class="again" x="100%" dx="-6" y="13"'
        f' text-anchor="end">{escape(bar.inject.number)}</text></svg>'
    )


def _held(glyph: str) -> str:
    return ' fill="url(#held-hatch)"' if glyph == "held" else ""


@cache
def glyph(name: str) -> str:
    """The glyph at the head of a bar."""
    return f'<use href="{sprite(name)}" x="4" y="3" width="12" height="12" class="g"/>'
