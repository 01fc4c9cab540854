"""The scenario that rows go into, as they look things up in it. Pure.

Names are found by code, by short or full name in either language, without accents and case; what
is not found gets the nearest name as a proposal.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from scenarios.calendar import SECOND_US, DrillCalendar
from scenarios.intake import words
from scenarios.phases import PLAYED
from scenarios.reading import document as doc
from units.text import Text, plain

_LINES = re.compile(r"[\n;|]+")
# No pattern with blanks around: thousands of them in one cell would take minutes.
_PARTS = re.compile(r"[\n;|,/+&]|\s(?:và|and|va)\s", re.I)
_COMMON = frozenset(
    {"p", "phong", "so", "cuc", "ban", "cong", "ty", "trung", "tam", "don", "vi", "va", "the", "of"}
)
MOST_CANDIDATES = 2_000
MOST_COMPARED = 100_000
"""So many names are compared with what is not found; after that nothing is proposed any more."""


class Found(NamedTuple):
    """Codes that were found, and the words that were not, each with the nearest known name."""

    codes: tuple[str, ...]
    unknown: tuple[tuple[str, str], ...]


class Names:
    """Things with a code and names."""

    def __init__(self, named: Iterable[tuple[str, Iterable[Text]]]) -> None:
        self._codes: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self._nearest: dict[str, str] = {}
        self._compared = 0
        for code, texts in named:
            self._codes.setdefault(plain(code), code)
            for text in texts:
                for side in (text.vi, text.en):
                    if said := plain(side):
                        self._codes.setdefault(said, code)
                        self._shown.setdefault(said, side)

    def code(self, said: str) -> str | None:
        """The code of what ``said`` names, whole."""
        return self._codes.get(plain(said)) if plain(said) else None

    def nearest(self, said: str) -> str:
        """The known name most like it, or "": that shares most words, the first ones before
        others; else the one spelled most alike.
        """
        said = plain(said)[:80]
        if said not in self._nearest and self._compared < MOST_COMPARED:
            self._nearest[said] = self._searched(said)
        return self._nearest.get(said, "")

    def _searched(self, said: str) -> str:
        wanted = [word for word in said.split() if word not in _COMMON]
        candidates = self._candidates
        self._compared += len(candidates)
        shared = {
            one: [place for place, word in enumerate(wanted) if word in words]
            for one, words in candidates.items()
        }
        # Of equals the shortest: it says least that was not said.
        near = min(
            candidates,
            key=lambda one: (-len(shared[one]), sum(shared[one]), len(candidates[one])),
            default="",
        )
        if not near or not shared[near]:
            alike = difflib.get_close_matches(said, candidates, n=1, cutoff=0.6)
            near = alike[0] if alike else ""
        return self._shown.get(near, self._codes[near]) if near else ""

    @cached_property
    def _candidates(self) -> dict[str, list[str]]:
        return {one: one.split() for one in list(self._codes)[:MOST_CANDIDATES]}

    def split(self, cell: str) -> Found:
        """The things a cell names: the whole cell, else its lines, else what commas part.

        A name that holds a comma is therefore found whole.
        """
        codes: dict[str, None] = {}
        unknown: dict[str, str] = {}
        for part in self._parts(cell):
            code = self.code(part)
            if code is None:
                unknown.setdefault(part, self.nearest(part))
            else:
                codes.setdefault(code)
        return Found(tuple(codes), tuple(unknown.items()))

    def any_in(self, cell: str) -> bool:
        """Whether a cell names one of them at all."""
        return any(self.code(part) for part in self._parts(cell))

    def _parts(self, cell: str) -> Iterator[str]:
        if self.code(cell):
            yield cell.strip()
            return
        for line in filter(None, (line.strip() for line in _LINES.split(cell))):
            if self.code(line):
                yield line
                continue
            parts = [part for one in _PARTS.split(line) if (part := one.strip())]
            # A line of which no part is known is told as it stands.
            yield from parts if any(self.code(part) for part in parts) else [line]


def naming(units: Iterable[doc.Unit]) -> Callable[[str], bool]:
    """What tells of a cell whether it names one of these units, or everybody."""
    names = _names(units)
    return lambda cell: words.everybody(cell) or names.any_in(cell)


def _names(units: Iterable[doc.Unit]) -> Names:
    return Names((unit.code, (unit.short, unit.name)) for unit in units)


class Target:
    """A scenario to put rows into."""

    def __init__(
        self, document: doc.Document, phase_words: Mapping[str, str] | None = None
    ) -> None:
        self.document = document
        self._phase_words = phase_words or {}
        self.calendar: DrillCalendar = document.calendar()
        self.units = _names(document.units)
        self.objectives = Names((one.code, (one.title,)) for one in document.objectives)
        self.problems = Names((one.code, (one.title,)) for one in document.problems)
        self.windows = {plan.phase: (plan.starts_us, plan.ends_us) for plan in document.phases}
        self.entries = {entry.number: entry for entry in document.msel}

    def phase(self, said: str) -> str:
        """The phase that words of the file name, or ""."""
        if known := self._phase_words.get(plain(said)):
            return known
        titles = {plan.phase: (plan.title.vi, plan.title.en) for plan in self.document.phases}
        return found.value if (found := words.phase(said, titles)) else ""

    @cached_property
    def participating(self) -> tuple[str, ...]:
        """Codes of the units that play."""
        return tuple(unit.code for unit in self.document.units if unit.participates)

    def addressees(self, cell: str) -> Found:
        """The units a cell names; ``Tất cả`` is every participating one."""
        if words.everybody(cell):
            return Found(self.participating, ())
        found = self.units.split(cell)
        order = [unit.code for unit in self.document.units]
        if any(words.everybody(word) for word, _near in found.unknown):
            rest = tuple(pair for pair in found.unknown if not words.everybody(pair[0]))
            return Found(self.participating, rest)
        return Found(tuple(sorted(found.codes, key=order.index)), found.unknown)

    def starts_s(self, phase: str) -> int | None:
        """Calendar seconds from the exercise's start to that of a phase."""
        window = self.windows.get(phase)
        return window[0] // SECOND_US if window else None

    def phase_at(self, offset_s: int) -> str:
        """The phase in whose window a time lies; the nearest one before it in a gap."""
        at_us, found = offset_s * SECOND_US, PLAYED[0].value
        for phase in PLAYED:
            if phase in self.windows and self.windows[phase][0] <= at_us:
                found = phase.value
        return found
