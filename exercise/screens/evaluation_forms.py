"""What evaluators' commands take from a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exercise.models import FindingKind, Rating
from exercise.screens.forms import CommandForm, TaskingForm


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

    def arguments(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data["key"] = data["key"].hex if data["key"] else ""
        return data
