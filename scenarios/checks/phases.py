"""The frame of the drill: phases that are there, in order, with something to play."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from scenarios.checks.finding import Finding, Kind, Place, finding
from scenarios.checks.plan import Plan
from scenarios.phases import PLAYED


def check_phases(plan: Plan) -> Iterator[Finding]:
    """Phases missing, wrongly placed, or with nothing in them; stand-downs wrongly placed."""
    yield from _windows(plan)
    yield from _stand_downs(plan)
    timed = {plan.entries[number].phase for number in plan.play_us}
    for phase in PLAYED:
        if phase in plan.phases and phase not in timed:
            yield finding(
                "phase_without_injects",
                Place(Kind.PHASE, phase),
                _("Giai đoạn không có tình huống nào phát theo giờ."),
                _("Thêm tình huống, hoặc rút ngắn giai đoạn."),
            )


def _windows(plan: Plan) -> Iterator[Finding]:
    before_us = 0
    stand_downs = plan.document.stand_downs
    for phase in PLAYED:
        if phase not in plan.phases:
            message = _("Kịch bản thiếu giai đoạn này.")
            suggestion = _("Thêm giờ bắt đầu và giờ kết thúc của giai đoạn.")
            yield finding("phase_missing", Place(Kind.PHASE, phase), message, suggestion)
            continue
        begin, end = plan.phases[phase].starts_us, plan.phases[phase].ends_us
        wrong = ""
        if end <= begin:
            wrong, field = _("Giai đoạn kết thúc không sau lúc bắt đầu."), "ends_us"
        elif begin < 0:
            wrong, field = _("Giai đoạn bắt đầu trước lúc bắt đầu diễn tập."), "starts_us"
        elif begin < before_us:
            wrong, field = _("Giai đoạn bắt đầu khi giai đoạn trước chưa kết thúc."), "starts_us"
        elif any(one.from_us <= begin < one.to_us for one in stand_downs):
            wrong, field = _("Giai đoạn bắt đầu trong khoảng tạm nghỉ."), "starts_us"
        elif any(one.from_us < end < one.to_us for one in stand_downs):
            wrong, field = _("Giai đoạn kết thúc trong khoảng tạm nghỉ."), "ends_us"
        if wrong:
            place = Place(Kind.PHASE, phase, field)
            yield finding("phase_window", place, wrong, _("Sửa giờ của giai đoạn."))
        before_us = max(before_us, end)


def _stand_downs(plan: Plan) -> Iterator[Finding]:
    phases = plan.phases.values()
    first_us = min((phase.starts_us for phase in phases), default=0)
    last_us = max((phase.ends_us for phase in phases), default=0)
    before_us: int | None = None
    numbered = enumerate(plan.document.stand_downs, start=1)
    for number, one in sorted(numbered, key=lambda pair: (pair[1].from_us, pair[1].to_us)):
        wrong = ""
        if one.to_us <= one.from_us:
            wrong = _("Khoảng tạm nghỉ kết thúc không sau lúc bắt đầu.")
        elif before_us is not None and one.from_us < before_us:
            wrong = _("Khoảng tạm nghỉ chồng lên một khoảng khác.")
        elif phases and not (first_us <= one.from_us and one.to_us <= last_us):
            wrong = _("Khoảng tạm nghỉ nằm ngoài thời gian diễn tập.")
        if wrong:
            place = Place(Kind.STAND_DOWN, str(number))
            yield finding("stand_down_window", place, wrong, _("Sửa giờ tạm nghỉ."))
        before_us = one.to_us if before_us is None else max(before_us, one.to_us)
