"""Lengths, numbers and lists as the report writes them, in the language that is active.

``length`` is for tables and axes (``2:42``, ``1 giờ 18 phút``), ``minutes`` for sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from exercise.situation.words import duration as length
from scenarios.calendar import MINUTE_US

__all__ = ["difference", "length", "minutes", "names", "number", "percent", "sentence", "share"]

NAMED = 3
"""With more names than this a sentence gives the rest as a number."""


def number(value: int | float, places: int = 0) -> str:
    """``3.200`` and ``0,3`` in Vietnamese, ``3,200`` and ``0.3`` in English."""
    said = f"{value:,.{places}f}"
    if _in_english():
        return said
    return said.translate(str.maketrans(",.", ".,"))


def _in_english() -> bool:
    return (get_language() or "vi").startswith("en")


def minutes(length_us: int) -> str:
    """A length for a sentence: whole minutes, hours above one; under a minute its seconds."""
    length_us = abs(length_us)
    if length_us < MINUTE_US or length_us >= 60 * MINUTE_US:
        return _seconds(length_us) if length_us < MINUTE_US else length(length_us)
    whole = length_us // MINUTE_US
    return ngettext("%(count)d phút", "%(count)d phút", whole) % {"count": whole}


def _seconds(length_us: int) -> str:
    whole = length_us // 1_000_000
    return ngettext("%(count)d giây", "%(count)d giây", whole) % {"count": whole}


def difference(length_us: int | None) -> str:
    """``+18 phút``, ``−28 phút``; ``0`` where it is less than a minute; empty of ``None``."""
    if length_us is None:
        return ""
    if abs(length_us) < MINUTE_US:
        return "0"
    return ("+" if length_us > 0 else "\N{MINUS SIGN}") + minutes(length_us)


def percent(part: int, whole: int) -> int | None:
    """A share in whole hundredths, rounded to the nearest; all and none only where it is so."""
    if not whole:
        return None
    if part in (0, whole):
        return 100 * part // whole
    return min(99, max(1, (200 * part + whole) // (2 * whole)))


def share(part: int, whole: int) -> str:
    """``41/45 (91 %)``, in which no line ends before the sign."""
    said = f"{number(part)}/{number(whole)}"
    hundredths = percent(part, whole)
    if hundredths is None:
        return said
    share_of = _("(%(percent)d %%)") % {"percent": hundredths}
    return said + " " + share_of.replace(" ", "\N{NO-BREAK SPACE}")


def names(of: Sequence[str]) -> str:
    """``A, B và C``; with many, the first few and how many more."""
    of = list(of)
    if len(of) > NAMED + 1:
        rest = len(of) - NAMED
        more = ngettext("%(count)d mục khác", "%(count)d mục khác", rest) % {"count": rest}
        of = [*of[:NAMED], more]
    if len(of) < 2:
        return "".join(of)
    return _("%(most)s và %(last)s") % {"most": ", ".join(of[:-1]), "last": of[-1]}


def sentence(clauses: Sequence[str]) -> str:
    """Clauses as one sentence, those that say nothing left out."""
    said = "; ".join(clause for clause in clauses if clause)
    return f"{said[0].upper()}{said[1:]}." if said else ""
