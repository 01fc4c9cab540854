"""A unit's inbox: what it must do now, what it is doing, what is done; and one tasking in full.

Everything here may be read by the unit: no expected action, no rating, nothing unreleased.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from exercise.models import (
    REPORTED,
    UNREAD,
    WORKING,
    JournalEntry,
    Report,
    Tasking,
    TaskingState,
)
from exercise.situation import log, strip
from exercise.situation.facts import Facts
from scenarios.choices import Reply

T = TaskingState


@dataclass(frozen=True)
class Row:
    """A tasking as a line of the inbox; ``to_us`` is ticked in the phrase."""

    tasking: Tasking
    glyph: str
    phrase: str
    to_us: int | None
    due_us: int | None
    unread: bool
    struck: bool
    task: bool


@dataclass(frozen=True)
class Group:
    """A heading of the inbox with its rows."""

    title: str
    rows: tuple[Row, ...]
    finished: bool = False


def list_context(
    facts: Facts, unit_id: int, *, touched: Iterable[str] | None = ()
) -> dict[str, Any]:
    """The inbox of one unit.

    Args:
        facts: the exercise now.
        unit_id: whose inbox.
        touched: numbers of the injects that changed (``None``: any may have), so that a page with
            one of them open fetches it anew.
    """
    posture = next(p for p in facts.postures if p.unit_id == unit_id)
    rows = [row(facts, tasking) for tasking in facts.by_unit[unit_id]]
    now = [r for r in rows if r.glyph == "late" or r.unread]
    work = [r for r in rows if facts.open(r.tasking) and r not in now]
    done = [r for r in rows if not facts.open(r.tasking)]
    groups = [
        Group(_("Cần làm ngay"), tuple(sorted(now, key=_urgency))),
        Group(_("Đang làm"), tuple(sorted(work, key=_urgency))),
        Group(_("Đã xong"), tuple(sorted(done, key=_finished, reverse=True)), finished=True),
    ]
    owed = [
        t.inject.number
        for t in facts.by_unit[unit_id]
        if facts.open(t) and t.inject.mandatory and t.inject.phase == posture.phase
    ]
    return strip.context(facts.exercise) | {
        "groups": [group for group in groups if group.rows],
        "posture": posture,
        "can_report": posture.state in WORKING and not owed,
        "owed": owed,
        "reported": posture.state in REPORTED,
        "open_count": len(now) + len(work),
        "task_count": sum(r.task for r in now + work),
        "info_count": sum(not r.task for r in now + work),
        "late_count": sum(r.glyph == "late" for r in rows),
        "done_count": sum(facts.done(t) for t in facts.by_unit[unit_id]),
        "total": sum(facts.counts(t) for t in facts.by_unit[unit_id]),
        "touched": "*" if touched is None else " ".join(sorted(set(touched))),
    }


def row(facts: Facts, tasking: Tasking) -> Row:
    """The line of one tasking."""
    phrase, to_us = _phrase(facts, tasking)
    return Row(
        tasking=tasking,
        glyph=facts.glyph(tasking),
        phrase=phrase,
        to_us=to_us,
        due_us=tasking.due_us,
        unread=tasking.state in UNREAD or tasking.reacknowledge,
        struck=tasking.state in (T.CANCELLED, T.WAIVED),
        task=tasking.complete_due_us is not None,
    )


def _phrase(facts: Facts, tasking: Tasking) -> tuple[str, int | None]:
    due = tasking.due_us
    if facts.late(tasking):
        return _("Quá hạn"), due
    if tasking.reacknowledge:
        return _("Có đính chính, xác nhận trong"), due
    if tasking.state in UNREAD:
        return (_("Xác nhận trong"), due) if due is not None else (_("Cần xác nhận"), None)
    if facts.open(tasking):
        return _("Còn"), due
    return str(tasking.get_state_display()).capitalize(), None


def _urgency(row: Row) -> tuple[bool, int, str]:
    due = row.due_us
    return due is None, due or 0, row.tasking.inject.sort_key


def _finished(row: Row) -> int:
    t = row.tasking
    return t.completed_us or t.acknowledged_us or t.delivered_us


def detail_context(facts: Facts, tasking: Tasking) -> dict[str, Any]:
    """One tasking with its inject's words, its reports and what happened to it."""
    exercise = facts.exercise
    known = next(t for t in facts.by_unit[tasking.unit_id] if t.pk == tasking.pk)
    entries = JournalEntry.objects.filter(
        exercise=exercise,
        inject_number=tasking.inject.number,
        unit_code__in=("", tasking.unit.code),
        kind__in=log.UNIT_KINDS,
    ).order_by("seq")
    mine = [
        entry
        for entry in entries
        if entry.unit_code or tasking.unit.code in entry.data.get("to", ())
    ]
    reports = Report.objects.filter(tasking=tasking).prefetch_related("attachments")
    state = T(known.state)
    return strip.context(exercise) | {
        "tasking": known,
        "inject": tasking.inject,
        "row": row(facts, known),
        "rows": log.rows(exercise, mine, units={u.code: u for u in facts.units.values()}),
        "reports": list(reports),
        "unread": known.state in UNREAD or known.reacknowledge,
        "can_start": state in (T.ACKNOWLEDGED, T.RETURNED) and known.complete_due_us is not None,
        "can_report": state in (T.ACKNOWLEDGED, T.IN_PROGRESS, T.RETURNED, T.COMPLETED),
        "can_complete": state in (T.ACKNOWLEDGED, T.IN_PROGRESS, T.RETURNED),
        "wants": Reply(tasking.inject.reply),
    }
