"""What standby injects wait for, and whether it can come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from django.utils.translation import gettext as _

from scenarios.calendar import SECOND_US
from scenarios.checks.finding import Finding, finding, inject, listed
from scenarios.checks.plan import Plan, deadline_s
from scenarios.choices import ReleaseMode, TriggerEvent
from scenarios.reading.document import Entry, Trigger
from scenarios.reading.frame import cycles


class Coming(IntEnum):
    """Whether an inject comes, the surest first."""

    BY_ITSELF = 0
    IF_OVERDUE = 1  # only when somebody misses a deadline
    BY_HAND = 2  # when the director releases it, or what it waits for
    NEVER = 3


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of one inject along everything it waits for.

    Attributes:
        coming: whether it comes.
        earliest_us: play µs before which it cannot come by itself; ``None``: no time is known.
        latest: the inject of the latest phase on the way, itself included.
    """

    coming: Coming
    earliest_us: int | None
    latest: str


class Waiting:
    """The outlook of every inject; each chain of waiting is walked once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.outlooks: dict[str, Outlook] = {}
        triggers = {n: entry.trigger for n, entry in plan.entries.items() if entry.trigger}
        self.loops = cycles({n: t.inject for n, t in triggers.items() if t.inject in plan.entries})
        self.looping = {number for loop in self.loops for number in loop}
        for number in plan.entries:
            self._walk(number)

    def _walk(self, number: str) -> None:
        way: list[str] = []
        entries, here = self.plan.entries, number
        while here in entries and here not in self.outlooks and here not in self.looping:
            way.append(here)
            trigger = entries[here].trigger
            if trigger is None:
                break
            here = trigger.inject
        if here in self.looping:
            self.outlooks.setdefault(here, Outlook(Coming.NEVER, None, here))
        for one in reversed(way):
            self.outlooks[one] = self._outlook(entries[one])

    def _outlook(self, entry: Entry) -> Outlook:
        if entry.planned_us is not None:
            by_hand = entry.release == ReleaseMode.MANUAL
            coming = Coming.BY_HAND if by_hand else Coming.BY_ITSELF
            return Outlook(coming, self.plan.play_us[entry.number], entry.number)
        trigger = entry.trigger
        if trigger is None:
            return Outlook(Coming.BY_HAND, None, entry.number)
        before = self.outlooks.get(trigger.inject)
        if before is None:  # no such inject
            return Outlook(Coming.NEVER, None, entry.number)
        later = self.plan.is_later(before.latest, entry.phase)
        latest = before.latest if later else entry.number
        if entry.release == ReleaseMode.MANUAL:
            return Outlook(Coming.BY_HAND, None, latest)
        coming = self._coming(trigger, before)
        return Outlook(coming, self._earliest_us(entry, trigger, before), latest)

    def _coming(self, trigger: Trigger, before: Outlook) -> Coming:
        # Without anyone to get it, it is neither completed nor overdue.
        if trigger.inject not in self.plan.reached or self.cannot_be_overdue(trigger):
            return Coming.NEVER
        if trigger.event == TriggerEvent.OVERDUE:
            return max(before.coming, Coming.IF_OVERDUE)
        return before.coming

    def _earliest_us(self, entry: Entry, trigger: Trigger, before: Outlook) -> int | None:
        if before.earliest_us is None:
            return None
        base = self.plan.entries[trigger.inject]
        waits_s = (deadline_s(base) or 0) if trigger.event == TriggerEvent.OVERDUE else 0
        earliest_us = before.earliest_us + (waits_s + trigger.delay_s) * SECOND_US
        window = self.plan.windows.get(entry.phase)
        return max(earliest_us, window[0]) if window else earliest_us

    def cannot_be_overdue(self, trigger: Trigger) -> bool:
        """Whether a trigger waits for a deadline that is not there."""
        base = self.plan.entries.get(trigger.inject)
        return bool(base and trigger.event == TriggerEvent.OVERDUE and deadline_s(base) is None)


def check_triggers(plan: Plan, waiting: Waiting) -> Iterator[Finding]:
    """Loops, dead branches, and standby injects that come too late or only by hand."""
    for loop in waiting.loops:
        yield finding(
            "trigger_cycle",
            inject(loop[0], "trigger"),
            _("Các tình huống chờ nhau theo vòng tròn: %(numbers)s.") % {"numbers": listed(loop)},
            _("Bỏ điều kiện của một tình huống, hoặc đặt giờ phát cho nó."),
        )
    for entry in plan.entries.values():
        place = inject(entry.number, "trigger")
        if entry.trigger and entry.planned_us is not None:
            message = _("Vừa có giờ phát vừa chờ điều kiện: điều kiện không có tác dụng.")
            yield finding("trigger_with_time", place, message, _("Bỏ giờ phát hoặc bỏ điều kiện."))
        elif entry.trigger:
            yield from _trigger(plan, waiting, entry, entry.trigger)
        elif entry.planned_us is None and entry.release != ReleaseMode.MANUAL:
            yield finding(
                "nothing_releases",
                inject(entry.number, "planned_us"),
                _("Ghi phát tự động nhưng không có giờ phát và không chờ điều kiện nào."),
                _("Đặt giờ phát hoặc điều kiện, hoặc ghi “Tổng đạo diễn phát”."),
            )


def _trigger(plan: Plan, waiting: Waiting, entry: Entry, trigger: Trigger) -> Iterator[Finding]:
    place = inject(entry.number, "trigger")
    outlook, before = waiting.outlooks[entry.number], waiting.outlooks.get(trigger.inject)
    told = {"number": trigger.inject}
    if before is None or entry.number in waiting.looping:
        return  # told as an unknown reference, as a loop
    if waiting.cannot_be_overdue(trigger):
        yield finding(
            "never_overdue",
            place,
            _("Chờ %(number)s quá hạn, nhưng tình huống đó không có thời hạn.") % told,
            _("Ghi thời hạn cho tình huống đó, hoặc chờ nó hoàn thành."),
        )
        return
    if outlook.coming == Coming.NEVER:
        yield finding(
            "dead_branch",
            place,
            _("Không bao giờ tự phát: %(number)s không thể phát hoặc không đến đơn vị nào.") % told,
            _("Sửa tình huống được chờ, hoặc đặt giờ phát."),
        )
        return
    if entry.release == ReleaseMode.MANUAL:
        return
    from_later_phase = plan.is_later(trigger.inject, entry.phase)
    if from_later_phase:
        yield finding(
            "trigger_later_phase",
            place,
            _("Chờ %(number)s của giai đoạn sau: chỉ phát khi giai đoạn của nó đã qua.") % told,
            _("Đổi giai đoạn, hoặc chờ một tình huống của giai đoạn này hay giai đoạn trước."),
        )
    elif before.coming == Coming.BY_HAND:
        yield finding(
            "trigger_manual",
            place,
            _("Chờ %(number)s, mà tình huống đó chỉ phát khi tổng đạo diễn ra lệnh.") % told,
            _("Nhắc tổng đạo diễn trong ghi chú, hoặc chờ tình huống phát theo giờ."),
        )
    if not from_later_phase:
        yield from _too_late(plan, entry, outlook)


def _too_late(plan: Plan, entry: Entry, outlook: Outlook) -> Iterator[Finding]:
    """Even at its earliest an inject, or the work that a gate waits for, is after its phase."""
    window, earliest_us = plan.windows.get(entry.phase), outlook.earliest_us
    if window is None or earliest_us is None:
        return
    if earliest_us >= window[1]:
        yield finding(
            "trigger_past_phase",
            inject(entry.number, "trigger"),
            _("Sớm nhất phát lúc %(at)s, khi giai đoạn đã kết thúc.")
            % {"at": plan.label(earliest_us)},
            _("Rút ngắn thời gian chờ, hoặc đổi giai đoạn."),
        )
        return
    due_us = earliest_us + (entry.complete_within_s or 0) * SECOND_US
    if entry.mandatory and due_us > window[1]:
        yield finding(
            "mandatory_past_phase",
            inject(entry.number, "complete_within_s", at_us=due_us),
            _(
                "Việc bắt buộc sớm nhất đến hạn lúc %(due)s, sau khi giai đoạn kết thúc (%(end)s):"
                " cổng có thể mở muộn."
            )
            % {
                "due": plan.label(due_us, before_break=True),
                "end": plan.label(window[1], before_break=True),
            },
            _("Rút ngắn thời gian chờ hoặc thời hạn, hoặc kéo dài giai đoạn."),
        )
