"""What evaluators' commands take from a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exercise.models import FindingKind, Rating
from exercise.screens.forms import CommandForm, TaskingForm
from exercise.screens.uploads import FilesField


class RateForm(TaskingForm):
    """P S M U and a note."""

    rating = forms.ChoiceField(choices=Rating.choices, label=_("Mức"))
    note = forms.CharField(max_length=2000, required=False, label=_("Nhận xét"))


class RateActionForm(RateForm):
    """Of one expected action."""

    action = forms.IntegerField(min_value=1, max_value=1000)


class RateObjectiveForm(CommandForm):
    """Of one unit's work on an objective."""

    unit_code = forms.SlugField(max_length=20)
    objective = forms.CharField(max_length=20)
    rating = forms.ChoiceField(choices=Rating.choices, label=_("Mức"))
    note = forms.CharField(max_length=2000, required=False, label=_("Nhận xét"))


class FindingForm(CommandForm):
    """What was seen, where, of whom."""

    kind = forms.ChoiceField(choices=FindingKind.choices, label=_("Loại"))
    text = forms.CharField(max_length=5000, label=_("Nội dung"))
    place = forms.CharField(max_length=200, required=False, label=_("Nơi"))
    unit_code = forms.SlugField(max_length=20, required=False, label=_("Đơn vị"))
    tasking_id = forms.IntegerField(required=False)
    key = forms.UUIDField(required=False)
    waited_ms = forms.IntegerField(required=False)
    files = FilesField(required=False, label=_("Ảnh, tệp"))  # type: ignore[assignment]

    def arguments(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        waited_us = 1000 * (given.pop("waited_ms") or 0)
        return given | {"key": str(given["key"] or ""), "waited_us": waited_us}
