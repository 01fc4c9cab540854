"""Who is to take part, in which role, with which unit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from exercise.screens.desk.lists import Lists
from exercise.screens.desk.parts.form import PartForm, Written, line
from exercise.screens.desk.parts.part import Cell, Part
from scenarios import editing
from scenarios.models import Person, Scenario
from units.models import User
from units.roles import Role


class PersonForm(PartForm):
    """A person."""

    name = line(gettext_lazy("Họ và tên"), 150)
    username = line(gettext_lazy("Tên đăng nhập"), 150)
    role = forms.ChoiceField(label=gettext_lazy("Vai"), required=False, choices=Role.choices)
    unit = forms.ChoiceField(label=gettext_lazy("Đơn vị"), required=False)

    items_of = ("name", "username", "role", "unit")
    hints = {"unit": gettext_lazy("trưởng đơn vị, cán bộ và người đánh giá")}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        units = self.lists.units.values()
        self._choose("unit", [("", "–"), *((u.code, f"{u.code} · {u.name}") for u in units)])
        self._choose("role", [*Role.choices])

    def clean_unit(self) -> str | None:
        return self.cleaned_data["unit"] or None


class People(Part):
    """The people of the scenario."""

    name = "person"
    page = "scenario_people"
    model = Person
    form = PersonForm
    heading = gettext_lazy("Người")
    new = gettext_lazy("Thêm người")
    columns = (
        gettext_lazy("Họ và tên"),
        gettext_lazy("Tên đăng nhập"),
        gettext_lazy("Vai"),
        gettext_lazy("Đơn vị"),
    )
    empty = gettext_lazy("Chưa có ai. Mỗi đơn vị tham gia cần ít nhất một trưởng đơn vị.")

    def rows(self, scenario: Scenario) -> list[Any]:
        return list(scenario.people.select_related("unit").order_by("order", "pk"))

    def called(self, row: Any) -> str:
        return str(row.name)

    def cells(self, row: Any, lists: Lists) -> list[Cell]:
        unit = f"{row.unit.code} · {row.unit}" if row.unit else ""
        return [
            Cell(row.name, look="b"),
            Cell(row.username),
            Cell(row.get_role_display()),
            Cell(unit),
        ]

    def written(self, row: Any, lists: Lists) -> Written:
        unit = row.unit
        return {
            "name": row.name,
            "username": row.username,
            "role": row.role,
            "unit": unit.code if unit and unit.pk in lists.units else "",
        }

    def blank(self, lists: Lists) -> Written:
        return {"role": str(Role.LEAD)}

    def add(self, scenario: Scenario, user: User, values: dict[str, Any]) -> Any:
        return editing.add_person(scenario.pk, user, values)  # type: ignore[arg-type]

    def change(
        self, scenario: Scenario, user: User, row: Any, values: dict[str, Any], revision: int
    ) -> Any:
        return editing.change_person(
            scenario.pk,
            user,
            row.pk,
            values,  # type: ignore[arg-type]
            expected_revision=revision,
        )

    def remove(self, scenario: Scenario, user: User, row: Any) -> None:
        editing.remove_person(scenario.pk, user, row.pk)
