"""Who takes part in an exercise, and the links and slips that sign them in. For its director."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exercise import live
from exercise.models import Participant, Status
from exercise.screens.access import ParticipantRequest, navigation, page
from exercise.screens.book import role_given, role_removed
from exercise.screens.people_forms import PersonForm
from exercise.screens.qr import qr
from exercise.screens.stream import stream_context
from exercise.situation import strip
from units import audit
from units.models import EventKind, SignInLink, Unit, User
from units.roles import Role

VALID_FOR = timedelta(days=3)


class Slip(NamedTuple):
    """What is handed to one person. Shown once: the database keeps only digests."""

    participant: Participant
    code: str
    address: str
    qr: SafeString
    expires_at: datetime


class Group(NamedTuple):
    """The participants of one unit, or those who belong to none."""

    unit: Unit | None
    members: list[tuple[Participant, bool]]


# ── the page ────────────────────────────────────────────────────────────────────────────────────
@require_safe
@page("people")
def people(request: ParticipantRequest) -> HttpResponse:
    """Everybody by unit, with what can be done for each of them."""
    return _page(request, PersonForm(exercise=request.exercise))


def _page(request: ParticipantRequest, form: PersonForm, status: int = 200) -> HttpResponse:
    exercise = request.exercise
    stream = _stream(request)
    board = reverse("board_public", args=[exercise.board_token])
    return render(
        request,
        "people/page.html",
        strip.context(exercise)
        | stream
        | navigation(request, "people")
        | {
            "groups": _groups(request),
            "form": form,
            "board": request.build_absolute_uri(board),
        },
        status=status,
    )


def _stream(request: ParticipantRequest) -> dict[str, Any]:
    refresh = reverse("console_live", args=[request.exercise.code])
    return stream_context(request.exercise, "control", refresh, participant=request.participant)


def _groups(request: ParticipantRequest) -> list[Group]:
    """Those without a unit first, then the units in the exercise's order, then any other."""
    parts = list(_participants(request).order_by("pk"))
    out_of_reach = _out_of_reach(request, parts)
    by_unit: dict[Unit | None, list[tuple[Participant, bool]]] = {None: []}
    for posture in request.exercise.postures.select_related("unit").order_by("order"):
        by_unit[posture.unit] = []
    rank = {role: place for place, role in enumerate(Role)}
    for part in sorted(parts, key=lambda part: rank[Role(part.role)]):
        by_unit.setdefault(part.unit, []).append((part, part.user_id not in out_of_reach))
    return [Group(unit, members) for unit, members in by_unit.items() if members]


def _participants(request: ParticipantRequest) -> Any:
    return Participant.objects.filter(exercise=request.exercise).select_related("user", "unit")


def _out_of_reach(request: ParticipantRequest, parts: Iterable[Participant]) -> set[int]:
    """Users whose links this director may not make: a link lets its holder act as that person.

    An administrator's account, and one that is also used in an exercise somebody else directs,
    would give more than this exercise.
    """
    if request.user.is_superuser:
        return set()
    users = {part.user_id for part in parts} - {request.user.pk}
    administrators = User.objects.filter(pk__in=users, is_superuser=True)
    directed = Participant.objects.filter(user=request.user, role=Role.DIRECTOR)
    elsewhere = (
        Participant.objects.filter(user__in=users)
        .exclude(exercise__in=directed.values("exercise"))
        .exclude(exercise__status=Status.CLOSED)
    )
    return set(administrators.values_list("pk", flat=True)) | set(
        elsewhere.values_list("user_id", flat=True)
    )


# ── adding and removing ─────────────────────────────────────────────────────────────────────────
@require_POST
@page("people_add")
def add(request: ParticipantRequest) -> HttpResponse:
    """Add a person; the account is made when there is none of that name."""
    form = PersonForm(request.POST, exercise=request.exercise)
    if not form.is_valid():
        return _page(request, form, status=422)
    part = form.save()
    if form.known is None:
        audit.note(EventKind.ACCOUNT_MADE, request, user=part.user, by=request.user)
    role_given(request, part).save()
    messages.success(
        request,
        _("Đã thêm %(name)s, tài khoản %(username)s.")
        % {"name": part.user, "username": part.user.username},
    )
    return _back(request)


@require_POST
@page("people_remove")
@transaction.atomic
def remove(request: ParticipantRequest, participant_id: int) -> HttpResponse:
    """Take a person out of the exercise, their open pages too. Account, reports and journal stay as
    they are.
    """
    part = get_object_or_404(_participants(request), pk=participant_id)
    # Nobody removes themselves, so a director is left, even when two remove each other at once.
    still_here = Participant.objects.select_for_update().filter(pk=request.participant.pk)
    if part.pk == request.participant.pk or not still_here.exists():
        messages.error(request, _("Không tự xóa mình khỏi cuộc diễn tập được."))
        return _back(request)
    part_id = part.pk
    part.delete()
    role_removed(request, part).save()
    transaction.on_commit(partial(live.removed, request.exercise.pk, part_id))
    messages.success(request, _("Đã đưa %s ra khỏi cuộc diễn tập.") % part.user)
    return _back(request)


def _back(request: ParticipantRequest) -> HttpResponse:
    return redirect("people", request.exercise.code)


# ── links and slips ─────────────────────────────────────────────────────────────────────────────
@require_POST
@page("people_link")
@never_cache
def link(request: ParticipantRequest, participant_id: int) -> HttpResponse:
    """A fresh link and code for one person, shown this once."""
    part = get_object_or_404(_participants(request), pk=participant_id)
    if _out_of_reach(request, [part]):
        raise PermissionDenied
    stream = _stream(request)
    return render(
        request,
        "people/link.html",
        strip.context(request.exercise)
        | stream
        | navigation(request, "people")
        | {"slip": _issue(request, part), "only_here": _only_here(request)},
    )


@require_POST
@page("people_slips")
@never_cache
def slips(request: ParticipantRequest) -> HttpResponse:
    """A sheet to print: one slip per chosen person, or for everybody."""
    chosen = set(request.POST.getlist("participant"))
    parts = list(_participants(request).order_by("unit_id", "pk"))
    if "all" not in request.POST:
        parts = [part for part in parts if str(part.pk) in chosen]
    out_of_reach = _out_of_reach(request, parts)
    parts = [part for part in parts if part.user_id not in out_of_reach]
    if not parts:
        messages.error(request, _("Chưa chọn ai để in phiếu."))
        return _back(request)
    with transaction.atomic():
        sheet = [_issue(request, part) for part in parts]
    return render(
        request,
        "people/slips.html",
        {
            "slips": sheet,
            "only_here": _only_here(request),
            "exercise": request.exercise,
            "code_address": request.build_absolute_uri(reverse("code")),
        },
    )


@transaction.atomic
def _issue(request: ParticipantRequest, part: Participant) -> Slip:
    """A new link; what was handed out before to this person and is unused stops working."""
    if SignInLink.objects.filter(user=part.user, uses_left__gt=0).update(uses_left=0):
        audit.note(EventKind.LINK_REVOKED, request, user=part.user, by=request.user)
    audit.note(
        EventKind.LINK_ISSUED,
        request,
        user=part.user,
        by=request.user,
        exercise=request.exercise.code,
    )
    prefix = part.unit.code.upper() if part.unit else ""
    made, token, printed = SignInLink.issue(part.user, prefix=prefix, valid_for=VALID_FOR)
    address = request.build_absolute_uri(reverse("go", args=[token]))
    return Slip(part, printed, address, qr(address), timezone.localtime(made.expires_at))


def _only_here(request: ParticipantRequest) -> bool:
    """Whether the address that links and QR codes carry means this machine to whoever opens it."""
    name = request.get_host().rsplit(":", 1)[0]
    return name in {"localhost", "[::1]"} or name.startswith("127.")


urlpatterns = [
    path("x/<slug:code>/people/", people, name="people"),
    path("x/<slug:code>/people/add/", add, name="people_add"),
    path("x/<slug:code>/people/slips/", slips, name="people_slips"),
    path("x/<slug:code>/people/<int:participant_id>/link/", link, name="people_link"),
    path("x/<slug:code>/people/<int:participant_id>/remove/", remove, name="people_remove"),
]
