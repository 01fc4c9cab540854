"""Everybody's accounts, for the administrator: sessions, second factors, who may enter."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_otp.plugins.otp_totp.models import TOTPDevice

from exercise.models import Participant
from exercise.screens.access import administrator
from exercise.screens.account import session_lines
from exercise.screens.entry import end_sessions
from units import audit, second_factor, sessions
from units.models import EventKind, OpenSession, SignInLink, User

A_PAGE = 50


@require_safe
@administrator
@never_cache
def accounts(request: Any) -> HttpResponse:
    """Every account, found by part of its name."""
    wanted = request.GET.get("q", "").replace("\0", "").strip()[:150]
    found = User.objects.order_by("username").annotate(
        has_factor=Exists(TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)),
        open_count=Count(
            "open_sessions", filter=Q(open_sessions__session_key__in=sessions.alive())
        ),
    )
    if wanted:
        found = found.filter(Q(username__icontains=wanted) | Q(name__icontains=wanted))
    shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "account/accounts.html", {"shown": shown, "wanted": wanted})


@require_safe
@administrator
@never_cache
def one(request: Any, user_id: int) -> HttpResponse:
    """One account and what can be done about it."""
    person = get_object_or_404(User, pk=user_id)
    parts = Participant.objects.filter(user=person).select_related("exercise", "unit")
    context = {
        "person": person,
        "parts": parts.order_by("-exercise_id")[:A_PAGE],
        "sessions": session_lines(person),
        "factor": second_factor.device_of(person),
        "codes_left": second_factor.codes_left(person),
    }
    return render(request, "account/one.html", context)


@require_POST
@administrator
def end_all(request: Any, user_id: int) -> HttpResponse:
    """Sign a person out everywhere."""
    person = get_object_or_404(User, pk=user_id)
    _say_ended(request, _end_all(request, person))
    return _back(person)


def _end_all(request: Any, person: User) -> int:
    n = end_sessions(OpenSession.objects.filter(user=person), person)
    if n:
        audit.note(EventKind.SESSION_ENDED, request, user=person, by=request.user, sessions=n)
    return n


def _say_ended(request: Any, n: int) -> None:
    messages.success(
        request, ngettext("Đã kết thúc %(n)d phiên.", "Đã kết thúc %(n)d phiên.", n) % {"n": n}
    )


@require_POST
@administrator
def reset_factor(request: Any, user_id: int) -> HttpResponse:
    """Take a lost second factor away. One's own goes by password and code, like anybody's."""
    person = get_object_or_404(User, pk=user_id)
    if person.pk == request.user.pk:
        messages.error(request, _("Xác thực hai bước của chính mình: đổi ở trang Tài khoản."))
    elif second_factor.remove(person):
        audit.note(EventKind.FACTOR_RESET, request, user=person, by=request.user)
        _end_all(request, person)
        messages.success(request, _("Đã gỡ xác thực hai bước và kết thúc mọi phiên của người này."))
    return _back(person)


@require_POST
@administrator
def set_active(request: Any, user_id: int) -> HttpResponse:
    """Let an account in no longer, or again. What its person wrote stays."""
    person = get_object_or_404(User, pk=user_id)
    active = request.POST.get("active") == "1"
    if person.pk == request.user.pk:
        messages.error(request, _("Không tự ngừng tài khoản của mình được."))
    elif person.is_active != active:
        User.objects.filter(pk=person.pk).update(is_active=active)
        kind = EventKind.ACCOUNT_ENABLED if active else EventKind.ACCOUNT_DISABLED
        audit.note(kind, request, user=person, by=request.user)
        if not active:
            SignInLink.objects.filter(user=person, uses_left__gt=0).update(uses_left=0)
            _end_all(request, person)
        said = _("Đã mở lại tài khoản.") if active else _("Đã ngừng tài khoản.")
        messages.success(request, said)
    return _back(person)


@require_POST
@administrator
def set_planning(request: Any, user_id: int) -> HttpResponse:
    """Let a person write scenarios, or no longer. Administrators may anyway."""
    person = get_object_or_404(User, pk=user_id)
    may_plan = request.POST.get("may_plan") == "1"
    if person.may_plan != may_plan:
        User.objects.filter(pk=person.pk).update(may_plan=may_plan)
        kind = EventKind.PLANNING_GIVEN if may_plan else EventKind.PLANNING_TAKEN
        audit.note(kind, request, user=person, by=request.user)
        said = (
            _("Đã giao lập kịch bản cho người này.")
            if may_plan
            else _("Người này thôi lập kịch bản.")
        )
        messages.success(request, said)
    return _back(person)


def _back(person: User) -> HttpResponse:
    return redirect("accounts_one", person.pk)


urlpatterns = [
    path("accounts/", accounts, name="accounts"),
    path("accounts/<int:user_id>/", one, name="accounts_one"),
    path("accounts/<int:user_id>/end-sessions/", end_all, name="accounts_end_sessions"),
    path("accounts/<int:user_id>/reset-second-factor/", reset_factor, name="accounts_reset_factor"),
    path("accounts/<int:user_id>/active/", set_active, name="accounts_active"),
    path("accounts/<int:user_id>/planning/", set_planning, name="accounts_planning"),
]
