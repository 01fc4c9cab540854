"""Scenarios that are right, and drafts, as Hypothesis makes them up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from scenarios.calendar import SECOND_US
from scenarios.choices import Method, ReleaseMode, Reply, TriggerEvent
from scenarios.models import sort_key
from scenarios.phases import PLAYED
from scenarios.reading import document as doc
from units.roles import UNIT_MEMBERS, Role
from units.text import Text, canonical

DAY_S = 24 * 3600
ODD = (
    *("=cmd|' /C calc'!A0", "+1", "-1", "@x", "'=1", "''x", "\tTab", " = ", "#N/A", "_x0041_"),
    *("true", "no", "null", "~", "1.10", "1e5", "0x1F", "2023-10-10", "07:05", "10m", "N1 07:05"),
    *("a: b # c", "- x", '"', "'", "a\\nb\\", "{x}", "[y]", "&a *b !c %d", "| >", "---", "..."),
    *("một\nhai", "một\n\n  ba\n", "\n đầu", "a\n\tb", "↳ x", "\\↳ y", "a; b", "Số", "Ghi chú: a"),
    *(" hai đầu ", "a  b", "1 hoàn thành +5'", "Nghệ An 😀 🇻🇳", "x" * 300, "từ dài " * 60 + "."),
)
letters = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t ")
words = (st.sampled_from(ODD) | st.text(letters, max_size=12)).map(canonical).filter(str.strip)
codes = words.map(lambda word: " ".join(word.split("\n"))[:20].strip()).filter(bool)
slugs = st.text("ABCDEĐ-_0123456789".replace("Đ", ""), min_size=1, max_size=6).filter(
    lambda word: word != "ALL"
)
texts = st.builds(Text, words, words) | st.builds(Text, vi=words) | st.builds(Text, en=words)
maybe = st.none() | texts


def some(items: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    """Some of the items, in their order."""
    items = tuple(items)
    if not items:
        return st.just(())
    chosen = st.sets(st.sampled_from(items), max_size=4)
    return chosen.map(lambda found: tuple(one for one in items if one in found))


def named(draw: Any, names: st.SearchStrategy[str], least: int = 0, most: int = 3) -> list[str]:
    return draw(st.lists(names, unique=True, min_size=least, max_size=most))


@st.composite
def documents(draw: Any) -> doc.Document:
    """A scenario as the checks answer it."""
    zone = ZoneInfo(draw(st.sampled_from(["Asia/Ho_Chi_Minh", "UTC", "Europe/Paris"])))
    starts_at = draw(st.datetimes(datetime(2000, 1, 2), datetime(2100, 1, 1)))
    starts_at = starts_at.replace(microsecond=0, second=draw(st.sampled_from([0, 0, 30])))
    starts_at = starts_at.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(fold=0)
    phases, stand_downs = draw(calendars())
    units = draw(unit_lists())
    objectives = tuple(
        doc.Objective(code, draw(texts), draw(maybe) or Text()) for code in named(draw, codes)
    )
    problems = tuple(
        doc.TrainingProblem(code, draw(st.sampled_from(PLAYED)).value, draw(texts))
        for code in named(draw, codes)
    )
    msel = draw(injects(phases, stand_downs, units, objectives, problems))
    return doc.Document(
        code=draw(slugs),
        title=draw(texts),
        summary=draw(maybe) or Text(),
        timezone=zone.key,
        starts_at=starts_at,
        stand_downs=stand_downs,
        phases=tuple(replace(plan, conditions=draw(gates(plan, msel))) for plan in phases),
        units=units,
        people=draw(people(units)),
        objectives=objectives,
        problems=problems,
        msel=msel,
    )


@st.composite
def calendars(draw: Any) -> tuple[tuple[doc.PhasePlan, ...], tuple[doc.StandDown, ...]]:
    """Three phases one after the other, and breaks inside them."""
    minutes = st.integers(0, 5 * DAY_S // 60).map(lambda minute: minute * 60)
    cuts = sorted(draw(st.sets(minutes, min_size=6, max_size=6)))
    plans, breaks = [], []
    for phase, (begin, end) in zip(PLAYED, list(pairwise(cuts))[::2], strict=True):
        plans.append(
            doc.PhasePlan(phase.value, draw(texts), begin * SECOND_US, end * SECOND_US, ())
        )
        first = begin + draw(st.integers(1, 7200))
        last = first + draw(st.integers(1, 7200))
        if last <= end and draw(st.booleans()):
            title = draw(maybe) or Text()
            breaks.append(doc.StandDown(title, first * SECOND_US, last * SECOND_US))
    return tuple(plans), tuple(breaks)


@st.composite
def unit_lists(draw: Any) -> tuple[doc.Unit, ...]:
    """Units under earlier ones; the first one takes part."""
    found: list[doc.Unit] = []
    for code in named(draw, slugs, least=1, most=4):
        parent = draw(st.sampled_from([None, *(unit.code for unit in found)]))
        short = draw(maybe) or Text()
        found.append(doc.Unit(code, draw(texts), short, parent, not found or draw(st.booleans())))
    return tuple(found)


@st.composite
def people(draw: Any, units: tuple[doc.Unit, ...]) -> tuple[doc.Person, ...]:
    """A director, and some others."""
    playing = [unit.code for unit in units if unit.participates]
    names = st.text("abcxyz.@+-_đ", min_size=1, max_size=8)
    found = []
    for username in named(draw, names, least=1, most=4):
        role = draw(st.sampled_from(Role.values)) if found else Role.DIRECTOR.value
        unit = None
        if role in UNIT_MEMBERS:
            unit = draw(st.sampled_from(playing))
        elif role == Role.EVALUATOR:
            unit = draw(st.sampled_from([None, *(one.code for one in units)]))
        found.append(doc.Person(username, draw(codes), role, unit))
    return tuple(found)


@st.composite
def injects(
    draw: Any,
    phases: tuple[doc.PhasePlan, ...],
    stand_downs: tuple[doc.StandDown, ...],
    units: tuple[doc.Unit, ...],
    objectives: tuple[doc.Objective, ...],
    problems: tuple[doc.TrainingProblem, ...],
) -> tuple[doc.Entry, ...]:
    """At least one; standby ones wait for those before them."""
    playing = [unit.code for unit in units if unit.participates]
    note_names = named(draw, codes | st.just("hai  dấu cách"))
    found: list[doc.Entry] = []
    numbers = sorted(named(draw, codes, least=1, most=4), key=lambda n: (sort_key(n), n))
    lengths = st.none() | st.integers(1, 7 * DAY_S) | st.sampled_from([600, 5400])
    for number in numbers:
        plan = draw(st.sampled_from(phases))
        planned_us = trigger = None
        if draw(st.booleans()):
            span_s = (plan.ends_us - plan.starts_us) // SECOND_US
            planned_us = plan.starts_us + draw(st.integers(0, span_s - 1)) * SECOND_US
            for one in stand_downs:
                if one.from_us <= planned_us < one.to_us:
                    planned_us = one.from_us - SECOND_US
        elif found and draw(st.booleans()):
            before = draw(st.sampled_from(found)).number
            event = draw(st.sampled_from(TriggerEvent.values))
            trigger = doc.Trigger(before, event, draw(st.sampled_from([0, 45, 300, 5400])))
        complete_within_s = draw(lengths)
        addressees = draw(some(playing))
        notes = tuple((name, draw(words)) for name in draw(some(note_names)))
        found.append(
            doc.Entry(
                number=number,
                phase=plan.phase,
                planned_us=planned_us,
                problem=draw(st.sampled_from([None, *(one.code for one in problems)])),
                sender=draw(maybe) or Text(),
                addressees=addressees or tuple(playing),
                method=draw(st.sampled_from(Method.values)),
                title=draw(texts),
                content=draw(maybe) or Text(),
                expected_actions=tuple(draw(st.lists(texts, max_size=3))),
                objectives=draw(some(one.code for one in objectives)),
                acknowledge_within_s=draw(lengths),
                complete_within_s=complete_within_s,
                mandatory=complete_within_s is not None and draw(st.booleans()),
                reply=draw(st.sampled_from(Reply.values)),
                release=draw(st.sampled_from(ReleaseMode.values)),
                trigger=trigger,
                notes=notes,
            )
        )
    return tuple(doc.with_notes_in_one_order(found))


@st.composite
def gates(draw: Any, plan: doc.PhasePlan, msel: tuple[doc.Entry, ...]) -> tuple[doc.Condition, ...]:
    """Conditions that wait for timed injects of the phase itself."""
    own = [one.number for one in msel if one.phase == plan.phase and not one.trigger]
    found = []
    for code in named(draw, codes, most=2):
        if after := draw(some(own)):
            found.append(doc.Condition(code, draw(texts), after))
    return tuple(found)


@st.composite
def drafts(draw: Any) -> doc.Document:
    """A scenario that is not finished: parts are missing, times are out of place."""
    whole = draw(documents())
    day_us = DAY_S * SECOND_US
    times = st.none() | st.integers(-3 * day_us, 9 * day_us).map(lambda us: us - us % SECOND_US)
    msel = tuple(
        replace(
            one,
            planned_us=None if one.trigger else draw(times),
            addressees=draw(some(unit.code for unit in whole.units)),
            mandatory=draw(st.booleans()),
        )
        for one in whole.msel
    )
    units = tuple(replace(one, participates=draw(st.booleans())) for one in whole.units)
    return replace(
        whole,
        draft=True,
        units=units,
        people=draw(st.sampled_from([(), whole.people[1:]])),
        msel=draw(st.sampled_from([msel, msel, ()])),
        phases=tuple(
            replace(plan, conditions=tuple(replace(c, after=()) for c in plan.conditions))
            for plan in whole.phases
        ),
    )
