"""The times of injects: when they come, and when what they ask for is due."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from django.utils.translation import gettext as _

from scenarios.calendar import SECOND_US
from scenarios.checks.finding import Finding, finding, inject, listed
from scenarios.checks.plan import Plan, spelled
from scenarios.choices import Reply
from scenarios.models import sort_key
from scenarios.phases import PLAYED
from scenarios.reading.document import Entry


def check_times(plan: Plan) -> Iterator[Finding]:
    """Release times, deadlines, and numbers that do not follow the times."""
    for entry in plan.document.msel:
        yield from _release(plan, entry)
        yield from _periods(entry)
        if entry.planned_us is not None:
            yield from _deadline_and_phase(plan, entry)
            yield from _deadline_and_break(plan, entry)
    yield from _second_zero(plan)
    yield from _number_order(plan)


# ── release ─────────────────────────────────────────────────────────────────────────────────────
def _release(plan: Plan, entry: Entry) -> Iterator[Finding]:
    planned_us = entry.planned_us
    if planned_us is None:
        return
    place = inject(entry.number, "planned_us")
    at = {"at": plan.calendar_label(planned_us)}
    phase = plan.phases.get(entry.phase)
    if planned_us < 0:
        message = _("Giờ phát %(at)s ở trước lúc bắt đầu diễn tập.") % at
        yield finding("before_start", place, message, _("Sửa giờ phát."))
    elif phase and not phase.starts_us <= planned_us < phase.ends_us:
        message = _("Giờ phát %(at)s nằm ngoài giai đoạn của tình huống.") % at
        yield finding("outside_phase", place, message, _("Sửa giờ phát hoặc đổi giai đoạn."))
    if any(span.from_us <= planned_us < span.to_us for span in plan.calendar.stand_downs):
        message = _("Giờ phát %(at)s nằm trong khoảng tạm nghỉ.") % at
        suggestion = _("Chọn giờ trước hoặc sau khi nghỉ.")
        yield finding("in_stand_down", place, message, suggestion)


def _second_zero(plan: Plan) -> Iterator[Finding]:
    numbers = sorted((n for n, us in plan.play_us.items() if us == 0), key=sort_key)
    if numbers:
        yield finding(
            "at_second_zero",
            inject(numbers[0], "planned_us", at_us=0),
            _("Phát ngay giây đầu tiên của diễn tập: %(numbers)s.") % {"numbers": listed(numbers)},
            _("Để vài phút cho các đơn vị đăng nhập và vào vị trí."),
        )


def _number_order(plan: Plan) -> Iterator[Finding]:
    """One finding a phase: the fewest injects whose moving would put numbers and times in order."""
    for phase in PLAYED:
        numbers = [n for n in plan.play_us if plan.entries[n].phase == phase]
        numbers.sort(key=sort_key)
        displaced = _displaced(numbers, plan.play_us)
        if displaced:
            yield finding(
                "number_order",
                inject(displaced[0], "number"),
                _("Số không theo thứ tự giờ phát: %(numbers)s.") % {"numbers": listed(displaced)},
                _("Đánh số lại theo giờ, để người đọc danh mục và bảng không nhầm."),
            )


def _displaced(numbers: list[str], us: dict[str, int]) -> list[str]:
    """What is left when the longest run that never goes back in time is taken out."""
    tops: list[int] = []  # the least last time of a run of each length
    heads: list[int] = []  # and whose time it is
    before: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_right(tops, us[number])
        before.append(heads[length - 1] if length else -1)
        tops[length : length + 1] = [us[number]]
        heads[length : length + 1] = [place]
    kept = set[int]()
    here = heads[-1] if heads else -1
    while here >= 0:
        kept.add(here)
        here = before[here]
    return [number for place, number in enumerate(numbers) if place not in kept]


# ── deadlines ───────────────────────────────────────────────────────────────────────────────────
def _periods(entry: Entry) -> Iterator[Finding]:
    """The periods themselves, of timed and standby injects alike."""
    acknowledge_s, complete_s = entry.acknowledge_within_s, entry.complete_within_s
    if complete_s is None and entry.mandatory:
        yield finding(
            "mandatory_without_deadline",
            inject(entry.number, "complete_within_s"),
            _("Tình huống bắt buộc nhưng không có thời hạn hoàn thành."),
            _("Ghi thời hạn hoàn thành, ví dụ 30m, hoặc bỏ “bắt buộc”."),
        )
    elif complete_s is None and entry.reply != Reply.NONE:
        yield finding(
            "reply_without_deadline",
            inject(entry.number, "complete_within_s"),
            _("Yêu cầu trả lời nhưng không có thời hạn hoàn thành: đơn vị chỉ phải xác nhận."),
            _("Ghi thời hạn hoàn thành, hoặc bỏ yêu cầu trả lời."),
        )
    if complete_s is not None and acknowledge_s is not None and acknowledge_s > complete_s:
        periods = {
            "acknowledge": spelled(acknowledge_s * SECOND_US),
            "complete": spelled(complete_s * SECOND_US),
        }
        yield finding(
            "acknowledge_after_complete",
            inject(entry.number, "acknowledge_within_s"),
            _("Hạn xác nhận (%(acknowledge)s) dài hơn hạn hoàn thành (%(complete)s).") % periods,
            _("Rút ngắn hạn xác nhận."),
        )


def _deadline_and_phase(plan: Plan, entry: Entry) -> Iterator[Finding]:
    due_us = plan.due_us(entry)
    window = plan.windows.get(entry.phase)
    if due_us is None or window is None or entry.complete_within_s is None:
        return
    if plan.play_us[entry.number] >= window[1]:
        return  # told as outside its phase
    times = {
        "due": plan.label(due_us, before_break=True),
        "end": plan.label(window[1], before_break=True),
    }
    if entry.mandatory and due_us > window[1]:
        yield finding(
            "mandatory_past_phase",
            inject(entry.number, "complete_within_s", at_us=due_us),
            _(
                "Việc bắt buộc đến hạn lúc %(due)s, sau khi giai đoạn kết thúc (%(end)s):"
                " cổng có thể mở muộn."
            )
            % times,
            _("Phát sớm hơn, rút ngắn thời hạn hoặc kéo dài giai đoạn."),
        )
    elif due_us > plan.end_us:
        times["end"] = plan.label(plan.end_us, before_break=True)
        yield finding(
            "deadline_past_end",
            inject(entry.number, "complete_within_s", at_us=due_us),
            _("Đến hạn lúc %(due)s, sau khi diễn tập kết thúc (%(end)s).") % times,
            _("Phát sớm hơn hoặc rút ngắn thời hạn."),
        )


def _deadline_and_break(plan: Plan, entry: Entry) -> Iterator[Finding]:
    """The deadline by the wall clock is not the one that counts, because a break lies before it."""
    start_us, due_us = entry.planned_us, plan.due_us(entry)
    if start_us is None or due_us is None:
        return
    length_us = due_us - plan.play_us[entry.number]
    field = "acknowledge_within_s" if entry.complete_within_s is None else "complete_within_s"
    for span in plan.calendar.stand_downs:
        if not start_us < span.from_us < start_us + length_us:
            continue
        told = {
            "wall": plan.calendar_label(start_us + length_us),
            "due": plan.label(due_us, before_break=True),
            "break": plan.calendar_label(span.from_us),
            "left": spelled(span.from_us - start_us),
        }
        if start_us + length_us < span.to_us:
            code = "deadline_in_stand_down"
            message = _(
                "Tính theo đồng hồ, hạn %(wall)s rơi vào khoảng tạm nghỉ; giờ nghỉ không tính nên"
                " hạn là %(due)s."
            )
        else:
            code = "deadline_across_stand_down"
            message = _("Khoảng tạm nghỉ từ %(break)s không tính vào thời hạn: hạn là %(due)s.")
        yield finding(
            code,
            inject(entry.number, field, at_us=due_us),
            message % told,
            _(
                "Trước khi nghỉ chỉ còn %(left)s: phát sớm hơn, rút ngắn thời hạn, hoặc giữ nguyên"
                " nếu đúng ý."
            )
            % told,
        )
        return
