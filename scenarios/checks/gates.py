"""Gates: whether what they wait for can come, and whether they wait for anything."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from scenarios.checks.finding import Finding, Kind, Place, finding
from scenarios.checks.plan import Plan
from scenarios.checks.waiting import Coming, Waiting
from scenarios.reading.document import Condition


def check_gates(plan: Plan, waiting: Waiting) -> Iterator[Finding]:
    """Conditions that cannot be met, that may not be, and gates that hold nobody up."""
    with_work = {entry.phase for entry in plan.document.msel if entry.mandatory}
    for phase in plan.document.phases:
        if not phase.conditions and phase.phase not in with_work:
            yield finding(
                "gate_empty",
                Place(Kind.PHASE, phase.phase, "conditions"),
                _(
                    "Cổng không có điều kiện, giai đoạn không có việc bắt buộc: chỉ cần các đơn vị"
                    " được xác nhận."
                ),
                _("Thêm điều kiện, hoặc ghi bắt buộc cho những việc phải xong."),
            )
        for condition in phase.conditions:
            yield from _condition(plan, waiting, phase.phase, condition)


def _condition(plan: Plan, waiting: Waiting, phase: str, condition: Condition) -> Iterator[Finding]:
    place = Place(Kind.CONDITION, f"{phase}/{condition.code}", "after")
    if not condition.after:
        message = _("Điều kiện không chờ tình huống nào nên luôn đạt.")
        yield finding("condition_empty", place, message, _("Chọn tình huống phải xong."))
    for number in condition.after:
        outlook = waiting.outlooks.get(number)
        if outlook is None:
            continue  # told as an unknown reference
        told = {"number": number}
        if plan.is_later(outlook.latest, phase):
            told["latest"] = outlook.latest
            code = "gate_later_phase"
            message = _("Cổng chờ %(number)s, mà %(latest)s thuộc giai đoạn sau cổng.")
            suggestion = _("Bỏ tình huống này khỏi điều kiện, hoặc đổi giai đoạn của nó.")
        elif outlook.coming == Coming.NEVER or number not in plan.reached:
            code = "gate_never"
            message = _("Cổng không thể mở: %(number)s không tự phát hoặc không đến đơn vị nào.")
            suggestion = _("Sửa tình huống đó, hoặc bỏ nó khỏi điều kiện.")
        elif outlook.coming == Coming.IF_OVERDUE:
            code = "gate_on_overdue"
            message = _("Cổng chờ %(number)s, mà tình huống đó chỉ phát khi có việc quá hạn.")
            suggestion = _("Bỏ khỏi điều kiện: nếu mọi việc đúng hạn, cổng sẽ không mở.")
        elif outlook.coming == Coming.BY_HAND:
            code = "gate_manual"
            message = _("Cổng chờ %(number)s, mà tình huống đó chỉ phát khi tổng đạo diễn ra lệnh.")
            suggestion = _("Nhắc tổng đạo diễn phát kịp, hoặc đặt giờ phát.")
        else:
            continue
        yield finding(code, place, message % told, suggestion)
