"""The improvement plan: what is to be done, by whom, until when.

Corrective actions go on for months after the drill and are not in its journal: this section alone
shows them as they stand when the report is made.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercise.models import ACTION_UNSETTLED, CorrectiveAction
from exercise.review.report import values
from exercise.review.report.material import Material
from exercise.review.report.values import ImprovementSection
from exercise.review.report.words import number, sentence


def improvement_of(material: Material) -> ImprovementSection:
    """The section, in the order in which the actions are due; one query."""
    found = CorrectiveAction.objects.filter(exercise=material.exercise)
    rows = tuple(_row(material, one) for one in found.select_related("unit", "owner"))
    return ImprovementSection(title=_("Kế hoạch khắc phục"), finding=_finding(rows), rows=rows)


def _row(material: Material, one: CorrectiveAction) -> values.CorrectiveAction:
    return values.CorrectiveAction(
        label=one.label,
        finding=one.finding,
        measure=one.measure,
        unit=material.unit(one.unit.code) if one.unit is not None else None,
        owner=material.unit(one.owner.code),
        responsible=one.responsible,
        due=one.due,
        state=str(one.state),
        state_label=str(one.get_state_display()),
        objective=one.objective,
        number=one.inject_number,
        observation_seq=one.source_seq,
    )


def _finding(rows: Sequence[values.CorrectiveAction]) -> str:
    if not rows:
        return _("Chưa có biện pháp khắc phục nào.")
    unsettled = sum(row.state in ACTION_UNSETTLED for row in rows)
    first = ngettext(
        "%(count)s biện pháp khắc phục", "%(count)s biện pháp khắc phục", len(rows)
    ) % {"count": number(len(rows))}
    if not unsettled:
        return sentence([first + ", " + _("tất cả đã khép lại")])
    last = ngettext("%(count)s chưa khép lại", "%(count)s chưa khép lại", unsettled)
    return sentence([first + ", " + last % {"count": number(unsettled)}])
