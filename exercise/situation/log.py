"""What the journal's entries say to a reader: one sentence per kind, with a glyph.

The board and the units are given fewer kinds than control; see ``PUBLIC_KINDS``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from exercise.models import Exercise, JournalEntry
from exercise.models.evaluation import came_late
from exercise.situation.words import duration, pace, stamp, stamp_end
from scenarios.phases import PLAYED, Phase
from units.models import Unit
from units.roles import Role
from units.text import Text

SHOWN = 40
"""Rows of the console's log."""

Pattern = tuple[str, str | Promise]

SENTENCES: dict[str, Pattern] = {
    # the exercise
    "exercise_started": ("play", gettext_lazy("{actor} bắt đầu diễn tập")),
    "exercise_ended": ("done", gettext_lazy("{actor} kết thúc diễn tập")),
    "exercise_closed": ("lock", gettext_lazy("{actor} đóng hồ sơ diễn tập")),
    "clock_paused": ("pause", gettext_lazy("{actor} tạm dừng đồng hồ")),
    "clock_resumed": ("play", gettext_lazy("{actor} cho đồng hồ chạy tiếp")),
    "clock_jumped": ("jump", gettext_lazy("{actor} nhảy tới {to}")),
    "pace_set": ("jump", gettext_lazy("{actor} đặt nhịp {pace}")),
    "stand_down_begun": ("pause", gettext_lazy("Tạm nghỉ theo kế hoạch: {title}")),
    "stand_down_ended": ("play", gettext_lazy("Hết giờ tạm nghỉ, đồng hồ chạy tiếp")),
    "stand_down_extended": ("pause", gettext_lazy("{actor} kéo dài giờ nghỉ {minutes} phút")),
    "stand_down_passed": ("jump", gettext_lazy("Bỏ qua giờ nghỉ: {title}")),
    "overdue_policy_set": ("list", gettext_lazy("{actor} đổi cách xử lý tin trễ")),
    "outage_recovered": (
        "warn",
        gettext_lazy("Hệ thống gián đoạn {down}; đồng hồ đặt lại và tạm dừng"),
    ),
    "wall_clock_set_back": (
        "warn",
        gettext_lazy("Đồng hồ máy chủ lùi {back}; giờ diễn tập chạy tiếp từ chỗ cũ"),
    ),
    "injects_overdue": ("late", gettext_lazy("Tin quá giờ phát chờ quyết định: {numbers}")),
    "real_world_called": ("late", gettext_lazy("TÌNH HUỐNG THẬT tại {place}, {actor} báo")),
    "real_world_lifted": ("done", gettext_lazy("{actor} gỡ báo động tình huống thật")),
    "board_link_extended": ("link", gettext_lazy("{actor} gia hạn liên kết bảng tin")),
    "board_link_revoked": ("link", gettext_lazy("{actor} đổi liên kết bảng tin")),
    # phases and postures
    "phase_started": ("play", gettext_lazy("Bắt đầu giai đoạn {phase}")),
    "phase_ended": ("check", gettext_lazy("{actor} kết thúc giai đoạn {phase}")),
    "posture_ordered": ("delivered", gettext_lazy("{unit} nhận lệnh giai đoạn {phase}")),
    "posture_reported": ("ack", gettext_lazy("{unit} báo cáo hoàn thành giai đoạn")),
    "posture_confirmed": ("done", gettext_lazy("{actor} xác nhận {unit}")),
    "posture_returned": ("again", gettext_lazy("{actor} trả lại báo cáo của {unit}")),
    # injects
    "inject_released": ("send", gettext_lazy("Phát {inject} {title} tới {to}")),
    "inject_held": ("held", gettext_lazy("{actor} tạm giữ {inject}")),
    "inject_unheld": ("play", gettext_lazy("{actor} bỏ tạm giữ {inject}")),
    "inject_skipped": ("skip", gettext_lazy("{actor} bỏ qua {inject}")),
    "inject_restored": ("again", gettext_lazy("{actor} lấy lại {inject} đã bỏ qua")),
    "inject_recalled": ("skip", gettext_lazy("{actor} thu hồi {inject}")),
    "inject_resent": ("again", gettext_lazy("{actor} phát lại {inject} tới {to}")),
    "inject_corrected": ("doc", gettext_lazy("{actor} đính chính {inject}, bản {version}")),
    "inject_added": ("plus", gettext_lazy("{actor} thêm {inject} {title}")),
    "inject_scheduled": ("plan", gettext_lazy("{inject} được hẹn giờ phát")),
    "inject_rescheduled": ("plan", gettext_lazy("{inject} được hẹn lại giờ phát")),
    "inject_closed": ("done", gettext_lazy("{inject} đã xong ở mọi đơn vị")),
    "condition_met": ("check", gettext_lazy("{inject} đủ điều kiện phát do {on}")),
    # taskings
    "tasking_opened": ("delivered", gettext_lazy("{unit} mở {inject}")),
    "tasking_acknowledged": ("ack", gettext_lazy("{unit} đã nhận {inject} sau {after}")),
    "tasking_reacknowledged": ("ack", gettext_lazy("{unit} đã nhận bản đính chính {inject}")),
    "tasking_started": ("work", gettext_lazy("{unit} bắt đầu {inject}")),
    "tasking_reported": ("note", gettext_lazy("{unit} báo cáo {inject}")),
    "tasking_completed": ("done", gettext_lazy("{unit} hoàn thành {inject}")),
    "tasking_verified": ("done", gettext_lazy("{actor} đã kiểm tra {inject} của {unit}")),
    "tasking_returned": ("again", gettext_lazy("{actor} trả lại {inject} cho {unit}")),
    "tasking_waived": ("skip", gettext_lazy("{actor} miễn {inject} cho {unit}")),
    "tasking_rereading_waived": (
        "skip",
        gettext_lazy("{actor} miễn {unit} xác nhận bản đính chính {inject}"),
    ),
    "tasking_cancelled": ("skip", gettext_lazy("{inject} của {unit} không còn hiệu lực")),
    "tasking_nudged": ("bell", gettext_lazy("{actor} nhắc {unit} về {inject}")),
    "tasking_due_soon": ("due", gettext_lazy("{unit} sắp hết hạn {inject}")),
    "tasking_ack_overdue": ("late", gettext_lazy("{unit} chưa nhận {inject}, quá hạn xác nhận")),
    "tasking_overdue": ("late", gettext_lazy("{unit} quá hạn {inject}")),
    "tasking_rated": ("note", gettext_lazy("{actor} chấm {inject} của {unit} mức {rating}")),
    "action_rated": (
        "note",
        gettext_lazy("{actor} chấm hành động {action} của {inject}, {unit}, mức {rating}"),
    ),
    "objective_rated": (
        "note",
        gettext_lazy("{actor} chấm mục tiêu {objective} của {unit} mức {rating}"),
    ),
    "observation_recorded": ("note", gettext_lazy("{actor} ghi nhận xét đánh giá")),
    "evaluation_published": ("full", gettext_lazy("{actor} công bố kết quả đánh giá")),
    "evaluation_withdrawn": ("lock", gettext_lazy("{actor} thu lại kết quả đánh giá")),
}
"""Glyph and sentence of each kind of entry. Names in braces are filled in, bold."""

RELEASED_BY_HAND = gettext_lazy("{actor} phát {inject} {title} tới {to}")
NOTED_EARLIER = gettext_lazy("{actor} gửi nhận xét đánh giá ghi từ {noted}")

OVERDUE_BY_POLICY = {
    "release": gettext_lazy("Tin quá giờ phát được phát ngay: {numbers}"),
    "space": gettext_lazy("Tin quá giờ phát được giãn cách: {numbers}"),
}

QUIET_KINDS = frozenset({"posture_ordered"})
"""Left out of the console's log, where one row for the phase says it for all units."""

JUDGED_KINDS = frozenset(
    {"tasking_rated", "action_rated", "objective_rated", "observation_recorded"}
)
"""How evaluators judge; no evaluator is told what another thinks."""

PUBLISHED_KINDS = frozenset({"evaluation_published", "evaluation_withdrawn"})
"""Whether units read what is judged of them."""

PUBLIC_KINDS = frozenset(
    {
        "exercise_started",
        "exercise_ended",
        "phase_started",
        "posture_reported",
        "posture_confirmed",
        "inject_released",
        "tasking_acknowledged",
        "tasking_started",
        "tasking_completed",
        "tasking_overdue",
        "tasking_ack_overdue",
    }
)
"""What observers may read. Nothing of these names a person, a plan, a report's text or a rating."""

UNIT_KINDS = frozenset(
    {
        "inject_released",
        "inject_recalled",
        "inject_resent",
        "inject_corrected",
        "tasking_acknowledged",
        "tasking_reacknowledged",
        "tasking_started",
        "tasking_reported",
        "tasking_completed",
        "tasking_verified",
        "tasking_returned",
        "tasking_waived",
        "tasking_rereading_waived",
        "tasking_cancelled",
        "tasking_nudged",
        "tasking_due_soon",
        "tasking_ack_overdue",
        "tasking_overdue",
        "posture_ordered",
        "posture_reported",
        "posture_confirmed",
        "posture_returned",
    }
)
"""What a unit may read of itself."""

GLYPH_STATE = {
    "play": "live",
    "send": "delivered",
    "note": "live",
    "pause": "due",
    "warn": "late",
    "check": "done",
    "bell": "due",
    "again": "due",
}
"""The colour of glyphs that are no states themselves."""


@dataclass(frozen=True)
class Row:
    """One entry as a line of the log."""

    entry: JournalEntry
    time: str
    hm: str
    stamp: str
    """Exercise time with seconds, without, and with the day; in a stand-down its beginning's."""
    glyph: str
    state: str
    sentence: SafeString
    quote: str

    @property
    def phase_number(self) -> int | None:
        """1, 2 or 3; ``None`` before and after."""
        phase = self.entry.phase
        return PLAYED.index(Phase(phase)) + 1 if phase in PLAYED else None


def rows(
    exercise: Exercise,
    entries: Iterable[JournalEntry],
    *,
    units: Mapping[str, Unit] | None = None,
    public: bool = False,
) -> list[Row]:
    """Rows in the order of the entries given; unit names are read once when not at hand.

    A public row names roles instead of persons and quotes nobody.
    """
    known = units if units is not None else _units(exercise)
    return [row(exercise, entry, known, public=public) for entry in entries]


def _units(exercise: Exercise) -> dict[str, Unit]:
    return {unit.code: unit for unit in Unit.objects.filter(postures__exercise=exercise)}


def row(
    exercise: Exercise, entry: JournalEntry, units: Mapping[str, Unit], *, public: bool = False
) -> Row:
    """The line of one entry; a kind without a sentence shows its own name."""
    glyph, pattern = SENTENCES.get(entry.kind, ("note", "{actor} " + entry.kind))
    if entry.kind == "inject_released" and entry.data.get("how") == "hand":
        pattern = RELEASED_BY_HAND
    if entry.kind == "observation_recorded" and _came_late(entry):
        pattern = NOTED_EARLIER
    if entry.kind == "injects_overdue":
        pattern = OVERDUE_BY_POLICY.get(entry.data.get("policy", ""), pattern)
    early = bool(entry.data.get("before_break"))
    moment = exercise.calendar.moment(entry.exercise_us, before_break=early)
    return Row(
        entry=entry,
        time=f"{moment:%H:%M:%S}",
        hm=f"{moment:%H:%M}",
        stamp=(stamp_end if early else stamp)(entry.exercise_us, exercise),
        glyph=glyph,
        state=GLYPH_STATE.get(glyph, glyph),
        sentence=_bold(str(pattern), partial(_value, exercise, entry, units, public)),
        quote="" if public else _quote(entry),
    )


def _came_late(entry: JournalEntry) -> bool:
    noted_us, noted_wall_us = (entry.data.get(name) for name in ("noted_us", "noted_wall_us"))
    both = isinstance(noted_us, int) and isinstance(noted_wall_us, int)
    return both and came_late(noted_wall_us, entry.wall_us)


_NAMES = re.compile(r"{(\w+)}")


def _bold(pattern: str, says: Callable[[str], Any]) -> SafeString:
    said = {name: says(name) for name in _NAMES.findall(pattern)}
    bold = {
        name: value if name == "title" else format_html("<b>{}</b>", value)
        for name, value in said.items()
    }
    return format_html(pattern, **bold) if bold else SafeString(escape(pattern))


def _value(
    exercise: Exercise, entry: JournalEntry, units: Mapping[str, Unit], public: bool, name: str
) -> Any:
    """What a name in a sentence stands for."""
    data = entry.data
    match name:
        case "actor":
            # The board reads its entries without their persons' names.
            role = str(Role(entry.role).label) if entry.role in Role.values else ""
            return (role if public else entry.actor_name) or _("Hệ thống")
        case "unit":
            return str(units.get(entry.unit_code) or entry.unit_code)
        case "inject":
            return entry.inject_number
        case "title":
            return str(Text.of(data.get("title") or ""))
        case "to":
            return _to(exercise, data.get("to"), data.get("to_us"), units)
        case "after" | "down" | "back":
            return duration(data.get(f"{name}_us"))
        case "pace":
            return pace(data.get("pace_permille") or exercise.rate_permille)
        case "phase":
            return str(Phase(data["phase"]).label) if data.get("phase") in Phase.values else ""
        case "noted":
            return stamp(data["noted_us"], exercise)
        case "numbers":
            return ", ".join(data.get("numbers") or ())
        case _:
            return data.get(name, "")


def _to(exercise: Exercise, to: Any, to_us: Any, units: Mapping[str, Unit]) -> str:
    if isinstance(to_us, int):
        return stamp(to_us, exercise)
    codes = list(to or ())
    if len(codes) > 3 and len(codes) == len(units):
        return _("mọi đơn vị")
    return ", ".join(str(units[code]) if code in units else code for code in codes)


CHANNEL = {
    "phone": pgettext_lazy("channel", "qua điện thoại"),
    "paper": pgettext_lazy("channel", "trên giấy"),
}


def _quote(entry: JournalEntry) -> str:
    data = entry.data
    if entry.kind == "real_world_called":
        return str(data.get("words", ""))
    parts = [str(CHANNEL[data["channel"]])] if data.get("channel") in CHANNEL else []
    if data.get("files"):
        parts.append(_("%(count)d tệp") % {"count": len(data["files"])})
    parts += [
        str(data[key]) for key in ("text", "reason", "note", "override_reason") if data.get(key)
    ]
    return " · ".join(parts)


def entries_of(exercise: Exercise) -> QuerySet[JournalEntry]:
    """The journal as far as this exercise object knows of it: of one as it was, up to then."""
    return JournalEntry.objects.filter(exercise=exercise.pk, seq__lte=exercise.journal_seq)


def latest(
    exercise: Exercise, count: int = SHOWN, *, without: frozenset[str] = QUIET_KINDS
) -> list[JournalEntry]:
    """The newest entries of the console's log, newest first."""
    entries = entries_of(exercise).exclude(kind__in=without).order_by("-seq")
    return list(entries.defer("changes", "previous", "hash")[:count])
