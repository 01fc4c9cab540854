"""What a standby inject waits for, as planners write it: ``sau 1.05 hoàn thành +5'``."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

from django import forms
from django.utils.translation import gettext as _

from exercise.screens.desk.moments import length_s, minutes_words
from scenarios.choices import TriggerEvent
from scenarios.reading.document import Trigger
from units.text import plain

_WORDS = re.compile(
    r"(?:sau(?:\s+khi)?|after|khi)?\s*(?P<number>\S+?)"
    r"(?:\s+(?P<event>[^\d+]+?))?\s*(?:\+\s*(?P<delay>.+))?",
    re.I,
)
EVENTS = {
    TriggerEvent.COMPLETED: ("hoan thanh", "xong", "completed", "complete", "done"),
    TriggerEvent.OVERDUE: ("qua han", "tre", "overdue", "late"),
}


def condition_words(trigger: Trigger | None) -> str:
    """What ``condition`` reads again."""
    if trigger is None:
        return ""
    said = _("sau %(number)s %(event)s") % {
        "number": trigger.inject,
        "event": TriggerEvent(trigger.event).label,
    }
    return said + (f" +{minutes_words(trigger.delay_s)}'" if trigger.delay_s else "")


def condition(text: str, numbers: Collection[str], *, own: str = "") -> Trigger | None:
    """What an inject waits for; nothing, where nothing is written.

    Args:
        text: what the planner wrote.
        numbers: of the injects that there are.
        own: the number of the inject that waits.

    Raises:
        forms.ValidationError: it cannot be read, or names no other inject.
    """
    text = text.strip()
    if not text:
        return None
    found = _WORDS.fullmatch(text)
    if not found:
        raise forms.ValidationError(_example())
    number = found["number"].rstrip(",;")
    if number not in numbers:
        raise forms.ValidationError(_unknown(number, numbers))
    if number == own:
        raise forms.ValidationError(_("Một tin không chờ chính nó."))
    delay_s = length_s(found["delay"]) if found["delay"] else 0
    if delay_s < 0:
        raise forms.ValidationError(_example())
    return Trigger(number, _event(found["event"] or ""), delay_s)


def _event(words: str) -> str:
    asked = plain(words)
    for event, known in EVENTS.items():
        if asked in known:
            return str(event.value)
    if asked:
        raise forms.ValidationError(_example())
    return str(TriggerEvent.COMPLETED.value)


def _example() -> str:
    return _("Ghi như: sau 1.05 hoàn thành +5', hoặc: sau 1.05 quá hạn.")


def _unknown(number: str, numbers: Collection[str]) -> str:
    said = _("Không có tin %(number)s.") % {"number": number}
    close = get_close_matches(number, sorted(numbers), n=1, cutoff=0.6)
    if close:
        said += " " + _("Ý bạn là %(number)s?") % {"number": close[0]}
    return said
