"""A document made ready for the checks: times of play, who gets what, what is known. Pure.

Documents written in the product may be unfinished: references may lead nowhere, phases be missing,
times lie anywhere. Nothing here raises for that; each check tells what concerns it.
"""

from __future__ import annotations

from functools import cached_property

from django.utils.translation import get_language

from scenarios.calendar import HOUR_US, MINUTE_US, SECOND_US, DrillCalendar
from scenarios.phases import PLAYED
from scenarios.reading.document import Document, Entry, PhasePlan, Unit

# What a calendar date can be made of; beyond it a time is told as a distance.
FARTHEST_US = 1000 * 24 * HOUR_US

_RANK = {str(phase): rank for rank, phase in enumerate(PLAYED)}


def spelled(length_us: int) -> str:
    """A length of time as the scenario file spells it: ``4h15m``, to the minute."""
    sign = "-" if length_us < 0 else ""
    hours, minutes = divmod(abs(length_us) // MINUTE_US, 60)
    return f"{sign}{hours}h{minutes:02d}m" if hours else f"{sign}{minutes}m"


class Plan:
    """What several checks need of a document, worked out once.

    Attributes:
        windows: the phases in play µs, by their word; only those that end after they start.
        entries: the injects by number; of the same number twice, the first.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.calendar = DrillCalendar.of(document.starts_at, _apart(document))
        self.phases: dict[str, PhasePlan] = {plan.phase: plan for plan in document.phases}
        self.entries: dict[str, Entry] = {}
        for entry in document.msel:
            self.entries.setdefault(entry.number, entry)
        self.units: dict[str, Unit] = {unit.code: unit for unit in document.units}
        self.participating = frozenset(unit.code for unit in document.units if unit.participates)
        place_us = self.calendar.place_us
        self.windows: dict[str, tuple[int, int]] = {
            phase: (place_us(self.phases[phase].starts_us), place_us(self.phases[phase].ends_us))
            for phase in PLAYED
            if phase in self.phases and self.phases[phase].starts_us < self.phases[phase].ends_us
        }

    @cached_property
    def play_us(self) -> dict[str, int]:
        """Planned play time by number; no entry for a standby inject."""
        return {
            number: self.calendar.place_us(entry.planned_us)
            for number, entry in self.entries.items()
            if entry.planned_us is not None
        }

    @cached_property
    def received(self) -> dict[str, list[tuple[int, str]]]:
        """(play µs, number) of what each participating unit gets at a planned time, in order.

        In the order of the document's units. What lies before the start is left out.
        """
        found: dict[str, list[tuple[int, str]]] = {
            unit.code: [] for unit in self.document.units if unit.participates
        }
        in_order = sorted((us, number) for number, us in self.play_us.items() if us >= 0)
        for timed in in_order:
            for code in set(self.entries[timed[1]].addressees):
                if code in found:
                    found[code].append(timed)
        return found

    @cached_property
    def reached(self) -> frozenset[str]:
        """Numbers of the injects that some participating unit gets."""
        return frozenset(
            number
            for number, entry in self.entries.items()
            if not self.participating.isdisjoint(entry.addressees)
        )

    @property
    def end_us(self) -> int:
        """Play time at which the last phase ends; 0 without phases."""
        return max((end for _begin, end in self.windows.values()), default=0)

    def is_later(self, number: str, phase: str) -> bool:
        """Whether an inject belongs to a phase after this one; a phase nobody plays is after
        none.
        """
        own = self.entries[number].phase
        return own in _RANK and _RANK[own] > _RANK.get(phase, -1)

    def due_us(self, entry: Entry) -> int | None:
        """Play time at which the work of a timed inject is due; for information: its reading."""
        within_s = deadline_s(entry)
        start = self.play_us.get(entry.number)
        return None if start is None or within_s is None else start + within_s * SECOND_US

    def label(self, play_us: int, *, before_break: bool = False) -> str:
        """``N1 10:42`` in the reader's language."""
        calendar_us = self.calendar.to_calendar_us(play_us, before_break=before_break)
        if not -FARTHEST_US < calendar_us < FARTHEST_US:
            return spelled(play_us)
        language = get_language() or "vi"
        return self.calendar.label(play_us, language=language, before_break=before_break)

    def calendar_label(self, calendar_us: int) -> str:
        """The same of a calendar offset, wherever it lies."""
        flat = DrillCalendar(self.calendar.zero)
        if not -FARTHEST_US < calendar_us < FARTHEST_US:
            return spelled(calendar_us)
        return flat.label(calendar_us, language=get_language() or "vi")


def deadline_s(entry: Entry) -> int | None:
    """Seconds to the deadline that ``overdue`` means: of the work or, for information, of the
    acknowledgement.
    """
    return (
        entry.acknowledge_within_s if entry.complete_within_s is None else entry.complete_within_s
    )


def _apart(document: Document) -> list[tuple[int, int]]:
    """The stand-downs with overlaps merged: a calendar can only be made of such."""
    kept: list[tuple[int, int]] = []
    for begin, end in sorted((one.from_us, one.to_us) for one in document.stand_downs):
        if end <= begin:
            continue
        if kept and begin <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(kept[-1][1], end))
        else:
            kept.append((begin, end))
    return kept
