"""The improvement plan: what is to be done, by whom, until when."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercise.review.report.values import CorrectiveAction, ImprovementSection
from exercise.review.report.words import number, sentence

CLOSED = frozenset({"done", "verified", "dropped"})


def improvement_of(rows: Sequence[CorrectiveAction]) -> ImprovementSection:
    """The section, from corrective actions in the order in which they are to be shown."""
    return ImprovementSection(
        title=_("Kế hoạch khắc phục"), finding=_finding(rows), rows=tuple(rows)
    )


def _finding(rows: Sequence[CorrectiveAction]) -> str:
    if not rows:
        return _("Chưa có biện pháp khắc phục nào.")
    going_on = sum(row.state not in CLOSED for row in rows)
    first = ngettext(
        "%(count)s biện pháp khắc phục", "%(count)s biện pháp khắc phục", len(rows)
    ) % {"count": number(len(rows))}
    if not going_on:
        return sentence([first + ", " + _("tất cả đã xong")])
    last = ngettext("%(count)s chưa xong", "%(count)s chưa xong", going_on)
    return sentence([first + ", " + last % {"count": number(going_on)}])
