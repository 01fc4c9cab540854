"""The form that adds a person to an exercise, and account names made from people's names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exercise.models import Exercise, Participant
from units.forms import LONGEST_PASSWORD, password_problems
from units.models import Unit, User
from units.roles import UNIT_MEMBERS, Role
from units.text import plain


def username_for(name: str) -> str:
    """A free account name as offices here make them: given name, then initials (``hanh.nt``)."""
    words = plain(name).split() or ["nguoi"]
    initials = "".join(word[0] for word in words[:-1])
    base = f"{words[-1]}.{initials}"[:100].rstrip(".")
    taken = set(User.objects.filter(username__startswith=base).values_list("username", flat=True))
    number, username = 1, base
    while username in taken:
        number += 1
        username = f"{base}{number}"
    return username


class PersonForm(forms.Form):
    """One more participant. An account of that name that exists is taken as it is."""

    name = forms.CharField(label=gettext_lazy("Họ tên, chức danh"), max_length=150)
    role = forms.ChoiceField(
        label=gettext_lazy("Vai trò"), choices=Role.choices, initial=Role.STAFF
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("Đơn vị"), required=False, empty_label="–"
    )
    username = UsernameField(
        label=gettext_lazy("Tài khoản"),
        required=False,
        max_length=150,
        validators=[User.username_validator],
    )
    password = forms.CharField(
        label=gettext_lazy("Mật khẩu"), required=False, max_length=LONGEST_PASSWORD, strip=False
    )

    def __init__(self, *args: Any, exercise: Exercise, **kwargs: Any) -> None:
        self.exercise = exercise
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(pk__in=exercise.postures.values("unit")).order_by("pk")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.known: User | None = None

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if not username:
            return ""
        self.known = User.objects.filter(username=username).first()
        if self.known is None:
            return username
        if not self.known.is_active:
            raise ValidationError(_("Tài khoản này đã ngừng dùng."))
        if self.exercise.participants.filter(user=self.known).exists():
            raise ValidationError(_("Người này đã có trong cuộc diễn tập."))
        return username

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("role") in UNIT_MEMBERS and not data.get("unit") and "unit" not in self.errors:
            self.add_error("unit", _("Trưởng đơn vị và cán bộ phải thuộc một đơn vị."))
        if data.get("role") not in UNIT_MEMBERS | {Role.EVALUATOR}:
            data["unit"] = None
        if password := data.get("password"):
            self._check_password(password)
        return data

    def _check_password(self, password: str) -> None:
        if self.known is not None:
            # Directing one exercise is no right over accounts that were there before.
            self.add_error(
                "password", _("Tài khoản đã có từ trước, mật khẩu không đổi ở đây được.")
            )
            return
        person = User(
            username=self.cleaned_data.get("username", ""), name=self.cleaned_data.get("name", "")
        )
        if problems := password_problems(password, person):
            self.add_error("password", problems)

    @transaction.atomic
    def save(self) -> Participant:
        """Make the account where there is none, and the participant."""
        data = self.cleaned_data
        user = self.known
        if user is None:
            user = User(username=data["username"] or username_for(data["name"]), name=data["name"])
            user.set_password(data["password"] or None)
            user.save()
        return Participant.objects.create(
            exercise=self.exercise, user=user, role=data["role"], unit=data["unit"]
        )
