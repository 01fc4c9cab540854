"""Plain data → document, or everything that is wrong at once. The MSEL is in ``msel.py``."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from django.utils.translation import gettext as _

from scenarios.calendar import DrillCalendar
from scenarios.phases import PLAYED
from scenarios.reading import document as doc
from scenarios.reading.fields import NAME_LENGTH, SLUG, USERNAME, Fields, Ref
from scenarios.reading.frame import EVERYBODY, Frame, cycles
from scenarios.reading.msel import check_msel
from scenarios.reading.problems import MOST_PROBLEMS, Report
from scenarios.reading.source import Kind, Source
from units.roles import UNIT_MEMBERS, Role

FORMAT = "staged-exercise/1"
DEFAULT_ZONE = "Asia/Ho_Chi_Minh"
TOP_KEYS = (
    *("format", "draft", "code", "title", "summary", "timezone", "starts", "stand_downs"),
    *("phases", "units", "people", "objectives", "problems", "msel"),
)


def check(source: Source) -> doc.Document:
    """Check the data of a file. One that says it is a draft is let pass unfinished.

    Raises:
        ScenarioProblems: with all problems, in the order of the file.
    """
    return examine(source)[0]


def examine(source: Source) -> tuple[doc.Document, bool]:
    """``check``, and whether something was let pass because the file is a draft."""
    report = Report(source.problems[:MOST_PROBLEMS], max(0, len(source.problems) - MOST_PROBLEMS))
    top = Fields(report, source.root, "", TOP_KEYS)
    if source.root.kind is not Kind.MAP:
        report.raise_if_any()
    if top.word("format", required=True) not in {"", FORMAT}:
        message = _("Tệp không theo định dạng mà phần mềm đọc được.")
        top.problem("format", "unknown_format", message, _("Ghi %s.") % FORMAT)
    report.draft = top.flag("draft", default=False)
    code = top.code("code", SLUG, 60)
    zone = _zone(top)
    starts = top.start("starts")
    starts_at = _aware(top, starts, zone) if starts and zone else None
    # Without a known zero, times are still comparable with each other.
    zero = starts or datetime(2000, 1, 1)
    stand_downs = _stand_downs(top, zero)
    calendar = DrillCalendar.of(zero, [(s.from_us, s.to_us) for s, _place in stand_downs])
    frame = Frame(report, zero, calendar)
    phases = _phases(top, frame)
    _check_stand_downs_inside(stand_downs, frame)
    units = _units(top, frame)
    people = _people(top, frame)
    objectives = _objectives(top, frame)
    problems = _problems(top, frame)
    msel = check_msel(top, frame)
    title, summary = top.text("title", required=True), top.text("summary")
    report.raise_if_any()
    # Either of them missing would have been a problem.
    assert zone is not None
    assert starts_at is not None
    document = doc.Document(
        code=code,
        title=title,
        summary=summary,
        timezone=zone.key,
        starts_at=starts_at,
        stand_downs=tuple(stand_down for stand_down, _place in stand_downs),
        phases=tuple(phases),
        units=tuple(units),
        people=tuple(people),
        objectives=tuple(objectives),
        problems=tuple(problems),
        msel=msel,
        draft=report.draft,
        code_line=source.root.key_lines.get("code") or None,
    )
    return document, report.unfinished


# ── the calendar ────────────────────────────────────────────────────────────────────────────────
@cache
def _zones() -> frozenset[str]:
    # Reads the whole zone directory: some tenths of a second.
    return frozenset(zoneinfo.available_timezones())


def _zone(top: Fields) -> zoneinfo.ZoneInfo | None:
    found = top.ref("timezone")
    key = found.word if found else DEFAULT_ZONE
    try:
        if len(key) <= 40:
            return zoneinfo.ZoneInfo(key)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        pass
    nearest = top.report.propose(key, _zones())
    example = _("Ví dụ đúng: %s.") % DEFAULT_ZONE
    top.problem("timezone", "unknown_timezone", _("Không có múi giờ này."), nearest or example)
    return None


def _aware(top: Fields, starts: datetime, zone: zoneinfo.ZoneInfo) -> datetime | None:
    aware = starts.replace(tzinfo=zone)
    if aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == starts:
        return aware
    message = _("Thời điểm này không có trong múi giờ đã chọn (lúc vặn đồng hồ).")
    top.problem("starts", "bad_time", message, _("Chọn giờ khác."))
    return None


def _stand_downs(top: Fields, zero: datetime) -> list[tuple[doc.StandDown, Fields]]:
    """The stand-downs that are right and do not overlap, in order."""
    read: list[tuple[doc.StandDown, Fields]] = []
    for fields in top.each("stand_downs", ("from", "to", "title")):
        begin, end = fields.moment("from", zero), fields.moment("to", zero)
        title = fields.text("title")
        if begin is None or end is None:
            continue
        if end <= begin:
            message = _("Giờ kết thúc phải sau giờ bắt đầu.")
            fields.problem("to", "ends_before_start", message, _("Sửa “from” hoặc “to”."))
            continue
        read.append((doc.StandDown(title, begin, end), fields))
    kept: list[tuple[doc.StandDown, Fields]] = []
    for stand_down, fields in sorted(read, key=lambda pair: pair[0].from_us):
        if kept and stand_down.from_us < kept[-1][0].to_us:
            message = _("Khoảng tạm nghỉ chồng lên một khoảng khác.")
            fields.problem("from", "stand_downs_overlap", message, _("Sửa giờ hoặc gộp lại."))
        else:
            kept.append((stand_down, fields))
    return kept


def _check_stand_downs_inside(
    stand_downs: list[tuple[doc.StandDown, Fields]], frame: Frame
) -> None:
    if set(frame.windows) != set(PLAYED):
        return
    first = min(begin for begin, _end in frame.windows.values())
    last = max(end for _begin, end in frame.windows.values())
    for stand_down, fields in stand_downs:
        if first <= stand_down.from_us and stand_down.to_us <= last:
            continue
        message = _("Khoảng tạm nghỉ nằm ngoài thời gian diễn tập.")
        remedy = _("Đặt giữa lúc bắt đầu giai đoạn đầu và lúc kết thúc giai đoạn cuối.")
        key = "from" if stand_down.from_us < first else "to"
        fields.problem(key, "stand_down_outside", message, remedy)


def _phases(top: Fields, frame: Frame) -> list[doc.PhasePlan]:
    inside = top.inside("phases", PLAYED, required=True)
    if inside is None:
        return []
    found, before = [], ""
    for phase in PLAYED:
        fields = inside.inside(phase, ("title", "starts", "ends", "conditions"), required=True)
        if fields is None:
            continue
        fields.about = _("Giai đoạn %s") % phase
        begin, end = fields.moment("starts", frame.zero), fields.moment("ends", frame.zero)
        plan = doc.PhasePlan(
            phase,
            fields.text("title", required=True),
            begin or 0,
            end or 0,
            tuple(_conditions(fields, phase, frame)),
        )
        found.append(plan)
        if begin is None or end is None:
            continue
        if _window_is_right(fields, frame, begin, end, frame.windows.get(before)):
            frame.windows[phase] = (begin, end)
            before = phase
    return found


def _window_is_right(
    fields: Fields, frame: Frame, begin: int, end: int, before: tuple[int, int] | None
) -> bool:
    right = True
    if end <= begin:
        message = _("Giờ kết thúc phải sau giờ bắt đầu.")
        fields.problem("ends", "ends_before_start", message, _("Sửa “starts” hoặc “ends”."))
        right = False
    if begin < 0:
        message = _("Thời gian ở trước lúc bắt đầu diễn tập (mục “starts” của kịch bản).")
        fields.problem("starts", "before_start", message, _("Sửa giờ này hoặc “starts”."))
        right = False
    if before and begin < before[0]:
        message = _("Các giai đoạn không theo đúng thứ tự thời gian.")
        remedy = _("Thứ tự: transition, preparation, execution.")
        fields.problem("starts", "phases_out_of_order", message, remedy)
        right = False
    elif before and begin < before[1]:
        message = _("Giai đoạn bắt đầu khi giai đoạn trước chưa kết thúc.")
        fields.problem("starts", "phases_overlap", message, _("Sửa giờ của một trong hai."))
        right = False
    for span in frame.calendar.stand_downs:
        if span.from_us <= begin < span.to_us:
            fields.problem("starts", "in_stand_down", _("Thời gian nằm trong khoảng tạm nghỉ."))
        if span.from_us < end < span.to_us:
            fields.problem("ends", "in_stand_down", _("Thời gian nằm trong khoảng tạm nghỉ."))
    return right


def _conditions(phase_fields: Fields, phase: str, frame: Frame) -> list[doc.Condition]:
    found: dict[str, doc.Condition] = {}
    for fields in phase_fields.each("conditions", ("code", "title", "after")):
        code = fields.code("code")
        fields.about = _("Điều kiện %s") % code if code else ""
        title = fields.text("title", required=True)
        after = fields.refs("after", required=True)
        frame.conditions.append((phase, fields, after))
        _once(fields, "code", code, found)
        found.setdefault(code, doc.Condition(code, title, tuple(ref.word for ref in after)))
    return list(found.values())


# ── who and what ────────────────────────────────────────────────────────────────────────────────
def _once(fields: Fields, key: str, word: str, found: Mapping[str, object]) -> None:
    if word and word in found:
        message = _("Đã dùng ở một mục khác.")
        fields.problem(key, "duplicate", message, _("Mỗi mã, số, tên chỉ dùng một lần."))


def _units(top: Fields, frame: Frame) -> list[doc.Unit]:
    found: dict[str, doc.Unit] = {}
    parents: dict[str, tuple[Fields, Ref]] = {}
    keys = ("code", "name", "short", "parent", "participates")
    for fields in top.each("units", keys, required=True):
        code = fields.code("code", SLUG)
        fields.about = _("Đơn vị %s") % code if code else ""
        _once(fields, "code", code, found)
        if code == EVERYBODY:
            message = _("“ALL” có nghĩa là mọi đơn vị, không dùng làm mã.")
            fields.problem("code", "reserved_code", message, _("Chọn mã khác."))
        parent = fields.ref("parent")
        unit = doc.Unit(
            code,
            fields.text("name", required=True),
            fields.text("short"),
            parent.word if parent else None,
            fields.flag("participates", default=True),
        )
        found.setdefault(code, unit)
        if parent:
            parents.setdefault(code, (fields, parent))
    if not found:
        if top.report.draft and _is_list(top, "units"):
            frame.units = {}
        return []
    frame.units = found
    above = {
        code: ref.word
        for code, (fields, ref) in parents.items()
        if fields.check_ref(ref, found, "unknown_unit", _("Không có đơn vị này."))
    }
    for loop in cycles(above):
        message = _("Các đơn vị là cấp trên của nhau theo vòng tròn: %s.") % " → ".join(loop[:20])
        fields, ref = parents[loop[0]]
        fields.wrong_ref(ref, "parent_cycle", message, _("Bỏ một mục “parent”."))
    if not any(unit.participates for unit in found.values()):
        message = _("Không có đơn vị nào tham gia.")
        top.problem("units", "nobody_participates", message, _("Ghi participates: true."))
    return list(found.values())


def _people(top: Fields, frame: Frame) -> list[doc.Person]:
    found: dict[str, doc.Person] = {}
    roles_read = True
    for fields in top.each("people", ("username", "name", "role", "unit"), required=True):
        username = fields.code("username", USERNAME, NAME_LENGTH)
        fields.about = username
        _once(fields, "username", username, found)
        name = fields.code("name", longest=NAME_LENGTH)
        role = fields.choice("role", Role)
        roles_read = roles_read and bool(role)
        unit = fields.ref("unit")
        if unit and frame.units is not None:
            known = fields.check_ref(unit, frame.units, "unknown_unit", _("Không có đơn vị này."))
            if known and role in UNIT_MEMBERS and not frame.units[unit.word].participates:
                message = _("Đơn vị của người này không tham gia diễn tập.")
                remedy = _("Ghi participates: true cho đơn vị, hoặc đổi vai, đổi đơn vị.")
                fields.wrong_ref(unit, "not_participating", message, remedy)
        if role in UNIT_MEMBERS and fields.node("unit") is None:
            message = _("Vai này phải thuộc một đơn vị.")
            fields.problem("unit", "unit_missing", message, _("Thêm mục “unit”."))
        elif unit and role in {Role.DIRECTOR, Role.CONTROLLER, Role.OBSERVER}:
            message = _("Vai này không thuộc đơn vị nào.")
            fields.problem("unit", "unit_not_allowed", message, _("Bỏ mục “unit”."))
        person = doc.Person(username, name, role, unit.word if unit else None)
        found.setdefault(username, person)
    # A role that could not be read may have been the director's.
    if found and roles_read and not any(one.role == Role.DIRECTOR for one in found.values()):
        message = _("Không có tổng đạo diễn.")
        top.problem("people", "no_director", message, _("Thêm một người với role: director."))
    return list(found.values())


def _objectives(top: Fields, frame: Frame) -> list[doc.Objective]:
    found: dict[str, doc.Objective] = {}
    for fields in top.each("objectives", ("code", "title", "description")):
        code = fields.code("code")
        fields.about = _("Mục tiêu %s") % code if code else ""
        _once(fields, "code", code, found)
        title, description = fields.text("title", required=True), fields.text("description")
        found.setdefault(code, doc.Objective(code, title, description))
    frame.objectives = found if _is_list(top, "objectives") else None
    return list(found.values())


def _problems(top: Fields, frame: Frame) -> list[doc.TrainingProblem]:
    found: dict[str, doc.TrainingProblem] = {}
    for fields in top.each("problems", ("code", "phase", "title")):
        code = fields.code("code")
        fields.about = _("Vấn đề huấn luyện %s") % code if code else ""
        _once(fields, "code", code, found)
        phase = fields.choice("phase", PLAYED)
        title = fields.text("title", required=True)
        found.setdefault(code, doc.TrainingProblem(code, phase, title))
    frame.problems = found if _is_list(top, "problems") else None
    return list(found.values())


def _is_list(top: Fields, key: str) -> bool:
    """Whether a list that may be left out is one, and not something unreadable in its place."""
    node = top.node(key)
    return node is None or node.kind is Kind.LIST
