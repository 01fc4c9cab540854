"""References that lead nowhere and words outside the closed lists: only drafts have them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from django.utils.translation import gettext as _

from scenarios.checks.finding import Finding, Kind, Place, finding, inject, listed
from scenarios.checks.plan import Plan
from scenarios.choices import Method, ReleaseMode, Reply, TriggerEvent
from scenarios.phases import PLAYED
from scenarios.reading.document import Entry
from units.roles import Role


def check_references(plan: Plan) -> Iterator[Finding]:
    """Units, injects, objectives, problems that are named but not there; unknown words."""
    document = plan.document
    objectives = {one.code for one in document.objectives}
    problems = {one.code for one in document.problems}
    for phase in document.phases:
        for condition in phase.conditions:
            place = Place(Kind.CONDITION, f"{phase.phase}/{condition.code}", "after")
            yield from _unknown(place, condition.after, plan.entries)
    for unit in document.units:
        yield from _unknown(Place(Kind.UNIT, unit.code, "parent"), _one(unit.parent), plan.units)
    for person in document.people:
        yield from _unknown(
            Place(Kind.PERSON, person.username, "unit"), _one(person.unit), plan.units
        )
        if person.role not in Role:
            yield _bad_word(Place(Kind.PERSON, person.username, "role"), person.role)
    for entry in document.msel:
        number = entry.number
        yield from _unknown(inject(number, "addressees"), entry.addressees, plan.units)
        yield from _unknown(inject(number, "objectives"), entry.objectives, objectives)
        yield from _unknown(inject(number, "problem"), _one(entry.problem), problems)
        if entry.trigger:
            waits_for = (entry.trigger.inject,)
            yield from _unknown(inject(number, "trigger"), waits_for, plan.entries)
        yield from _words(entry)


def _one(code: str | None) -> tuple[str, ...]:
    return (code,) if code else ()


def _unknown(place: Place, named: Iterable[str], known: Collection[str]) -> Iterator[Finding]:
    missing = [code for code in named if code not in known]
    if missing:
        yield finding(
            "unknown_reference",
            place,
            _("Không có trong kịch bản: %(codes)s.") % {"codes": listed(missing)},
            _("Chọn lại, hoặc thêm mục còn thiếu."),
        )


_WORDS: tuple[tuple[str, Collection[str]], ...] = (
    ("phase", frozenset(str(phase) for phase in PLAYED)),
    ("method", frozenset(Method.values)),
    ("reply", frozenset(Reply.values)),
    ("release", frozenset(ReleaseMode.values)),
)


def _words(entry: Entry) -> Iterator[Finding]:
    for field, known in _WORDS:
        if getattr(entry, field) not in known:
            yield _bad_word(inject(entry.number, field), getattr(entry, field))
    if entry.trigger and entry.trigger.event not in TriggerEvent.values:
        yield _bad_word(inject(entry.number, "trigger"), entry.trigger.event)


def _bad_word(place: Place, word: str) -> Finding:
    if not word:
        return finding("unknown_value", place, _("Chưa chọn giá trị."), _("Chọn một giá trị."))
    message = _("Giá trị không có trong danh sách: %(word)s.") % {"word": word}
    return finding("unknown_value", place, message, _("Chọn một giá trị."))
