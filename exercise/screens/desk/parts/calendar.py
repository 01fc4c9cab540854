"""When: the windows of the phases, what their gates wait for, stand-downs."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exercise.screens.desk.lists import NUMBERS, Lists
from exercise.screens.desk.moments import length_words, moment_words
from exercise.screens.desk.parts.form import PartForm, Written, line
from exercise.screens.desk.parts.part import Cell, Part, both, pair
from exercise.screens.desk.parts.training import phase_choices
from scenarios import editing
from scenarios.calendar import SECOND_US
from scenarios.models import PhaseCondition, PhasePlan, Scenario, StandDown
from scenarios.phases import PLAYED
from units.models import User

MOMENT = gettext_lazy("như N1 07:30")


def _window_cells(begin_us: int, end_us: int, lists: Lists) -> list[Cell]:
    length_s = (end_us - begin_us) // SECOND_US
    hours, rest_s = divmod(length_s, 3600)
    words = f"{hours}h{rest_s // 60:02d}" if hours else length_words(rest_s)
    return [
        Cell(moment_words(begin_us, lists.zero), look="num"),
        Cell(moment_words(end_us, lists.zero), look="num"),
        Cell(words, look="num"),
    ]


# ── phases ──────────────────────────────────────────────────────────────────────────────────────
class PhaseForm(PartForm):
    """A played phase and its window."""

    phase = forms.ChoiceField(label=gettext_lazy("Giai đoạn"), required=False)
    title_vi = line(gettext_lazy("Tên giai đoạn"))
    title_en = line(gettext_lazy("Tên giai đoạn"))
    starts_us = line(gettext_lazy("Bắt đầu"), 20)
    ends_us = line(gettext_lazy("Kết thúc"), 20)

    items_of = ("phase", "title", "starts_us", "ends_us")
    hints = {"starts_us": MOMENT, "ends_us": MOMENT}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        free = [one for one in phase_choices(self.lists) if one[0] not in self.lists.phases]
        own = self.seen.get("phase")
        self._choose("phase", [one for one in phase_choices(self.lists) if one[0] == own] or free)

    def clean_starts_us(self) -> int:
        return self._moment("starts_us")

    def clean_ends_us(self) -> int:
        return self._moment("ends_us", near="starts_us")


class Phases(Part):
    """The three played phases."""

    name = "phase"
    page = "scenario_phases"
    model = PhasePlan
    form = PhaseForm
    heading = gettext_lazy("Giai đoạn")
    new = gettext_lazy("Thêm giai đoạn")
    columns = (
        gettext_lazy("GĐ"),
        gettext_lazy("Tên (tiếng Việt)"),
        gettext_lazy("Tên (tiếng Anh)"),
        gettext_lazy("Bắt đầu"),
        gettext_lazy("Kết thúc"),
        gettext_lazy("Dài"),
    )
    empty = gettext_lazy("Chưa có giai đoạn nào: kịch bản cần đủ ba giai đoạn.")
    removable = False

    def may_add(self, lists: Lists) -> bool:
        return len(lists.phases) < len(PLAYED)

    def rows(self, scenario: Scenario) -> list[Any]:
        plans = {plan.phase: plan for plan in scenario.phases.all()}
        return [plans[phase] for phase in PLAYED if phase in plans]

    def called(self, row: Any) -> str:
        return _("giai đoạn %s") % NUMBERS.get(row.phase, "")

    def cells(self, row: Any, lists: Lists) -> list[Cell]:
        window = _window_cells(row.starts_us, row.ends_us, lists)
        return [Cell(str(NUMBERS.get(row.phase, "–")), look="b"), *both(row.title), *window]

    def written(self, row: Any, lists: Lists) -> Written:
        return {
            "phase": row.phase,
            **pair("title", row.title),
            "starts_us": moment_words(row.starts_us, lists.zero),
            "ends_us": moment_words(row.ends_us, lists.zero),
        }

    def add(self, scenario: Scenario, user: User, values: dict[str, Any]) -> Any:
        phase = values.pop("phase", "")
        return editing.change_phase(scenario.pk, user, phase, values)  # type: ignore[arg-type]

    def change(
        self, scenario: Scenario, user: User, row: Any, values: dict[str, Any], revision: int
    ) -> Any:
        values.pop("phase", None)
        return editing.change_phase(
            scenario.pk,
            user,
            row.phase,
            values,  # type: ignore[arg-type]
            expected_revision=revision,
        )


# ── what gates wait for ─────────────────────────────────────────────────────────────────────────
class ConditionForm(PartForm):
    """A condition of the gate behind a phase."""

    phase = forms.ChoiceField(label=gettext_lazy("Cổng của giai đoạn"), required=False)
    code = line(gettext_lazy("Mã"), 20)
    title_vi = line(gettext_lazy("Điều kiện"))
    title_en = line(gettext_lazy("Điều kiện"))
    after = line(gettext_lazy("Chờ các tin"), 4000)

    items_of = ("phase", "code", "title", "after")
    hints = {"after": gettext_lazy("số của tin, cách nhau bằng dấu phẩy")}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own = self.seen.get("phase")
        planned = [one for one in phase_choices(self.lists) if one[0] in self.lists.phases]
        # A condition stays at its gate.
        self._choose(
            "phase", [one for one in planned if not self.seen.get("code") or one[0] == own]
        )

    def clean_after(self) -> list[str]:
        return [one for one in re.split(r"[,;\s]+", self.cleaned_data["after"]) if one]


class Conditions(Part):
    """What the gates behind the phases wait for."""

    name = "condition"
    page = "scenario_phases"
    model = PhaseCondition
    form = ConditionForm
    heading = gettext_lazy("Điều kiện qua cổng")
    new = gettext_lazy("Thêm điều kiện")
    columns = (
        gettext_lazy("Sau GĐ"),
        gettext_lazy("Mã"),
        gettext_lazy("Điều kiện (tiếng Việt)"),
        gettext_lazy("Điều kiện (tiếng Anh)"),
        gettext_lazy("Chờ các tin"),
    )
    empty = gettext_lazy("Chưa có điều kiện: cổng mở khi mọi tin bắt buộc của giai đoạn đã xong.")

    def may_add(self, lists: Lists) -> bool:
        return bool(lists.phases)

    def rows(self, scenario: Scenario) -> list[Any]:
        found = PhaseCondition.objects.filter(plan__scenario=scenario).select_related("plan")
        places = {str(phase): place for place, phase in enumerate(PLAYED)}
        return sorted(found, key=lambda one: (places.get(one.plan.phase, 9), one.order, one.pk))

    def called(self, row: Any) -> str:
        return _("điều kiện %s") % row.code

    def cells(self, row: Any, lists: Lists) -> list[Cell]:
        return [
            Cell(str(NUMBERS.get(row.plan.phase, "–")), look="num"),
            Cell(row.code, look="b"),
            *both(row.title),
            Cell(", ".join(map(str, row.after)), look="num"),
        ]

    def written(self, row: Any, lists: Lists) -> Written:
        return {
            "phase": row.plan.phase,
            "code": row.code,
            **pair("title", row.title),
            "after": ", ".join(map(str, row.after)),
        }

    def blank(self, lists: Lists) -> Written:
        return {"phase": next(iter(lists.phases), "")}

    def add(self, scenario: Scenario, user: User, values: dict[str, Any]) -> Any:
        phase = values.pop("phase", "")
        return editing.add_condition(scenario.pk, user, phase, values)  # type: ignore[arg-type]

    def change(
        self, scenario: Scenario, user: User, row: Any, values: dict[str, Any], revision: int
    ) -> Any:
        values.pop("phase", None)
        return editing.change_condition(
            scenario.pk,
            user,
            row.pk,
            values,  # type: ignore[arg-type]
            expected_revision=revision,
        )

    def remove(self, scenario: Scenario, user: User, row: Any) -> None:
        editing.remove_condition(scenario.pk, user, row.pk)


# ── stand-downs ─────────────────────────────────────────────────────────────────────────────────
class StandDownForm(PartForm):
    """A planned break."""

    title_vi = line(gettext_lazy("Tên"))
    title_en = line(gettext_lazy("Tên"))
    from_us = line(gettext_lazy("Từ"), 20)
    to_us = line(gettext_lazy("Đến"), 20)

    items_of = ("title", "from_us", "to_us")
    hints = {"from_us": MOMENT, "to_us": MOMENT}

    def clean_from_us(self) -> int:
        return self._moment("from_us")

    def clean_to_us(self) -> int:
        return self._moment("to_us", near="from_us")


class StandDowns(Part):
    """The planned breaks."""

    name = "stand-down"
    page = "scenario_phases"
    model = StandDown
    form = StandDownForm
    heading = gettext_lazy("Khoảng tạm nghỉ")
    new = gettext_lazy("Thêm khoảng nghỉ")
    columns = (
        gettext_lazy("Tên (tiếng Việt)"),
        gettext_lazy("Tên (tiếng Anh)"),
        gettext_lazy("Từ"),
        gettext_lazy("Đến"),
        gettext_lazy("Dài"),
    )
    empty = gettext_lazy("Không có khoảng nghỉ: đồng hồ diễn tập chạy liền từ đầu đến cuối.")

    def rows(self, scenario: Scenario) -> list[Any]:
        return list(scenario.stand_downs.order_by("from_us", "pk"))

    def called(self, row: Any) -> str:
        return _("khoảng tạm nghỉ")

    def cells(self, row: Any, lists: Lists) -> list[Cell]:
        return [*both(row.title), *_window_cells(row.from_us, row.to_us, lists)]

    def written(self, row: Any, lists: Lists) -> Written:
        return {
            **pair("title", row.title),
            "from_us": moment_words(row.from_us, lists.zero),
            "to_us": moment_words(row.to_us, lists.zero),
        }

    def add(self, scenario: Scenario, user: User, values: dict[str, Any]) -> Any:
        return editing.add_stand_down(scenario.pk, user, values)  # type: ignore[arg-type]

    def change(
        self, scenario: Scenario, user: User, row: Any, values: dict[str, Any], revision: int
    ) -> Any:
        return editing.change_stand_down(
            scenario.pk,
            user,
            row.pk,
            values,  # type: ignore[arg-type]
            expected_revision=revision,
        )

    def remove(self, scenario: Scenario, user: User, row: Any) -> None:
        editing.remove_stand_down(scenario.pk, user, row.pk)
