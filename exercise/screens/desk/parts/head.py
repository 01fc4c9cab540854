"""What is said of a scenario as a whole: title, summary, when and in which time zone it begins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exercise.screens.desk.lists import Lists
from exercise.screens.desk.parts.form import LONG, PartForm, Written, line
from exercise.screens.desk.parts.part import Cell, Part, pair
from scenarios import editing
from scenarios.models import Scenario
from units.models import User

FORMATS = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"]


class LocalTime(forms.DateTimeInput):
    """The browser's own field for a date and a time."""

    input_type = "datetime-local"


class HeadForm(PartForm):
    """The head of a scenario."""

    title_vi = line(gettext_lazy("Tên kịch bản"))
    title_en = line(gettext_lazy("Tên kịch bản"))
    summary_vi = line(gettext_lazy("Tóm tắt"), LONG)
    summary_en = line(gettext_lazy("Tóm tắt"), LONG)
    starts_at = forms.DateTimeField(
        label=gettext_lazy("Thời điểm bắt đầu"),
        input_formats=FORMATS,
        widget=LocalTime,
    )
    timezone = line(gettext_lazy("Múi giờ"), 40)

    items_of = ("title", "summary", "starts_at", "timezone")
    tall = frozenset({"summary"})
    hints = {
        "starts_at": gettext_lazy("giờ địa phương; mọi giờ trong kịch bản dời theo"),
        "timezone": gettext_lazy("như Asia/Ho_Chi_Minh"),
    }

    def clean_starts_at(self) -> datetime:
        # Local time of the scenario's own zone, which is not the site's.
        at: datetime = self.cleaned_data["starts_at"]
        return at.replace(tzinfo=None)


class Head(Part):
    """The one row of the scenario itself."""

    name = "head"
    page = "scenario_head"
    model = Scenario
    form = HeadForm
    heading = gettext_lazy("Thông tin chung")
    alone = True
    removable = False

    def rows(self, scenario: Scenario) -> list[Any]:
        return [scenario]

    def called(self, row: Any) -> str:
        return _("thông tin chung")

    def cells(self, row: Any, lists: Lists) -> list[Cell]:
        return []

    def written(self, row: Any, lists: Lists) -> Written:
        at = lists.zero
        return {
            **pair("title", row.title),
            **pair("summary", row.summary),
            "starts_at": f"{at:%Y-%m-%dT%H:%M:%S}" if at.second else f"{at:%Y-%m-%dT%H:%M}",
            "timezone": row.timezone,
        }

    def change(
        self, scenario: Scenario, user: User, row: Any, values: dict[str, Any], revision: int
    ) -> Any:
        return editing.change_head(
            scenario.pk,
            user,
            values,  # type: ignore[arg-type]
            expected_revision=revision,
        )

    def revision(self, row: Any) -> int:
        return int(row.head_revision)
