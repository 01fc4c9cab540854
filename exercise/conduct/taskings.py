"""Commands on taskings: what a unit does about an inject, and what control does about the unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from exercise.conduct.base import Conduct, command
from exercise.conduct.delivery import drop_rereading, settle, watch_deadlines
from exercise.conduct.phases import need_reason
from exercise.conduct.refused import Refused
from exercise.conduct.uploads import Upload, keep
from exercise.models import (
    UNREAD,
    Attachment,
    InjectState,
    Report,
    Tasking,
    TaskingState,
)
from scenarios.choices import Reply

T = TaskingState
CHANNELS = ("phone", "paper")


# ── by the unit ─────────────────────────────────────────────────────────────────────────────────
@command()
def open_tasking(conduct: Conduct, *, tasking_id: int) -> Tasking:
    """Someone of the unit has it on the screen. Opening again, or what was taken back unread,
    changes nothing.
    """
    tasking = conduct.tasking(tasking_id)
    if tasking.state == T.DELIVERED:
        version = tasking.inject.version
        conduct.move(tasking, "mark_opened", opened_us=conduct.position_us, read_version=version)
        conduct.note("tasking_opened", inject=tasking.inject, unit=tasking.unit.code)
    return tasking


@command()
def acknowledge(conduct: Conduct, *, tasking_id: int) -> Tasking:
    """The unit has it; or, after a correction, has the new version."""
    tasking = conduct.tasking(tasking_id)
    _acknowledge(conduct, tasking, at_us=conduct.position_us)
    return tasking


def _acknowledge(conduct: Conduct, tasking: Tasking, *, at_us: int, **behalf: Any) -> None:
    if tasking.reacknowledge:
        tasking.reacknowledge = False
        tasking.read_version = tasking.inject.version
        tasking.save(update_fields=["reacknowledge", "read_version"])
        kind = "tasking_reacknowledged"
    elif tasking.state in UNREAD:
        conduct.move(
            tasking,
            "acknowledge",
            acknowledged_us=at_us,
            read_version=tasking.inject.version,
            on_behalf=behalf.get("channel", ""),
        )
        kind = "tasking_acknowledged"
    else:
        raise Refused(
            "already",
            _("%(unit)s đã nhận tin %(number)s rồi.")
            % {"unit": tasking.unit, "number": tasking.inject.number},
        )
    conduct.note(
        kind,
        inject=tasking.inject,
        unit=tasking.unit.code,
        after_us=at_us - tasking.delivered_us,
        **behalf,
    )
    # Where the work is still to be done, nothing ended: what the other units do need not be asked
    # while everybody waits for the exercise.
    if not tasking.to_do:
        settle(conduct, tasking.inject)


@command()
def start_work(conduct: Conduct, *, tasking_id: int) -> Tasking:
    """Work begins."""
    tasking = conduct.tasking(tasking_id)
    _start(conduct, tasking, at_us=conduct.position_us)
    return tasking


def _start(conduct: Conduct, tasking: Tasking, *, at_us: int) -> None:
    if tasking.complete_due_us is None:
        raise Refused("information", _("Tin này chỉ để biết: xác nhận đã nhận là đủ."))
    started_us = tasking.started_us or at_us
    conduct.move(tasking, "start", started_us=started_us)
    conduct.note(
        "tasking_started",
        inject=tasking.inject,
        unit=tasking.unit.code,
        after_us=started_us - tasking.delivered_us,
    )


@command()
def report(
    conduct: Conduct,
    *,
    tasking_id: int,
    text: str = "",
    quantity: dict[str, Any] | None = None,
    document: dict[str, str] | None = None,
    files: Sequence[Upload] = (),
    key: str = "",
) -> Report:
    """Report in words, figures, an official document's data, files; starts the work if need be.

    Args:
        key: the sender's name for this report; one of that name that is there already is answered
            and nothing is written again.
    """
    tasking = conduct.tasking(tasking_id)
    if sent := _sent_already(tasking, key):
        return sent
    if tasking.state in UNREAD:
        raise Refused("not_acknowledged", _("Xác nhận đã nhận trước khi báo cáo."))
    if not (text.strip() or quantity or document or files):
        raise Refused("empty", _("Báo cáo chưa có nội dung."))
    if tasking.state in (T.WAIVED, T.CANCELLED):
        raise Refused("wrong_state", _("Việc này đã được miễn hoặc thu hồi."))
    if tasking.state in (T.ACKNOWLEDGED, T.RETURNED) and tasking.complete_due_us is not None:
        _start(conduct, tasking, at_us=conduct.position_us)
    return _report(
        conduct,
        tasking,
        text=text,
        quantity=quantity or {},
        document=document or {},
        files=files,
        key=key,
    )


def _sent_already(tasking: Tasking, key: str) -> Report | None:
    return Report.objects.filter(tasking=tasking, key=key).first() if key else None


def _report(
    conduct: Conduct,
    tasking: Tasking,
    *,
    text: str,
    quantity: dict[str, Any],
    document: dict[str, str],
    files: Sequence[Upload],
    channel: str = "",
    key: str = "",
) -> Report:
    made = Report.objects.create(
        tasking=tasking,
        author_id=conduct.by.user_id,
        author_name=conduct.by.name,
        at_us=conduct.position_us,
        at_wall_us=conduct.now_wall_us,
        text=text.strip(),
        quantity=quantity,
        document=document,
        on_behalf=channel,
        key=key,
    )
    conduct.note(
        "tasking_reported",
        inject=tasking.inject,
        unit=tasking.unit.code,
        report=made.pk,
        text=made.text[:1000],
        quantity=quantity,
        document=document,
        files=keep(conduct, files, Attachment, tasking=tasking, report=made),
    )
    return made


@command()
def complete(
    conduct: Conduct,
    *,
    tasking_id: int,
    text: str = "",
    quantity: dict[str, Any] | None = None,
    document: dict[str, str] | None = None,
    files: Sequence[Upload] = (),
    key: str = "",
) -> Tasking:
    """Done, with a last report if there is one; refused while the reply asked for is missing."""
    tasking = conduct.tasking(tasking_id)
    if tasking.state in (T.COMPLETED, T.VERIFIED):
        raise Refused("already", _("Việc này đã hoàn thành rồi."))
    if tasking.state in UNREAD:
        raise Refused("not_acknowledged", _("Xác nhận đã nhận trước khi báo hoàn thành."))
    if tasking.reacknowledge:
        raise Refused("not_acknowledged", _("Tin đã được đính chính: xác nhận bản mới trước."))
    said = text.strip() or quantity or document or files
    if said and not _sent_already(tasking, key):
        _report(
            conduct,
            tasking,
            text=text,
            quantity=quantity or {},
            document=document or {},
            files=files,
            key=key,
        )
    _require_reply(tasking)
    _complete(conduct, tasking, at_us=conduct.position_us)
    return tasking


def _require_reply(tasking: Tasking) -> None:
    reports = list(Report.objects.filter(tasking=tasking))
    wanted = tasking.inject.reply
    missing = {
        Reply.TEXT: (not reports, _("Cần một dòng báo cáo trước khi hoàn thành.")),
        Reply.QUANTITY: (
            not any(report.quantity for report in reports),
            _("Cần số liệu trước khi hoàn thành."),
        ),
        Reply.DOCUMENT: (
            not any(report.document for report in reports),
            _("Cần số, ngày, người ký, trích yếu văn bản trước khi hoàn thành."),
        ),
        Reply.PHOTO: (
            not Attachment.objects.filter(tasking=tasking).exists(),
            _("Cần ảnh hoặc tệp trước khi hoàn thành."),
        ),
    }.get(Reply(wanted))
    if missing and missing[0]:
        raise Refused("reply_missing", missing[1])


def _complete(conduct: Conduct, tasking: Tasking, *, at_us: int, **behalf: Any) -> None:
    if tasking.state in (T.ACKNOWLEDGED, T.RETURNED):
        _start(conduct, tasking, at_us=at_us)
    fields: dict[str, Any] = {"completed_us": at_us}
    if behalf:
        fields["on_behalf"] = behalf["channel"]
    conduct.move(tasking, "complete", **fields)
    conduct.note(
        "tasking_completed",
        inject=tasking.inject,
        unit=tasking.unit.code,
        after_us=at_us - tasking.delivered_us,
        **behalf,
    )
    settle(conduct, tasking.inject)


# ── by control ──────────────────────────────────────────────────────────────────────────────────
def _true_time(conduct: Conduct, tasking: Tasking, at_us: int | None, channel: str) -> int:
    """When it was really done: since the last thing the unit is known to have done about it."""
    if channel not in CHANNELS:
        raise Refused("channel", _("Chọn điện thoại hoặc giấy."))
    if at_us is None:
        return conduct.position_us
    known = (tasking.delivered_us, tasking.acknowledged_us, tasking.started_us)
    since_us = max(moment for moment in known if moment is not None)
    if not since_us <= at_us <= conduct.position_us:
        raise Refused(
            "true_time",
            _("Giờ thực hiện phải từ %(from)s đến bây giờ %(to)s.")
            % {
                "from": conduct.exercise.calendar.label(since_us),
                "to": conduct.exercise.calendar.label(conduct.position_us),
            },
        )
    return at_us


@command()
def acknowledge_for(
    conduct: Conduct, *, tasking_id: int, channel: str, at_us: int | None = None
) -> Tasking:
    """Enter an acknowledgement that came by ``phone`` or on ``paper``, at its true exercise
    time.
    """
    tasking = conduct.tasking(tasking_id)
    at_us = _true_time(conduct, tasking, at_us, channel)
    _acknowledge(conduct, tasking, at_us=at_us, channel=channel, true_us=at_us)
    return tasking


@command()
def complete_for(
    conduct: Conduct, *, tasking_id: int, channel: str, text: str, at_us: int | None = None
) -> Tasking:
    """Enter a completion that came by ``phone`` or on ``paper``, at its true exercise time."""
    tasking = conduct.tasking(tasking_id)
    at_us = _true_time(conduct, tasking, at_us, channel)
    if not text.strip():
        raise Refused("empty", _("Ghi nội dung đơn vị báo cáo."))
    if tasking.state in (T.COMPLETED, T.VERIFIED):
        raise Refused("already", _("Việc này đã hoàn thành rồi."))
    if tasking.state in UNREAD or tasking.reacknowledge:
        _acknowledge(conduct, tasking, at_us=at_us, channel=channel, true_us=at_us)
    _report(conduct, tasking, text=text, quantity={}, document={}, files=(), channel=channel)
    _complete(conduct, tasking, at_us=at_us, channel=channel, true_us=at_us)
    return tasking


@command()
def verify(conduct: Conduct, *, tasking_id: int) -> Tasking:
    """Control has checked the completed work."""
    tasking = conduct.tasking(tasking_id)
    conduct.move(tasking, "verify", verified_us=conduct.position_us)
    conduct.note("tasking_verified", inject=tasking.inject, unit=tasking.unit.code)
    return tasking


@command()
def return_tasking(conduct: Conduct, *, tasking_id: int, reason: str) -> Tasking:
    """Send completed work back with the reason."""
    reason = need_reason(reason)
    tasking = conduct.tasking(tasking_id)
    conduct.move(tasking, "send_back", reason=reason, completed_us=None)
    if tasking.inject.state == InjectState.CLOSED:
        conduct.move(tasking.inject, "reopen", closed_us=None)
    watch_deadlines(conduct, tasking)
    conduct.note("tasking_returned", inject=tasking.inject, unit=tasking.unit.code, reason=reason)
    return tasking


@command()
def waive(conduct: Conduct, *, tasking_id: int, reason: str) -> Tasking:
    """Let the unit off, with the reason."""
    reason = need_reason(reason)
    tasking = conduct.tasking(tasking_id)
    if tasking.reacknowledge and not tasking.to_do:
        drop_rereading(conduct, tasking)
        settle(conduct, tasking.inject)
        return tasking
    conduct.move(tasking, "waive", reason=reason, reacknowledge=False)
    conduct.note("tasking_waived", inject=tasking.inject, unit=tasking.unit.code, reason=reason)
    settle(conduct, tasking.inject)
    return tasking


@command()
def nudge(conduct: Conduct, *, tasking_id: int) -> Tasking:
    """Remind the unit: its screen shows it, nothing else changes."""
    tasking = conduct.tasking(tasking_id)
    if not tasking.open:
        raise Refused("already", _("Đơn vị không còn nợ việc này."))
    tasking.nudges += 1
    tasking.save(update_fields=["nudges"])
    conduct.note("tasking_nudged", inject=tasking.inject, unit=tasking.unit.code)
    return tasking
