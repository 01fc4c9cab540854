"""Writing the book of sign-ins, and keeping it no longer than it must be kept."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from units.models import AccountEvent, EventKind, User
from units.models.sessions import AGENT_LENGTH

ONCE_PER = timedelta(minutes=1)
"""A guessing machine fills neither disk nor page: of what is refused without being counted, one
line a minute for one account and address.
"""
UNKNOWN_PER_MINUTE = 10
"""Of one address: there is no end to the names that nobody has."""
KEPT_AT_LEAST = timedelta(days=30)
"""The database lets nothing younger go (migration 0003)."""


def note(
    kind: EventKind,
    request: HttpRequest | None,
    *,
    user: User | None = None,
    account: str = "",
    by: User | None = None,
    how: str = "",
    **detail: Any,
) -> None:
    """Write one line. ``by`` is left out where people do it themselves."""
    event(kind, request, user=user, account=account, by=by, how=how, **detail).save()


def event(
    kind: EventKind,
    request: HttpRequest | None,
    *,
    user: User | None = None,
    account: str = "",
    by: User | None = None,
    how: str = "",
    **detail: Any,
) -> AccountEvent:
    """A line not yet written, for those who write many."""
    return AccountEvent(
        at=timezone.now(),
        kind=kind,
        user=user,
        account=user.username if user is not None else _shown(account),
        by_account=by.username if by is not None and by != user else "",
        how=how,
        ip=address_of(request),
        agent=agent_of(request),
        detail={name: value for name, value in detail.items() if value != ""},
    )


def note_refusal(
    request: HttpRequest,
    *,
    account: str,
    how: str,
    locked: bool,
    refused: EventKind = EventKind.REFUSED,
) -> None:
    """Somebody was not let in. The name is told apart from one that nobody has."""
    kind = EventKind.LOCKED if locked else refused
    user = User.objects.filter(username=account).first() if account else None
    line = event(kind, request, user=user, account=account, how=how)
    lately = AccountEvent.objects.filter(kind=kind, ip=line.ip, at__gt=line.at - ONCE_PER)
    if locked or how == "link":
        enough = lately.filter(account=line.account).exists()
    elif account and user is None:
        enough = lately.filter(user=None).count() >= UNKNOWN_PER_MINUTE
    else:
        enough = False
    if not enough:
        line.save()


def _shown(account: str) -> str:
    """A name that is no account: people type passwords there, so it is not kept whole."""
    account = "".join(letter for letter in account if letter.isprintable())
    return f"{account[:2]}… ({len(account)})" if account else ""


def address_of(request: HttpRequest | None) -> str | None:
    """Where a request came from, as those see it who count wrong passwords."""
    said = get_client_ip_address(request) if request is not None else None
    try:
        return str(ip_address(said)) if said else None
    except ValueError:  # a header that a proxy passed on unread
        return None


def agent_of(request: HttpRequest | None) -> str:
    """What the browser says it is."""
    said = request.headers.get("User-Agent", "") if request is not None else ""
    return "".join(letter for letter in said if letter.isprintable())[:AGENT_LENGTH]


def prune_events() -> int:
    """Delete what is older than the install keeps; answers how many lines that were."""
    kept = max(timedelta(days=settings.SIGN_IN_LOG_DAYS), KEPT_AT_LEAST + timedelta(days=1))
    return AccountEvent.objects.filter(at__lt=timezone.now() - kept).delete()[0]
