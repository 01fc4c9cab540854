"""An inject's values as a planner reads them, to show what an import would change. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from scenarios.calendar import SECOND_US
from scenarios.choices import Method, ReleaseMode, Reply, TriggerEvent
from scenarios.intake.mapping import Field
from scenarios.reading import document as doc
from units.text import LANGUAGES, Text

LABELS: dict[str, str | Promise] = {
    "phase": Field.PHASE.label,
    "planned_us": Field.TIME.label,
    "problem": Field.PROBLEM.label,
    "sender": Field.SENDER.label,
    "addressees": Field.TO.label,
    "method": Field.METHOD.label,
    "title": Field.TITLE.label,
    "content": Field.CONTENT.label,
    "expected_actions": Field.EXPECTED.label,
    "objectives": Field.OBJECTIVES.label,
    "acknowledge_within_s": Field.ACKNOWLEDGE.label,
    "complete_within_s": Field.COMPLETE.label,
    "mandatory": Field.MANDATORY.label,
    "reply": Field.REPLY.label,
    "release": Field.RELEASE.label,
    "trigger": Field.AFTER.label,
    "notes": gettext_lazy("Ghi chú"),
}
"""What the fields of an entry are called, those of a sheet by the names of its columns."""


class Sayer:
    """Says the values of one scenario's injects."""

    def __init__(self, document: doc.Document) -> None:
        self._zero = document.starts_at
        self._phases = {plan.phase: str(plan.title) for plan in document.phases}
        self._units = {unit.code: str(unit.short or unit.name) for unit in document.units}
        self._how: dict[str, Callable[[Any], str]] = {
            "phase": lambda code: self._phases.get(code, code),
            "planned_us": self._moment,
            "addressees": lambda codes: ", ".join(self._units.get(one, one) for one in codes),
            "objectives": ", ".join,
            "method": lambda value: str(Method(value).label),
            "reply": lambda value: str(Reply(value).label),
            "release": lambda value: str(ReleaseMode(value).label),
            "mandatory": lambda value: _("có") if value else _("không"),
            "acknowledge_within_s": _span,
            "complete_within_s": _span,
            "trigger": _trigger,
            "expected_actions": lambda actions: "\n".join(map(_sides, actions)),
            "notes": lambda pairs: "\n".join(f"{name}: {words}" for name, words in pairs),
        }

    def say(self, field: str, entry: doc.Entry) -> str:
        """A value of an entry; empty where there is none."""
        value = getattr(entry, field)
        if isinstance(value, Text):
            return _sides(value)
        if value is None:
            return ""
        return self._how.get(field, str)(value)

    def _moment(self, calendar_us: int) -> str:
        moment = self._zero + timedelta(microseconds=calendar_us)
        day = (moment.date() - self._zero.date()).days + 1
        letter = "D" if (get_language() or "vi").startswith("en") else "N"
        seconds = f":{moment:%S}" if calendar_us // SECOND_US % 60 else ""
        return f"{letter}{day} {moment:%H:%M}{seconds}"


def _sides(text: Text) -> str:
    return " / ".join(filter(None, (getattr(text, side) for side in LANGUAGES)))


def _span(length_s: int) -> str:
    minutes, seconds = divmod(length_s, 60)
    return f"{minutes}′{seconds:02d}″" if seconds else f"{minutes}′"


def _trigger(trigger: doc.Trigger) -> str:
    event = str(TriggerEvent(trigger.event).label)
    delay = f" +{_span(trigger.delay_s)}" if trigger.delay_s else ""
    return f"{trigger.inject} {event}{delay}"
