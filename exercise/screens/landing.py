"""The way in and out: the landing page, links and codes, the first administrator, the language."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_cookie

from exercise.clock import wall_us
from exercise.models import Exercise, ExercisePhase, Status
from exercise.screens.entry import enter, leave, next_of, remember_language
from exercise.situation import strip
from scenarios.phases import PLAYED, Phase
from units import audit
from units.forms import CodeForm, FirstAdministratorForm, SignInForm
from units.models import EventKind, SignedInBy, User
from units.text import LANGUAGES

GET_OR_POST = ["GET", "HEAD", "POST"]


# ── the landing page ────────────────────────────────────────────────────────────────────────────
@require_http_methods(GET_OR_POST)
@vary_on_cookie
@never_cache
def landing(request: HttpRequest, first: str = "") -> HttpResponse:
    """What is going on, and the two ways to sign in.

    Args:
        request: whose ``form`` field says which of the two was sent.
        first: the form to begin with; ``code`` under ``/code/``.
    """
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(next_of(request) or reverse("home"))
        if not User.objects.exists():
            return redirect("setup")
        return _landing(request, CodeForm(request), SignInForm(request), first=first)
    if request.POST.get("form", first) == "account":
        account = SignInForm(request, request.POST)
        if account.is_valid():
            return enter(request, account.user, SignedInBy.PASSWORD)
        return _landing(request, CodeForm(request), account, status=_status(account))
    code_form = CodeForm(request, request.POST)
    if code_form.is_valid():
        return enter(request, code_form.user, SignedInBy.CODE)
    return _landing(request, code_form, SignInForm(request), status=_status(code_form))


def _landing(
    request: HttpRequest,
    code_form: CodeForm,
    account: SignInForm,
    *,
    first: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "code_form": code_form,
        "account": account,
        "first": first,
        "next": next_of(request),
    }
    return render(request, "landing/page.html", context | _shown(), status=status)


def _status(form: CodeForm | SignInForm) -> int:
    return 429 if form.locked else 422


class PhaseLine(NamedTuple):
    """A phase as the landing page lists it."""

    row: ExercisePhase
    current: bool
    over: bool
    until: str


def _shown() -> dict[str, Any]:
    """The newest exercise under way, as anybody may know it: title, clock and phases.

    A rehearsal is nobody's business unless the install shows its board to everybody.
    """
    under_way = Exercise.objects.filter(status__in=(Status.RUNNING, Status.PAUSED))
    if not settings.PUBLIC_BOARD:
        under_way = under_way.filter(rehearsal=False)
    exercise = under_way.order_by("rehearsal", "-pk").first()
    if exercise is None:
        return {}
    context = strip.context(exercise)
    board = reverse("board_public", args=[exercise.board_token]) if settings.PUBLIC_BOARD else ""
    return context | {
        "lines": _lines(exercise),
        "board": board,
        "now_wall_ms": context["now_wall_us"] // 1000,
    }


def _lines(exercise: Exercise) -> list[PhaseLine]:
    calendar, now = exercise.calendar, Phase(exercise.phase)
    today = calendar.day(calendar.moment(exercise.clock.position_us(wall_us())))
    lines = []
    for row in exercise.phases:
        # A phase that ends where a stand-down begins ends before it.
        end = calendar.moment(row.planned_end_us, before_break=True)
        until = (
            f"{end:%H:%M}"
            if calendar.day(end) == today
            else calendar.label(
                row.planned_end_us, language=get_language() or "vi", before_break=True
            )
        )
        over = now == Phase.AFTER or (
            now in PLAYED and PLAYED.index(Phase(row.phase)) < PLAYED.index(now)
        )
        lines.append(PhaseLine(row, row.phase == now, over, until))
    return lines


# ── in and out ──────────────────────────────────────────────────────────────────────────────────
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Out, and back to the landing page."""
    if isinstance(request.user, User):
        audit.note(EventKind.SIGNED_OUT, request, user=request.user)
    leave(request)
    response = redirect("landing")
    response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
    return response


@require_http_methods(GET_OR_POST)
@never_cache
def go(request: HttpRequest, token: str) -> HttpResponse:
    """A sign-in link. Opening it shows one button, pressing that redeems it.

    Programs that look at links in messages open them too: they must not use them up, nor learn
    from the page whether one is good.
    """
    refused = False
    if request.method == "POST":
        user = authenticate(request, sign_in_token=token)
        if isinstance(user, User):
            return enter(request, user, SignedInBy.LINK)
        refused = True
        audit.note_refusal(request, account="", how="link", locked=False)
    response = render(
        request, "landing/go.html", {"refused": refused}, status=410 if refused else 200
    )
    # No "Referrer-Policy: no-referrer", though the address is the secret: browsers would then send
    # "Origin: null" with the form, which the CSRF check refuses. "same-origin" is the site's rule.
    response["X-Robots-Tag"] = "noindex"
    return response


def code(request: HttpRequest) -> HttpResponse:
    """The landing page with its code form first: the short address printed on slips."""
    return landing(request, first="code")


@require_http_methods(GET_OR_POST)
@never_cache
def setup(request: HttpRequest) -> HttpResponse:
    """A fresh install: its first visitor makes the administrator. Never again afterwards."""
    if User.objects.exists():
        return redirect("landing")
    form = FirstAdministratorForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with transaction.atomic():
            if _somebody_was_faster():
                return redirect("landing")
            user = form.save()
        audit.note(EventKind.ACCOUNT_MADE, request, user=user, how=SignedInBy.SETUP)
        return enter(request, user, SignedInBy.SETUP)
    return render(request, "landing/setup.html", {"form": form}, status=422 if form.errors else 200)


def _somebody_was_faster() -> bool:
    # SQLite's transactions here begin with the write lock; PostgreSQL's have to ask for it.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {User._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    return User.objects.exists()


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the interface's language, for this browser and for the account."""
    chosen = request.POST.get("language", "")
    response = HttpResponseRedirect(next_of(request) or reverse("landing"))
    if chosen not in LANGUAGES:
        return response
    if isinstance(request.user, User) and request.user.language != chosen:
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    remember_language(response, chosen)
    return response


urlpatterns = [
    path("", landing, name="landing"),
    path("sign-out/", sign_out, name="sign_out"),
    path("go/<str:token>/", go, name="go"),
    path("code/", code, name="code"),
    path("setup/", setup, name="setup"),
    path("language/", language, name="language"),
]
