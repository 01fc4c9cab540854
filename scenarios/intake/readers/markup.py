"""HTML → plain text. Pure; one pass over the text, whatever it holds.

Scripts, styles and everything else that is not words are dropped; entities are decoded last, so
that nothing decoded is taken for a tag.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from scenarios.intake.readers.values import worded

LONGEST = 200_000
MOST_STEPS = 40_000
"""Tags and characters of one text that are looked at one by one."""
_TAGS = (
    "a|b|i|u|p|br|hr|em|ul|ol|li|td|th|tr|div|pre|img|sub|sup|del|ins|span|font|body|html|head|code"
    "|table|thead|tbody|strong|script|style|iframe|object|center|figure|section|article|blockquote"
    "|h[1-6]"
)
_MARKED = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]{{0,4000}})?/?>|<!--", re.I)
_INLINE = re.compile(
    r"</?(?:a|b|i|u|em|sub|sup|del|ins|img|span|font|code|strong|body|html)(?:\s[^<>]{0,4000})?/?>",
    re.I,
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,10}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<[!?][^<>]{0,4000}>|<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})([^<>]{0,4000})>|[^<]+|<",
    re.S,
)
_SILENT = frozenset({"script", "style", "title", "template", "noscript", "iframe", "svg", "math"})
_BREAKING = frozenset(
    {
        *("p", "br", "hr", "ul", "ol", "tr", "div", "pre", "table", "thead", "tbody", "figure"),
        *("section", "article", "blockquote", "center", "h1", "h2", "h3", "h4", "h5", "h6"),
    }
)


def marked_up(text: str) -> bool:
    """Whether the text holds HTML; ``3 < 5`` does not."""
    return bool(_MARKED.search(text[:LONGEST]))


def words(value: Any) -> str:
    """What a reader of the page would read. Text without markup keeps its lines.

    What was cut off is told by a last ``…``; what is no text is told in words.
    """
    text = value if isinstance(value, str) else worded(value)
    if len(text) > LONGEST:
        return words(text[:LONGEST]) + "…"
    if not marked_up(text):
        return unescape(text) if _ENTITY.search(text) else text
    told: list[str] = []
    silent, steps = "", 0
    for token in _TOKEN.finditer(_INLINE.sub("", text)):
        closing, name = token.group(1), (token.group(2) or "").lower()
        steps += 1
        if silent:
            if closing and name == silent:
                silent = ""
        elif not name:
            if not token.group().startswith(("<!", "<?")):
                told.append(" ".join(_spaced(token.group()[:MOST_STEPS])))
                steps += len(told[-1])
        elif name in _SILENT:
            if not closing and not token.group(3).endswith("/"):
                silent = name
        elif name in _BREAKING:
            told.append("\n")
        elif name == "li":
            told.append("" if closing else "\n- ")
        elif name in {"td", "th"} and not closing:
            told.append("\t")
        if steps > MOST_STEPS:
            told.append("…")
            break
    rows = unescape("".join(told)).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(" ".join(row.split()) for row in rows)).strip()


def _spaced(text: str) -> list[str]:
    """Its words, with an empty one where space stood at an end."""
    found = text.split()
    if not found:
        return ["", ""]
    return [""] * text[0].isspace() + found + [""] * text[-1].isspace()
