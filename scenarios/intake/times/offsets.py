"""Times counted from something else: the start, the phase, another inject."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from scenarios.intake.times import clocks
from scenarios.intake.times.spelled import HOUR, MINUTE, BadTime, Offset
from scenarios.intake.times.written import Written

GLUED = re.compile(r"(?<=[0-9'])(?=[hgtm] ?[+-] ?[0-9])")
_TERM = re.compile(r"(?:^|[ ,])(?:gio )?([hgtm])(?:0(?= |[+-]))? ?(?=[+-])")
_HOUR_ZERO = re.compile(r"(?:gio )?[hgt]|t0|h0|[hg] ?[-] ?hour|startex")
_START = (
    r"(?:startex|start(?: of exercise)?|bat dau(?: dien tap)?|(?:gio )?[hgt]0?"
    r"|khi bat dau(?: dien tap)?)"
)
_FROM_START = re.compile(rf"(?:sau )?{_START} ?(?:([+-]) ?)?(.{{1,40}})")
_AFTER_START = re.compile(rf"(.{{1,40}}?) (sau|truoc|after|before) {_START}")

_PHASE_WORD = r"(?:giai doan|gd|phase|pha|move|stage)"
_PHASE = re.compile(
    rf"(?:(?:tu |sau )?(?:(?:khi )?(?:bat )?dau |start of )?)?{_PHASE_WORD}"
    rf" ?([0-9]{{1,2}}|[ivx]{{1,4}})?(?: start)? ?(?:([+-]) ?(.{{1,40}}))?"
)
_AFTER_PHASE = re.compile(
    rf"(.{{1,40}}?) (?:sau|after|ke tu|from) (?:(?:khi )?(?:bat )?dau |start of )?{_PHASE_WORD}"
    r" ?([0-9]{1,2}|[ivx]{1,4})?(?: start)?"
)

_INJECT = (
    r"(?P<named>(?:tinh huong|tin|inject|event|th|tt|so|no\.?|#) ?#?)?"
    r"(?P<ref>[a-z]{0,8}[-.]?[0-9][a-z0-9.-]{0,18})"
)
_AFTER = r"(?:ngay sau|sau khi co|sau|after|following)"
_AFTER_NOTHING = re.compile(rf"{_AFTER} (.{{1,40}})")
_AFTER_INJECT = re.compile(rf"{_AFTER} {_INJECT}(?P<amount>[ ,:+']{{1,4}}.{{1,40}}|'?)")
_INJECT_PLUS = re.compile(rf"{_INJECT} ?\+ ?(?P<amount>.{{1,40}})")
_LATER_THAN_INJECT = re.compile(rf"\+? ?(?P<amount>.{{1,40}}?) {_AFTER} {_INJECT}")
_A_DAY = re.compile(r"[ndjhgtm]-?[0-9]{1,3}")
_AN_HOUR = re.compile(r"[0-9]{1,2}[hg][0-9]{0,2}")


def relative(written: Written) -> Offset | None:
    """An offset that says what it is counted from, or whose sign says: from the start.

    Raises:
        BadTime: it is farther than any drill reaches.
    """
    text = written.folded
    if (seconds := since_start(text)) is not None:
        return Offset(seconds)
    return _since_phase(written) or _since_inject(written)


def since_start(text: str) -> int | None:
    """Seconds since the start of ``+90'``, ``H+2 M-5``, ``T-15``, ``startex + 30m``.

    Raises:
        BadTime: it is farther than any drill reaches.
    """
    if _HOUR_ZERO.fullmatch(text):
        return 0
    if text[:1] in {"+", "-"} and (seconds := _length(text[1:].strip())) is not None:
        return -seconds if text[0] == "-" else seconds
    if (seconds := _terms(text)) is not None:
        return seconds
    if (match := _FROM_START.fullmatch(text)) and (match.group(1) or text.startswith("sau ")):
        seconds = _length(match.group(2))
        return -seconds if seconds is not None and match.group(1) == "-" else seconds
    if match := _AFTER_START.fullmatch(text):
        seconds = _length(match.group(1).lstrip("+ "))
        before = match.group(2) in {"truoc", "before"}
        return -seconds if seconds is not None and before else seconds
    return None


def _terms(text: str) -> int | None:
    """``h+2 m-5``: each letter says what its number counts."""
    parts = _TERM.split(GLUED.sub(" ", text))
    if len(parts) < 3 or parts[0].strip(" ,"):
        return None
    total = 0
    for letter, amount in zip(parts[1::2], parts[2::2], strict=True):
        sign, amount = amount[0], amount[1:].strip(" ,")
        seconds = _term(letter, amount)
        if seconds is None:
            return None
        total += -seconds if sign == "-" else seconds
    return clocks.bounded(total)


def _term(letter: str, amount: str) -> int | None:
    if letter in "mt":
        return clocks.span(amount, bare=MINUTE)
    if re.fullmatch(r"[0-9]{1,2}[0-5][0-9]", amount):  # H+0230
        return int(amount[:-2]) * HOUR + int(amount[-2:]) * MINUTE
    return clocks.span(amount, bare=HOUR)


def _length(text: str) -> int | None:
    return clocks.span(text, bare=MINUTE)


def _since_phase(written: Written) -> Offset | None:
    if match := _PHASE.fullmatch(written.folded):
        number, sign, amount = match.groups()
        seconds = _length(amount) if amount else 0
    elif match := _AFTER_PHASE.fullmatch(written.folded):
        amount, number = match.groups()
        sign, seconds = "+", _length(amount.lstrip("+ "))
    else:
        return None
    if seconds is None:
        return None
    return Offset(-seconds if sign == "-" else seconds, "phase", phase=(number or "").upper())


def _since_inject(written: Written) -> Offset | None:
    if (after := _AFTER_NOTHING.fullmatch(written.folded)) and clocks.span(after.group(1)):
        raise _after_what(written.shown)
    for shape in (_AFTER_INJECT, _INJECT_PLUS, _LATER_THAN_INJECT):
        match = shape.fullmatch(written.folded)
        if not match:
            continue
        ref, amount, named = match.group("ref"), match.group("amount"), match.group("named")
        seconds = _length(amount.strip(" +,")) if amount else 0
        if seconds is None or (not named and _A_DAY.fullmatch(ref)):
            continue
        if not named and (clocks.span(ref) is not None or _AN_HOUR.fullmatch(ref)):
            raise _after_what(written.shown)
        inject = written.shown[match.start("ref") : match.end("ref")]
        return Offset(seconds, "inject", inject.rstrip(".,"))
    return None


def _after_what(shown: str) -> BadTime:
    return BadTime(
        "ambiguous",
        _("“%s” không nói rõ tính từ đâu.") % shown,
        _("Ghi +20 phút (từ lúc bắt đầu) hoặc sau 1.05 20 phút (từ tình huống 1.05)."),
    )
