"""The forms of one's own account: the second step, enrolling, proving oneself anew, a password."""

from __future__ import annotations

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from units import audit, second_factor
from units.backends import second_step_of
from units.forms import LONGEST_PASSWORD, CountedForm, password_problems
from units.models import EventKind, User


def _code(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=40, error_messages={"required": gettext_lazy("Nhập mã.")}
    )


class SecondStepForm(CountedForm):
    """The code after the password, the slip or the link."""

    blamed = "code"
    code = _code(gettext_lazy("Mã xác thực"))
    recovery = forms.CharField(
        label=gettext_lazy("Mã khôi phục (16 ký tự)"),
        max_length=40,
        required=False,
        error_messages={"required": gettext_lazy("Nhập mã.")},
    )

    def __init__(self, request: HttpRequest, person: User, *args: Any, **kwargs: Any) -> None:
        self.person = person
        super().__init__(request, *args, **kwargs)
        if "recovery" in self.data and "recovery" in self.fields:
            # The other form of the same page, for a keyboard that has letters.
            self.blamed = "recovery"
            self.fields["code"].required = False
            self.fields["recovery"].required = True

    @property
    def by(self) -> str:
        """Which kind of code it was."""
        return getattr(self.request, "second_factor_by", None) or ""

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        self._check_wait(code)
        return code

    def _check_wait(self, typed: str) -> None:
        if typed and (seconds := second_factor.wait_s(self.person)):
            self.locked = True
            raise ValidationError(
                ngettext(
                    "Vừa nhập sai mã. Chờ %(seconds)d giây rồi thử lại.",
                    "Vừa nhập sai mã. Chờ %(seconds)d giây rồi thử lại.",
                    seconds,
                )
                % {"seconds": seconds}
            )

    def clean_recovery(self) -> str:
        typed: str = self.cleaned_data["recovery"]
        self._check_wait(typed)
        return typed

    def clean(self) -> dict[str, Any]:
        if code := self.cleaned_data.get(self.blamed):
            self.prove(code)
        return self.cleaned_data

    def prove(self, code: str) -> None:
        self.sign_in(
            _("Mã không đúng hoặc đã dùng."),
            second_factor_of=self.person.username,
            second_step_code=code,
        )
        if self.user is not None:
            AxesProxyHandler.reset_attempts(
                ip_address=self.request.axes_ip_address,  # type: ignore[attr-defined]
                username=second_step_of(self.person.username),
            )

    def note_refusal(self, credentials: dict[str, str]) -> None:
        audit.note_refusal(
            self.request,
            account=self.person.username,
            how="",
            locked=self.locked,
            refused=EventKind.SECOND_REFUSED,
        )


class ProofForm(SecondStepForm):
    """Password and code once more, before the second factor is touched."""

    password = forms.CharField(
        label=gettext_lazy("Mật khẩu"), max_length=4096, strip=False, required=False
    )

    recovery = None  # type: ignore[assignment]  # one field takes both here

    @property
    def wants_password(self) -> bool:
        """Who signs in by slips has none."""
        return self.person.has_usable_password()

    def clean(self) -> dict[str, Any]:
        code, password = (self.cleaned_data.get(name) for name in ("code", "password"))
        self.user = None
        if self.wants_password and not password:
            self.add_error("password", _("Nhập mật khẩu."))
        elif code:
            if self.wants_password:
                self.blamed = "password"
                self.sign_in(
                    _("Sai mật khẩu."), username=self.person.username, password=str(password)
                )
            self.user = None  # the password alone is not enough
            if not self.errors:
                self.blamed = "code"
                self.prove(code)
        return self.cleaned_data

    def note_refusal(self, credentials: dict[str, str]) -> None:
        _note_refusal(self)


def _note_refusal(form: ProofForm | NewPasswordForm | FirstFactorForm) -> None:
    audit.note_refusal(
        form.request,
        account=form.person.username,
        how="",
        locked=form.locked,
        refused=EventKind.PROOF_REFUSED,
    )


class NewPasswordForm(CountedForm):
    """A new password, for whoever knows the old one."""

    blamed = "password"
    password = forms.CharField(
        label=gettext_lazy("Mật khẩu hiện nay"),
        max_length=4096,
        strip=False,
        error_messages={"required": gettext_lazy("Nhập mật khẩu.")},
    )
    new = forms.CharField(
        label=gettext_lazy("Mật khẩu mới"), max_length=LONGEST_PASSWORD, strip=False
    )
    again = forms.CharField(
        label=gettext_lazy("Nhập lại mật khẩu mới"), max_length=LONGEST_PASSWORD, strip=False
    )

    def __init__(self, request: HttpRequest, person: User, *args: Any, **kwargs: Any) -> None:
        self.person = person
        super().__init__(request, *args, **kwargs)

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        if problems := password_problems(new, self.person):
            raise ValidationError([ValidationError(problem) for problem in problems])
        if new == self.cleaned_data.get("password"):
            raise ValidationError(_("Mật khẩu mới phải khác mật khẩu hiện nay."))
        return new

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if self.cleaned_data.get("new") and self.cleaned_data["new"] != again:
            raise ValidationError(_("Hai lần nhập không giống nhau."))
        return again

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            self.sign_in(
                _("Sai mật khẩu."),
                username=self.person.username,
                password=self.cleaned_data["password"],
            )
        return self.cleaned_data

    def note_refusal(self, credentials: dict[str, str]) -> None:
        _note_refusal(self)


class EnrolForm(forms.Form):
    """The first code of a new authenticator: shows that the app has the key."""

    code = _code(gettext_lazy("Mã 6 số trong ứng dụng"))


class FirstFactorForm(CountedForm):
    """The same on one's own account, with the password once more: whoever finds a telephone
    unlocked must not make the account theirs for good.
    """

    blamed = "password"
    password = forms.CharField(
        label=gettext_lazy("Mật khẩu"),
        max_length=4096,
        strip=False,
        error_messages={"required": gettext_lazy("Nhập mật khẩu.")},
    )
    code = _code(gettext_lazy("Mã 6 số trong ứng dụng"))

    def __init__(self, request: HttpRequest, person: User, *args: Any, **kwargs: Any) -> None:
        self.person = person
        super().__init__(request, *args, **kwargs)

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            self.sign_in(
                _("Sai mật khẩu."),
                username=self.person.username,
                password=self.cleaned_data["password"],
            )
        return self.cleaned_data

    def note_refusal(self, credentials: dict[str, str]) -> None:
        _note_refusal(self)
