"""Which units there are, and which of them take part."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exercise.screens.desk.lists import Lists
from exercise.screens.desk.parts.form import PartForm, Written, line
from exercise.screens.desk.parts.part import Cell, Part, both, pair
from scenarios import editing
from scenarios.models import Participation, Scenario
from units.models import User
from units.text import Text


class UnitForm(PartForm):
    """A unit. Its names are the installation's: they change in every draft."""

    code = line(gettext_lazy("Mã"), 20)
    name_vi = line(gettext_lazy("Tên"))
    name_en = line(gettext_lazy("Tên"))
    short_vi = line(gettext_lazy("Tên ngắn"))
    short_en = line(gettext_lazy("Tên ngắn"))
    parent = forms.ChoiceField(label=gettext_lazy("Cấp trên"), required=False)
    participates = forms.BooleanField(label=gettext_lazy("Tham gia diễn tập"), required=False)

    items_of: ClassVar[tuple[str, ...]] = ("code", "name", "short", "parent", "participates")
    hints = {
        "code": gettext_lazy("chữ không dấu, chữ số và dấu gạch"),
        "short": gettext_lazy("dùng trên màn hình điều hành; để trống thì lấy tên"),
        "parent": gettext_lazy("một đơn vị trong danh sách này"),
    }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own = self.seen.get("code")
        others = [u for u in self.lists.units.values() if u.code != own]
        self._choose("parent", [("", "–"), *((u.code, f"{u.code} · {u.name}") for u in others)])

    def clean_parent(self) -> str | None:
        return self.cleaned_data["parent"] or None


class SeenUnitForm(UnitForm):
    """A unit that is in the list: by its code it is known everywhere, so that stays."""

    code = None  # type: ignore[assignment]
    items_of = UnitForm.items_of[1:]


class Units(Part):
    """The units of the scenario."""

    name = "unit"
    page = "scenario_units"
    model = Participation
    form = UnitForm
    heading = gettext_lazy("Đơn vị")
    new = gettext_lazy("Thêm đơn vị")
    columns = (
        gettext_lazy("Mã"),
        gettext_lazy("Tên (tiếng Việt)"),
        gettext_lazy("Tên (tiếng Anh)"),
        gettext_lazy("Tên ngắn"),
        gettext_lazy("Cấp trên"),
        gettext_lazy("Tham gia"),
    )
    empty = gettext_lazy("Chưa có đơn vị nào. Thêm đơn vị bên dưới, hoặc nhập từ tệp MSEL.")

    def rows(self, scenario: Scenario) -> list[Any]:
        return list(
            scenario.participations.select_related("unit__parent", "parent").order_by("order", "pk")
        )

    def called(self, row: Any) -> str:
        return _("đơn vị %s") % row.unit.code

    def cells(self, row: Any, lists: Lists) -> list[Cell]:
        kept = bool(row.name)  # as it was when the version was approved
        name, short = (row.name, row.short) if kept else (row.unit.name, row.unit.short)
        parent = row.parent if kept else row.unit.parent
        return [
            Cell(row.unit.code, look="b"),
            *both(name),
            Cell(" · ".join(filter(None, (short.vi, short.en))) if short else ""),
            Cell(parent.code if parent else ""),
            Cell(
                _("có") if row.participates else _("không"), look="" if row.participates else "t2"
            ),
        ]

    def written(self, row: Any, lists: Lists) -> Written:
        parent = row.unit.parent
        return {
            "code": row.unit.code,
            **pair("name", row.unit.name),
            **pair("short", row.unit.short),
            "parent": parent.code if parent and parent.pk in lists.units else "",
            "participates": "on" if row.participates else "",
        }

    def blank(self, lists: Lists) -> Written:
        return {"participates": "on"}

    def add(self, scenario: Scenario, user: User, values: dict[str, Any]) -> Any:
        code = values.pop("code", "")
        values.setdefault("participates", False)
        for name in ("name", "short"):
            # What is left empty stays as the installation knows it.
            if not values.get(name, Text()):
                values.pop(name, None)
        return editing.add_unit(scenario.pk, user, code, values)  # type: ignore[arg-type]

    def change(
        self, scenario: Scenario, user: User, row: Any, values: dict[str, Any], revision: int
    ) -> Any:
        return editing.set_unit(
            scenario.pk,
            user,
            row.unit.code,
            values,  # type: ignore[arg-type]
            expected_revision=revision,
        )

    def remove(self, scenario: Scenario, user: User, row: Any) -> None:
        editing.remove_unit(scenario.pk, user, row.unit.code)
