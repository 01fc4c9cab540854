"""The head of the report, and the warning that stands before it where the journal is broken."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exercise.models import Exercise, JournalEntry, Verdict
from exercise.review.report.material import Material
from exercise.review.report.values import Head
from units.models import Unit

_WHY = {
    "missing": gettext_lazy("thiếu mục"),
    "previous hash": gettext_lazy("chuỗi mã băm bị đứt"),
    "content": gettext_lazy("nội dung đã bị sửa"),
    "not the head the exercise keeps": gettext_lazy("mục cuối không khớp"),
    "end cut off": gettext_lazy("phần cuối bị cắt"),
    "added past the end": gettext_lazy("có mục bị thêm vào cuối"),
}


def warning_of(verdict: Verdict) -> str:
    """What is to be said first of a journal that is not whole; nothing of one that is."""
    if verdict.verified:
        return ""
    return _(
        "Nhật ký không còn nguyên vẹn từ mục %(seq)d (%(why)s): "
        "số liệu trong báo cáo này chưa thể làm căn cứ."
    ) % {"seq": verdict.broken_seq or 0, "why": str(_WHY.get(verdict.why, verdict.why))}


def head_of(material: Material) -> Head:
    """The head of a report."""
    exercise, facts, verdict = material.exercise, material.facts, material.verdict
    calendar = material.plan.calendar
    ends = [phase.planned_end_us for phase in material.plan.phases]
    last_us = facts.played_us if facts.entries else max(ends, default=0)
    return Head(
        title=str(exercise.title),
        organisation=organisation_of(exercise.pk),
        warning=warning_of(verdict),
        verified=verdict.verified,
        broken_seq=verdict.broken_seq,
        entries=facts.entries,
        journal_head=_hash_of(exercise, facts.entries),
        run=exercise.code,
        rehearsal=exercise.rehearsal,
        status=str(exercise.status),
        status_label=str(exercise.get_status_display()),
        scenario_version=exercise.scenario.version,
        first_day=calendar.zero.date(),
        last_day=calendar.moment(last_us, before_break=True).date(),
        starts_at=calendar.zero,
        timezone=exercise.timezone,
        units=tuple(material.units.values()),
        phase_count=len(material.plan.phases),
        played_us=facts.played_us,
        started_wall_us=facts.started_wall_us,
        ended_wall_us=facts.ended_wall_us,
    )


def _hash_of(exercise: Exercise, seq: int) -> str:
    # Not what the exercise keeps: a drill under way may have gone on since the entries were read.
    found = JournalEntry.objects.filter(exercise=exercise, seq=seq)
    return found.values_list("hash", flat=True).first() or ""


def organisation_of(exercise_id: int) -> str:
    """The unit that all participating units belong to, the nearest one; nothing without one."""
    parents = dict(Unit.objects.values_list("pk", "parent"))
    taking_part = Unit.objects.filter(postures__exercise=exercise_id).values_list("pk", flat=True)
    lines = [_line(pk, parents) for pk in taking_part]
    common = [pk for pk in (lines[0] if lines else ()) if all(pk in line for line in lines)]
    found = Unit.objects.filter(pk=common[0]).first() if common else None
    return str(found.name) if found else ""


def _line(pk: int | None, parents: dict[int, int | None]) -> list[int]:
    line: list[int] = []
    while pk is not None and pk not in line:
        line.append(pk)
        pk = parents.get(pk)
    return line
