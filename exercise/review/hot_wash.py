"""The hot wash: the report's findings one after the other, as they are put on the wall.

Doctrine: HSEEP 2020, the players' discussion right after ENDEX. It is about what happened and about
units, so nobody is named, neither who acted nor who judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercise.review.report import Report
from exercise.review.report.values import Interruption, ObservationRow
from exercise.situation.words import duration

MOST_ITEMS = 5
"""More cannot be read from the back of a room."""
BAD = ("U", "M")
SAID_ALOUD = ("improvement", "strength")


@dataclass(frozen=True, slots=True)
class Item:
    """One case of a finding; ``seq`` is the journal entry at which it can be seen."""

    words: str
    seq: int | None


@dataclass(frozen=True, slots=True)
class Slide:
    """One screen: what part of the report it is of, the finding, cases of it, the moment beside."""

    title: str
    words: str
    items: tuple[Item, ...] = ()
    seq: int | None = None

    @property
    def shown_seq(self) -> int | None:
        """The moment it begins with; ``None``: the end."""
        if self.seq is not None:
            return self.seq
        return next((item.seq for item in self.items if item.seq is not None), None)


def slides_of(report: Report) -> tuple[Slide, ...]:
    """The screens in the order of the report; a journal that is not whole comes first."""
    found = [*_whole(report), *_phases(report), *_taskings(report), *_judgements(report)]
    return tuple(slide for slide in found if slide.words)


def _few(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(items)[:MOST_ITEMS]


def _whole(report: Report) -> Iterator[Slide]:
    yield Slide(_("Nhật ký"), report.head.warning, seq=report.head.broken_seq)
    slowest = report.key.slowest
    items = []
    if slowest is not None:
        said = _("Chậm nhất: %(unit)s nhận %(number)s sau %(after)s") % {
            "unit": slowest.unit.short,
            "number": slowest.number,
            "after": duration(slowest.after_us),
        }
        items = [Item(said, slowest.seq)]
    yield Slide(_("Kết quả chung"), report.key.finding, tuple(items))


def _phases(report: Report) -> Iterator[Slide]:
    plan = report.plan
    yield Slide(plan.title, plan.finding)
    for row in plan.phases:
        seq = row.ended_seq if row.ended_seq is not None else row.started_seq
        if seq is not None:
            yield Slide(f"{plan.title} · {row.title}", row.finding, seq=seq)
    stops = report.interruptions
    yield Slide(
        stops.title,
        stops.finding,
        _few(Item(_stop(report, row), row.seq) for row in stops.rows),
    )


def _stop(report: Report, row: Interruption) -> str:
    at = report.stamp(row.at_us, before_break=row.before_break)
    return " · ".join(part for part in (capfirst(row.label), at, row.words) if part)


def _taskings(report: Report) -> Iterator[Slide]:
    answers = report.acknowledgements
    late = sorted(
        ((strip.unit, point) for strip in answers.strips for point in strip.points if point.over),
        key=lambda pair: -pair[1].after_us,
    )
    yield Slide(
        answers.title,
        answers.finding,
        _few(
            Item(f"{unit.short} · {one.number} {one.title} · {duration(one.after_us)}", one.seq)
            for unit, one in late
        ),
    )
    injects = report.injects
    overdue = sorted((row for row in injects.rows if row.overdue), key=lambda row: -row.overdue)
    yield Slide(
        injects.title,
        injects.finding,
        _few(
            Item(f"{row.number} {row.title} · {_late_units(row.overdue)}", row.seq)
            for row in overdue
        ),
    )
    units = report.units
    yield Slide(
        units.title,
        units.finding,
        _few(
            Item(
                _("%(unit)s: báo cáo giai đoạn %(phase)d bị trả lại")
                % {"unit": row.unit.short, "phase": step.phase_number},
                step.seq,
            )
            for row in units.rows
            for step in row.steps
            if step.returned
        ),
    )


def _late_units(count: int) -> str:
    return ngettext("%(n)d đơn vị quá hạn", "%(n)d đơn vị quá hạn", count) % {"n": count}


def _judgements(report: Report) -> Iterator[Slide]:
    objectives = report.objectives
    yield Slide(
        objectives.title,
        objectives.finding,
        _few(
            Item(f"{row.title} · {cell.unit.short} · {cell.rating_label}", cell.seq)
            for rating in BAD
            for row in objectives.rows
            for cell in row.cells
            if cell.rating == rating
        ),
    )
    seen = report.observations
    yield Slide(seen.title, seen.finding)
    for row in seen.rows:
        if row.what in SAID_ALOUD:
            yield Slide(row.what_label, row.text, _where(row), seq=row.seq)
    plan = report.improvement
    yield Slide(
        plan.title,
        plan.finding,
        _few(
            Item(f"{row.measure} · {row.owner.short} · {row.due:%d/%m/%Y}", row.observation_seq)
            for row in plan.rows
        ),
    )


def _where(row: ObservationRow) -> tuple[Item, ...]:
    parts = (
        row.unit.short if row.unit else "",
        f"{row.number} {row.inject_title}".strip(),
        row.rating_label,
    )
    said = " · ".join(part for part in parts if part)
    return (Item(said, row.seq),) if said else ()
