"""Plan against actual: the phases, with the injects on their bars."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercise.review.facts.plan import PlannedPhase
from exercise.review.facts.values import InjectFact
from exercise.review.report.axes import day_ticks
from exercise.review.report.material import Material
from exercise.review.report.values import Mark, PhaseRow, PlanSection
from exercise.review.report.words import minutes, number, sentence
from scenarios.calendar import MINUTE_US


def plan_of(material: Material) -> PlanSection:
    """The section."""
    rows = tuple(_row(material, phase) for phase in material.plan.phases)
    moments = [moment for row in rows for moment in _moments(row)]
    from_us, to_us = min(moments, default=0), max(moments, default=0)
    return PlanSection(
        title=_("Kế hoạch và thực tế"),
        finding=_finding(rows, over=material.facts.ended_wall_us is not None),
        axis_from_us=from_us,
        axis_to_us=to_us,
        ticks=day_ticks(material.plan.calendar, from_us, to_us, material.language),
        phases=rows,
    )


def _moments(row: PhaseRow) -> list[int]:
    found = [row.planned_start_us, row.planned_end_us, row.started_us, row.ended_us]
    return [moment for moment in found if moment is not None] + [mark.at_us for mark in row.marks]


def _row(material: Material, planned: PlannedPhase) -> PhaseRow:
    fact = material.facts.phases.get(planned.phase)
    here = [
        material.facts.injects[number]
        for number in material.ordered_numbers
        if _phase_of(material, material.facts.injects[number]) == planned.phase
    ]
    marks = [
        Mark(
            number=one.number,
            title=material.title(one.number),
            at_us=one.released_us,
            late=one.on_time is False,
            seq=one.seq,
        )
        for one in here
        if one.released_us is not None and one.seq is not None
    ]
    ended_us = fact.ended_us if fact else None
    wall_length_us = None
    if fact is not None and fact.ended_wall_us is not None:
        wall_length_us = max(0, fact.ended_wall_us - fact.started_wall_us)
    late = sum(mark.late for mark in marks)
    row = PhaseRow(
        phase=planned.phase,
        number=planned.number,
        title=str(planned.title),
        planned_start_us=planned.planned_start_us,
        planned_end_us=planned.planned_end_us,
        started_us=fact.started_us if fact else None,
        ended_us=ended_us,
        started_seq=fact.started_seq if fact else None,
        ended_seq=fact.ended_seq if fact else None,
        difference_us=None if ended_us is None else ended_us - planned.planned_end_us,
        wall_length_us=wall_length_us,
        released=len(marks),
        on_time=len(marks) - late,
        late=late,
        override_reason=fact.override_reason if fact else "",
        unmet=fact.unmet if fact else (),
        marks=tuple(sorted(marks, key=lambda mark: (mark.at_us, mark.seq))),
        finding="",
    )
    return _told(row)


def _phase_of(material: Material, inject: InjectFact) -> str:
    """The phase in which it was released; its own where that was before or after all phases."""
    if inject.phase in {phase.phase for phase in material.plan.phases}:
        return inject.phase
    planned = material.plan.injects.get(inject.number)
    return planned.phase if planned else ""


# ── sentences ───────────────────────────────────────────────────────────────────────────────────
def _told(row: PhaseRow) -> PhaseRow:
    counts = ""
    if row.released:
        counts = ngettext("%(count)s tin", "%(count)s tin", row.released) % {
            "count": number(row.released)
        }
        counts += ", " + _late(row.late)
    return replace(row, finding=sentence([_ended(row), counts]))


def _late(late: int) -> str:
    if not late:
        return _("tất cả đúng hạn")
    return ngettext("%(count)s tin trễ", "%(count)s tin trễ", late) % {"count": number(late)}


def _ended(row: PhaseRow) -> str:
    """How its end lay to the plan, and whether its gate was passed by decision."""
    values = {"number": row.number}
    if row.started_us is None:
        return _("giai đoạn %(number)d chưa bắt đầu") % values
    if row.difference_us is None:
        return _("giai đoạn %(number)d chưa kết thúc") % values
    values["by"] = minutes(row.difference_us)  # type: ignore[assignment]
    if abs(row.difference_us) < MINUTE_US:
        said = _("giai đoạn %(number)d kết thúc đúng kế hoạch") % values
    elif row.difference_us > 0:
        said = _("giai đoạn %(number)d kết thúc muộn %(by)s") % values
    else:
        said = _("giai đoạn %(number)d kết thúc sớm %(by)s") % values
    return said + (" " + _("(vượt cổng theo quyết định)") if row.override_reason else "")


def _finding(rows: tuple[PhaseRow, ...], *, over: bool) -> str:
    begun = [row for row in rows if row.started_us is not None]
    if not begun:
        return _("Diễn tập chưa bắt đầu.")
    as_planned = [
        row
        for row in rows
        if row.difference_us is not None
        and abs(row.difference_us) < MINUTE_US
        and not row.override_reason
    ]
    if len(as_planned) == len(rows):
        return _("Mọi giai đoạn kết thúc đúng kế hoạch.")
    clauses = [_ended(row) for row in begun]
    if over:
        clauses += [
            _("giai đoạn %(number)d không diễn ra") % {"number": row.number}
            for row in rows
            if row.started_us is None
        ]
    return sentence(clauses)
