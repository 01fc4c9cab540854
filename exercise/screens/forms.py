"""What each command takes from a page: one form per shape of arguments, by command name."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exercise.models import Exercise, InjectState, OverduePolicy
from exercise.screens.uploads import FilesField
from scenarios.calendar import MINUTE_US, SECOND_US, InStandDown
from scenarios.choices import Method, Reply
from units.text import Text


class CommandForm(forms.Form):
    """A form whose cleaned data are the keyword arguments of a command."""

    def __init__(self, *args: Any, exercise: Exercise, **kwargs: Any) -> None:
        self.exercise = exercise
        super().__init__(*args, **kwargs)

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments for the command."""
        return dict(self.cleaned_data)


class MomentField(forms.CharField):
    """An exercise time: ``N1 13:00``, ``D2 07:30``, ``13:00`` (today) or ``+30`` minutes from
    now.
    """

    PATTERN = re.compile(
        r"^(?:[ND]\s*(?P<day>\d{1,2})\s+)?(?P<hour>\d{1,2})[:hg](?P<minute>\d{2})$", re.I
    )
    AHEAD = re.compile(r"^\+\s*(?P<minutes>\d{1,4})$")

    def read(self, text: str, exercise: Exercise, position_us: int) -> int:
        """Play µs. Raises forms.ValidationError."""
        text = text.strip()
        if ahead := self.AHEAD.match(text):
            return position_us + int(ahead["minutes"]) * MINUTE_US
        found = self.PATTERN.match(text)
        if not found or int(found["hour"]) > 23 or int(found["minute"]) > 59:
            raise forms.ValidationError(_("Ghi giờ diễn tập như N1 13:00, hoặc +30 phút."))
        calendar = exercise.calendar
        today = calendar.day(calendar.moment(position_us))
        day = int(found["day"] or today)
        zero = calendar.zero
        since_midnight_us = (zero.hour * 60 + zero.minute) * MINUTE_US + zero.second * SECOND_US
        midnight_us = (day - 1) * 24 * 60 * MINUTE_US - since_midnight_us
        calendar_us = midnight_us + (int(found["hour"]) * 60 + int(found["minute"])) * MINUTE_US
        try:
            return calendar.to_play_us(calendar_us)
        except InStandDown:
            return calendar.place_us(calendar_us)


class NoArguments(CommandForm):
    """Nothing to say."""


class PaceForm(CommandForm):
    """×0.25 … ×600."""

    pace = forms.FloatField(min_value=0.25, max_value=600)

    def arguments(self) -> dict[str, Any]:
        return {"rate_permille": round(self.cleaned_data["pace"] * 1000)}


class JumpForm(CommandForm):
    """Where to, and what becomes of what is passed by."""

    to = MomentField()
    missed = forms.ChoiceField(choices=[(one, one) for one in ("release", "skip", "hold")])

    def clean_to(self) -> int:
        from exercise.clock import wall_us

        field = self.fields["to"]
        assert isinstance(field, MomentField)
        position_us = self.exercise.clock.position_us(wall_us())
        return field.read(self.cleaned_data["to"], self.exercise, position_us)

    def arguments(self) -> dict[str, Any]:
        return {"to_us": self.cleaned_data["to"], "missed": self.cleaned_data["missed"]}


class AdvanceForm(CommandForm):
    """Which phase is left, why the gate is passed, what becomes of unfinished work."""

    leaving = forms.CharField(max_length=16)
    override_reason = forms.CharField(max_length=500, required=False)
    unfinished = forms.ChoiceField(
        choices=[("carry", "carry"), ("cancel", "cancel")], required=False
    )

    def clean_unfinished(self) -> str:
        return self.cleaned_data["unfinished"] or "carry"


class OverduePolicyForm(CommandForm):
    """The policy, its spacing in exercise minutes, and what counts as missed, in wall seconds."""

    policy = forms.ChoiceField(choices=OverduePolicy.choices)
    spacing_min = forms.IntegerField(
        min_value=1, max_value=60, required=False, label=_("Giãn cách (phút diễn tập)")
    )
    overdue_after_s = forms.IntegerField(
        min_value=2, max_value=300, required=False, label=_("Coi là quá giờ khi trễ hơn (giây)")
    )
    outage_after_s = forms.IntegerField(
        min_value=10,
        max_value=3600,
        required=False,
        label=_("Đặt lại đồng hồ khi gián đoạn hơn (giây)"),
    )

    def arguments(self) -> dict[str, Any]:
        minutes = self.cleaned_data["spacing_min"]
        return {
            "policy": self.cleaned_data["policy"],
            "spacing_s": minutes * 60 if minutes else self.exercise.overdue_spacing_s,
            "overdue_after_s": self.cleaned_data["overdue_after_s"],
            "outage_after_s": self.cleaned_data["outage_after_s"],
        }


class MinutesForm(CommandForm):
    """Wall minutes."""

    minutes = forms.IntegerField(min_value=1, max_value=24 * 60)


class RealWorldForm(CommandForm):
    """Where, and what."""

    place = forms.CharField(max_length=200, label=_("Nơi xảy ra"))
    words = forms.CharField(max_length=500, label=_("Nội dung"))


class UnitForm(CommandForm):
    """A unit."""

    unit_code = forms.SlugField(max_length=20)


class ReportPostureForm(UnitForm):
    """With a note."""

    note = forms.CharField(max_length=500, required=False)


class ReturnPostureForm(UnitForm):
    """With the reason."""

    reason = forms.CharField(max_length=500, label=_("Lý do"))


class InjectForm(CommandForm):
    """An inject."""

    inject_id = forms.IntegerField()


class InjectReasonForm(InjectForm):
    """An inject and why."""

    reason = forms.CharField(max_length=500, label=_("Lý do"))


class ResendForm(InjectForm):
    """To these units; none named: all that have not acknowledged."""

    unit_codes = forms.CharField(max_length=500, required=False)

    def clean_unit_codes(self) -> list[str]:
        return self.data.getlist("unit_codes") if hasattr(self.data, "getlist") else []


class _TextPairForm(CommandForm):
    title_vi = forms.CharField(max_length=300, required=False, label=_("Tiêu đề"))
    title_en = forms.CharField(max_length=300, required=False)
    content_vi = forms.CharField(max_length=8000, required=False, label=_("Nội dung"))
    content_en = forms.CharField(max_length=8000, required=False)

    def arguments(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        sides = {name: data.pop(name).strip() for name in list(data) if name[-3:] in ("_vi", "_en")}
        data["title"] = Text(sides["title_vi"], sides["title_en"])
        data["content"] = Text(sides["content_vi"], sides["content_en"])
        return data


class CorrectForm(_TextPairForm):
    """The new wording and why."""

    inject_id = forms.IntegerField()
    reason = forms.CharField(max_length=500, label=_("Lý do"))


class AddInjectForm(_TextPairForm):
    """An inject nobody planned; limits in minutes of exercise time."""

    to = forms.MultipleChoiceField(label=_("Đơn vị nhận"), required=False)
    everybody = forms.BooleanField(required=False)
    sender = forms.CharField(max_length=200, required=False)
    in_minutes = forms.IntegerField(min_value=0, max_value=2880, required=False)
    standby = forms.BooleanField(required=False)
    method = forms.ChoiceField(choices=Method.choices, required=False)
    acknowledge_within = forms.IntegerField(min_value=1, max_value=1440, required=False)
    complete_within = forms.IntegerField(min_value=1, max_value=2880, required=False)
    mandatory = forms.BooleanField(required=False)
    reply = forms.ChoiceField(choices=Reply.choices, required=False)

    def __init__(self, *args: Any, exercise: Exercise, **kwargs: Any) -> None:
        super().__init__(*args, exercise=exercise, **kwargs)
        self.codes = list(exercise.postures.values_list("unit__code", flat=True))
        to = self.fields["to"]
        to.choices = [(code, code) for code in self.codes]  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        data = super().arguments()
        if data.pop("everybody"):
            data["to"] = self.codes
        sender = data.pop("sender").strip()
        data["sender"] = Text(sender) if sender else None
        ack, complete = data.pop("acknowledge_within"), data.pop("complete_within")
        minutes = data.pop("in_minutes")
        data["in_minutes"] = None if data.pop("standby") else minutes or 0
        data["acknowledge_within_s"] = (ack or 10) * 60
        data["complete_within_s"] = complete * 60 if complete else None
        data["method"] = data["method"] or Method.DOCUMENT
        data["reply"] = data["reply"] or Reply.NONE
        return data


class DecideOverdueForm(CommandForm):
    """Which injects of the overdue queue, and what becomes of them; spacing in exercise minutes."""

    inject_ids = forms.TypedMultipleChoiceField(
        coerce=int,
        error_messages={
            "required": _("Chọn ít nhất một tin."),
            "invalid_choice": _("Hàng chờ đã thay đổi: có tin vừa được quyết định. Mở lại để xem."),
        },
    )
    decision = forms.ChoiceField(
        choices=[(one, one) for one in ("release", "space", "hold", "skip")],
        error_messages={"required": _("Chọn một cách xử lý.")},
    )
    spacing_min = forms.IntegerField(
        min_value=1, max_value=60, required=False, label=_("Giãn cách (phút diễn tập)")
    )

    def __init__(self, *args: Any, exercise: Exercise, **kwargs: Any) -> None:
        super().__init__(*args, exercise=exercise, **kwargs)
        queue = exercise.injects.filter(
            state=InjectState.SCHEDULED, overdue_wall_us__isnull=False
        ).values_list("pk", flat=True)
        self.fields["inject_ids"].choices = [(pk, pk) for pk in queue]  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        minutes = data.pop("spacing_min")
        data["spacing_s"] = minutes * 60 if minutes else self.exercise.overdue_spacing_s
        return data


class OverdueLook(forms.Form):
    """What the preview of the overdue queue is asked for; gives no command."""

    spacing_min = forms.IntegerField(
        min_value=1, max_value=60, required=False, label=_("Giãn cách (phút diễn tập)")
    )
    inject_ids = forms.Field(required=False)

    def clean_inject_ids(self) -> set[int]:
        given = self.data.getlist("inject_ids") if hasattr(self.data, "getlist") else []
        return {int(one) for one in given if one.isdecimal() and len(one) < 19}


class TaskingForm(CommandForm):
    """A tasking."""

    tasking_id = forms.IntegerField()


class TaskingReasonForm(TaskingForm):
    """A tasking and why."""

    reason = forms.CharField(max_length=500, label=_("Lý do"))


class FigureField(forms.DecimalField):
    """A quantity that stays as it was written: a whole number, or a decimal one as text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, min_value=0, max_digits=15, decimal_places=3, **kwargs)

    def clean(self, value: Any) -> int | str | None:
        figure = super().clean(value)
        if figure is None:
            return None
        return int(figure) if figure == figure.to_integral_value() else f"{figure.normalize():f}"


class ReportForm(TaskingForm):
    """Words, figures, an official document's data, files."""

    text = forms.CharField(max_length=5000, required=False, label=_("Báo cáo"))
    planned = FigureField(label=_("Kế hoạch"))
    done = FigureField(label=_("Đã làm"))
    people = forms.IntegerField(
        required=False, min_value=0, max_value=1_000_000, label=_("Số người")
    )
    measure = forms.CharField(required=False, max_length=30, label=_("Đơn vị tính"))
    document_number = forms.CharField(required=False, max_length=60, label=_("Số, ký hiệu"))
    document_date = forms.CharField(required=False, max_length=30, label=_("Ngày"))
    document_signer = forms.CharField(required=False, max_length=120, label=_("Người ký"))
    document_abstract = forms.CharField(required=False, max_length=500, label=_("Trích yếu"))
    key = forms.UUIDField(required=False)
    files = FilesField(required=False, label=_("Ảnh, tệp"))  # type: ignore[assignment]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        document = self._document(data)
        if document and not all(document.get(key) for key in ("number", "signer", "abstract")):
            raise forms.ValidationError(_("Văn bản cần đủ số, người ký và trích yếu."))
        return data

    @staticmethod
    def _document(data: dict[str, Any]) -> dict[str, str]:
        keys = ("number", "date", "signer", "abstract")
        found = {key: (data.get(f"document_{key}") or "").strip() for key in keys}
        return {key: value for key, value in found.items() if value}

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        figures = {key: data[key] for key in ("planned", "done", "people") if data[key] is not None}
        if figures and data["measure"].strip():
            figures["unit"] = data["measure"].strip()
        return {
            "tasking_id": data["tasking_id"],
            "text": data["text"],
            "quantity": figures,
            "document": self._document(data),
            "files": data["files"],
            "key": str(data["key"] or ""),
        }


class OnBehalfForm(TaskingForm):
    """By ``phone`` or on ``paper``, at its true exercise time (now, when left out)."""

    channel = forms.ChoiceField(choices=[("phone", _("Điện thoại")), ("paper", _("Giấy"))])
    at = MomentField(required=False)

    def clean_at(self) -> int | None:
        from exercise.clock import wall_us

        if not self.cleaned_data["at"]:
            return None
        field = self.fields["at"]
        assert isinstance(field, MomentField)
        position_us = self.exercise.clock.position_us(wall_us())
        return field.read(self.cleaned_data["at"], self.exercise, position_us)

    def arguments(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data["at_us"] = data.pop("at")
        return data


class CompleteForForm(OnBehalfForm):
    """With what the unit said."""

    text = forms.CharField(max_length=5000, label=_("Nội dung"))
