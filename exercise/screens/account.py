"""A person's own account: where they are signed in, their second factor, their password."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exercise.screens.access import own
from exercise.screens.entry import (
    end_sessions,
    enter,
    lacks_second_factor,
    must_have_second_factor,
)
from exercise.screens.second_step import KEY, confirmed, enrolment
from units import audit, second_factor, sessions
from units.account_forms import EnrolForm, FirstFactorForm, NewPasswordForm, ProofForm
from units.devices import device
from units.models import EventKind, OpenSession, SignedInBy, User

REPLACE_UNTIL = "replace_second_factor_until_s"
REPLACE_FOR_S = 600


class SessionLine(NamedTuple):
    """An open session as its owner is told of it."""

    row: OpenSession
    device: str
    here: bool


def session_lines(user: User, here: int | None = None) -> list[SessionLine]:
    """Somebody's open sessions, the one that asks first."""
    lines = [
        SessionLine(row, device(row.agent), row.pk == here) for row in sessions.still_open(user)
    ]
    return sorted(lines, key=lambda line: not line.here)


# ── the page ────────────────────────────────────────────────────────────────────────────────────
@require_safe
@own("account")
@never_cache
def account(request: Any) -> HttpResponse:
    """All of it on one page."""
    return _page(request)


def _page(request: Any, status: int = 200, **forms: Any) -> HttpResponse:
    user: User = request.user
    context = {
        "sessions": session_lines(user, sessions.here(request)),
        "factor": second_factor.device_of(user),
        "codes_left": second_factor.codes_left(user),
        "offered": settings.SECOND_FACTOR != "off",
        "required": must_have_second_factor(user),
        "password_form": NewPasswordForm(request, user) if user.has_usable_password() else None,
        "proof": ProofForm(request, user),
    }
    return render(request, "account/page.html", context | forms, status=status)


# ── sessions ────────────────────────────────────────────────────────────────────────────────────
@require_POST
@own("account_sessions_end")
def end_others(request: Any) -> HttpResponse:
    """Sign out everywhere else."""
    here = sessions.here(request)
    _end(request, OpenSession.objects.filter(user=request.user).exclude(pk=here))
    return redirect("account")


@require_POST
@own("account_session_end")
def end_one(request: Any, session_id: int) -> HttpResponse:
    """Sign out in one other place."""
    row = get_object_or_404(OpenSession, pk=session_id, user=request.user)
    if row.pk == sessions.here(request):
        messages.error(request, _("Phiên này là phiên đang dùng. Bấm Đăng xuất để ra."))
    else:
        _end(request, OpenSession.objects.filter(pk=row.pk))
    return redirect("account")


def _end(request: Any, rows: Any) -> None:
    n = end_sessions(rows, request.user)
    if n:
        audit.note(EventKind.SESSION_ENDED, request, user=request.user, sessions=n)
    messages.success(
        request, ngettext("Đã kết thúc %(n)d phiên.", "Đã kết thúc %(n)d phiên.", n) % {"n": n}
    )


# ── the second factor ───────────────────────────────────────────────────────────────────────────
@require_http_methods(["GET", "HEAD", "POST"])
@own("account_second_factor")
@never_cache
def enrol(request: Any) -> HttpResponse:
    """Scan, type one code, and keep the recovery codes. The first one takes the password again, one
    in place of an earlier one password and code.
    """
    user: User = request.user
    if settings.SECOND_FACTOR == "off":
        return redirect("account")
    instead = _may_replace(request)
    if not instead and second_factor.device_of(user) is not None:
        if lacks_second_factor(request):
            return enter(request, user, SignedInBy.EARLIER)
        return redirect("account")
    # Who must have one may have come by a slip and never have learnt the password.
    must = must_have_second_factor(user)
    data = request.POST if request.method == "POST" else None
    asks = not instead and not must and user.has_usable_password()
    form = FirstFactorForm(request, user, data) if asks else EnrolForm(data)
    if form.is_valid() and (codes := confirmed(request, user, form, instead=instead)):
        request.session.pop(REPLACE_UNTIL, None)
        request.session[sessions.SECOND] = True
        here = sessions.here(request)
        OpenSession.objects.filter(pk=here).update(second_factor=True)
        end_sessions(OpenSession.objects.filter(user=user).exclude(pk=here), user)
        audit.note(EventKind.FACTOR_ENROLLED, request, user=user)
        return _show_codes(request, codes)
    context = {"form": form, "asks_password": asks, "required": must}
    status = 429 if getattr(form, "locked", False) else 422 if form.errors else 200
    return render(request, "account/enrol.html", context | enrolment(request, user), status=status)


def _may_replace(request: HttpRequest) -> bool:
    return time.time() < request.session.get(REPLACE_UNTIL, 0)


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "account/codes.html", {"codes": codes})


@require_POST
@own("account_second_factor_change")
@never_cache
def change_factor(request: Any) -> HttpResponse:
    """Another telephone, new recovery codes, or none of it any more: after password and code."""
    user: User = request.user
    what = request.POST.get("do", "")
    if second_factor.device_of(user) is None or what not in {"replace", "codes", "remove"}:
        return redirect("account")
    form = ProofForm(request, user, request.POST)
    if not form.is_valid():
        return _page(request, 429 if form.locked else 422, proof=form)
    if what == "replace":
        request.session[REPLACE_UNTIL] = int(time.time()) + REPLACE_FOR_S
        request.session.pop(KEY, None)  # an earlier page may still show it
        return redirect("account_second_factor")
    if what == "codes":
        audit.note(EventKind.CODES_RENEWED, request, user=user)
        return _show_codes(request, second_factor.renew_codes(user))
    if must_have_second_factor(user):
        messages.error(
            request, _("Vai trò của bạn bắt buộc xác thực hai bước: chỉ đổi máy được, không tắt.")
        )
        return redirect("account")
    second_factor.remove(user)
    request.session[sessions.SECOND] = False
    OpenSession.objects.filter(user=user).update(second_factor=False)
    audit.note(EventKind.FACTOR_REMOVED, request, user=user)
    messages.success(request, _("Đã tắt xác thực hai bước."))
    return redirect("account")


# ── the password ────────────────────────────────────────────────────────────────────────────────
@require_POST
@own("account_password")
def new_password(request: Any) -> HttpResponse:
    """Change one's own password; every other session of the account ends."""
    user: User = request.user
    if not user.has_usable_password():
        return redirect("account")
    form = NewPasswordForm(request, user, request.POST)
    if not form.is_valid():
        return _page(request, 429 if form.locked else 422, password_form=form)
    user.set_password(form.cleaned_data["new"])
    user.save(update_fields=["password"])
    sessions.keep_after_new_password(request, user)
    here = sessions.here(request)
    n = end_sessions(OpenSession.objects.filter(user=user).exclude(pk=here), user)
    audit.note(EventKind.PASSWORD_CHANGED, request, user=user, sessions=n)
    messages.success(request, _("Đã đổi mật khẩu. Các phiên khác đã kết thúc."))
    return redirect("account")


urlpatterns = [
    path("account/", account, name="account"),
    path("account/sessions/end/", end_others, name="account_sessions_end"),
    path("account/sessions/<int:session_id>/end/", end_one, name="account_session_end"),
    path("account/second-factor/", enrol, name="account_second_factor"),
    path("account/second-factor/change/", change_factor, name="account_second_factor_change"),
    path("account/password/", new_password, name="account_password"),
]
