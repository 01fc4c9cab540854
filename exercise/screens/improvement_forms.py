"""What the commands on corrective actions take from a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exercise.conduct.improvement import LONGEST, units_of
from exercise.models import Exercise
from exercise.screens.forms import CommandForm

NOBODY = [("", "–")]


class ActionForm(CommandForm):
    """A corrective action as control writes it down."""

    finding = forms.CharField(
        label=_("Hạn chế"),
        max_length=LONGEST["finding"],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    measure = forms.CharField(
        label=_("Biện pháp khắc phục"),
        max_length=LONGEST["measure"],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    owner_code = forms.ChoiceField(label=_("Đơn vị thực hiện"))
    responsible = forms.CharField(
        label=_("Người phụ trách"), max_length=LONGEST["responsible"], required=False
    )
    due = forms.DateField(
        label=pgettext_lazy("corrective action", "Hạn"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    unit_code = forms.ChoiceField(label=_("Hạn chế của đơn vị"), required=False)
    objective = forms.ChoiceField(
        label=pgettext_lazy("corrective action", "Mục tiêu"), required=False
    )
    problem = forms.ChoiceField(label=_("Vấn đề huấn luyện"), required=False)
    inject_number = forms.ChoiceField(
        label=pgettext_lazy("corrective action", "Tình huống"), required=False
    )

    def __init__(self, *args: Any, exercise: Exercise, **kwargs: Any) -> None:
        super().__init__(*args, exercise=exercise, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"
        units = [(unit.code, str(unit)) for unit in units_of(exercise)]
        scenario = exercise.scenario
        injects = exercise.injects.order_by("sort_key")
        self._choose("owner_code", [("", _("chọn đơn vị")), *units])
        self._choose("unit_code", NOBODY + units)
        self._choose("objective", NOBODY + [(o.code, str(o)) for o in scenario.objectives.all()])
        self._choose("problem", NOBODY + [(p.code, str(p)) for p in scenario.problems.all()])
        self._choose("inject_number", NOBODY + [(i.number, str(i)) for i in injects])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class AddActionForm(ActionForm):
    """With the journal entry of the observation that it answers."""

    source_seq = forms.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, widget=forms.HiddenInput
    )


class EditActionForm(ActionForm):
    """With the action, and the revision of it that was on the page."""

    action_id = forms.IntegerField(widget=forms.HiddenInput)
    revision = forms.IntegerField(widget=forms.HiddenInput)


class ActionNoteForm(CommandForm):
    """An action, and a note."""

    action_id = forms.IntegerField()
    note = forms.CharField(max_length=LONGEST["note"], required=False, label=_("Ghi chú"))


class FinishActionForm(ActionNoteForm):
    """An action, and what was done."""

    note = forms.CharField(max_length=LONGEST["note"], label=_("Đã làm gì"))


class ActionReasonForm(CommandForm):
    """An action, and why."""

    action_id = forms.IntegerField()
    reason = forms.CharField(max_length=500, label=_("Lý do"))


IMPROVEMENT_FORMS: dict[str, type[CommandForm]] = {
    "add_action": AddActionForm,
    "edit_action": EditActionForm,
    "begin_action": ActionNoteForm,
    "finish_action": FinishActionForm,
    "verify_action": ActionNoteForm,
    "reopen_action": ActionReasonForm,
    "drop_action": ActionReasonForm,
}
