"""From a password, slip or link to a session: who must show a second factor, and what is kept
between the two steps.

Between them nobody is signed in: the browser's session holds whose second step it is and for how
long, and no page but the second step reads that. A link or a slip stands for the password, never
for the second factor: whoever has enrolled is asked, whichever way they come.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from exercise import live
from exercise.models import Participant
from units import audit, second_factor, sessions
from units.models import EventKind, OpenSession, SignedInBy, User
from units.roles import Role
from units.text import LANGUAGES

WAITING = "second_step"
STEP_VALID_S = 600


# ── who must ────────────────────────────────────────────────────────────────────────────────────
def must_have_second_factor(user: User) -> bool:
    """Whether the install demands one of this person: administrators, planners, and directors of
    exercises that are not rehearsals.
    """
    if settings.SECOND_FACTOR != "required":
        return False
    directs = Participant.objects.filter(user=user, role=Role.DIRECTOR, exercise__rehearsal=False)
    return user.is_planner or directs.exists()


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether this session was begun without the second factor that its rights demand now.

    Of those who became director, or whose install became strict, after they had signed in.
    """
    return settings.SECOND_FACTOR == "required" and not request.session.get(sessions.SECOND)


def held_up(request: HttpRequest, participant: Participant) -> bool:
    """Whether an administrator, or the director of a real exercise, still has to show a second
    factor.
    """
    directs = participant.role == Role.DIRECTOR and not participant.exercise.rehearsal
    return (directs or participant.user.is_superuser) and lacks_second_factor(request)


# ── the two steps ───────────────────────────────────────────────────────────────────────────────
def enter(request: HttpRequest, user: User | None, how: SignedInBy) -> HttpResponse:
    """The first step was passed: on to the second where there is one, else in."""
    assert user is not None, "a valid form has a user"
    target = next_of(request)
    enrolled = settings.SECOND_FACTOR != "off" and second_factor.device_of(user) is not None
    if not enrolled and not must_have_second_factor(user):
        return complete(request, user, how, target)
    leave(request)
    request.session.cycle_key()
    request.session[WAITING] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "how": str(how),
        "next": target,
        "since_s": int(time.time()),
        "enrol": not enrolled,
    }
    audit.note(EventKind.FIRST_STEP, request, user=user, how=how)
    return redirect("second_step" if enrolled else "second_step_enrol")


class Waiting:
    """Somebody between the two steps."""

    def __init__(self, user: User, kept: dict[str, Any]) -> None:
        self.user = user
        self.how = SignedInBy(kept["how"])
        self.target: str = kept["next"]
        self.enrol: bool = kept["enrol"]


def waiting(request: HttpRequest) -> Waiting | None:
    """Whose second step this browser may take; nobody's when it took too long, or when the
    password or the account has changed since.
    """
    kept = request.session.get(WAITING)
    if not kept:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    late = not 0 <= time.time() - kept["since_s"] <= STEP_VALID_S
    if user is None or late or user.get_session_auth_hash() != kept["password"]:
        del request.session[WAITING]
        return None
    return Waiting(user, kept)


def complete(
    request: HttpRequest, user: User, how: SignedInBy, target: str, *, second: str = ""
) -> HttpResponse:
    """Sign somebody in who has shown all there is to show; ``second`` is what, in step two."""
    leave(request)
    sessions.begin(request, user, how, second=bool(second))
    audit.note(EventKind.SIGNED_IN, request, user=user, how=how, second=second)
    response = HttpResponseRedirect(target or reverse("home"))
    # Signing out forgets the browser's language: one that is there was chosen since then.
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in LANGUAGES and chosen != user.language:
        user.language = chosen
        user.save(update_fields=["language"])
    remember_language(response, user.language)
    return response


# ── out ─────────────────────────────────────────────────────────────────────────────────────────
def leave(request: HttpRequest) -> None:
    """Sign out whoever is signed in here, their open pages too."""
    user_id = request.user.pk if request.user.is_authenticated else None
    ended = sessions.leave(request)
    if user_id is not None:
        close_streams(user_id, ended)


def end_sessions(rows: QuerySet[OpenSession], user: User) -> int:
    """End these sessions of one person now, streams included; answers how many they were."""
    with transaction.atomic():
        ended = sessions.end(rows)
        transaction.on_commit(partial(close_streams, user.pk, ended))
    return len(ended)


def close_streams(user_id: int, session_ids: Iterable[int]) -> None:
    """Nothing more reaches the pages that these sessions have open."""
    where = Participant.objects.filter(user=user_id).values_list("exercise", flat=True)
    live.signed_out(list(where), list(session_ids))


# ── on the way ──────────────────────────────────────────────────────────────────────────────────
def next_of(request: HttpRequest) -> str:
    """Where the reader wanted to go, if it is within this site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if safe else ""


def remember_language(response: HttpResponse, code: str) -> None:
    """Keep the interface's language in this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=365 * 24 * 3600,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
