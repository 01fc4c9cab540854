"""The bars of a lane, written without the template language.

A long drill has thousands of them and each change draws them anew, in every language. Through
``{% if %}`` and ``{{ }}`` a bar takes ten times as long, and a hundred times where CPython 3.11 has
to get a new piece of stack for every call that deep. Most of them look as they did before the
change: what was written of a bar at rest is kept for one that is equal.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from weakref import WeakKeyDictionary
from xml.etree import ElementTree

from django import template
from django.contrib.staticfiles import finders
from django.utils.html import escape
from django.utils.safestring import SafeString

from exercise.situation.facts import INJECT_GLYPH
from exercise.situation.standing import GLYPH
from exercise.situation.timeline import Bar, Bars, Lane
from exercise.templatetags.drill import sprite

register = template.Library()

BAR_GLYPHS = ("late", "due", *GLYPH.values(), *INJECT_GLYPH.values())


@register.simple_tag
def bars(lane: Lane, inert: bool = False) -> SafeString:
    """The bars of a lane; one listener of app.js opens them all, unless they are ``inert``."""
    drawn = _drawn[inert].get(lane.bars)
    if drawn is None:
        drawn = SafeString("".join([_bar(y, bar, inert) for y, bar in lane.bars.placed]))
        _drawn[inert][lane.bars] = drawn
    return drawn


_drawn: dict[bool, WeakKeyDictionary[Bars, SafeString]] = {
    False: WeakKeyDictionary(),
    True: WeakKeyDictionary(),
}


def _bar(y: int, bar: Bar, inert: bool) -> str:
    if bar.grow_from_us is None and bar.limit_x is None:
        begun = _at_rest(y, bar.inject_id, bar.number, bar.glyph, bar.x, bar.width, inert)
    else:
        begun = _begun(y, bar, inert)
    return f"{begun}{_worded(bar.word)}</title></a>"


@lru_cache(maxsize=1 << 13)
def _at_rest(
    y: int, inject_id: int, number: str, glyph: str, x: float, width: float, inert: bool
) -> str:
    """A planned bar or one that is over, up to its word: that alone differs between languages, and
    these letters of one byte are what is kept. One at work looks different every minute.
    """
    return _begun(y, Bar(inject_id, number, glyph, "", x, width), inert)


_worded = lru_cache(maxsize=1 << 6)(escape)


def _begun(y: int, bar: Bar, inert: bool) -> str:
    number, x, width = escape(bar.number), f"{bar.x:.2f}%", f"{bar.width:.1f}%"
    whole = f'<svg x="{x}" y="{y}" width="{width}" height="18">'
    under, over = "", f'<rect class="bar"{_held(bar.glyph)}/>'
    if bar.grow_from_us is not None:
        under = (
            f'{whole}{over}</svg><rect class="fill" x="{x}" y="{y}" width="{bar.late_width:.1f}%"'
            f' data-grow="{bar.grow_from_us} {bar.grow_to_us}"/>'
        )
        over = ""
    elif bar.limit_x is not None:
        limit = f"{bar.limit_x:.2f}%"
        under = (
            f'{whole}{over}</svg><rect class="over" fill="url(#late-hatch)" x="{limit}" y="{y}"'
            f' width="{bar.late_width:.1f}%" data-grow="{bar.late_to_us}"/>'
            f'<use href="#limit" x="{limit}" y="{y}"/>{_late_number(y, bar)}'
        )
        over = ""
    opens = "" if inert else f' href="inject/{bar.inject_id}/"'
    # The title last: a number just behind the same number costs the least on the wire.
    return (
        f'<a class="ev" data-st="{bar.glyph}"{opens}>{under}{whole}{over}'
        f'<use href="#bar-{bar.glyph}"/><text>{number}</text></svg>'
        f"<title>{number} "
    )


def _late_number(y: int, bar: Bar) -> str:
    """The number again at the present: of one long late the pane no longer shows the beginning."""
    if not bar.long_late:
        return ""
    return (
        f'<svg x="{bar.limit_x:.2f}%" y="{y}" width="{bar.late_width:.1f}%" height="18"'
        f' data-grow="{bar.late_to_us}"><text class="again" x="100%" dx="-6" y="13"'
        f' text-anchor="end">{escape(bar.number)}</text></svg>'
    )


def _held(glyph: str) -> str:
    return ' fill="url(#held-hatch)"' if glyph == "held" else ""


@cache
def glyph(name: str) -> str:
    """The glyph at the head of a bar."""
    return f'<use href="{sprite(name)}" x="4" y="3" width="12" height="12" class="g"/>'


SVG = "{http://www.w3.org/2000/svg}"


@register.simple_tag
@cache
def bar_glyphs() -> SafeString:
    """The glyphs of bars, drawn once for all that ``<use>`` them: an address in another file at
    each of thousands would make the page too heavy.
    """
    ElementTree.register_namespace("", SVG.strip("{}"))
    sprite = ElementTree.fromstring(Path(str(finders.find("icons.svg"))).read_bytes())
    symbols = {symbol.get("id"): symbol for symbol in sprite}
    return SafeString("".join(_small(name, symbols[name]) for name in dict.fromkeys(BAR_GLYPHS)))


def _small(name: str, symbol: ElementTree.Element) -> str:
    """A glyph of 16 units as 12 pixels at the head of a bar."""
    shapes = "".join(ElementTree.tostring(shape, encoding="unicode") for shape in symbol)
    shapes = shapes.replace(f' xmlns="{SVG.strip("{}")}"', "")
    return f'<g id="bar-{name}" transform="translate(4 3) scale(.75)">{shapes}</g>'
