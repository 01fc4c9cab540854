"""The forms by which people sign in, and the one that makes the first administrator."""

from __future__ import annotations

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from units import audit
from units.backends import CODE_GUESSES, tries_allowed
from units.models import User

LONGEST_PASSWORD = 128
"""Of a new one; longer ones that were set before still sign in."""


class CountedForm(forms.Form):
    """What the ways of proving who one is share: after ``is_valid()``, ``user`` has done so.

    ``locked`` says that there were too many wrong attempts.
    """

    user: User | None = None
    locked: bool = False
    blamed = ""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def is_valid(self) -> bool:
        """No form without errors is enough: somebody must have been recognised."""
        return super().is_valid() and self.user is not None

    def sign_in(self, wrong: str, **credentials: str) -> None:
        """Ask the backends; a refusal is written under the field that is to blame."""
        self.user = authenticate(self.request, **credentials)
        if self.user is None:
            self.add_error(self.blamed, self._refusal(wrong, credentials))
            self.note_refusal(credentials)

    def note_refusal(self, credentials: dict[str, str]) -> None:
        """Write into the book that somebody was not let in."""
        audit.note_refusal(
            self.request,
            account=credentials.get("username", ""),
            how="password" if "username" in credentials else "code",
            locked=self.locked,
        )

    def _refusal(self, wrong: str, credentials: dict[str, str]) -> str:
        if getattr(self.request, "axes_locked_out", False):
            # axes' middleware would put a bare page of its own in the place of ours.
            self.request.axes_locked_out = False  # type: ignore[attr-defined]
            self.locked = True
            minutes = self._minutes_locked(credentials)
            return ngettext(
                "Đã thử sai quá nhiều lần. Thử lại sau %(minutes)d phút.",
                "Đã thử sai quá nhiều lần. Thử lại sau %(minutes)d phút.",
                minutes,
            ) % {"minutes": minutes}
        failures = getattr(self.request, "axes_failures_since_start", None) or 0
        left = tries_allowed(self.request, credentials) - failures
        return ngettext(
            "%(wrong)s Còn %(left)d lần thử.", "%(wrong)s Còn %(left)d lần thử.", left
        ) % {"wrong": wrong, "left": left}

    def _minutes_locked(self, credentials: dict[str, str]) -> int:
        attempts = AxesProxyHandler.get_implementation().get_user_attempts(
            self.request, credentials
        )
        last = [found.aggregate(last=Max("attempt_time"))["last"] for found in attempts]
        now = timezone.now()
        until = max((moment for moment in last if moment), default=now) + get_cool_off(self.request)
        return max(1, -(-int((until - now).total_seconds()) // 60))


class CodeForm(CountedForm):
    """Signing in by the code of a printed slip."""

    blamed = "code"
    code = forms.CharField(
        label=gettext_lazy("Mã trên phiếu"),
        max_length=60,
        error_messages={"required": gettext_lazy("Nhập mã ghi trên phiếu.")},
    )

    def clean(self) -> dict[str, Any]:
        if code := self.cleaned_data.get("code"):
            self.sign_in(_("Mã không đúng, đã dùng hoặc hết hạn."), sign_in_code=code)
        if self.user is not None:
            AxesProxyHandler.reset_attempts(
                ip_address=self.request.axes_ip_address,  # type: ignore[attr-defined]
                username=CODE_GUESSES,
            )
        return self.cleaned_data


class SignInForm(CountedForm):
    """Signing in by account and password."""

    blamed = "password"
    username = UsernameField(
        label=gettext_lazy("Tài khoản"),
        max_length=150,
        error_messages={"required": gettext_lazy("Nhập tên tài khoản.")},
    )
    password = forms.CharField(
        label=gettext_lazy("Mật khẩu"),
        max_length=4096,
        strip=False,
        error_messages={"required": gettext_lazy("Nhập mật khẩu.")},
    )

    def clean(self) -> dict[str, Any]:
        username, password = (self.cleaned_data.get(name) for name in ("username", "password"))
        if username and password:
            self.sign_in(_("Sai mật khẩu."), username=username, password=password)
        return self.cleaned_data


def password_problems(password: str, user: User) -> list[str]:
    """What the rules have against this password of this user."""
    try:
        validate_password(password, user)
    except ValidationError as found:
        return [_said(problem) for problem in found.error_list]
    return []


def _said(problem: ValidationError) -> str:
    if problem.code == "password_too_short" and problem.params:
        # Django's Vietnamese catalogue lacks this one sentence.
        length = problem.params["min_length"]
        return ngettext(
            "Mật khẩu quá ngắn, cần ít nhất %(length)d ký tự.",
            "Mật khẩu quá ngắn, cần ít nhất %(length)d ký tự.",
            length,
        ) % {"length": length}
    return " ".join(problem.messages)


class FirstAdministratorForm(forms.ModelForm):
    """The account that everything else is made with."""

    password = forms.CharField(
        label=gettext_lazy("Mật khẩu"), max_length=LONGEST_PASSWORD, strip=False
    )
    again = forms.CharField(
        label=gettext_lazy("Nhập lại mật khẩu"), max_length=LONGEST_PASSWORD, strip=False
    )

    class Meta:
        model = User
        fields = ("name", "username")
        field_classes = {"username": UsernameField}
        labels = {"username": gettext_lazy("Tài khoản")}

    @property
    def password_rules(self) -> list[str]:
        return password_validators_help_texts()

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        password = self.cleaned_data.get("password")
        if password and password != again:
            raise ValidationError(_("Hai lần nhập không giống nhau."))
        return again

    def _post_clean(self) -> None:
        # After the model's own cleaning: the similarity rule compares with name and username.
        super()._post_clean()  # type: ignore[misc]
        if (password := self.cleaned_data.get("password")) and (
            problems := password_problems(password, self.instance)
        ):
            self.add_error("password", problems)

    def save(self, commit: bool = True) -> User:
        """Make the account, with every right."""
        user: User = super().save(commit=False)
        user.is_superuser = user.is_staff = True
        user.set_password(self.cleaned_data["password"])
        if commit:
            user.save()
        return user
