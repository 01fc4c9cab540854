"""The second step of signing in: a code, or enrolling first where that is required.

Nobody is signed in here yet: ``exercise.screens.entry.waiting`` says whose step it is.
"""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from exercise.screens.entry import Waiting, complete, end_sessions, waiting
from exercise.screens.qr import qr
from units import audit, second_factor, sessions
from units.account_forms import EnrolForm, SecondStepForm
from units.models import EventKind, User

KEY = "new_second_factor"
"""Where a session keeps the secret that is being enrolled."""
GET_OR_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_OR_POST)
@never_cache
def second_step(request: HttpRequest) -> HttpResponse:
    """The code that follows the password, the slip or the link."""
    who = waiting(request)
    if who is None:
        return _begin_again(request)
    if who.enrol:
        return redirect("second_step_enrol")
    form = SecondStepForm(request, who.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        if form.by == second_factor.RECOVERY_CODE:
            left = second_factor.codes_left(who.user)
            audit.note(EventKind.RECOVERY_USED, request, user=who.user, left=left)
        return complete(request, who.user, who.how, who.target, second=form.by)
    status = 429 if form.locked else 422 if form.errors else 200
    return render(request, "landing/second.html", {"form": form}, status=status)


@require_http_methods(GET_OR_POST)
@never_cache
def enrol(request: HttpRequest) -> HttpResponse:
    """Whoever must have a second factor and has none sets it up before anything else."""
    who = waiting(request)
    if who is None:
        return _begin_again(request)
    if not who.enrol or second_factor.device_of(who.user) is not None:
        return _begin_again(request)
    form = EnrolForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (codes := confirmed(request, who.user, form)):
        return _enrolled(request, who, codes)
    context = {"form": form} | enrolment(request, who.user)
    return render(request, "landing/enrol.html", context, status=422 if form.errors else 200)


def _enrolled(request: HttpRequest, who: Waiting, codes: list[str]) -> HttpResponse:
    audit.note(EventKind.FACTOR_ENROLLED, request, user=who.user)
    end_sessions(sessions.still_open(who.user), who.user)
    entered = complete(request, who.user, who.how, who.target, second=second_factor.TOTP_CODE)
    shown = render(request, "landing/codes.html", {"codes": codes, "on": entered["Location"]})
    shown.cookies.update(entered.cookies)
    return shown


def _begin_again(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        messages.error(request, _("Bước hai đã quá giờ. Đăng nhập lại từ đầu."))
    return redirect("landing")


# ── enrolling, here and on one's own account ────────────────────────────────────────────────────
def enrolment(request: HttpRequest, user: User) -> dict[str, object]:
    """What the page shows of the secret that is being enrolled: the same until it is confirmed."""
    key = request.session.get(KEY)
    if key is None:
        key = request.session[KEY] = second_factor.new_key()
    return {
        "qr": qr(second_factor.key_address(user, key)),
        "key": second_factor.key_in_groups(key),
        "issuer_account": user.username,
    }


def confirmed(
    request: HttpRequest, user: User, form: Form, *, instead: bool = False
) -> list[str] | None:
    """Enrol the secret if the code is its own; the recovery codes, or an error in the form."""
    key, code = request.session.get(KEY), form.cleaned_data["code"]
    codes = second_factor.enrol(user, key, code, instead=instead) if key else None
    if codes is None:
        form.add_error(
            "code",
            _("Mã không khớp. Kiểm tra giờ của điện thoại rồi nhập mã đang hiện."),
        )
        return None
    del request.session[KEY]
    return codes


urlpatterns = [
    path("second-step/", second_step, name="second_step"),
    path("second-step/enrol/", enrol, name="second_step_enrol"),
]
