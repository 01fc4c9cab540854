"""Who takes part: addressees, people of the units, those who direct and evaluate."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from scenarios.checks.finding import Finding, Kind, Place, finding, inject, listed
from scenarios.checks.plan import Plan
from units.roles import UNIT_MEMBERS, Role


def check_people(plan: Plan) -> Iterator[Finding]:
    """Injects that reach nobody, units without people, roles that nobody has."""
    yield from _addressees(plan)
    yield from _units(plan)
    yield from _roles(plan)


def _addressees(plan: Plan) -> Iterator[Finding]:
    for entry in plan.document.msel:
        place = inject(entry.number, "addressees")
        if not entry.addressees:
            message = _("Không gửi đến đơn vị nào.")
            yield finding("nobody_addressed", place, message, _("Chọn đơn vị nhận."))
        absent = [
            code
            for code in entry.addressees
            if code not in plan.participating and code in plan.units
        ]
        if absent:
            yield finding(
                "addressee_not_participating",
                place,
                _("Đơn vị nhận không tham gia diễn tập: %(units)s.") % {"units": listed(absent)},
                _("Bỏ đơn vị khỏi nơi nhận, hoặc ghi đơn vị có tham gia."),
            )


def _units(plan: Plan) -> Iterator[Finding]:
    if not plan.participating:
        message = _("Không có đơn vị nào tham gia.")
        yield finding(
            "nobody_participates",
            Place(Kind.SCENARIO, "", "units"),
            message,
            _("Thêm đơn vị, hoặc ghi đơn vị có tham gia."),
        )
    roles: dict[str, set[str]] = {}
    for person in plan.document.people:
        if person.unit is not None:
            roles.setdefault(person.unit, set()).add(person.role)
    addressed = {code for entry in plan.document.msel for code in entry.addressees}
    for unit in plan.document.units:
        if unit.code not in addressed or not unit.participates:
            continue
        there = roles.get(unit.code, set())
        place = Place(Kind.UNIT, unit.code)
        if there.isdisjoint(UNIT_MEMBERS):
            yield finding(
                "unit_without_people",
                place,
                _("Có tình huống gửi đến nhưng đơn vị chưa có người nào."),
                _("Thêm trưởng đơn vị và cán bộ."),
            )
        elif Role.LEAD not in there:
            yield finding(
                "unit_without_lead",
                place,
                _("Đơn vị chưa có trưởng đơn vị: không ai báo cáo được trạng thái."),
                _("Thêm trưởng đơn vị, hoặc đổi vai một người."),
            )


def _roles(plan: Plan) -> Iterator[Finding]:
    roles = {person.role for person in plan.document.people}
    place = Place(Kind.SCENARIO, "", "people")
    if Role.DIRECTOR not in roles:
        message = _("Không có tổng đạo diễn: không ai bắt đầu được diễn tập.")
        yield finding("no_director", place, message, _("Thêm một người với vai tổng đạo diễn."))
    if Role.EVALUATOR not in roles:
        message = _("Không có cán bộ đánh giá: các mục tiêu sẽ không được đánh giá tại chỗ.")
        yield finding("no_evaluator", place, message, _("Thêm cán bộ đánh giá."))
    for person in plan.document.people:
        if person.role not in UNIT_MEMBERS:
            continue
        known = person.unit is None or person.unit in plan.units
        if known and person.unit not in plan.participating:
            yield finding(
                "person_without_unit",
                Place(Kind.PERSON, person.username, "unit"),
                _("Vai này phải thuộc một đơn vị tham gia."),
                _("Chọn đơn vị tham gia, hoặc đổi vai."),
            )
