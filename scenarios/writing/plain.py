"""Document → plain data as the scenario file spells it (``docs/scenario-format.md``).

What is empty or the default is left out. Keys stand in the order in which people read them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scenarios.choices import ReleaseMode, Reply
from scenarios.reading import document as doc
from scenarios.reading.checking import FORMAT
from scenarios.reading.frame import EVERYBODY
from scenarios.reading.moments import duration_word, moment_word, start_word
from units.text import Text


def plain(document: doc.Document) -> dict[str, Any]:
    """The whole scenario: mappings, lists, strings and flags."""
    zero = document.starts_at.replace(tzinfo=None)
    everybody = tuple(unit.code for unit in document.units if unit.participates)
    return _filled(
        format=FORMAT,
        draft=document.draft,
        code=document.code,
        title=_text(document.title),
        summary=_text(document.summary),
        timezone=document.timezone,
        starts=start_word(document.starts_at),
        stand_downs=[
            _filled(
                **{"from": moment_word(one.from_us, zero)},
                to=moment_word(one.to_us, zero),
                title=_text(one.title),
            )
            for one in document.stand_downs
        ],
        phases={one.phase: _phase(one, zero) for one in document.phases},
        units=[_unit(one) for one in document.units],
        people=[
            _filled(username=one.username, name=one.name, role=one.role, unit=one.unit)
            for one in document.people
        ],
        objectives=[
            _filled(code=one.code, title=_text(one.title), description=_text(one.description))
            for one in document.objectives
        ],
        problems=[
            _filled(code=one.code, phase=one.phase, title=_text(one.title))
            for one in document.problems
        ],
        msel=[_entry(one, zero, everybody) for one in document.msel],
    )


def _phase(plan: doc.PhasePlan, zero: datetime) -> dict[str, Any]:
    return _filled(
        title=_text(plan.title),
        starts=moment_word(plan.starts_us, zero),
        ends=moment_word(plan.ends_us, zero),
        conditions=[
            _filled(code=one.code, title=_text(one.title), after=list(one.after))
            for one in plan.conditions
        ],
    )


def _unit(unit: doc.Unit) -> dict[str, Any]:
    data = _filled(
        code=unit.code, name=_text(unit.name), short=_text(unit.short), parent=unit.parent
    )
    return data if unit.participates else {**data, "participates": False}


def _entry(entry: doc.Entry, zero: datetime, everybody: tuple[str, ...]) -> dict[str, Any]:
    all_of_them = len(everybody) > 1 and entry.addressees == everybody
    trigger = entry.trigger
    return _filled(
        number=entry.number,
        phase=entry.phase,
        at=None if entry.planned_us is None else moment_word(entry.planned_us, zero),
        problem=entry.problem,
        **{"from": _text(entry.sender)},
        to=[EVERYBODY] if all_of_them else list(entry.addressees),
        method=entry.method,
        title=_text(entry.title),
        content=_text(entry.content),
        expected_actions=[text for text in map(_text, entry.expected_actions) if text],
        objectives=list(entry.objectives),
        acknowledge_within=_length(entry.acknowledge_within_s),
        complete_within=_length(entry.complete_within_s),
        mandatory=entry.mandatory,
        reply=None if entry.reply == Reply.NONE else entry.reply,
        release=None if entry.release == ReleaseMode.AUTO else entry.release,
        when=trigger
        and _filled(
            inject=trigger.inject,
            **{"is": trigger.event},
            delay=_length(trigger.delay_s or None),
        ),
        notes=dict(entry.notes),
    )


def _length(length_s: int | None) -> str | None:
    return None if length_s is None else duration_word(length_s)


def _text(text: Text) -> str | dict[str, str] | None:
    sides = {code: side for code, side in text.as_dict().items() if side.strip()}
    return sides["vi"] if list(sides) == ["vi"] else sides or None


def _filled(**values: Any) -> dict[str, Any]:
    """The values that say something."""
    return {key: value for key, value in values.items() if value not in (None, "", False, [], {})}
