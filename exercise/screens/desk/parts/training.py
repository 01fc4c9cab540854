"""What is trained: objectives and training problems."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exercise.screens.desk.lists import NUMBERS, Lists
from exercise.screens.desk.parts.form import LONG, PartForm, Written, line
from exercise.screens.desk.parts.part import Cell, Part, both, pair
from scenarios import editing
from scenarios.models import Objective, Problem, Scenario
from scenarios.phases import PLAYED, Phase
from units.models import User


class ObjectiveForm(PartForm):
    """An objective."""

    code = line(gettext_lazy("Mã"), 20)
    title_vi = line(gettext_lazy("Mục tiêu"))
    title_en = line(gettext_lazy("Mục tiêu"))
    description_vi = line(gettext_lazy("Diễn giải"), LONG)
    description_en = line(gettext_lazy("Diễn giải"), LONG)

    items_of = ("code", "title", "description")
    tall = frozenset({"description"})


class Objectives(Part):
    """What the drill is to show."""

    name = "objective"
    page = "scenario_objectives"
    model = Objective
    form = ObjectiveForm
    heading = gettext_lazy("Mục tiêu")
    new = gettext_lazy("Thêm mục tiêu")
    columns = (
        gettext_lazy("Mã"),
        gettext_lazy("Mục tiêu (tiếng Việt)"),
        gettext_lazy("Mục tiêu (tiếng Anh)"),
        gettext_lazy("Số tin"),
    )
    empty = gettext_lazy("Chưa có mục tiêu nào. Mỗi tin nên kiểm tra ít nhất một mục tiêu.")

    def rows(self, scenario: Scenario) -> list[Any]:
        return list(scenario.objectives.annotate(used=Count("entries")).order_by("order", "pk"))

    def called(self, row: Any) -> str:
        return _("mục tiêu %s") % row.code

    def cells(self, row: Any, lists: Lists) -> list[Cell]:
        return [Cell(row.code, look="b"), *both(row.title), Cell(str(row.used), look="num")]

    def written(self, row: Any, lists: Lists) -> Written:
        return {
            "code": row.code,
            **pair("title", row.title),
            **pair("description", row.description),
        }

    def add(self, scenario: Scenario, user: User, values: dict[str, Any]) -> Any:
        return editing.add_objective(scenario.pk, user, values)  # type: ignore[arg-type]

    def change(
        self, scenario: Scenario, user: User, row: Any, values: dict[str, Any], revision: int
    ) -> Any:
        return editing.change_objective(
            scenario.pk,
            user,
            row.pk,
            values,  # type: ignore[arg-type]
            expected_revision=revision,
        )

    def remove(self, scenario: Scenario, user: User, row: Any) -> None:
        editing.remove_objective(scenario.pk, user, row.pk)


class ProblemForm(PartForm):
    """A training problem."""

    code = line(gettext_lazy("Mã"), 20)
    phase = forms.ChoiceField(label=gettext_lazy("Giai đoạn"), required=False)
    title_vi = line(gettext_lazy("Vấn đề"))
    title_en = line(gettext_lazy("Vấn đề"))

    items_of = ("code", "phase", "title")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._choose("phase", phase_choices(self.lists))


def phase_choices(lists: Lists) -> list[tuple[str, str]]:
    """The played phases by number and title."""
    return [
        (str(phase), f"{NUMBERS[phase]} · {lists.phases.get(str(phase)) or Phase(phase).label}")
        for phase in PLAYED
    ]


class Problems(Part):
    """The level between phase and inject."""

    name = "problem"
    page = "scenario_objectives"
    model = Problem
    form = ProblemForm
    heading = gettext_lazy("Vấn đề huấn luyện")
    new = gettext_lazy("Thêm vấn đề")
    columns = (
        gettext_lazy("Mã"),
        gettext_lazy("Giai đoạn"),
        gettext_lazy("Vấn đề (tiếng Việt)"),
        gettext_lazy("Vấn đề (tiếng Anh)"),
        gettext_lazy("Số tin"),
    )
    empty = gettext_lazy("Chưa có vấn đề huấn luyện nào.")

    def rows(self, scenario: Scenario) -> list[Any]:
        return list(scenario.problems.annotate(used=Count("entries")).order_by("order", "pk"))

    def called(self, row: Any) -> str:
        return _("vấn đề huấn luyện %s") % row.code

    def cells(self, row: Any, lists: Lists) -> list[Cell]:
        return [
            Cell(row.code, look="b"),
            Cell(str(NUMBERS.get(row.phase, "–"))),
            *both(row.title),
            Cell(str(row.used), look="num"),
        ]

    def written(self, row: Any, lists: Lists) -> Written:
        return {"code": row.code, "phase": row.phase, **pair("title", row.title)}

    def blank(self, lists: Lists) -> Written:
        return {"phase": str(PLAYED[0])}

    def add(self, scenario: Scenario, user: User, values: dict[str, Any]) -> Any:
        return editing.add_problem(scenario.pk, user, values)  # type: ignore[arg-type]

    def change(
        self, scenario: Scenario, user: User, row: Any, values: dict[str, Any], revision: int
    ) -> Any:
        return editing.change_problem(
            scenario.pk,
            user,
            row.pk,
            values,  # type: ignore[arg-type]
            expected_revision=revision,
        )

    def remove(self, scenario: Scenario, user: User, row: Any) -> None:
        editing.remove_problem(scenario.pk, user, row.pk)
