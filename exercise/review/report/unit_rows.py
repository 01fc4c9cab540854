"""Load, mandatory work and postures, per unit."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercise.review.facts import Spread, mandatory_share, peak_load
from exercise.review.facts.values import PostureFact
from exercise.review.report.material import Material
from exercise.review.report.values import Step, UnitRow, UnitSection
from exercise.review.report.words import number, sentence, share


def units_of(material: Material) -> UnitSection:
    """The section: a row for each unit, in the units' order."""
    rows = tuple(_row(material, code) for code in material.units)
    return UnitSection(title=_("Các đơn vị"), finding=_finding(material, rows), rows=rows)


def _row(material: Material, code: str) -> UnitRow:
    own = material.by_unit.get(code, [])
    in_time, mandatory = mandatory_share(own, material.plan.injects)
    peak, peak_from_us = peak_load(one.delivered_us for one in own)
    return UnitRow(
        unit=material.units[code],
        taskings=len(own),
        acknowledged=sum(one.acknowledged_after_us is not None for one in own),
        completed=sum(one.completed_after_us is not None for one in own),
        overdue=sum(one.overdue for one in own),
        waived=sum(one.ended == "waived" for one in own),
        cancelled=sum(one.ended == "cancelled" for one in own),
        reworks=sum(one.reworks for one in own),
        mandatory=mandatory,
        mandatory_in_time=in_time,
        peak=peak,
        peak_from_us=peak_from_us,
        opening=Spread.of(one.opened_after_us for one in own if one.opened_after_us is not None),
        acknowledgement=Spread.of(
            one.acknowledged_after_us for one in own if one.acknowledged_after_us is not None
        ),
        completion=Spread.of(
            one.completed_after_us for one in own if one.completed_after_us is not None
        ),
        steps=tuple(
            _step(fact, phase.number)
            for phase in material.plan.phases
            if (fact := material.facts.postures.get((code, phase.phase))) is not None
        ),
    )


def _step(fact: PostureFact, phase_number: int) -> Step:
    return Step(
        phase_number=phase_number,
        ordered_us=fact.ordered_us,
        reported_after_us=fact.reported_after_us,
        confirmed_after_us=fact.confirmed_after_us,
        returned=fact.returned,
        seq=fact.confirmed_seq or fact.seq,
    )


def _finding(material: Material, rows: tuple[UnitRow, ...]) -> str:
    if not any(row.taskings for row in rows):
        return _("Chưa giao việc cho đơn vị nào.")
    clauses = []
    mandatory = sum(row.mandatory for row in rows)
    if mandatory:
        done = share(sum(row.mandatory_in_time for row in rows), mandatory)
        clauses.append(_("%(share)s việc bắt buộc xong đúng hạn") % {"share": done})
    busiest = max(rows, key=lambda row: row.peak)
    if busiest.peak > 1:
        clauses.append(_peak(material, busiest))
    reworks = sum(row.reworks for row in rows)
    if reworks:
        said = ngettext("%(count)s lần làm lại", "%(count)s lần làm lại", reworks)
        clauses.append(said % {"count": number(reworks)})
    return sentence(clauses or [_("không việc nào bắt buộc, không việc nào phải làm lại")])


def _peak(material: Material, busiest: UnitRow) -> str:
    moment = material.plan.calendar.label(busiest.peak_from_us or 0, language=material.language)
    return ngettext(
        "dồn việc nhất: %(unit)s nhận %(count)s việc trong 15 phút từ %(moment)s",
        "dồn việc nhất: %(unit)s nhận %(count)s việc trong 15 phút từ %(moment)s",
        busiest.peak,
    ) % {"unit": busiest.unit.short, "count": number(busiest.peak), "moment": moment}
