"""Checking the injects: their own fields, their times, and what they and the gates wait for."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from scenarios.calendar import SECOND_US
from scenarios.choices import Method, ReleaseMode, Reply, TriggerEvent
from scenarios.models import sort_key
from scenarios.phases import PLAYED
from scenarios.reading import document as doc
from scenarios.reading.fields import MOST_NAMES, Fields, Ref
from scenarios.reading.frame import EVERYBODY, Frame, cycles
from scenarios.reading.moments import looks_like_moment

KEYS = (
    *("number", "phase", "at", "problem", "from", "to", "method", "title", "content"),
    *("expected_actions", "objectives", "acknowledge_within", "complete_within", "mandatory"),
    *("reply", "release", "when", "notes"),
)


def check_msel(top: Fields, frame: Frame) -> tuple[doc.Entry, ...]:
    """Check every inject, then what joins them to each other and to the gates."""
    entries: dict[str, doc.Entry] = {}
    places: dict[str, Fields] = {}
    triggers: dict[str, tuple[Fields, Ref]] = {}
    for fields in top.each("msel", KEYS, required=True):
        number = fields.code("number", longest=20)
        fields.about = _("Tình huống %s") % number if number else ""
        if number and number in entries:
            message = _("Số tình huống đã dùng ở dòng %(line)d.") % {"line": places[number].line}
            fields.problem("number", "duplicate", message, _("Đặt số khác."))
        trigger, waits_for = _trigger(fields)
        if waits_for:
            triggers.setdefault(number, waits_for)
        entries.setdefault(number, _entry(fields, number, trigger, frame))
        places.setdefault(number, fields)
    if entries or frame.report.draft:
        _check_triggers(entries, triggers)
        _check_conditions(entries, frame)
    in_order = sorted(entries.values(), key=lambda entry: (sort_key(entry.number), entry.number))
    _check_note_names(top, in_order)
    return doc.with_notes_in_one_order(in_order)


def _entry(fields: Fields, number: str, trigger: doc.Trigger | None, frame: Frame) -> doc.Entry:
    phase = fields.choice("phase", PLAYED)
    if trigger and fields.node("at"):
        message = _("“when” chỉ dùng cho tình huống dự phòng, không dùng cùng “at”.")
        fields.problem("when", "when_with_at", message, _("Bỏ “when” hoặc bỏ “at”."))
    problem = fields.ref("problem")
    if problem and frame.problems is not None:
        message = _("Không có vấn đề huấn luyện này.")
        fields.check_ref(problem, frame.problems, "unknown_problem", message)
    objectives = fields.refs("objectives")
    for ref in objectives:
        if frame.objectives is not None:
            message = _("Không có mục tiêu này.")
            fields.check_ref(ref, frame.objectives, "unknown_objective", message)
    mandatory = fields.flag("mandatory", default=False)
    complete_within_s = fields.duration("complete_within")
    if mandatory and fields.node("complete_within") is None:
        message = _("Tình huống bắt buộc phải có thời hạn hoàn thành.")
        remedy = _("Thêm “complete_within”, ví dụ 30m, hoặc bỏ “mandatory”.")
        fields.problem("complete_within", "mandatory_without_deadline", message, remedy)
    return doc.Entry(
        number=number,
        phase=phase,
        planned_us=_planned_us(fields, phase, frame),
        problem=problem.word if problem else None,
        sender=fields.text("from"),
        addressees=_addressees(fields, frame),
        method=fields.choice("method", Method, Method.DOCUMENT.value),
        title=fields.text("title", required=True),
        content=fields.text("content"),
        expected_actions=fields.texts("expected_actions"),
        objectives=_in_order((ref.word for ref in objectives), frame),
        acknowledge_within_s=fields.duration("acknowledge_within"),
        complete_within_s=complete_within_s,
        mandatory=mandatory,
        reply=fields.choice("reply", Reply, Reply.NONE.value),
        release=fields.choice("release", ReleaseMode, ReleaseMode.AUTO.value),
        trigger=trigger,
        notes=fields.named("notes"),
    )


def _check_note_names(top: Fields, entries: list[doc.Entry]) -> None:
    if len({name for entry in entries for name, _words in entry.notes}) > MOST_NAMES:
        message = _("Các ghi chú có quá %(count)d tên khác nhau.") % {"count": MOST_NAMES}
        top.problem("msel", "too_many_items", message, _("Dùng chung tên cho các ghi chú."))


def _in_order(codes: Iterable[str], frame: Frame) -> tuple[str, ...]:
    """Objectives in their own order: which one an inject names first means nothing."""
    order = list(frame.objectives or ())
    return tuple(sorted(codes, key=lambda code: order.index(code) if code in order else 0))


def _addressees(fields: Fields, frame: Frame) -> tuple[str, ...]:
    refs = fields.refs("to", required=True)
    units = frame.units
    if units is None:
        return ()
    for ref in refs:
        if ref.word == EVERYBODY:
            continue
        known = fields.check_ref(ref, units, "unknown_unit", _("Không có đơn vị này."))
        if known and not units[ref.word].participates:
            message = _("Đơn vị nhận không tham gia diễn tập.")
            remedy = _("Ghi participates: true cho đơn vị, hoặc bỏ đơn vị khỏi “to”.")
            fields.wrong_ref(ref, "not_participating", message, remedy)
    words = {ref.word for ref in refs}
    if EVERYBODY in words:
        return tuple(code for code, unit in units.items() if unit.participates)
    return tuple(code for code in units if code in words)


# ── time ────────────────────────────────────────────────────────────────────────────────────────
def _planned_us(fields: Fields, phase: str, frame: Frame) -> int | None:
    found = fields.ref("at")
    if found is None:
        return None
    window = frame.windows.get(phase)
    if looks_like_moment(found.word):
        planned_us = fields.moment("at", frame.zero)
    else:
        offset_s = fields.duration("at", zero=True)
        if offset_s is None or window is None:
            return None
        # An offset is time played: a stand-down in between does not use it up.
        begin = frame.calendar.place_us(window[0])
        planned_us = frame.calendar.to_calendar_us(begin + offset_s * SECOND_US)
    if planned_us is None or window is None:
        return planned_us
    if not window[0] <= planned_us < window[1]:
        message = _("Thời gian nằm ngoài giai đoạn %(phase)s.") % {"phase": phase}
        fields.problem("at", "outside_phase", message, _("Sửa “at” hoặc “phase”."))
    elif any(s.from_us <= planned_us < s.to_us for s in frame.calendar.stand_downs):
        message = _("Thời gian nằm trong khoảng tạm nghỉ.")
        fields.problem("at", "in_stand_down", message, _("Chọn giờ trước hoặc sau khi nghỉ."))
    return planned_us


# ── what waits for what ─────────────────────────────────────────────────────────────────────────
def _trigger(fields: Fields) -> tuple[doc.Trigger | None, tuple[Fields, Ref] | None]:
    """The trigger, and where the inject it waits for is named."""
    when = fields.inside("when", ("inject", "is", "delay"))
    if when is None:
        return None, None
    inject = when.ref("inject", required=True)
    event = when.choice("is", TriggerEvent)
    delay_s = when.duration("delay", zero=True) or 0
    trigger = doc.Trigger(inject.word if inject else "", event, delay_s)
    return trigger, (when, inject) if inject else None


def _check_triggers(entries: dict[str, doc.Entry], triggers: dict[str, tuple[Fields, Ref]]) -> None:
    waits_for = {
        number: ref.word
        for number, (when, ref) in triggers.items()
        if when.check_ref(ref, entries, "unknown_inject", _("Không có tình huống này."))
    }
    for loop in cycles(waits_for):
        when, ref = triggers[loop[0]]
        message = _("Các tình huống chờ nhau theo vòng tròn: %s.") % " → ".join(loop[:20])
        when.wrong_ref(ref, "trigger_cycle", message, _("Bỏ một mục “when”."))


def _check_conditions(entries: dict[str, doc.Entry], frame: Frame) -> None:
    """A gate must not wait, even along triggers, for an inject that only comes after it."""
    for phase, fields, refs in frame.conditions:
        for ref in refs:
            unknown = _("Không có tình huống này.")
            if not fields.check_ref(ref, entries, "unknown_inject", unknown):
                continue
            if late := _later(entries, ref.word, phase):
                message = _("Cổng giai đoạn %(phase)s chờ tình huống %(number)s của giai đoạn sau.")
                told = message % {"phase": phase, "number": late}
                fields.wrong_ref(ref, "gate_cycle", told, _("Bỏ tình huống này khỏi “after”."))


def _later(entries: dict[str, doc.Entry], number: str, phase: str) -> str:
    """The first inject on the way from ``number`` along its triggers that is of a later phase."""
    seen: set[str] = set()
    while number in entries and number not in seen:
        seen.add(number)
        entry = entries[number]
        if entry.phase in PLAYED and PLAYED.index(entry.phase) > PLAYED.index(phase):
            return number
        number = entry.trigger.inject if entry.trigger else ""
    return ""
