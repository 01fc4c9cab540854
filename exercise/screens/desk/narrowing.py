"""Which injects the planner wants to see, in which order, and how dense they lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict
from django.utils.http import urlencode

from exercise.screens.desk.lists import NUMBERS, Lists
from exercise.screens.desk.moments import moment_us, moment_words
from scenarios.calendar import MINUTE_US
from scenarios.models import MselEntry
from units.text import Text, plain

SLOT_US = 30 * MINUTE_US
MOST_SLOTS = 400
"""A scenario of months is not drawn finer than this."""

plain_of = lru_cache(maxsize=1 << 15)(plain)
"""The words of thousands of injects do not change from one key press to the next."""


class Slim(NamedTuple):
    """What the order and the density of an inject need."""

    pk: int
    phase: str
    planned_us: int | None
    sort_key: str

    @property
    def order(self) -> tuple[int, bool, int, str]:
        """By phase, time and number; what stands by comes at the end of its phase."""
        standby = self.planned_us is None
        return NUMBERS.get(self.phase, 9), standby, self.planned_us or 0, self.sort_key


@dataclass(frozen=True)
class Wanted:
    """The filters of a page's address. What cannot be meant is left out."""

    phase: str = ""
    unit: str = ""
    objective: str = ""
    begins: str = ""
    words: str = ""
    begins_us: int | None = None
    error: str = ""

    @classmethod
    def of(cls, asked: QueryDict, lists: Lists) -> Wanted:
        """Read them from the address."""

        def word(name: str, most: int = 60) -> str:
            return asked.get(name, "").replace("\0", "").strip()[:most]

        phase, begins = word("phase"), word("from")
        begins_us, error = None, ""
        if begins:
            try:
                begins_us = moment_us(begins, lists.zero)
                begins = moment_words(begins_us, lists.zero)
            except forms.ValidationError as problem:
                error = " ".join(problem.messages)
        return cls(
            phase=phase if phase in NUMBERS else "",
            unit=word("unit"),
            objective=word("objective"),
            begins=begins,
            words=word("q", 100),
            begins_us=begins_us,
            error=error,
        )

    @property
    def query(self) -> str:
        """The filters as an address has them."""
        return self.query_with()

    def query_with(self, **other: str) -> str:
        """The same with some of them otherwise."""
        named = {
            "phase": self.phase,
            "unit": self.unit,
            "objective": self.objective,
            "from": self.begins,
            "q": self.words,
        } | other
        return urlencode({name: value for name, value in named.items() if value})

    @property
    def count(self) -> int:
        """So many filters are set; the search has a place of its own."""
        return sum(map(bool, (self.phase, self.unit, self.objective, self.begins)))

    @property
    def narrows(self) -> bool:
        """Whether injects may be left out."""
        return bool(self.query)


class Found(NamedTuple):
    """The injects that are wanted, in order; how many there are at all, and came too early."""

    injects: list[Slim]
    total: int
    earlier: int


def find(lists: Lists, wanted: Wanted) -> Found:
    """The injects of a version that are wanted."""
    entries = MselEntry.objects.filter(scenario=lists.scenario).order_by()
    total = entries.count() if wanted.narrows else -1
    if wanted.phase:
        entries = entries.filter(phase=wanted.phase)
    if wanted.unit:
        entries = entries.filter(addressees__code=wanted.unit)
    if wanted.objective:
        entries = entries.filter(objectives__code=wanted.objective)
    columns = ("pk", "phase", "planned_us", "sort_key")
    if wanted.words:
        injects = list(_matching(lists, wanted.words, entries, columns))
    else:
        injects = [Slim(*row) for row in entries.values_list(*columns)]
    matched = len(injects)
    if wanted.begins_us is not None:
        begins_us = wanted.begins_us
        injects = [one for one in injects if one.planned_us is None or one.planned_us >= begins_us]
    injects.sort(key=lambda one: one.order)
    return Found(injects, total if total >= 0 else matched, matched - len(injects))


def _matching(lists: Lists, words: str, entries: Any, columns: tuple[str, ...]) -> Iterator[Slim]:
    """Those in whose number, texts, units and objectives every word occurs, accents or not."""
    asked = [plain(word) or word for word in words.split()]
    units = {
        pk: plain_of(f"{_both(u.name)} {_both(u.short)} {u.code}") for pk, u in lists.units.items()
    }
    objectives = {
        pk: plain_of(f"{one.code} {_both(one.title)}") for pk, one in lists.objectives.items()
    }
    linked: dict[int, list[str]] = {}
    for through, owner, named in (
        (MselEntry.addressees.through, "unit_id", units),
        (MselEntry.objectives.through, "objective_id", objectives),
    ):
        pairs = through.objects.filter(mselentry__scenario=lists.scenario)
        for pk, other in pairs.values_list("mselentry_id", owner):
            linked.setdefault(pk, []).append(named.get(other, ""))
    texts = ("number", "title", "content", "sender")
    for row in entries.values_list(*columns, *texts):
        slim, number = Slim(*row[:4]), row[4]
        hay = [plain_of(_both(text)) for text in row[5:]]
        hay = [number, plain_of(number), *hay, *linked.get(slim.pk, ())]
        if all(any(word in one for one in hay) for word in asked):
            yield slim


def _both(text: Text) -> str:
    return f"{text.vi} {text.en}"


@dataclass(frozen=True, slots=True)
class Slot:
    """So many injects within thirty minutes; ``x``, ``width`` and ``height`` in per cent."""

    x: float
    width: float
    height: float
    count: int
    label: str
    first: int
    """The first inject in it, by its place in the list."""

    @property
    def top(self) -> float:
        """Where its bar begins, in per cent from above."""
        return 100 - self.height


class Density(NamedTuple):
    """The strip above the table."""

    slots: list[Slot]
    ticks: list[tuple[float, str]]
    peak: int
    peak_at: str


def density(injects: Iterable[Slim], lists: Lists) -> Density | None:
    """How many injects come in each half hour; nothing where none has a time."""
    first: dict[int, int] = {}
    counts: dict[int, int] = {}
    since_midnight_us = _since_midnight_us(lists)
    for place, one in enumerate(injects):
        if one.planned_us is not None:
            # Half hours of the day, not of the drill, which may begin at five past.
            slot = (one.planned_us + since_midnight_us) // SLOT_US
            counts[slot] = counts.get(slot, 0) + 1
            first.setdefault(slot, place)
    if not counts:
        return None
    begin, end = min(counts), max(counts) + 1
    coarse = -(-(end - begin) // MOST_SLOTS)
    width = 100 * coarse / (end - begin)
    joined: dict[int, tuple[int, int]] = {}
    for slot in sorted(counts):
        at = (slot - begin) // coarse
        so_far, place = joined.get(at, (0, first[slot]))
        joined[at] = so_far + counts[slot], min(place, first[slot])
    peak = max(count for count, _place in joined.values())

    def label(at: int) -> str:
        return moment_words((begin + at * coarse) * SLOT_US - since_midnight_us, lists.zero)

    slots = [
        Slot(at * width, width, 100 * count / peak, count, label(at), place)
        for at, (count, place) in joined.items()
    ]
    busiest = max(slots, key=lambda slot: slot.count)
    wide = -(-(end - begin) // coarse)
    step = max(1, -(-wide // 7))
    ticks = [(at * width, label(at)) for at in range(0, wide, step)]
    return Density(slots, ticks, peak, busiest.label)


def _since_midnight_us(lists: Lists) -> int:
    zero = lists.zero
    return (zero.hour * 3600 + zero.minute * 60 + zero.second) * 1_000_000
