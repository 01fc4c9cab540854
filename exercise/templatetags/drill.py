"""Tags and filters of the drill's templates: glyphs, exercise times, durations, two-sided texts.

No decisions here: what is late or due is decided in ``exercise.situation``.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exercise.models import Exercise
from exercise.situation.overdue import minutes_of
from exercise.situation.words import (
    duration,
    hm,
    near,
    pace,
    position_of,
    seconds,
    stamp,
    stamp_end,
    stamp_s,
    wall,
)
from units.text import Text

register = template.Library()

_NUMBERED = re.compile(r"^(?:giai đoạn|phase)\s+\d+\s*[:.–-]\s*", re.I)


class Grouped(int):
    """A count that is shown as ``5.000``, in English ``5,000``, and counts as the number it is: in
    ``{% blocktranslate count %}`` a text could not.
    """

    def __str__(self) -> str:
        return number_format(int(self), force_grouping=True)


@register.filter
def grouped(count: int) -> Grouped:
    """A count in groups of three."""
    return Grouped(count)


@register.simple_tag
@cache
def sprite(name: str) -> str:
    """Address of a glyph, for ``<use>`` inside a drawing."""
    return f"{static('icons.svg')}#{name}"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A glyph of the sprite; with a label it is an image, without one it is decoration."""
    if label:
        return format_html(
            '<svg class="i" role="img" aria-label="{}"><use href="{}"/></svg>', label, sprite(name)
        )
    return _decoration(name)


@cache
def _decoration(name: str) -> SafeString:
    # A thousand of them are drawn at every change.
    return format_html('<svg class="i" aria-hidden="true"><use href="{}"/></svg>', sprite(name))


@register.simple_tag(takes_context=True)
def oob(context: Any) -> SafeString:
    """Marks the root of a fragment when it is drawn for the stream instead of for a page."""
    return SafeString('hx-swap-oob="true"') if context.get("oob") else SafeString("")


@register.simple_tag
def words(text: Any) -> Any:
    """A two-sided text; a run in the other language says so, for screen readers and hyphenation."""
    if not isinstance(text, Text):
        return text
    language = text.language
    if (get_language() or "vi").startswith(language):
        return str(text)
    return format_html('<span lang="{}">{}</span>', language, str(text))


@register.filter
def unnumbered(text: Any) -> str:
    """A phase's title without the number that stands beside it."""
    return _NUMBERED.sub("", str(text))


@register.filter
def paragraphs(text: Any) -> list[str]:
    """The non-empty lines of a text."""
    return [line.strip() for line in str(text).splitlines() if line.strip()]


# ── what pages have many of ────────────────────────────────────────────────────────────────────
@register.simple_tag
@lru_cache(maxsize=1 << 12)
def address(page: str, code: str, pk: int | str = "") -> str:
    """The address of a page or command of an exercise; a console has a hundred."""
    return reverse(page, args=[code, pk] if pk else [code])


@register.simple_tag(takes_context=True)
def hidden(context: Any) -> SafeString:
    """What ``components/hidden.html`` says of its inputs, without the template language."""
    fields = []
    if request := context.get("request"):
        fields.append(("csrfmiddlewaretoken", context["csrf_token"]))
        fields.append(("next", context.get("next") or request.get_full_path()))
    if name := context.get("name"):
        fields.append((name, context.get("value", "")))
    return format_html_join("\n", '<input type="hidden" name="{}" value="{}">', fields)


@register.simple_tag(takes_context=True)
def command(context: Any) -> SafeString:
    """What ``components/command.html`` says of its inputs, without the template language."""
    there = address("do", context["exercise"].code, context["command"])
    label, only_glyph = context.get("label", ""), context.get("only_glyph")
    inside = [icon(context["glyph"])] if context.get("glyph") else []
    if not only_glyph:
        inside.append(format_html("<span>{}</span>", label))
    if kbd := context.get("kbd"):
        inside.append(format_html("<kbd>{}</kbd>", kbd))
    button = {
        "class": f"btn {context.get('kind', '')}".strip(),
        "id": context.get("id"),
        "data-key": context.get("key"),
        "title": label if only_glyph else None,
        "aria-label": label if only_glyph else None,
    }
    return format_html(
        '<form class="cmd" method="post" action="{0}" hx-post="{0}" hx-swap="none"{1}>'
        "{2}<button{3}>{4}</button></form>",
        there,
        _attributes({"data-reloads": context.get("reloads")}),
        hidden(context),
        _attributes(button),
        SafeString("".join(inside)),
    )


def _attributes(given: dict[str, Any]) -> SafeString:
    return format_html_join("", ' {}="{}"', ((key, value) for key, value in given.items() if value))


@register.simple_tag(takes_context=True)
def log_row(context: Any) -> SafeString:
    """What ``components/log_row.html`` says of its inputs, without the template language."""
    row = context["row"]
    return format_html(
        '<li id="entry-{}" data-st="{}"{}><time>{}</time>{}<div>{}{}</div></li>\n',
        row.entry.seq,
        row.state,
        SafeString(' class="new"' if context.get("new") else ""),
        row.time,
        icon(row.glyph),
        row.sentence,
        format_html("<q>{}</q>", row.quote) if row.quote else "",
    )


# ── times ───────────────────────────────────────────────────────────────────────────────────────
for _filter in (hm, stamp, stamp_end, stamp_s, near, duration, pace, wall, seconds):
    register.filter(_filter.__name__, _filter)


@register.simple_tag
def countdown(play_us: int | None, exercise: Exercise) -> SafeString | str:
    """How long until, or since, this exercise time; the browser keeps it ticking."""
    if play_us is None:
        return ""
    away = duration(play_us - position_of(exercise))
    return format_html('<span class="num" data-to="{}">{}</span>', play_us, away)


@register.filter
def whole_minutes(length_s: int) -> int:
    """Seconds as the whole minutes that a form asks for."""
    return minutes_of(length_s)


@register.filter
def percent(value: float) -> str:
    """A number as an SVG attribute wants it, whatever the language."""
    return f"{value:.2f}%"


@register.filter
def filesize_short(size: int) -> str:
    """``412 KB``, ``1,2 MB``."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    number = f"{size / 1024 / 1024:.1f}"
    return (
        number if (get_language() or "vi").startswith("en") else number.replace(".", ",")
    ) + " MB"


@register.filter
def pace_value(rate_permille: int) -> str:
    """A pace as an ``<input type=number>`` wants it, whatever the language."""
    return f"{rate_permille / 1000:g}"


@register.simple_tag
def exercise_banner() -> str:
    """What stands on every screen, print and export while nothing real is going on."""
    return _("DIỄN TẬP – KHÔNG PHẢI TÌNH HUỐNG THẬT")
