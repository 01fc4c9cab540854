"""Open sessions: begun at sign-in, seen now and then, ended from anywhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY, login, logout, update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from units.audit import address_of, agent_of
from units.models import OpenSession, SignedInBy, User

OPEN, SECOND = "open_session", "second_factor"
"""Keys of a session: its row, and whether the second factor was shown in it."""
SEEN_EVERY = timedelta(minutes=5)
_MOST_REMEMBERED = 10_000
_seen_s: dict[int, float] = {}
"""When this process last wrote that a session was seen (monotonic s): most requests write
nothing.
"""


def begin(request: HttpRequest, user: User, how: SignedInBy, *, second: bool) -> OpenSession:
    """Sign ``user`` in, in a session with a key of its own that nobody knew before."""
    leave(request)
    login(request, user, backend=getattr(user, "backend", None) or _PASSWORDS)
    request.session[SECOND] = second
    return _open(request, user, how, second=second)


_PASSWORDS = "django.contrib.auth.backends.ModelBackend"


def _open(request: HttpRequest, user: User, how: SignedInBy, *, second: bool) -> OpenSession:
    now = timezone.now()
    row, _made = OpenSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "how": how,
            "second_factor": second,
            "ip": address_of(request),
            "agent": agent_of(request),
            "signed_in_at": now,
            "seen_at": now,
        },
    )
    request.session[OPEN] = row.pk
    _remember(row.pk)
    return row


def _remember(row_id: int) -> None:
    if len(_seen_s) > _MOST_REMEMBERED:
        _seen_s.clear()
    _seen_s[row_id] = time.monotonic()


def leave(request: HttpRequest) -> list[int]:
    """Sign out here; answers the session that ended, if there was one."""
    row_id: int | None = request.session.get(OPEN)
    if row_id is not None:
        OpenSession.objects.filter(pk=row_id).delete()
    logout(request)
    return [row_id] if row_id is not None else []


def alive() -> QuerySet[Session, str]:
    """The keys that would let a browser in."""
    return Session.objects.filter(expire_date__gt=timezone.now()).values_list(
        "session_key", flat=True
    )


def still_open(user: User) -> QuerySet[OpenSession]:
    """A person's sessions that have not run out."""
    return OpenSession.objects.filter(user=user, session_key__in=alive())


@transaction.atomic
def end(rows: QuerySet[OpenSession]) -> list[int]:
    """End these sessions: their next request is a stranger's. Answers which they were."""
    found = list(rows.values_list("pk", "session_key"))
    Session.objects.filter(session_key__in=[key for _pk, key in found]).delete()
    OpenSession.objects.filter(pk__in=[pk for pk, _key in found]).delete()
    return [pk for pk, _key in found]


def here(request: HttpRequest) -> int:
    """The session that asks; 0 is nobody's."""
    return int(request.session.get(OPEN) or 0)


def keep_after_new_password(request: HttpRequest, user: User) -> None:
    """Let this session outlive a new password, under a new key; the person's others cannot."""
    update_session_auth_hash(request, user)
    OpenSession.objects.filter(pk=here(request)).update(session_key=request.session.session_key)


def adopt_sessions() -> None:
    """Give a row to those that were begun before rows were kept: a telephone that was lost before
    that asks for nothing more, and must be ended all the same.
    """
    now = timezone.now()
    known = OpenSession.objects.values("session_key")
    for session in Session.objects.filter(expire_date__gt=now).exclude(session_key__in=known):
        whose = session.get_decoded().get(SESSION_KEY)
        user = User.objects.filter(pk=whose).first() if whose else None
        if user is not None:
            OpenSession.objects.get_or_create(
                session_key=session.session_key,
                defaults={
                    "user": user,
                    "how": SignedInBy.EARLIER,
                    "signed_in_at": now,
                    "seen_at": now,
                },
            )


def prune_sessions() -> int:
    """Delete expired sessions and the rows that have lost theirs."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    alive = Session.objects.values("session_key")
    return OpenSession.objects.exclude(session_key__in=alive).delete()[0]


class SeenMiddleware:
    """Notes that a session is in use, at most every five minutes, and gives those a row that were
    there before rows were kept, or were begun by a process of the last release.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        if SESSION_KEY in request.session:
            self._see(request)
        return self.get_response(request)

    def _see(self, request: HttpRequest) -> None:
        row_id = request.session.get(OPEN)
        if row_id is None:
            if isinstance(request.user, User):
                _open(request, request.user, SignedInBy.EARLIER, second=False)
            return
        if time.monotonic() - _seen_s.get(row_id, -1e9) < SEEN_EVERY.total_seconds():
            return
        _remember(row_id)
        now = timezone.now()
        OpenSession.objects.filter(pk=row_id, seen_at__lt=now - SEEN_EVERY).update(seen_at=now)
