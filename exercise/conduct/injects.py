"""Commands on injects: release, hold, skip, recall, resend, correct, add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from django.utils.translation import gettext_lazy as _

from exercise.conduct.base import Conduct, command
from exercise.conduct.delivery import ask_to_read, cancel_taskings, deliver
from exercise.conduct.phases import need_reason
from exercise.conduct.refused import Refused
from exercise.models import (
    UNREAD,
    Inject,
    InjectState,
    InjectVersion,
    Posture,
    Tasking,
    TaskingState,
)
from scenarios.calendar import MINUTE_US, SECOND_US
from scenarios.choices import Method, ReleaseMode, Reply
from scenarios.models import sort_key
from units.text import Text

LONGEST_S = 30 * 24 * 3600
"""No limit and no waiting time of an inject is longer."""
READ_AND_GOING_ON = (
    TaskingState.ACKNOWLEDGED,
    TaskingState.IN_PROGRESS,
    TaskingState.RETURNED,
    TaskingState.COMPLETED,
    TaskingState.VERIFIED,
)


@command()
def release(conduct: Conduct, *, inject_id: int) -> Inject:
    """Release now, during a pause too."""
    inject = conduct.inject(inject_id)
    if inject.state == InjectState.RELEASED:
        raise Refused("already", _("Tin %(number)s đã được phát rồi.") % {"number": inject.number})
    deliver(conduct, [inject], how="hand")
    return inject


@command()
def hold(conduct: Conduct, *, inject_id: int) -> Inject:
    """Keep a scheduled inject back until it is let go, released or skipped."""
    inject = conduct.inject(inject_id)
    conduct.move(inject, "hold", overdue_wall_us=None)
    conduct.note("inject_held", inject=inject)
    return inject


@command()
def unhold(conduct: Conduct, *, inject_id: int) -> Inject:
    """Let it go: it comes at its moment, or at once if that has passed."""
    inject = conduct.inject(inject_id)
    passed = inject.due_us is not None and inject.due_us <= conduct.position_us
    if passed and inject.state == InjectState.HELD:
        deliver(conduct, [inject], how="hand")
        return inject
    conduct.move(inject, "unhold")
    conduct.due(inject.due_us)
    conduct.note("inject_unheld", inject=inject)
    return inject


@command()
def skip(conduct: Conduct, *, inject_id: int) -> Inject:
    """Leave it out."""
    inject = conduct.inject(inject_id)
    conduct.move(inject, "skip", overdue_wall_us=None)
    conduct.note("inject_skipped", inject=inject)
    return inject


@command()
def restore(conduct: Conduct, *, inject_id: int) -> Inject:
    """Take a skip back. One whose moment has passed comes back held, so that nothing bursts out."""
    inject = conduct.inject(inject_id)
    if inject.due_us is None:
        inject.due_us = _planned_moment(conduct, inject)
    timed = inject.mode == ReleaseMode.AUTO and (inject.due_us or inject.planned_us) is not None
    conduct.move(inject, "restore" if timed else "restore_standby", due_us=inject.due_us)
    conduct.note("inject_restored", inject=inject)
    if timed and inject.due_us is not None and inject.due_us <= conduct.position_us:
        conduct.move(inject, "hold")
        conduct.note("inject_held", inject=inject)
    conduct.due(inject.due_us)
    return inject


def _planned_moment(conduct: Conduct, inject: Inject) -> int | None:
    """Its moment in a phase that began while it was skipped; ``None`` if the phase has not."""
    row = next(row for row in conduct.exercise.phases if row.phase == inject.phase)
    if inject.planned_us is None or row.started_us is None:
        return None
    return inject.planned_us + row.started_us - row.planned_start_us


@command()
def recall(conduct: Conduct, *, inject_id: int, reason: str) -> Inject:
    """Take a released inject back: its taskings are cancelled, units see it struck out."""
    reason = need_reason(reason)
    inject = conduct.inject(inject_id)
    conduct.move(inject, "recall")
    taskings = Tasking.objects.filter(inject=inject).select_related("inject", "unit")
    codes = cancel_taskings(
        conduct,
        [t for t in taskings if t.state not in (TaskingState.CANCELLED, TaskingState.WAIVED)],
        reason,
    )
    conduct.note("inject_recalled", inject=inject, reason=reason, to=codes)
    # What was to come because of it is the director's to decide about now.
    for consequence in inject.triggers.filter(state=InjectState.SCHEDULED).order_by("sort_key"):
        conduct.move(consequence, "hold", overdue_wall_us=None)
        conduct.note("inject_held", inject=consequence)
    return inject


@command()
def resend(conduct: Conduct, *, inject_id: int, unit_codes: Sequence[str] = ()) -> Inject:
    """Deliver again to the units that have not acknowledged (or those named), with a new
    deadline.
    """
    inject = conduct.inject(inject_id)
    if inject.state != InjectState.RELEASED:
        raise Refused("wrong_state", _("Chỉ phát lại tin đã phát và chưa xong."))
    waiting = Tasking.objects.filter(inject=inject, state__in=UNREAD)
    waiting = waiting.select_related("inject", "unit")
    if unit_codes:
        waiting = waiting.filter(unit__code__in=unit_codes)
    taskings = list(waiting)
    if not taskings:
        raise Refused("nobody", _("Mọi đơn vị đã nhận tin này."))
    for tasking in taskings:
        tasking.nudges += 1
        tasking.save(update_fields=["nudges", *ask_to_read(conduct, tasking)])
    conduct.note("inject_resent", inject=inject, to=[t.unit.code for t in taskings])
    return inject


@command()
def correct(conduct: Conduct, *, inject_id: int, title: Text, content: Text, reason: str) -> Inject:
    """Publish a corrected version; those who had read the old one acknowledge again."""
    reason = need_reason(reason)
    inject = conduct.inject(inject_id)
    if inject.state not in (InjectState.RELEASED, InjectState.CLOSED):
        raise Refused("wrong_state", _("Chỉ đính chính tin đã phát."))
    if not title:
        raise Refused("title", _("Tin cần tiêu đề."))
    if (title, content) == (inject.title, inject.content):
        raise Refused("unchanged", _("Nội dung chưa thay đổi."))
    InjectVersion.objects.create(
        inject=inject,
        version=inject.version,
        title=inject.title,
        content=inject.content,
        until_us=conduct.position_us,
    )
    inject.version += 1
    inject.title, inject.content = title, content
    inject.save(update_fields=["version", "title", "content"])
    taskings = Tasking.objects.filter(inject=inject).exclude(state=TaskingState.CANCELLED)
    addressed, again = [], []
    for tasking in taskings.select_related("inject", "unit"):
        addressed.append(tasking.unit.code)
        if tasking.read_version == 0 or tasking.state not in READ_AND_GOING_ON:
            continue
        tasking.reacknowledge = True
        tasking.save(update_fields=["reacknowledge", *ask_to_read(conduct, tasking)])
        again.append(tasking.unit.code)
    if again and inject.state == InjectState.CLOSED:
        conduct.move(inject, "reopen", closed_us=None)
    conduct.note(
        "inject_corrected",
        inject=inject,
        reason=reason,
        version=inject.version,
        title=title.as_dict(),
        to=addressed,
        reacknowledge=again,
    )
    return inject


@command()
def add_inject(
    conduct: Conduct,
    *,
    title: Text,
    content: Text,
    to: Sequence[str],
    in_minutes: int | None = 0,
    sender: Text | None = None,
    method: str = Method.DOCUMENT,
    acknowledge_within_s: int | None = 600,
    complete_within_s: int | None = None,
    mandatory: bool = False,
    reply: str = Reply.NONE,
) -> Inject:
    """Add an inject nobody planned.

    Args:
        to: unit codes; all must take part.
        in_minutes: exercise minutes from now; 0 releases it at once, ``None`` leaves it on standby.
    """
    exercise = conduct.exercise
    row = exercise.current
    if row is None:
        raise Refused("no_phase", _("Chưa vào giai đoạn nào."))
    if not title:
        raise Refused("title", _("Tin cần tiêu đề."))
    for seconds in (acknowledge_within_s, complete_within_s):
        if seconds is not None and not 1 <= seconds <= LONGEST_S:
            raise Refused("minutes", _("Thời hạn từ 1 phút đến 30 ngày."))
    if in_minutes is not None and not 0 <= in_minutes * 60 <= LONGEST_S:
        raise Refused("minutes", _("Giờ phát từ bây giờ đến 30 ngày sau."))
    if mandatory and complete_within_s is None:
        raise Refused("deadline", _("Việc bắt buộc cần thời hạn hoàn thành."))
    units = [
        posture.unit
        for posture in Posture.objects.filter(exercise=exercise, unit__code__in=to).select_related(
            "unit"
        )
    ]
    unknown = set(to) - {unit.code for unit in units}
    if unknown or not units:
        raise Refused(
            "units",
            _("Chọn đơn vị nhận có tham gia diễn tập."),
            details=sorted(unknown),
        )
    number = _free_number(conduct, row.number)
    inject = Inject(
        exercise=exercise,
        number=number,
        sort_key=sort_key(number),
        phase=row.phase,
        sender=sender or Text(vi="Ban Chỉ đạo diễn tập", en="Exercise control"),
        method=method,
        title=title,
        content=content,
        acknowledge_within_s=acknowledge_within_s,
        complete_within_s=complete_within_s,
        mandatory=mandatory,
        reply=reply,
        mode=ReleaseMode.MANUAL if in_minutes is None else ReleaseMode.AUTO,
        added_on_the_fly=True,
    )
    inject.save()
    inject.addressees.set(units)
    conduct.created(inject)
    conduct.note("inject_added", inject=inject, title=title.as_dict(), to=list(to))
    if in_minutes == 0:
        deliver(conduct, [inject], how="hand")
    elif in_minutes is not None:
        due_us = conduct.position_us + in_minutes * MINUTE_US
        conduct.move(inject, "schedule", due_us=due_us, planned_us=due_us)
        conduct.due(due_us)
        conduct.note("inject_scheduled", inject=inject, due_us=due_us)
    return inject


def _free_number(conduct: Conduct, phase_number: int) -> str:
    """Next number of the phase: after 1.22 comes 1.23, whatever was skipped."""
    taken = [
        int(number.split(".", 1)[1])
        for number in Inject.objects.filter(
            exercise=conduct.exercise, number__startswith=f"{phase_number}."
        ).values_list("number", flat=True)
        if number.split(".", 1)[1].isdecimal()
    ]
    return f"{phase_number}.{max(taken, default=0) + 1:02d}"


@command()
def decide_overdue(
    conduct: Conduct,
    *,
    inject_ids: Sequence[int],
    decision: Literal["release", "space", "hold", "skip"],
    spacing_s: int = 300,
) -> list[Inject]:
    """Settle the overdue queue in one decision: release now, spaced out, hold or skip.

    Args:
        spacing_s: exercise seconds between two, with ``space``; the first comes at once.
    """
    queue = list(
        Inject.objects.filter(
            exercise=conduct.exercise,
            pk__in=inject_ids,
            state=InjectState.SCHEDULED,
            overdue_wall_us__isnull=False,
        ).order_by("due_us", "sort_key")
    )
    if decision == "space" and not 1 <= spacing_s <= 24 * 3600:
        raise Refused("spacing", _("Giãn cách từ 1 giây đến 24 giờ."))
    if not queue:
        raise Refused("empty", _("Hàng chờ quyết định đã trống."))
    if decision == "release":
        deliver(conduct, queue, how="hand")
    elif decision == "space":
        space_out(conduct, queue, spacing_s)
    elif decision in ("hold", "skip"):
        for inject in queue:
            conduct.move(inject, decision, overdue_wall_us=None)
            conduct.note("inject_held" if decision == "hold" else "inject_skipped", inject=inject)
    else:
        raise Refused("choice", _("Không có cách xử lý này."))
    return queue


def space_out(conduct: Conduct, queue: Sequence[Inject], spacing_s: int) -> None:
    """Give late injects new moments, ``spacing_s`` of exercise time apart, the first one now."""
    for place, inject in enumerate(queue):
        inject.due_us = conduct.position_us + place * spacing_s * SECOND_US
        inject.overdue_wall_us = None
        inject.save(update_fields=["due_us", "overdue_wall_us"])
        conduct.due(inject.due_us)
        conduct.note("inject_rescheduled", inject=inject, due_us=inject.due_us)
