"""What holds in every draft, however unfinished: references lead somewhere, breaks lie apart, units
form a tree. What matters only on the day is for the check and for approval.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from scenarios.editing.refused import Refused
from scenarios.models import PhaseCondition, Scenario, StandDown
from scenarios.reading.frame import cycles
from units.models import Unit


def check(scenario: Scenario, changes: Iterable[Mapping[str, Any]]) -> None:
    """See to what these changes can have broken.

    Raises:
        Refused: ``unknown_inject``, ``stand_downs_overlap``, ``parent_cycle``.
    """
    touched = {(one["model"], name) for one in changes for name in _names(one)}
    if {("mselentry", "number"), ("phasecondition", "after")} & touched:
        _conditions_lead_somewhere(scenario)
    if {("standdown", "from_us"), ("standdown", "to_us")} & touched:
        _breaks_lie_apart(scenario)
    if ("unit", "parent_id") in touched:
        _units_form_a_tree()


def _names(change: Mapping[str, Any]) -> Iterable[str]:
    return (change["before"] or {}).keys() | (change["after"] or {}).keys()


def _conditions_lead_somewhere(scenario: Scenario) -> None:
    numbers = set(scenario.msel.values_list("number", flat=True))
    for condition in PhaseCondition.objects.filter(plan__scenario=scenario):
        if missing := [number for number in condition.after if number not in numbers]:
            raise Refused(
                "unknown_inject",
                _("Điều kiện %(code)s chờ tình huống không có: %(numbers)s.")
                % {"code": condition.code, "numbers": ", ".join(missing)},
                _("Bỏ số này khỏi điều kiện, hoặc thêm tình huống."),
                field="after",
            )


def _breaks_lie_apart(scenario: Scenario) -> None:
    spans = list(StandDown.objects.filter(scenario=scenario).order_by("from_us", "to_us"))
    for earlier, later in itertools.pairwise(spans):
        if later.from_us < earlier.to_us:
            raise Refused(
                "stand_downs_overlap",
                _("Khoảng tạm nghỉ chồng lên một khoảng khác."),
                _("Sửa giờ hoặc gộp lại."),
                field="from_us",
            )


def _units_form_a_tree() -> None:
    above = dict(Unit.objects.exclude(parent=None).values_list("code", "parent__code"))
    for loop in cycles(above):
        raise Refused(
            "parent_cycle",
            _("Các đơn vị là cấp trên của nhau theo vòng tròn: %s.") % " → ".join(loop[:20]),
            _("Chọn cấp trên khác."),
            field="parent",
        )
