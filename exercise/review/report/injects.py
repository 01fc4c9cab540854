"""The table of injects."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercise.models import InjectState
from exercise.review.facts import Spread
from exercise.review.report.material import Material
from exercise.review.report.values import InjectRow, InjectSection
from exercise.review.report.words import minutes, number, sentence
from scenarios.calendar import MINUTE_US


def injects_of(material: Material) -> InjectSection:
    """The section."""
    rows = tuple(_row(material, number_) for number_ in material.ordered_numbers)
    return InjectSection(title=_("Các tin"), finding=_finding(rows), rows=rows)


def _row(material: Material, number_: str) -> InjectRow:
    fact = material.facts.injects[number_]
    planned = material.plan.injects.get(number_)
    taskings = [material.facts.taskings[number_, unit] for unit in fact.units]
    numbers = {phase.phase: phase.number for phase in material.plan.phases}
    return InjectRow(
        number=number_,
        title=material.title(number_),
        phase_number=numbers.get(planned.phase, 0) if planned else 0,
        state=fact.state,
        state_label=_state_label(fact.state),
        mandatory=bool(planned and planned.mandatory),
        added=bool(planned and planned.added),
        how=fact.how,
        planned_us=planned.planned_us if planned else None,
        due_us=fact.due_us,
        released_us=fact.released_us,
        late_us=fact.late_us,
        late_wall_us=fact.late_wall_us,
        on_time=fact.on_time,
        units=len(taskings),
        acknowledged=sum(one.acknowledged_after_us is not None for one in taskings),
        completed=sum(one.completed_after_us is not None for one in taskings),
        overdue=sum(one.overdue for one in taskings),
        acknowledgement=Spread.of(
            one.acknowledged_after_us for one in taskings if one.acknowledged_after_us is not None
        ),
        completion=Spread.of(
            one.completed_after_us for one in taskings if one.completed_after_us is not None
        ),
        corrections=fact.corrections,
        resent=fact.resent,
        words=fact.recall_reason,
        seq=fact.seq,
    )


def _state_label(state: str) -> str:
    return _("chưa phát") if state == "waiting" else str(InjectState(state).label)


def _finding(rows: tuple[InjectRow, ...]) -> str:
    released = [row for row in rows if row.released_us is not None]
    if not released:
        return _("Chưa phát tin nào.")
    late = [row for row in released if (row.late_us or 0) >= MINUTE_US]
    if not late:
        first = _("không tin nào phát sau giờ dự kiến từ 1 phút diễn tập trở lên")
    else:
        most = max(late, key=lambda row: row.late_us or 0)
        first = ngettext(
            "%(count)s tin phát sau giờ dự kiến, nhiều nhất %(by)s (tin %(number)s)",
            "%(count)s tin phát sau giờ dự kiến, nhiều nhất %(by)s (tin %(number)s)",
            len(late),
        ) % {
            "count": number(len(late)),
            "by": minutes(most.late_us or 0),
            "number": most.number,
        }
    return sentence([first, *_others(rows)])


def _others(rows: tuple[InjectRow, ...]) -> list[str]:
    skipped = sum(row.state == "skipped" for row in rows)
    recalled = sum(row.state == "recalled" for row in rows)
    corrected = sum(row.corrections > 0 for row in rows)
    added = sum(row.added for row in rows)
    said = (
        (skipped, ngettext("bỏ qua %(count)s tin", "bỏ qua %(count)s tin", skipped)),
        (recalled, ngettext("thu hồi %(count)s tin", "thu hồi %(count)s tin", recalled)),
        (corrected, ngettext("đính chính %(count)s tin", "đính chính %(count)s tin", corrected)),
        (
            added,
            ngettext(
                "thêm %(count)s tin ngoài kế hoạch", "thêm %(count)s tin ngoài kế hoạch", added
            ),
        ),
    )
    return [text % {"count": number(count)} for count, text in said if count]
