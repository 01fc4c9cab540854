"""What a page says after a command was carried out, and how it is taken back where it can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from exercise.models import CorrectiveAction, Exercise, Inject, Posture, ReportVersion, Tasking

TAKE_BACK = _("Hoàn tác")


@dataclass(frozen=True)
class Undo:
    """The command that takes another one back, or as far back as it can be taken."""

    command: str
    fields: dict[str, Any]
    label: Promise = TAKE_BACK


SENTENCES: dict[str, Promise] = {
    "start": _("Đã bắt đầu diễn tập."),
    "pause": _("Đã tạm dừng đồng hồ."),
    "resume": _("Đồng hồ chạy tiếp."),
    "set_pace": _("Đã đặt nhịp đồng hồ."),
    "jump": _("Đã nhảy tới."),
    "advance_phase": _("Đã chuyển giai đoạn."),
    "end": _("Đã kết thúc cuộc diễn tập."),
    "close": _("Đã đóng hồ sơ diễn tập."),
    "set_overdue_policy": _("Đã đặt cách xử lý tin trễ."),
    "extend_stand_down": _("Đã kéo dài giờ nghỉ."),
    "call_real_world_stop": _("Đã báo tình huống thật. Diễn tập dừng."),
    "lift_real_world_stop": _("Đã gỡ báo động. Đồng hồ vẫn dừng cho đến khi chạy tiếp."),
    "extend_board_link": _("Đã gia hạn liên kết bảng tin thêm 7 ngày."),
    "revoke_board_link": _("Đã đổi liên kết bảng tin. Liên kết cũ không dùng được nữa."),
    "report_posture": _("Đã báo cáo đơn vị hoàn thành giai đoạn."),
    "confirm_posture": _("Đã xác nhận %(unit)s."),
    "return_posture": _("Đã trả lại báo cáo của %(unit)s."),
    "release": _("Đã phát %(number)s."),
    "hold": _("Đã tạm giữ %(number)s."),
    "unhold": _("Đã nhả %(number)s."),
    "skip": _("Đã bỏ qua %(number)s."),
    "restore": _("Đã lấy lại %(number)s."),
    "recall": _("Đã thu hồi %(number)s."),
    "resend": _("Đã phát lại %(number)s. Không lấy lại được."),
    "correct": _("Đã phát bản đính chính %(number)s."),
    "add_inject": _("Đã thêm tình huống %(number)s."),
    "decide_overdue": _("Đã quyết định các tin quá giờ."),
    "open_tasking": _("Đã mở tin."),
    "acknowledge": _("Đã xác nhận nhận tin %(number)s."),
    "start_work": _("Đã bắt đầu việc %(number)s."),
    "report": _("Đã gửi báo cáo."),
    "complete": _("Đã báo hoàn thành %(number)s."),
    "waive": _("Đã miễn việc %(number)s cho %(unit)s."),
    "verify": _("Đã kiểm tra %(number)s của %(unit)s."),
    "return_tasking": _("Đã trả lại %(number)s cho %(unit)s."),
    "acknowledge_for": _("Đã ghi hộ: %(unit)s đã nhận %(number)s."),
    "complete_for": _("Đã ghi hộ: %(unit)s hoàn thành %(number)s."),
    "nudge": _("Đã nhắc %(unit)s về %(number)s. Không lấy lại được."),
    "rate": _("Đã ghi đánh giá."),
    "add_action": _("Đã ghi biện pháp %(action)s."),
    "edit_action": _("Đã sửa biện pháp %(action)s."),
    "begin_action": _("Đã bắt đầu biện pháp %(action)s."),
    "finish_action": _("Đã báo làm xong biện pháp %(action)s."),
    "verify_action": _("Đã xác nhận biện pháp %(action)s."),
    "reopen_action": _("Đã giao lại biện pháp %(action)s."),
    "begin_report": _("Đã mở bản báo cáo %(version)s."),
    "write_report": _("Đã lưu báo cáo."),
    "review_report": _("Đã thẩm tra bản %(version)s."),
    "return_report": _("Đã trả bản %(version)s cho người viết."),
    "sign_report": _("Đã ký bản %(version)s."),
    "drop_action": _("Đã ghi: không thực hiện biện pháp %(action)s."),
    "rate_action": _("Đã ghi đánh giá."),
    "rate_objective": _("Đã ghi đánh giá."),
    "record_finding": _("Đã ghi nhận xét."),
    "publish_evaluation": _("Đã công bố kết quả đánh giá cho các đơn vị."),
    "withdraw_evaluation": _("Đã thu lại kết quả đánh giá."),
}


def said(command: str, result: Any) -> str:
    """The sentence for a command that was carried out."""
    return str(SENTENCES[command]) % _names(result)


def _names(result: Any) -> dict[str, str]:
    if isinstance(result, Inject):
        return {"number": result.number}
    if isinstance(result, Tasking):
        return {"number": result.inject.number, "unit": str(result.unit)}
    if isinstance(result, Posture):
        return {"unit": str(result.unit)}
    if isinstance(result, CorrectiveAction):
        return {"action": result.label}
    if isinstance(result, ReportVersion):
        return {"version": str(result.number)}
    return {}


def _of_inject(command: str) -> Callable[[Any], Undo]:
    return lambda inject: Undo(command, {"inject_id": inject.pk})


def _recall(inject: Any) -> Undo:
    fields = {"inject_id": inject.pk, "reason": _("Thu hồi ngay sau khi phát nhầm.")}
    return Undo("recall", fields, _("Thu hồi"))


UNDO: dict[str, Callable[[Any], Undo]] = {
    "release": _recall,
    "hold": _of_inject("unhold"),
    "unhold": _of_inject("hold"),
    "skip": _of_inject("restore"),
    "pause": lambda _result: Undo("resume", {}),
    "resume": lambda _result: Undo("pause", {}),
}
"""Commands that can be taken back by another one. A release cannot be made undone, for it may have
been read: it can be recalled.
"""


def undo_of(command: str, result: Any) -> Undo | None:
    """How to take it back; ``None`` where it cannot be, or where nothing is left to take back."""
    if command == "unhold" and isinstance(result, Inject) and result.released_us is not None:
        command = "release"
    make = UNDO.get(command)
    return make(result) if make and isinstance(result, (Inject, Exercise)) else None
